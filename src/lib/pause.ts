import type { Timers } from './timers.ts';

/** A wait that can be ended early. */
export interface Pause {
  /** Resolves after `delayMs`, or as soon as `end` is called; at once when it was called before. */
  readonly wait: (delayMs: number) => Promise<void>;
  /** Ends this wait and all later ones. */
  readonly end: () => void;
}

/** For one waiter at a time. */
export function createPause(timers: Timers): Pause {
  let ended = false;
  let finish = (): void => undefined;
  return {
    wait: (delayMs) => {
      if (ended) return Promise.resolve();
      return new Promise((resolve) => {
        const cancel = timers.after(delayMs, resolve);
        finish = () => {
          cancel();
          resolve();
        };
      });
    },
    end: () => {
      ended = true;
      finish();
    },
  };
}
