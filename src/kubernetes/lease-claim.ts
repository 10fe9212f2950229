import type { LeaseApi } from './lease-api.ts';
import { holderOf, microTime, type LeaseObject, type LeaseSpec } from './lease-object.ts';
import type { LeaseView } from './lease-view.ts';

/** A moment on the monotonic and on the wall clock, ms. */
export interface Stamp {
  readonly mono: number;
  readonly wall: number;
}

export interface ClaimParts {
  readonly api: LeaseApi;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly now: () => number;
  readonly mono: () => number;
  readonly timeoutMs: number;
  readonly durationMs: number;
  readonly view: LeaseView;
  readonly initialTransitions?: () => Promise<number>;
}

/** Writes our claim over the Lease that was read, or creates it. Returns when the write was sent. */
export type Claim = (lease: LeaseObject | undefined, signal: AbortSignal) => Promise<Stamp>;

/** Claims throw API_CONFLICT when someone else wrote in between. */
export function createClaim(parts: ClaimParts): Claim {
  const { api, name, namespace, identity, view } = parts;

  function nextSpec(lease: LeaseObject | undefined, initial: number): LeaseSpec {
    const now = microTime(parts.now());
    const ours = holderOf(lease) === identity;
    return {
      ...lease?.spec,
      holderIdentity: identity,
      leaseDurationSeconds: parts.durationMs / 1000,
      acquireTime: ours ? (lease?.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: lease ? (lease.spec?.leaseTransitions ?? 0) + (ours ? 0 : 1) : initial,
    };
  }

  // A Lease that was deleted must not begin to count anew, or its leaders' writes would be taken for a deposed leader's.
  async function initialTransitions(): Promise<number> {
    const known = view.transitions();
    const above = await parts.initialTransitions?.();
    return Math.max(known === undefined ? 0 : known + 1, above ?? 0);
  }

  return async (lease, signal) => {
    const initial = lease ? 0 : await initialTransitions();
    signal.throwIfAborted();
    // Others count from when they see the write, and that is after it was sent.
    const sent: Stamp = { mono: parts.mono(), wall: parts.now() };
    const call = { timeoutMs: parts.timeoutMs, signal };
    const spec = nextSpec(lease, initial);
    const written = lease
      ? await api.update({ ...lease, spec }, call)
      : await api.create(
          { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace }, spec },
          call,
        );
    signal.throwIfAborted();
    view.observe(written);
    return sent;
  };
}
