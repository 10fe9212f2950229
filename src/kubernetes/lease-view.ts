import { holderOf, type LeaseObject } from './lease-object.ts';

/** What a candidate knows of the Lease, and since when by its own clock. */
export interface LeaseView {
  /** Undefined when there is no such Lease, or none was read yet. */
  readonly lease: () => LeaseObject | undefined;
  /** Takes note of a state that was read; only a change of it counts as a sign of life. */
  readonly observe: (lease: LeaseObject | undefined) => void;
  /** Time until the holder's Lease is over, in ms; 0 when it is free, expired or ours. */
  readonly untilTakeableMs: () => number;
  /** The highest count of transitions that was seen; undefined when no Lease was. */
  readonly transitions: () => number | undefined;
}

/**
 * The holder's own times are never compared with a local clock, which may be wrong by hours: a Lease is valid for its own
 * duration since we saw it change (client-go leaderelection.go, isLeaseValid). `mono` never jumps, so a candidate is rather
 * late than early.
 */
export function createLeaseView(identity: string, defaultDurationMs: number, mono: () => number): LeaseView {
  let current: LeaseObject | undefined;
  let fingerprint = '';
  let changedAtMono = mono();
  let transitions: number | undefined;
  return {
    lease: () => current,
    observe: (lease) => {
      const seen = JSON.stringify(lease?.spec ?? null) + (lease?.metadata?.uid ?? '');
      if (seen !== fingerprint) {
        fingerprint = seen;
        changedAtMono = mono();
      }
      current = lease;
      if (lease) transitions = Math.max(transitions ?? 0, lease.spec?.leaseTransitions ?? 0);
    },
    untilTakeableMs: () => {
      const holder = holderOf(current);
      if (holder === undefined || holder === identity) return 0;
      const seconds = current?.spec?.leaseDurationSeconds;
      const durationMs = seconds == null ? defaultDurationMs : seconds * 1000;
      return Math.max(0, changedAtMono + durationMs - mono());
    },
    transitions: () => transitions,
  };
}
