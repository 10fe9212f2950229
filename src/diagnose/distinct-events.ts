import type { KubeEvent } from '../model/kube-objects.ts';

/** Ms since the epoch of an event's last sighting; 0 when it tells none. */
function eventTimeMs(event: KubeEvent): number {
  const times = [event.series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.firstTimestamp];
  for (const time of [...times, event.metadata?.creationTimestamp]) {
    const ms = time ? Date.parse(time) : NaN;
    if (Number.isFinite(ms)) return ms;
  }
  return 0;
}

/** Events told apart by object, reason and text; of equal ones the newest sighting, in order of time. */
export function distinctEvents(events: readonly KubeEvent[]): readonly KubeEvent[] {
  const newest = new Map<string, KubeEvent>();
  for (const event of events) {
    const about = event.involvedObject;
    const key = [about?.kind, about?.name, about?.fieldPath, event.reason, event.message].join('\u0000');
    const known = newest.get(key);
    if (!known || eventTimeMs(event) >= eventTimeMs(known)) newest.set(key, event);
  }
  return [...newest.values()].sort((a, b) => eventTimeMs(a) - eventTimeMs(b));
}
