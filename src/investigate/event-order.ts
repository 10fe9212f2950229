import type { KubeEvent } from '../model/kube-objects.ts';

/** When an event was last seen, ms since the epoch; 0 when it carries no time (a FailedScheduling has no lastTimestamp). */
export function eventAtMs(event: KubeEvent): number {
  const times = [
    event.series?.lastObservedTime,
    event.lastTimestamp,
    event.eventTime,
    event.firstTimestamp,
    event.metadata?.creationTimestamp,
  ];
  for (const time of times) {
    const atMs = Date.parse(time ?? '');
    if (!Number.isNaN(atMs)) return atMs;
  }
  return 0;
}

/** Each event once, oldest first; of more than `limit` the newest are kept. */
export function orderEvents(events: readonly KubeEvent[], limit: number): KubeEvent[] {
  const byId = new Map<string, KubeEvent>();
  events.forEach((event, index) => byId.set(event.metadata?.uid ?? event.metadata?.name ?? String(index), event));
  return [...byId.values()].sort((a, b) => eventAtMs(a) - eventAtMs(b)).slice(-limit);
}
