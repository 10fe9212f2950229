import type { Timers } from '../lib/timers.ts';
import type { ApiClient } from './api-client.ts';
import type { StreamSettings } from './reflector-settings.ts';

/** Asks the server where its history stands, to find out that it went back behind ours (etcd restored from a backup). */
export interface HistoryProbe {
  readonly start: () => void;
  readonly stop: () => void;
  /** Our resourceVersion moved. */
  readonly progressed: () => void;
  /** Asks now. `unknown` when there is nothing to compare or no answer. */
  readonly ask: () => Promise<'behind' | 'fine' | 'unknown'>;
}

export interface HistoryProbeOptions {
  readonly client: ApiClient;
  /** The collection that is watched. */
  readonly path: string;
  readonly now: () => number;
  readonly timers: Timers;
  readonly settings: Pick<StreamSettings, 'progressMs' | 'probeEveryMs'>;
  readonly signal: AbortSignal;
  /** Our resourceVersion; undefined while a list is to be taken. */
  readonly position: () => string | undefined;
  /** A watch is open; without one there is other trouble, and the timer asks nothing. */
  readonly watching: () => boolean;
  /** The server answered; `rvLag` is its resourceVersion less ours. */
  readonly onAnswer: (rvLag: number) => void;
  /** A probe by the timer found the server behind us. */
  readonly onBehind: () => void;
}

const probeTimeoutMs = 10_000;

/**
 * Asks when our resourceVersion stood still for `progressMs`, and every `probeEveryMs` anyway. This is the one place that
 * reads resourceVersions as numbers: they are opaque to clients, but this fault shows in nothing else.
 */
export function createHistoryProbe(options: HistoryProbeOptions): HistoryProbe {
  const { settings, now } = options;
  let movedAtMs = now();
  let askedAtMs = now();
  let asking = false;
  let cancel = (): void => undefined;

  async function ask(): Promise<'behind' | 'fine' | 'unknown'> {
    const ours = options.position();
    if (ours === undefined || asking) return 'unknown';
    asking = true;
    askedAtMs = now();
    try {
      // Unset resourceVersion: a consistent read, never older than what any watch has brought.
      const list = await options.client.json<{ readonly metadata?: { readonly resourceVersion?: string } }>({
        path: options.path,
        query: { limit: 1 },
        timeoutMs: probeTimeoutMs,
        signal: options.signal,
      });
      const lag = difference(list.metadata?.resourceVersion, ours);
      if (lag === undefined) return 'unknown';
      options.onAnswer(lag);
      return lag < 0 ? 'behind' : 'fine';
    } catch {
      // The watch meets the same trouble and reports it.
      return 'unknown';
    } finally {
      asking = false;
    }
  }

  async function check(): Promise<void> {
    const stoodStill = now() - Math.max(movedAtMs, askedAtMs) >= settings.progressMs;
    if (!options.watching() || (!stoodStill && now() - askedAtMs < settings.probeEveryMs)) return;
    if ((await ask()) === 'behind') options.onBehind();
  }

  function schedule(): void {
    cancel = options.timers.after(settings.progressMs / 3, () => {
      schedule();
      void check();
    });
  }

  return {
    start: schedule,
    stop: () => cancel(),
    progressed: () => {
      movedAtMs = now();
    },
    ask,
  };
}

function difference(theirs: string | undefined, ours: string): number | undefined {
  if (theirs === undefined || !/^\d+$/.test(theirs) || !/^\d+$/.test(ours)) return undefined;
  return Number(BigInt(theirs) - BigInt(ours));
}
