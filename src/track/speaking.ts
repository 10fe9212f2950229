import type { IncidentBook } from './incident-book.ts';
import type { IncidentState } from './incident-state.ts';
import { materialChange } from './material-change.ts';
import type { TrackSettings } from './track-settings.ts';

/**
 * For an incident with a message of its own: says "worse", reminds, or tells again what may have got lost. `standing`: a
 * condition stands. Returns when to look again.
 */
export function speak(
  book: IncidentBook,
  incident: IncidentState,
  standing: boolean,
  nowMs: number,
  settings: TrackSettings,
): number[] {
  if (incident.told === undefined) return [];
  const news = standing || incident.factsSinceTold;
  // A one-off fact never stands, and is news all the same; a condition that is over is told by its recovery.
  if (incident.inDoubt && (standing || !incident.hadCondition)) tellAgain(book, incident, nowMs);
  const dues: number[] = [];
  const change = news ? materialChange(incident, incident.told, book.sizeOf(incident), settings) : undefined;
  if (change === undefined) {
    incident.worseSinceMs = undefined;
  } else {
    incident.worseSinceMs ??= nowMs;
    const dueMs = Math.max(change.notBeforeMs, incident.worseSinceMs + settings.settleMs);
    if (nowMs >= dueMs) book.tell(incident, 'worse', change.reason, nowMs);
    else dues.push(dueMs);
  }
  if (!news || incident.reminders >= settings.reminderLimit) return dues;
  const remindAtMs = incident.told.atMs + settings.reminderIntervalMs;
  if (nowMs < remindAtMs) return [...dues, remindAtMs];
  incident.reminders += 1;
  book.tell(incident, 'reminded', `still failing after ${hours(nowMs - incident.openedAtMs)} h`, nowMs);
  return [...dues, nowMs + settings.reminderIntervalMs];
}

/** After a restart: nobody knows whether the last message arrived, so it goes out again under its id. */
export function tellAgain(book: IncidentBook, incident: IncidentState, nowMs: number): void {
  incident.inDoubt = false;
  const { lastTold, state, hadCondition } = incident;
  if (lastTold === undefined) return;
  // What was closed in silence is still news as long as its opening did not arrive; that it got worse is not.
  const stale = state === 'resolved' && lastTold.type !== 'resolved' && (hadCondition || lastTold.type === 'worse');
  if (!stale) book.tell(incident, lastTold.type, 'may not have arrived before a restart', nowMs);
}

function hours(durationMs: number): number {
  return Math.round(durationMs / 3_600_000);
}
