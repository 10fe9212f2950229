import { AppError } from '../model/errors.ts';

/** A signal that joins the caller's own with a time limit. */
export interface Deadline {
  readonly signal: AbortSignal;
  readonly abort: () => void;
  /** Lifts the time limit; the caller's signal still holds. */
  readonly stopClock: () => void;
  /** Lets go of timer and listener. */
  readonly end: () => void;
  /** Why it was cut (ABORTED or TIMEOUT), or undefined when it was not. */
  readonly reason: (doing: string) => AppError | undefined;
}

/** Starts the time limit. */
export function createDeadline(outer: AbortSignal | undefined, timeoutMs: number): Deadline {
  const controller = new AbortController();
  let cut: 'ABORTED' | 'TIMEOUT' | undefined;
  const cutBy = (why: 'ABORTED' | 'TIMEOUT'): void => {
    cut ??= why;
    controller.abort();
  };
  const abort = (): void => cutBy('ABORTED');
  const timer = setTimeout(() => cutBy('TIMEOUT'), timeoutMs);
  outer?.addEventListener('abort', abort, { once: true });
  if (outer?.aborted === true) abort();
  const stopClock = (): void => clearTimeout(timer);
  return {
    signal: controller.signal,
    abort,
    stopClock,
    end: () => {
      stopClock();
      outer?.removeEventListener('abort', abort);
    },
    reason: (doing) => {
      if (cut === 'TIMEOUT') {
        return new AppError('TIMEOUT', `no answer within ${timeoutMs} ms when asked to ${doing}`, { retryable: true });
      }
      return cut === 'ABORTED' ? new AppError('ABORTED', `stopped while asked to ${doing}`) : undefined;
    },
  };
}
