import type { Alert } from '../model/alert.ts';
import { lookOf } from './alert-look.ts';

/** First line of an alert: `🛑 CrashLoopBackOff in orders-api (production)`. */
export function headlineText(alert: Alert): string {
  return `${lookOf(alert).emoji} ${alert.headline}`;
}

/** Name of the second line: what caused it, or what it was. */
export function causeLabel(alert: Alert): string {
  if (alert.type === 'recovered') return 'Was';
  if (alert.type.startsWith('storm')) return 'Likely Cause';
  return 'Root Cause';
}

/** True for alerts that ask their reader to do something. */
export function asksForAction(alert: Alert): boolean {
  return alert.type !== 'recovered' && !(alert.type === 'storm-closed' && alert.rows.length === 0);
}

/** The first action in one line: the command where there is one, else its words. */
function fixText(alert: Alert): string | undefined {
  if (alert.fix === undefined || !asksForAction(alert)) return undefined;
  const { summary, command } = alert.fix;
  if (command === undefined) return summary;
  return summary === '' ? command : `${summary}: ${command}`;
}

/** The whole alert in four lines of plain text, for previews, screen readers and Events. */
export function summaryLines(alert: Alert): string[] {
  const fix = fixText(alert);
  return [
    headlineText(alert),
    ...(alert.reason === undefined ? [] : [alert.reason]),
    `${causeLabel(alert)}: ${alert.rootCause}`,
    ...(fix === undefined ? [] : [`Suggested Fix: ${fix}`]),
    ...alert.rows.map((row) => `#${row.id} ${row.text}`),
    ...(alert.more > 0 ? [`+${alert.more} more`] : []),
    alert.facts.join(' · '),
  ];
}
