import type { Alert } from '../model/alert.ts';
import type { WorkloadRef } from '../model/workload.ts';
import { causeLabel } from './alert-text.ts';
import { cutText, oneLine } from './cut-text.ts';
import type { Sink } from './sink.ts';

/** A Kubernetes Event to write; the writer fills in names, times and the reporting component. */
export interface EventToWrite {
  readonly regarding: WorkloadRef;
  readonly type: 'Warning' | 'Normal';
  /** UpperCamelCase, at most 128 characters: `PodmedicIncidentOpened`, `PodmedicIncidentRecovered`. */
  readonly reason: string;
  /** At most 1,024 bytes, the API's limit. */
  readonly note: string;
  /** The same incident and step give the same key: the writer derives the Event's name from it, so that it exists once. */
  readonly key: string;
}

/** Writes an Event. `exists`: it is there already; a rejection is retried. */
export type CreateEvent = (event: EventToWrite) => Promise<'created' | 'exists' | 'forbidden'>;

// An Event's note may have 1,024 bytes (kubernetes/api events/v1 types.go); three bytes a character at the worst.
const maxNote = 340;

/** A Kubernetes Event on the workload at each opening and recovery, so that `kubectl describe` tells, too. */
export function createKubeEventSink(createEvent: CreateEvent): Sink {
  return {
    name: 'kubernetes-event',
    gapMs: 100,
    updates: false,
    accepts: (alert) =>
      alert.incident !== undefined &&
      (alert.type === 'opened' || alert.type === 'reopened' || alert.type === 'recovered'),
    send: async (alert) => {
      if (alert.incident === undefined) return { outcome: 'sent' };
      try {
        const written = await createEvent(eventOf(alert, alert.incident.workload, alert.incident.reopened));
        if (written !== 'forbidden') return { outcome: 'sent' };
        return {
          outcome: 'permanent',
          why: 'forbidden',
          howToMend: 'Allow podmedic to create events (events.k8s.io), or switch its Events off.',
        };
      } catch (thrown) {
        return { outcome: 'retry', why: thrown instanceof Error ? thrown.name : 'unknown' };
      }
    },
  };
}

function eventOf(alert: Alert, regarding: WorkloadRef, reopened: number): EventToWrite {
  const over = alert.type === 'recovered';
  const note = over
    ? `${alert.headline}. ${alert.reason ?? ''}`
    : `${alert.headline}. ${causeLabel(alert)}: ${alert.rootCause}`;
  return {
    regarding,
    type: over ? 'Normal' : 'Warning',
    reason: over ? 'PodmedicIncidentRecovered' : 'PodmedicIncidentOpened',
    note: `${cutText(oneLine(note), maxNote)} #${alert.id}`,
    key: `${alert.id}-${over ? 'recovered' : 'opened'}-${reopened}`,
  };
}
