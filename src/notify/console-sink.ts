import { visibleText } from '../lib/redaction/visible-text.ts';
import type { Alert } from '../model/alert.ts';
import { asksForAction, causeLabel, headlineText } from './alert-text.ts';
import { oneLine } from './cut-text.ts';
import type { Sink } from './sink.ts';
import { wrapText } from './wrap-text.ts';

export interface ConsoleOptions {
  /** Gets whole lines, each with its line break. */
  readonly write: (text: string) => void;
  /** Width of the terminal; lines are at most 120 long even on a wider one. */
  readonly columns: number;
}

/** Shows alerts on a terminal as they look in Slack. */
export function createConsoleSink(options: ConsoleOptions): Sink {
  return {
    name: 'console',
    gapMs: 0,
    updates: false,
    accepts: (alert) => alert.type !== 'amended',
    send: (alert) => {
      options.write(`${consoleText(alert, options.columns).join('\n')}\n\n`);
      return Promise.resolve({ outcome: 'sent' });
    },
  };
}

/** An alert as lines for a terminal. Commands are never wrapped, so that they can be copied. */
export function consoleText(alert: Alert, columns: number): string[] {
  const width = Math.max(40, Math.min(columns, 120));
  const clean = (text: string): string => oneLine(visibleText(text));
  const flow = (text: string, indent = '  '): string[] => wrapText(clean(text), width, indent);
  const bar = (text: string): string[] => wrapText(clean(text), width - 2, '   ').map((line) => `│ ${line}`);
  const acts = asksForAction(alert);
  return [
    ...flow(headlineText(alert)),
    ...(alert.reason === undefined ? [] : flow(alert.reason)),
    ...flow(`${causeLabel(alert)}: ${alert.rootCause}`),
    ...(acts ? fixLines(alert, flow) : []),
    ...alert.rows.flatMap((row) => bar(`#${row.id} ${row.text}`)),
    ...(alert.more > 0 ? [`│ +${alert.more} more`] : []),
    ...flow(alert.facts.join(' · ')),
    ...(acts ? alert.evidence.flatMap((item) => bar(`${item.id} ${item.source}: ${item.text}`)) : []),
    ...(acts ? alert.logLines.flatMap(bar) : []),
    ...(acts && alert.proofCommand !== undefined ? [`│ $ ${clean(alert.proofCommand)}`] : []),
    ...(acts ? alert.notes.flatMap(bar) : []),
  ];
}

function fixLines({ fix }: Alert, flow: (text: string) => string[]): string[] {
  if (fix === undefined) return [];
  const words = flow(`Suggested Fix: ${fix.summary}${fix.verified ? ' ✓ checked' : ''}`);
  return fix.command === undefined ? words : [...words, `  $ ${oneLine(visibleText(fix.command))}`];
}
