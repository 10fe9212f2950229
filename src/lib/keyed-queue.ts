import { systemTimers, type Timers } from './timers.ts';

/** Keys that wait for work. A key stands for the newest state of its thing, never for one event. */
export interface KeyedQueue<K> {
  /** Queues the key; it waits once, however often it is added. Added while it runs, it runs once more afterwards. */
  readonly add: (key: K) => void;
  /** Queues the key after `delayMs`. Of several delays for one key the earliest counts; `add` overtakes them. */
  readonly addAfter: (key: K, delayMs: number) => void;
  /** Keys that wait or run; delayed ones are not counted. */
  readonly size: () => number;
  /** How long the key that waits or runs the longest has done so, in ms; 0 when there is none. */
  readonly oldestAgeMs: () => number;
  /** Resolves when nothing waits or runs any more; delayed keys are not waited for. */
  readonly drain: () => Promise<void>;
  /** Resolves when every key that waits or runs now was worked on; what is added later is not waited for. */
  readonly caughtUp: () => Promise<void>;
  /** Forgets what waits and resolves when the running work has ended; later adds are ignored. */
  readonly stop: () => Promise<void>;
}

export interface KeyedQueueSettings<K> {
  /** How many keys are worked on at a time; one key never twice. */
  readonly concurrency: number;
  readonly work: (key: K) => Promise<void>;
  /** Told when `work` throws; the queue goes on. The key is not added again by itself. */
  readonly onError: (error: unknown, key: K) => void;
  /** Clock in ms; default is performance.now. */
  readonly now?: () => number;
  readonly timers?: Timers;
}

/** A queue that coalesces by key: first come, first served, one key strictly in order, keys side by side. */
export function createKeyedQueue<K>(settings: KeyedQueueSettings<K>): KeyedQueue<K> {
  const timers = settings.timers ?? systemTimers;
  const now = settings.now ?? (() => performance.now());
  /** Since when each waits, in the order of arrival. */
  const waiting = new Map<K, number>();
  const running = new Map<K, number>();
  const addedWhileRunning = new Set<K>();
  const delayed = new Map<K, { readonly dueMs: number; readonly cancel: () => void }>();
  /** Each with the runs that it still waits for, by key. */
  const catchUps = new Set<{ readonly missing: Map<K, number>; readonly resolve: () => void }>();
  let idleListeners: (() => void)[] = [];
  let stopped = false;

  function add(key: K): void {
    if (stopped) return;
    cancelDelay(key);
    if (running.has(key)) {
      addedWhileRunning.add(key);
      return;
    }
    if (!waiting.has(key)) waiting.set(key, now());
    startNext();
  }

  function startNext(): void {
    for (const [key, sinceMs] of waiting) {
      if (running.size >= settings.concurrency) return;
      waiting.delete(key);
      running.set(key, sinceMs);
      void run(key);
    }
  }

  async function run(key: K): Promise<void> {
    // Work starts in its own turn, so that `add` never runs it inside the caller.
    await Promise.resolve();
    // What was added until now is covered by the work that begins now.
    if (addedWhileRunning.delete(key)) tellWorked(key);
    try {
      if (!stopped) await settings.work(key);
    } catch (error) {
      settings.onError(error, key);
    }
    running.delete(key);
    if (addedWhileRunning.delete(key)) waiting.set(key, now());
    tellWorked(key);
    startNext();
    if (waiting.size === 0 && running.size === 0) tellIdle();
  }

  function tellIdle(): void {
    const listeners = idleListeners;
    idleListeners = [];
    for (const listener of listeners) listener();
  }

  function tellWorked(key: K): void {
    for (const catchUp of catchUps) {
      const runs = catchUp.missing.get(key) ?? 0;
      if (runs > 1) catchUp.missing.set(key, runs - 1);
      else catchUp.missing.delete(key);
      if (catchUp.missing.size > 0) continue;
      catchUps.delete(catchUp);
      catchUp.resolve();
    }
  }

  /** What was added while it ran may have changed after the run looked. */
  function caughtUp(): Promise<void> {
    const missing = new Map<K, number>();
    for (const key of waiting.keys()) missing.set(key, 1);
    for (const key of running.keys()) missing.set(key, addedWhileRunning.has(key) ? 2 : 1);
    if (missing.size === 0) return Promise.resolve();
    return new Promise((resolve) => catchUps.add({ missing, resolve }));
  }

  function cancelDelay(key: K): void {
    delayed.get(key)?.cancel();
    delayed.delete(key);
  }

  function idle(): Promise<void> {
    if (waiting.size === 0 && running.size === 0) return Promise.resolve();
    return new Promise((resolve) => idleListeners.push(resolve));
  }

  return {
    add,
    addAfter: (key, delayMs) => {
      if (stopped) return;
      if (delayMs <= 0) {
        add(key);
        return;
      }
      const dueMs = now() + delayMs;
      const earlier = delayed.get(key);
      if (earlier !== undefined && earlier.dueMs <= dueMs) return;
      earlier?.cancel();
      delayed.set(key, { dueMs, cancel: timers.after(delayMs, () => add(key)) });
    },
    size: () => waiting.size + running.size,
    oldestAgeMs: () => {
      const [first] = waiting.values();
      const since = [...running.values(), ...(first === undefined ? [] : [first])];
      return since.length === 0 ? 0 : Math.max(0, now() - Math.min(...since));
    },
    drain: idle,
    caughtUp,
    stop: () => {
      stopped = true;
      waiting.clear();
      addedWhileRunning.clear();
      for (const catchUp of catchUps) catchUp.resolve();
      catchUps.clear();
      for (const key of [...delayed.keys()]) cancelDelay(key);
      return idle();
    },
  };
}
