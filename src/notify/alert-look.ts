import type { Alert } from '../model/alert.ts';

/** How an alert looks everywhere: an emoji for the first line and a colour, CSS notation. */
export interface AlertLook {
  readonly emoji: string;
  readonly color: string;
}

const red = '#d6344a';
const amber = '#e8a317';
const green = '#2e9e6b';
const blue = '#3a7bd5';

/** The look of an alert: red while it fails, amber for low severities and reminders, green when it is over. */
export function lookOf(alert: Alert): AlertLook {
  switch (alert.type) {
    case 'recovered':
      return { emoji: '✅', color: green };
    case 'storm-closed':
      return alert.rows.length === 0 ? { emoji: '✅', color: green } : { emoji: '🟠', color: amber };
    case 'reminder':
      return { emoji: '⏰', color: amber };
    case 'worse':
      return { emoji: '🔺', color: red };
    case 'storm-opened':
    case 'storm-updated':
      return { emoji: '🚨', color: red };
    case 'test':
      return { emoji: '🧪', color: blue };
    case 'opened':
    case 'reopened':
    case 'amended':
      return { emoji: '🛑', color: alert.severity === 'SEV-1' || alert.severity === 'SEV-2' ? red : amber };
  }
}
