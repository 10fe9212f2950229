import type { Timers } from '../../src/notify/dispatcher-ports.ts';

/** Time that passes only when a test says so. */
export interface VirtualClock {
  readonly timers: Timers;
  readonly now: () => number;
  /** Lets time pass; timers fire at their own times, promises settle in between. */
  advance(ms: number): Promise<void>;
  settle(): Promise<void>;
}

export function createVirtualClock(startMs = 1_000_000): VirtualClock {
  let nowMs = startMs;
  let counter = 0;
  const pending = new Map<number, { atMs: number; callback: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    now: () => nowMs,
    settle,
    timers: {
      set: (callback, delayMs) => {
        counter++;
        pending.set(counter, { atMs: nowMs + Math.max(0, delayMs), callback });
        return counter;
      },
      clear: (timer) => {
        pending.delete(timer as number);
      },
    },
    advance: async (ms) => {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = [...pending].filter(([, timer]) => timer.atMs <= endMs).sort((a, b) => a[1].atMs - b[1].atMs)[0];
        if (due === undefined) break;
        pending.delete(due[0]);
        nowMs = Math.max(nowMs, due[1].atMs);
        due[1].callback();
        await settle();
      }
      nowMs = endMs;
    },
  };
}
