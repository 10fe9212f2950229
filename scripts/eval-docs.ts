import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Verdict } from './eval-score.ts';

const file = 'docs/diagnosis.md';
const begin = '<!-- begin: npm run eval -->';
const end = '<!-- end: npm run eval -->';

/** Replaces the table between the marks of docs/diagnosis.md. */
export function writeEvalDocs(verdicts: readonly Verdict[], dir: string): void {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : `# Diagnosis\n\n${begin}\n${end}\n`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no marks for the table`);
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n\n${table(verdicts, dir)}\n\n${text.slice(to)}`);
}

function table(verdicts: readonly Verdict[], dir: string): string {
  const kinds = [...new Set(verdicts.map(({ key }) => key.failure_kind))].filter((kind) => kind !== 'none');
  const rows = kinds.map((kind) =>
    row(
      kind,
      verdicts.filter(({ key }) => key.failure_kind === kind),
    ),
  );
  const failures = verdicts.filter(({ key }) => key.expect_alert);
  const controls = verdicts.filter(({ key }) => !key.expect_alert);
  const times = verdicts.flatMap(({ ms }) => ms).sort((a, b) => a - b);
  return [
    `Recordings in \`${dir}\`: ${String(failures.length)} failures, ${String(controls.length)} controls.`,
    '',
    '| kind | recordings | kind right | cause right | of these without log text | wrong claims | fix | verified fix |',
    '| --- | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
    row('**all**', failures),
    '',
    `Controls silent: ${String(controls.filter((v) => v.cause).length)} of ${String(controls.length)} ` +
      '(a pod Pending for less than five minutes is excused: `diagnose` waits for nothing). ' +
      `Redaction strings left: ${String(verdicts.reduce((n, v) => n + v.leaks.length, 0))}. ` +
      `Of ${String(failures.filter((v) => v.confidence === 'high').length)} called high, ` +
      `${String(failures.filter((v) => v.confidence === 'high' && v.cause).length)} are right. ` +
      `Time inside diagnose: median ${(times[Math.floor(times.length / 2)] ?? 0).toFixed(1)} ms, longest ${(times.at(-1) ?? 0).toFixed(0)} ms.`,
  ].join('\n');
}

function row(name: string, list: readonly Verdict[]): string {
  const count = (test: (verdict: Verdict) => boolean): string => String(list.filter(test).length);
  const cells = [
    name,
    String(list.length),
    count((v) => v.kind),
    count((v) => v.cause),
    count((v) => v.causeWithoutLogs),
    count((v) => v.wrong.length > 0),
    count((v) => v.fix),
    count((v) => v.verifiedFix),
  ];
  return `| ${cells.join(' | ')} |`;
}
