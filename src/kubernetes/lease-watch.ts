import type { Timers } from '../lib/timers.ts';
import type { LeaseApi } from './lease-api.ts';
import type { LeaseObject } from './lease-object.ts';
import { createWaiter } from './lease-waiter.ts';

/** Keeps a watch of one Lease open until it is stopped. */
export interface LeaseWatch {
  /** Whether the server accepted the present connection and has not ended it. */
  readonly isOpen: () => boolean;
  /** Gives up a connection that fell silent, and opens another one. */
  readonly restart: () => void;
  readonly stop: () => void;
}

export interface LeaseWatchParts {
  readonly api: LeaseApi;
  readonly name: string;
  readonly timers: Timers;
  /** Pause before each further connection. */
  readonly pauseMs: () => number;
  readonly onChange: (lease: LeaseObject | undefined) => void;
  /** The connection ended, for whatever reason; `thrown` is undefined when the server ended it in good order. */
  readonly onEnd: (thrown: unknown) => void;
}

export function startLeaseWatch(parts: LeaseWatchParts): LeaseWatch {
  const pause = createWaiter(parts.timers);
  let stopped = false;
  const isStopped = (): boolean => stopped;
  let open = false;
  let connection = new AbortController();

  async function keep(): Promise<void> {
    while (!isStopped()) {
      connection = new AbortController();
      const { signal } = connection;
      let thrown: unknown;
      try {
        await parts.api.watch(
          parts.name,
          {
            opened: () => {
              open = !signal.aborted;
            },
            changed: (lease) => {
              if (!signal.aborted) parts.onChange(lease);
            },
          },
          signal,
        );
      } catch (error) {
        if (!signal.aborted) thrown = error;
      }
      open = false;
      if (isStopped()) return;
      parts.onEnd(thrown);
      await pause.wait(parts.pauseMs());
    }
  }

  void keep();
  return {
    isOpen: () => open,
    restart: () => {
      open = false;
      connection.abort();
    },
    stop: () => {
      stopped = true;
      open = false;
      connection.abort();
      pause.wake();
    },
  };
}
