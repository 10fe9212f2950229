import type { Alert, AlertType } from '../model/alert.ts';
import { severities, type Severity } from '../model/incident.ts';
import type { Told } from './told-memory.ts';

// A webhook's storm digest is repeated at most this often, and only when the storm has doubled.
const stormRepeatGapMs = 300_000;

/** True when `severity` is at least as bad as `least`. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return severities.indexOf(severity) <= severities.indexOf(least);
}

/**
 * When an alert may be sent, ms since the epoch (0: at once). Alerts that only correct what an earlier message says wait;
 * `undefined` for one that need not be sent at all.
 */
export function dueAt(alert: Alert, updates: boolean, last: Told | undefined, updateGapMs: number): number | undefined {
  const corrects = alert.type === 'amended' || alert.type === 'storm-updated';
  if (!corrects || last === undefined) return 0;
  if (updates) return last.delivery.atMs + updateGapMs;
  if ((alert.storm?.pods ?? 0) < 2 * last.pods) return undefined;
  return last.delivery.atMs + stormRepeatGapMs;
}

// What a full queue gives up first.
const expendable: readonly AlertType[] = ['reminder', 'amended', 'storm-updated', 'test'];

/** Index of the alert that a full queue gives up: reminders, then corrections, then the oldest of the lowest severity. */
export function victimIndex(alerts: readonly Alert[]): number {
  for (const type of expendable) {
    const index = alerts.findIndex((alert) => alert.type === type);
    if (index !== -1) return index;
  }
  for (const severity of [...severities].reverse()) {
    const index = alerts.findIndex((alert) => alert.severity === severity && !alert.type.startsWith('storm'));
    if (index !== -1) return index;
  }
  return 0;
}

/** Waiting time after the nth failure in a row, ms: 1 s doubled up to 60 s, of which a random half is taken off. */
export function backoffMs(failures: number, random: number): number {
  const full = Math.min(60_000, 1_000 * 2 ** Math.min(failures - 1, 6));
  return Math.round(full * (0.5 + random / 2));
}
