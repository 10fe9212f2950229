import { quoteLog } from '../../model/log-quote.ts';
import type { CaseView } from '../case-view.ts';
import type { Finding, ProposedFix, Rank, Rule } from '../rule.ts';
import { explainedLog } from './log-rules.ts';
import { containerWords } from './message-rule.ts';
import { failingProbe, listenPorts, askedPort } from './probe-facts.ts';
import type { FailingProbe } from './probe-facts.ts';
import { containerPatch } from './proposed-commands.ts';

interface ProbeRule {
  readonly id: string;
  readonly rank?: Rank;
  /** What kubelet saw; the rule may still decline. */
  readonly pattern: RegExp;
  readonly cause: (probe: FailingProbe, view: CaseView, match: RegExpExecArray) => string | undefined;
  readonly fixes: (probe: FailingProbe, view: CaseView, match: RegExpExecArray) => readonly ProposedFix[];
  readonly confidence?: Finding['confidence'];
}

export function probeRule({ id, rank = 'exact', pattern, cause, fixes, confidence = 'high' }: ProbeRule): Rule {
  return {
    id: `probe/${id}`,
    rank,
    explain: (view) => {
      const probe = failingProbe(view);
      const match = probe === undefined ? null : pattern.exec(probe.result.slice(0, 4096));
      if (probe === undefined || match === null) return undefined;
      const why = cause(probe, view, match);
      if (why === undefined) return undefined;
      return { rootCause: `${why}${effect(probe)}.`, confidence, cites: probe.cites, fixes: fixes(probe, view, match) };
    },
  };
}

/** What the failing probe leads to. */
function effect({ kind, kills, exitCode, container }: FailingProbe): string {
  if (kind === 'readiness') return `, so container ${container.name ?? ''} never becomes Ready`;
  if (!kills) return '';
  const end =
    exitCode === 137
      ? ' (exit code 137: SIGKILL after its grace period, since it does not end on SIGTERM)'
      : exitCode === 143
        ? ' (exit code 143)'
        : '';
  return `, so kubelet keeps restarting the container${end}`;
}

export const capital = (probe: FailingProbe): string => probe.kind.charAt(0).toUpperCase() + probe.kind.slice(1);
export const subject = (probe: FailingProbe, view: CaseView): string =>
  `The ${probe.kind} probe of ${containerWords(view, probe.container.name)}`;

export function change(probe: FailingProbe, view: CaseView, summary: string, fields: object): ProposedFix {
  return containerPatch(view, probe.container.name ?? '', summary, { [probe.field]: fields });
}

export function onPort(probe: FailingProbe, port: number | string): object {
  if (probe.probe.httpGet) return { httpGet: { port } };
  return probe.probe.tcpSocket ? { tcpSocket: { port } } : { grpc: { port } };
}

/** A port that the program is known to listen on and the probe does not ask. */
export function otherPort(
  probe: FailingProbe,
  view: CaseView,
): { readonly port: number; readonly how: string } | undefined {
  const asked = askedPort(probe);
  const ports = listenPorts(view, probe.container);
  return ports.some((one) => one.port === asked && one.how.includes('log'))
    ? undefined
    : ports.find((one) => one.port !== asked);
}

export function short(text: string): string {
  return text
    .replace(/^Get "[^"]{1,300}": /u, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, 160);
}

const bad = /fail|error|cannot|could not|unable|not (?:ready|connected|reachable)|refused|timed? ?out|waiting for/iu;

/** What the container's log says meanwhile: as a known message, else its last complaint in its own words. */
export function toldByLog(probe: FailingProbe, view: CaseView): string {
  if (probe.container.name === view.container) {
    const cause = explainedLog(view)?.reading.cause;
    if (cause !== undefined) return ` (its log tells: ${cause})`;
  }
  const lines = view.logOf(probe.container.name ?? '')?.lines ?? [];
  const last = lines
    .filter((line) => ['warn', 'error', 'fatal'].includes(line.level ?? '') || bad.test(line.text))
    .at(-1);
  return last === undefined ? '' : ` (its log: ${quoteLog(last.text.slice(0, 300))})`;
}
