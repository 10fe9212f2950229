/** Stops asking a service that fails, and tries again after a while with one call. */
export interface Breaker {
  /** Why nothing may be asked now, in words; undefined when it may. A permitted call must end in `succeeded` or `failed`. */
  refuses(): string | undefined;
  succeeded(): void;
  /** A failed call; `blockMs` where it is known how long asking is in vain. */
  failed(why: string, blockMs?: number): void;
  /** Forgets what was: the key has changed. */
  reset(): void;
}

const failuresToOpen = 3;
const firstPauseMs = 60_000;
const longestPauseMs = 15 * 60_000;
/** What a service asks for is kept, up to an hour: a typing error of a gateway must not silence it for a week. */
const longestBlockMs = 60 * 60_000;

/** Creates a breaker: three failures in a row open it for 1 min, then for twice as long each time, 15 min at most. */
export function createBreaker(now: () => number, random: () => number): Breaker {
  let failures = 0;
  let pauses = 0;
  let openUntilMs = 0;
  let lastWhy = '';
  let probing = false;
  return {
    refuses() {
      if (now() < openUntilMs) return lastWhy;
      if (pauses === 0) return undefined;
      if (probing) return lastWhy;
      probing = true;
      return undefined;
    },
    succeeded() {
      failures = 0;
      pauses = 0;
      probing = false;
      openUntilMs = 0;
    },
    failed(why, blockMs) {
      failures += 1;
      lastWhy = why;
      const wasProbing = probing;
      probing = false;
      if (blockMs === undefined && failures < failuresToOpen && !wasProbing) return;
      const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(pauses, 10)) * (1 + 0.2 * random());
      pauses += 1;
      openUntilMs = now() + Math.max(pauseMs, Math.min(blockMs ?? 0, longestBlockMs));
    },
    reset() {
      failures = 0;
      pauses = 0;
      probing = false;
      openUntilMs = 0;
    },
  };
}
