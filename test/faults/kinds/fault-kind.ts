import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../cluster/wait.ts';
import type { ApiProxy, HttpRule, ProxiedRequest } from '../api-proxy.ts';
import type { Lab } from '../lab.ts';
import type { Random } from '../random.ts';
import type { Replica } from '../replica.ts';

/** What a fault is given. */
export interface Strike {
  readonly lab: Lab;
  readonly random: Random;
  /** To be called while the fault lasts: makes the failure that falls into it. */
  readonly during: () => Promise<void>;
  /** Notes a figure for the report. */
  readonly figure: (name: string, ms: number) => void;
}

/** One kind of fault. */
export interface FaultKind {
  readonly name: string;
  /** `server`: it meets everything that uses the API server, so that nothing else may run beside it. */
  readonly scope: 'lab' | 'server';
  /** How long it takes by and large, for the plan. */
  readonly seconds: number;
  /** Does it and ends it. Returns how often it struck; 0 means that it did not, which fails the test. */
  readonly strike: (strike: Strike) => Promise<number>;
}

/** One or both of the replicas, the leader among them. */
export async function victims({ lab, random }: Strike): Promise<readonly Replica[]> {
  return random.next() < 0.5 ? [await lab.leader()] : lab.replicas;
}

/** A rule on the proxies of these replicas for a time; returns how many requests it met. */
export async function withRule(
  replicas: readonly Replica[],
  rule: HttpRule,
  work: () => Promise<void>,
): Promise<number> {
  let hits = 0;
  for (const { proxy } of replicas) {
    proxy.setRule((request) => {
      const fault = rule(request);
      if (fault !== undefined) hits += 1;
      return fault;
    });
  }
  try {
    await work();
  } finally {
    for (const { proxy } of replicas) proxy.setRule(undefined);
  }
  return hits;
}

export function isPodWatch({ isWatch, path }: ProxiedRequest): boolean {
  return isWatch && path.endsWith('/pods');
}

/** Waits until a proxy carries a watch of pods again; returns how long it took, ms. */
export async function untilPodsAreWatched(proxy: ApiProxy, timeoutMs: number): Promise<number> {
  const startedAtMs = Date.now();
  await waitFor('a watch of pods', () => proxy.openWatches().some(isPodWatch), { timeoutMs, intervalMs: 50 });
  return Date.now() - startedAtMs;
}

export { sleep };
