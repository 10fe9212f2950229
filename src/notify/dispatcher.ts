import { DestinationQueue } from './destination-queue.ts';
import type { Dispatcher, DispatcherPorts, DispatcherSettings, Timers } from './dispatcher-ports.ts';
import { createOutbox } from './outbox.ts';

const nodeTimers: Timers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (timer) => {
    clearTimeout(timer as NodeJS.Timeout | undefined);
  },
};

/**
 * Delivers alerts to every destination, each with a queue of its own: in order, spaced, coalesced by incident, retried
 * with back-off, kept on disk. Each alert is told once in the end, at the latest when its destination works again.
 */
export function createDispatcher(settings: DispatcherSettings, ports: DispatcherPorts): Dispatcher {
  const timers = ports.timers ?? nodeTimers;
  const outbox =
    settings.outboxDir === undefined
      ? undefined
      : createOutbox(settings.outboxDir, ports.now, ports.random, (message) => {
          ports.onProblem?.({ sink: 'outbox', code: 'OUTBOX_FAILED', message });
        });
  const queues = settings.destinations.map(
    (destination) =>
      new DestinationQueue({
        destination,
        ports,
        timers,
        outbox,
        maxQueued: settings.maxQueued ?? 1_000,
        updateGapMs: settings.updateGapMs ?? 45_000,
        probeMs: settings.probeMs ?? 300_000,
      }),
  );
  const idle = async (): Promise<void> => {
    await Promise.all(queues.map((queue) => queue.idle()));
  };
  return {
    start: () => {
      for (const queue of queues) queue.start();
    },
    submit: (alert) => {
      for (const queue of queues) queue.submit(alert);
    },
    withdraw: (id) => {
      for (const queue of queues) queue.withdraw(id);
    },
    wake: () => {
      for (const queue of queues) queue.pump();
    },
    idle,
    stop: async (graceMs) => {
      for (const queue of queues) queue.hurry();
      if (graceMs > 0) {
        let timer: unknown;
        const grace = new Promise<void>((resolve) => {
          timer = timers.set(resolve, graceMs);
        });
        await Promise.race([idle(), grace]);
        timers.clear(timer);
      }
      return { unsent: queues.reduce((sum, queue) => sum + queue.halt(), 0) };
    },
    status: () => queues.map((queue) => queue.status()),
  };
}
