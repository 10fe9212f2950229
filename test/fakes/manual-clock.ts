import type { Timers } from '../../src/lib/timers.ts';

/** A clock that stands still until a test moves it, with the timers that hang on it. */
export interface ManualClock {
  readonly now: () => number;
  readonly timers: Timers;
  /** Moves time on and runs what falls due, in order. */
  readonly advance: (ms: number) => void;
  /** Timers that are set. */
  readonly pending: () => number;
}

export function createManualClock(startMs = 1_000_000): ManualClock {
  let nowMs = startMs;
  const timers = new Set<{ readonly dueMs: number; readonly run: () => void }>();
  return {
    now: () => nowMs,
    timers: {
      after: (delayMs, run) => {
        const timer = { dueMs: nowMs + delayMs, run };
        timers.add(timer);
        return () => timers.delete(timer);
      },
      yieldTurn: () => new Promise((resolve) => setImmediate(resolve)),
    },
    advance: (ms) => {
      const endMs = nowMs + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (due === undefined) break;
        timers.delete(due);
        nowMs = Math.max(nowMs, due.dueMs);
        due.run();
      }
      nowMs = endMs;
    },
    pending: () => timers.size,
  };
}

/** Waits until something has come true; fails with `what` when it does not within ten seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const endMs = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > endMs) throw new Error(`waited in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
