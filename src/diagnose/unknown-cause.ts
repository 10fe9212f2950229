import { quoteLog } from '../model/log-quote.ts';
import type { CaseView } from './case-view.ts';
import type { Cite, ProposedFix } from './rule.ts';

/** What can be said when no rule applies: the facts, and where to look. */
export function unknownCause(view: CaseView): {
  readonly rootCause: string;
  readonly confidence: 'unknown';
  readonly cites: readonly Cite[];
  readonly fixes: readonly ProposedFix[];
} {
  const { failure } = view;
  const who =
    view.container === undefined ? `${failure.subject.kind} ${failure.subject.name}` : `Container ${view.container}`;
  const exit = view.exit;
  const what =
    exit === undefined
      ? `shows ${failure.reason || failure.kind}`
      : `exits with code ${String(exit.code)}${exit.reason === 'Error' ? '' : ` (${exit.reason})`}`;
  const cites: Cite[] = [];
  if (failure.message !== undefined && failure.message !== '') {
    cites.push({ source: `${failure.subject.kind.toLowerCase()} ${failure.subject.name}`, text: failure.message });
  }
  for (const event of view.events.filter((one) => one.type === 'Warning').slice(-4)) {
    cites.push({ source: `event ${event.reason ?? ''}`, text: event.message ?? '' });
  }
  const log = view.log;
  for (const line of log?.lines.slice(-6) ?? [])
    cites.push({ source: log?.source ?? 'log', text: quoteLog(line.text) });
  return {
    rootCause: `${who} ${what}; neither its log nor its events name a cause that is known here.`,
    confidence: 'unknown',
    cites,
    fixes: [],
  };
}
