/** A wall clock that does not jump when somebody sets the machine's clock, and that follows the clock of a server. */
export interface SteadyClock {
  /** Ms since the epoch. */
  readonly now: () => number;
  /**
   * Takes in the time that a server gave (its `Date` header, whole seconds) in the answer to a request that was sent at
   * `sentAtMs` of this clock. Returns by how many ms this clock was corrected: 0 as long as the two can agree.
   */
  readonly hear: (serverMs: number, sentAtMs: number) => number;
}

export interface SteadyClockParts {
  /** The machine's clock, asked once. */
  readonly wall: () => number;
  /** A clock that never jumps, in ms. */
  readonly mono: () => number;
}

/** Servers behind one address may differ by so much, and a machine's clock may run off by it: not worth a correction. */
const toleranceMs = 5_000;
const dateStepMs = 1_000;

/**
 * Kubernetes' objects bear the times of the cluster. A daemon whose machine is an hour off would take what has just happened
 * for old, and one whose clock is set while it runs would stop every waiting time or let it pass at once.
 */
export function createSteadyClock({ wall, mono }: SteadyClockParts): SteadyClock {
  let offsetMs = wall() - mono();
  const now = (): number => mono() + offsetMs;
  return {
    now,
    hear: (serverMs, sentAtMs) => {
      if (!Number.isFinite(serverMs)) return 0;
      // The server's moment lies between sending and now, however long the answer was on its way.
      const behindMs = serverMs - now();
      const aheadMs = sentAtMs - (serverMs + dateStepMs);
      const correctionMs = behindMs > toleranceMs ? behindMs : aheadMs > toleranceMs ? -aheadMs : 0;
      offsetMs += correctionMs;
      return correctionMs;
    },
  };
}
