import type { ContainerLog } from '../../model/case-file.ts';
import { stripLine } from './clean-line.ts';
import { parseLines } from './parse-line.ts';
import type { LogLine } from './parse-line.ts';

/** One container's log, cleaned and split, each line with its level and its message. */
export interface ReadLog {
  /** `log app` or `log app (previous)`, to cite. */
  readonly source: string;
  readonly pod: string;
  readonly container: string;
  readonly instance: ContainerLog['instance'];
  readonly truncated: boolean;
  /** Lines without colours, control characters and blank ones; at most 4,096 characters each, oldest first. */
  readonly lines: readonly LogLine[];
}

// A log is read from its end: at most so many lines and characters are looked at.
const mostLines = 2000;
const mostCharacters = 1_000_000;
const headLines = 200;

/**
 * Kubelet answers with status 200 and one of these sentences when the runtime has no log any more
 * (kubernetes pkg/kubelet/kuberuntime/kuberuntime_container.go, pkg/kubelet/kubelet_pods.go).
 */
const noLog =
  /^\s*(?:unable to retrieve container logs for [a-z-]+:\/\/|failed to try resolving symlinks in path |failed to open log file |rpc error: code = \w+ desc = [^\n]{0,80}container )/;

/** The log as a person would read it, or undefined when what arrived is kubelet's excuse and no log. */
export function readLog(raw: ContainerLog): ReadLog | undefined {
  if (raw.text.length < 2000 && noLog.test(raw.text)) return undefined;
  const rows = bounded(raw.text);
  const lines: LogLine[] = [];
  for (const row of rows) {
    const whole = stripLine(row);
    if (whole.trim() === '') continue;
    const [line, ...below] = parseLines(whole, lines.length);
    if (line) lines.push(line, ...(lines.length < mostLines ? below : []));
  }
  return {
    source: `log ${raw.container}${raw.instance === 'previous' ? ' (previous)' : ''}`,
    pod: raw.pod,
    container: raw.container,
    instance: raw.instance,
    truncated: raw.truncated,
    lines: foldCauses(lines),
  };
}

// Of a very long log the beginning is kept too: the first fatal line may stand there.
function bounded(text: string): string[] {
  const whole =
    text.length <= mostCharacters
      ? text
      : text.slice(0, mostCharacters / 5) + '\n' + text.slice(text.length - (mostCharacters / 5) * 4);
  const rows = whole.split(/\r\n|\n|\r/);
  if (rows.length <= mostLines) return rows;
  return [...rows.slice(0, headLines), ...rows.slice(rows.length - (mostLines - headLines))];
}

const step = /^\s{2,}(?:\d{1,2}: )?(\S.{0,400})$/u;

/**
 * Rust's anyhow and eyre print an error and, below it, what caused it, a numbered line for each: together they are one
 * sentence, which the last line says here.
 */
function foldCauses(lines: readonly LogLine[]): readonly LogLine[] {
  if (!lines.some(({ text }) => /^Caused by:$/u.test(text))) return lines;
  const folded: LogLine[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at];
    const head = lines[at - 1];
    if (line === undefined) continue;
    if (line.text !== 'Caused by:' || head?.text.startsWith('Error: ') !== true) {
      folded.push(line);
      continue;
    }
    const steps: string[] = [];
    while (step.test(lines[at + 1]?.text ?? '')) {
      steps.push(step.exec(lines[at + 1]?.text ?? '')?.[1] ?? '');
      at += 1;
    }
    const last = lines[at] ?? line;
    folded.pop();
    folded.push({ ...last, message: [head.text, ...steps].join(': ').slice(0, 4096), level: 'fatal' });
  }
  return folded.map((line, index) => ({ ...line, index }));
}
