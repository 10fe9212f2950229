import { AppError } from '../model/errors.ts';

/** Times of leader election, all in ms. */
export interface LeaseSettings {
  /** A holder that was not seen to renew for so long has lost the Lease; whole seconds. Default 15 s. */
  readonly leaseDurationMs: number;
  /** A leader that could not renew for so long stops leading. Default 10 s. */
  readonly renewDeadlineMs: number;
  /** Between two renewals, and between two attempts. Default 2 s. */
  readonly retryPeriodMs: number;
}

/** Those of client-go's components (client-go tools/leaderelection, and kube-controller-manager's flags). */
export const defaultLeaseSettings: LeaseSettings = {
  leaseDurationMs: 15_000,
  renewDeadlineMs: 10_000,
  retryPeriodMs: 2_000,
};

/** Polling waits up to this many retry periods longer, so that candidates do not ask in step. */
export const pollJitter = 1.2;

/** Throws CONFIG_INVALID when the times cannot work together. */
export function checkLeaseSettings({ leaseDurationMs, renewDeadlineMs, retryPeriodMs }: LeaseSettings): void {
  const wrong = (why: string): never => {
    throw new AppError('CONFIG_INVALID', `The times of leader election cannot work together: ${why}.`);
  };
  if (!(leaseDurationMs >= 1000) || leaseDurationMs % 1000 !== 0) wrong('the duration must be whole seconds');
  if (!(leaseDurationMs > renewDeadlineMs)) wrong('the duration must be longer than the renew deadline');
  if (!(renewDeadlineMs > retryPeriodMs * pollJitter)) {
    wrong(`the renew deadline must be longer than ${pollJitter} retry periods`);
  }
  if (!(retryPeriodMs > 0)) wrong('the retry period must be above 0');
}

/** Time for one request: no hung call may use up the renew deadline (kubernetes issue 98059). */
export function requestTimeoutMs({ renewDeadlineMs }: LeaseSettings): number {
  return Math.max(1000, renewDeadlineMs / 2);
}
