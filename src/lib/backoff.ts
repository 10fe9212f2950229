/** Delays between failed attempts. */
export interface Backoff {
  /** The next delay in ms; each call counts as one failure. */
  readonly next: () => number;
  /** Forgets all failures. */
  readonly reset: () => void;
}

export interface BackoffSettings {
  /** The first delay is drawn from 0 up to this. */
  readonly firstMs: number;
  /** The second delay; each further one is `factor` times longer, up to `capMs`. */
  readonly baseMs: number;
  readonly factor: number;
  readonly capMs: number;
  /** Without a failure for so long, the next one counts as the first. */
  readonly resetAfterMs: number;
  /** Clock in ms. */
  readonly now: () => number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** Growing delays with full jitter on top: between the delay and twice of it, so that many clients do not return at once. */
export function createBackoff(settings: BackoffSettings): Backoff {
  let failures = 0;
  let lastEndMs = -Infinity;
  return {
    next: () => {
      if (settings.now() - lastEndMs > settings.resetAfterMs) failures = 0;
      const grown = Math.min(settings.capMs, settings.baseMs * settings.factor ** Math.max(0, failures - 1));
      const delayMs = failures === 0 ? settings.firstMs * settings.random() : grown * (1 + settings.random());
      failures += 1;
      lastEndMs = settings.now() + delayMs;
      return Math.round(delayMs);
    },
    reset: () => {
      failures = 0;
    },
  };
}
