import { toAppError, type AppError } from '../model/errors.ts';
import type { Timers } from '../lib/timers.ts';
import type { LeaseApi } from './lease-api.ts';
import { holderOf, microTime } from './lease-object.ts';

export interface LeaseReleaseParts {
  readonly api: LeaseApi;
  readonly name: string;
  readonly identity: string;
  readonly now: () => number;
  readonly mono: () => number;
  readonly timers: Timers;
  readonly timeoutMs: number;
  /** Time for all tries. */
  readonly budgetMs: number;
  readonly onError: (error: AppError) => void;
}

const retryMs = 200;

/**
 * Gives a Lease back, so that the next leader need not wait until it expires: reads it, and if we still hold it, clears the
 * holder, with a duration of 1 s and the count of transitions kept (client-go leaderelection.go, release). Never rejects;
 * after `budgetMs` the Lease is left to expire.
 */
export async function releaseLease(parts: LeaseReleaseParts): Promise<void> {
  const { api, name, timeoutMs } = parts;
  const startedAt = parts.mono();
  do {
    try {
      const lease = await api.get(name, { timeoutMs });
      if (!lease || holderOf(lease) !== parts.identity) return;
      const now = microTime(parts.now());
      const spec = { ...lease.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now };
      await api.update({ ...lease, spec }, { timeoutMs });
      return;
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'API_CONFLICT') parts.onError(error);
      if (!error.retryable) return;
    }
    await new Promise<void>((resolve) => parts.timers.after(retryMs, resolve));
  } while (parts.mono() - startedAt < parts.budgetMs);
}
