import type { Timers } from '../lib/timers.ts';

/** Collects garbage once after work that leaves much of it: V8 does so only when it needs room, and keeps the memory. */
export interface QuietCollection {
  /** Something large was done; counts from its end. */
  worked(): void;
  stop(): void;
}

/** A collection takes some 20 ms, which nobody waits for when nothing was done for so long. */
const quietMs = 10_000;

/** `collect` is called when `worked` was, and then not for `quietMs` (ms). */
export function createQuietCollection(collect: () => void, timers: Timers): QuietCollection {
  let cancel: (() => void) | undefined;
  return {
    worked() {
      cancel?.();
      cancel = timers.after(quietMs, () => {
        cancel = undefined;
        collect();
      });
    },
    stop() {
      cancel?.();
      cancel = undefined;
    },
  };
}
