import type { Timers } from '../lib/timers.ts';

/** A pause that can be ended early. */
export interface Waiter {
  /** Resolves after `delayMs`, or at once when `wake` was called since the last wait ended. One wait at a time. */
  readonly wait: (delayMs: number) => Promise<void>;
  readonly wake: () => void;
}

export function createWaiter(timers: Timers): Waiter {
  let woken = false;
  let end: (() => void) | undefined;
  return {
    wait: async (delayMs) => {
      if (!woken) {
        await new Promise<void>((resolve) => {
          const cancel = timers.after(delayMs, resolve);
          end = () => {
            cancel();
            resolve();
          };
        });
        end = undefined;
      }
      woken = false;
    },
    wake: () => {
      woken = true;
      end?.();
    },
  };
}
