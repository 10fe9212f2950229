import type { Failure } from '../model/failure.ts';
import type { IncidentBook } from './incident-book.ts';
import { shortHash, type IncidentState } from './incident-state.ts';
import { isQuietClass, slotsOf } from './slots.ts';
import type { WorkloadState } from './workload-state.ts';

/** Incidents of a workload that are not over, the oldest first. */
export function activeOf(book: IncidentBook, workload: WorkloadState): IncidentState[] {
  return book.ofWorkload(workload.key).filter(({ state }) => state !== 'resolved');
}

/** The incident that the workload's consequences (NotReady, RolloutStuck, JobFailed) join. */
export function mainOf(book: IncidentBook, workload: WorkloadState): IncidentState | undefined {
  return activeOf(book, workload).find((incident) => !isQuietClass(incident.class));
}

/** What stands now of an incident: conditions and recent facts. */
export function standingOf(book: IncidentBook, incident: IncidentState, workload: WorkloadState): Failure[] {
  const isMain = mainOf(book, workload) === incident;
  return slotsOf(workload).flatMap((slot) => {
    const own = slot.class === incident.class && slot.container === incident.container;
    return own || (isMain && isQuietClass(slot.class)) ? slot.failures : [];
  });
}

/** Whether a condition stands; facts are over by themselves. */
export function stands(book: IncidentBook, incident: IncidentState): boolean {
  return standingOf(book, incident, book.workloadOf(incident)).some(({ fact }) => !fact);
}

/** What makes a fact countable only once. */
export function factMark(failure: Failure): string {
  return shortHash(failure.instance ?? `${failure.subject.uid ?? failure.subject.name}/${failure.sinceMs}`);
}
