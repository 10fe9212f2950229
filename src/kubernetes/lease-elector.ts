import { AppError, toAppError } from '../model/errors.ts';
import type { Timers } from '../lib/timers.ts';
import type { LeaseApi } from './lease-api.ts';
import { createClaim, type Stamp } from './lease-claim.ts';
import { holderOf, podOfIdentity, type LeaseObject } from './lease-object.ts';
import { releaseLease } from './lease-release.ts';
import { checkLeaseSettings, pollJitter, requestTimeoutMs, type LeaseSettings } from './lease-settings.ts';
import { createLeaseView } from './lease-view.ts';
import { createWaiter } from './lease-waiter.ts';
import { startLeaseWatch } from './lease-watch.ts';

/**
 * stopped → standby ⇄ leading → stopped.
 * A standby watches the Lease and takes it when it is free or expired; a leader renews it every retry period. Losing it
 * leads back to standby in the same process.
 */
type ElectorState = 'stopped' | 'standby' | 'leading';

export interface ElectorStatus {
  readonly state: ElectorState;
  /** Pod that holds the Lease, as last seen. */
  readonly leader?: string;
  readonly transitions: number;
  /** Leading: time since the last successful renewal was sent. */
  readonly renewedAgoMs?: number;
  /** Leading, though the Lease is over for everyone else: this process failed to let go (for /livez). */
  readonly overdue: boolean;
  /** Standby: the watch of the Lease is open; otherwise it is polled. */
  readonly watching: boolean;
  readonly lastError?: AppError;
}

export interface LeaderElector {
  start(): void;
  /**
   * A leader goes on renewing while `drain` finishes its work, then gives the Lease back as the last thing of all. Never
   * rejects.
   */
  stop(drain?: () => Promise<void>): Promise<void>;
  /** To be asked right before every side effect: true only within the renew deadline of a renewal that succeeded. */
  isLeader(): boolean;
  /** Pod that holds the Lease, as last seen. */
  leader(): string | undefined;
  /** leaseTransitions of the Lease as last seen: while leading, the fence of what the leader writes. */
  transitions(): number;
  status(): ElectorStatus;
}

export interface ElectorParts {
  /** On a client of its own. */
  readonly api: LeaseApi;
  readonly namespace: string;
  readonly name: string;
  /** Unique for this process start: `leaseIdentity(podName, uuid)`. */
  readonly identity: string;
  /** Wall clock and monotonic clock in ms. */
  readonly now: () => number;
  readonly mono: () => number;
  readonly random: () => number;
  readonly timers: Timers;
  readonly settings: LeaseSettings;
  /** Leadership came or went; isLeader() already answers the same. */
  readonly onChange: (leading: boolean) => void;
  /** Something failed and is tried again; told once until something else or nothing fails. */
  readonly onError?: (error: AppError) => void;
  /** Where there is no Lease yet: a count of transitions above all that were used before. Default 0. */
  readonly initialTransitions?: () => Promise<number>;
}

/** How long after the Lease's duration a leader that did not let go is overdue. */
const overdueToleranceMs = 5000;
const conflictRetryMs = 200;

/** A candidate for one Lease. Throws CONFIG_INVALID when its settings cannot work. */
export function createElector(parts: ElectorParts): LeaderElector {
  const { api, name, identity, settings, timers } = parts;
  checkLeaseSettings(settings);
  if (identity === '') throw new AppError('CONFIG_INVALID', 'Leader election needs an identity.');
  const timeoutMs = requestTimeoutMs(settings);
  const view = createLeaseView(identity, settings.leaseDurationMs, parts.mono);
  const waiter = createWaiter(timers);
  const write = createClaim({ ...parts, timeoutMs, durationMs: settings.leaseDurationMs, view });
  const pollMs = (): number => settings.retryPeriodMs * (1 + parts.random() * pollJitter);

  let state: ElectorState = 'stopped';
  let renewed: Stamp | undefined;
  let stopping = true;
  let halted = true;
  const isHalted = (): boolean => halted;
  const isStopping = (): boolean => stopping;
  let watching = (): boolean => false;
  let lastError: AppError | undefined;
  let running: Promise<boolean> = Promise.resolve(false);

  // The monotonic clock may stand still while a machine sleeps, the wall clock may be set back: the larger one counts.
  const since = (from: Stamp): number => Math.max(parts.mono() - from.mono, parts.now() - from.wall);
  const leftMs = (): number => (renewed ? settings.renewDeadlineMs - since(renewed) : 0);
  const isLeader = (): boolean => leftMs() > 0;

  function report(thrown: unknown): AppError {
    const error = toAppError(thrown);
    if (error.code !== lastError?.code) parts.onError?.(error);
    lastError = error;
    return error;
  }

  async function claim(lease: LeaseObject | undefined, signal: AbortSignal): Promise<Stamp> {
    const sent = await write(lease, signal);
    lastError = undefined;
    return sent;
  }

  /** Waits for the Lease and takes it; false when halted first. */
  async function standBy(): Promise<boolean> {
    const term = new AbortController();
    const watch = startLeaseWatch({
      api,
      name,
      timers,
      pauseMs: pollMs,
      onChange: (lease) => {
        view.observe(lease);
        if (view.untilTakeableMs() === 0) waiter.wake();
      },
      onEnd: (thrown) => {
        if (thrown !== undefined) report(thrown);
        waiter.wake();
      },
    });
    watching = watch.isOpen;
    try {
      while (!isHalted()) {
        // While the watch shows that the holder lives, there is nothing to ask.
        const quiet = watch.isOpen() && view.untilTakeableMs() > 0;
        const outcome = quiet ? 'held' : await tryAcquire(watch.isOpen(), watch.restart, term.signal);
        if (outcome === 'acquired') return true;
        if (isHalted()) return false;
        await waiter.wait(waitMs(outcome, watch.isOpen()));
      }
      return false;
    } finally {
      term.abort();
      watch.stop();
      watching = () => false;
    }
  }

  type Attempt = 'acquired' | 'held' | 'conflict' | 'failed';

  function waitMs(outcome: Attempt, watched: boolean): number {
    if (outcome === 'conflict') return conflictRetryMs * (1 + parts.random());
    if (outcome === 'failed') return pollMs();
    return watched ? view.untilTakeableMs() : Math.min(pollMs(), view.untilTakeableMs());
  }

  async function tryAcquire(watched: boolean, restartWatch: () => void, signal: AbortSignal): Promise<Attempt> {
    const seemedFree = view.untilTakeableMs() === 0;
    try {
      const lease = await api.get(name, { timeoutMs, signal });
      view.observe(lease);
      if (view.untilTakeableMs() > 0) {
        // The watch is open, and yet it missed a renewal: it is dead.
        if (watched && seemedFree) restartWatch();
        return 'held';
      }
      renewed = await claim(lease, signal);
      return 'acquired';
    } catch (thrown) {
      if (toAppError(thrown).code === 'API_CONFLICT') return 'conflict';
      report(thrown);
      return 'failed';
    }
  }

  /** Renews until the Lease is lost (false), or until halted while we hold it (true). */
  async function lead(): Promise<boolean> {
    const term = new AbortController();
    const overdue = new Promise<'lost'>((resolve) => {
      term.signal.addEventListener('abort', () => resolve('lost'), { once: true });
    });
    let cancelDeadline = (): void => undefined;
    let failed = false;
    // From send to send, so that slow answers do not stretch the period; after a failure a whole pause.
    const nextRenewalMs = (): number =>
      failed || !renewed ? settings.retryPeriodMs : settings.retryPeriodMs - since(renewed);
    const watchDeadline = (): void => {
      cancelDeadline = timers.after(Math.max(1, leftMs()), () => {
        if (isLeader()) watchDeadline();
        else {
          term.abort();
          waiter.wake();
        }
      });
    };
    watchDeadline();
    try {
      while (!isHalted() && isLeader()) {
        await waiter.wait(Math.max(0, Math.min(nextRenewalMs(), leftMs())));
        if (isHalted() || !isLeader()) break;
        const outcome = await Promise.race([renew(term.signal), overdue]);
        if (outcome === 'lost') return false;
        failed = outcome === 'failed';
      }
      // Past the deadline the Lease may still bear our name; giving it back is then right as well.
      return isHalted();
    } finally {
      cancelDeadline();
      term.abort();
      renewed = undefined;
    }
  }

  async function renew(signal: AbortSignal): Promise<'renewed' | 'failed' | 'lost'> {
    const isOver = (): boolean => signal.aborted;
    try {
      renewed = await claim(view.lease(), signal);
      return 'renewed';
    } catch (thrown) {
      if (isOver()) return 'lost';
      if (report(thrown).code === 'API_FORBIDDEN') return 'failed';
    }
    try {
      // A write whose answer was lost has still been applied: the Lease is ours then, under a newer resourceVersion.
      const lease = await api.get(name, { timeoutMs, signal });
      view.observe(lease);
      if (holderOf(lease) !== identity) return 'lost';
      renewed = await claim(lease, signal);
      return 'renewed';
    } catch (thrown) {
      if (isOver()) return 'lost';
      report(thrown);
      return 'failed';
    }
  }

  /** Returns whether we hold the Lease at the end. */
  async function run(): Promise<boolean> {
    let holding = false;
    while (!isHalted() && !isStopping()) {
      state = 'standby';
      if (!(await standBy())) return false;
      if (isHalted()) return true;
      state = 'leading';
      parts.onChange(true);
      holding = await lead();
      state = 'standby';
      parts.onChange(false);
    }
    return holding;
  }

  return {
    isLeader,
    start: () => {
      if (!isHalted()) return;
      halted = false;
      stopping = false;
      running = run();
    },
    stop: async (drain) => {
      if (isHalted()) return;
      stopping = true;
      if (state !== 'leading') halted = true;
      try {
        await drain?.();
      } catch (thrown) {
        report(thrown);
      }
      halted = true;
      waiter.wake();
      const holding = await running;
      state = 'stopped';
      if (holding) {
        const { now, mono } = parts;
        const budgetMs = settings.renewDeadlineMs;
        await releaseLease({ api, name, identity, now, mono, timers, timeoutMs, budgetMs, onError: report });
      }
    },
    leader: () => {
      const holder = holderOf(view.lease());
      return holder === undefined ? undefined : podOfIdentity(holder);
    },
    transitions: () => view.transitions() ?? 0,
    status: () => {
      const holder = holderOf(view.lease());
      return {
        state,
        ...(holder === undefined ? {} : { leader: podOfIdentity(holder) }),
        transitions: view.transitions() ?? 0,
        ...(state === 'leading' && renewed ? { renewedAgoMs: since(renewed) } : {}),
        overdue:
          state === 'leading' &&
          renewed !== undefined &&
          since(renewed) > settings.leaseDurationMs + overdueToleranceMs,
        watching: watching(),
        ...(lastError ? { lastError } : {}),
      };
    },
  };
}
