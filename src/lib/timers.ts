/** Timers as a value, so that tests decide when time passes. */
export interface Timers {
  /** Calls `run` once after `delayMs`; the answer cancels it and may be called again. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Resolves when everything that waits for its turn in the event loop had it. */
  readonly yieldTurn: () => Promise<void>;
}

/** The real ones. A timer keeps the process alive until it fired or was cancelled. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
};
