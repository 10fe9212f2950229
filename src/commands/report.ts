import type { Incident } from '../model/incident.ts';

/** What is said when nothing fails. */
export const nothingFails = 'Nothing fails now.\n';

/** An incident for the terminal: cause, proof, fix. `clean` redacts; `columns` is the width to wrap at. */
export function incidentReport(incident: Incident, clean: (text: string) => string, columns: number): string {
  const { diagnosis } = incident;
  const where = incident.container === undefined ? '' : `, container ${incident.container}`;
  const lines = [
    `${incident.kind} in ${incident.workload.name} (${incident.namespace})`,
    `  ${incident.workload.kind}/${incident.workload.name}${where} · ${incident.severity} · ${podsText(incident)} · ${restartsText(incident.restarts)}`,
  ];
  if (diagnosis === undefined) return lines.join('\n') + '\n';
  lines.push('', ...wrap('Root cause: ', clean(diagnosis.rootCause), columns), `Confidence: ${diagnosis.confidence}`);
  if (diagnosis.changed !== undefined) lines.push(...wrap('Changed: ', clean(diagnosis.changed), columns));
  if (diagnosis.evidence.length > 0) {
    lines.push('', 'Proof:');
    for (const { id, source, text } of diagnosis.evidence) {
      lines.push(...wrap(`  ${id}  `, clean(`${source}: ${text}`), columns));
    }
  }
  if (diagnosis.fixes.length > 0) {
    lines.push('', diagnosis.fixes.length === 1 ? 'Fix:' : 'Fixes, the least invasive first:');
    for (const [index, fix] of diagnosis.fixes.entries()) {
      lines.push(...wrap(`  ${index + 1}. `, clean(fix.summary), columns));
      if (fix.command === undefined) continue;
      // Never wrapped: it is to be copied.
      lines.push(`     ${clean(fix.command)}`);
      if (!fix.verified)
        lines.push(
          `     (${fix.command.includes('REPLACE_ME') ? 'fill in REPLACE_ME' : 'not verified against the live objects'})`,
        );
    }
  }
  for (const note of diagnosis.notes ?? []) lines.push('', ...wrap('Note: ', clean(note), columns));
  return lines.join('\n') + '\n';
}

function podsText({ pods }: Incident): string {
  return pods.total === 0 ? 'no pods' : `${pods.failing} of ${pods.total} ${pods.total === 1 ? 'pod' : 'pods'}`;
}

const restartsText = (restarts: number): string => `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;

/** Wraps a text after its label; further lines are indented to the label's width. */
function wrap(label: string, text: string, columns: number): string[] {
  const width = Math.max(40, columns) - label.length;
  const lines: string[] = [];
  for (const paragraph of text.split('\n')) {
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    lines.push(line);
  }
  return lines.map((line, index) => (index === 0 ? label : ' '.repeat(label.length)) + line);
}
