import type { ErrorCode } from '../../model/errors.ts';

/** How a call of the model can end without an answer; also the label of `podmedic_model_calls_total`. */
export type CallOutcome =
  | 'rate_limited'
  | 'spend_limit'
  | 'overloaded'
  | 'server_error'
  | 'timeout'
  | 'unreachable'
  | 'unauthorized'
  | 'rejected'
  | 'truncated'
  | 'refused'
  | 'malformed'
  | 'closed';

/** A call that gave no answer. Nothing of what the other side wrote is in it. */
export interface CallFailure {
  readonly outcome: CallOutcome;
  /** For people: "The model's opinion is missing: …". */
  readonly why: string;
  readonly code: Extract<ErrorCode, 'MODEL_UNAVAILABLE' | 'MODEL_REJECTED' | 'ABORTED'>;
  /** The same call may work soon. */
  readonly retryable: boolean;
  /** What the other side asked for, ms. */
  readonly retryAfterMs?: number;
  /** Asking again is in vain for so long, ms. */
  readonly blockMs?: number;
}

const kinds: Readonly<Record<CallOutcome, Omit<CallFailure, 'outcome'>>> = {
  rate_limited: { why: 'the API limits the rate', code: 'MODEL_UNAVAILABLE', retryable: true },
  // A 429 of a spend limit has the type of a rate limit, no retry-after, and lasts until the limit is raised or the month ends.
  spend_limit: {
    why: 'the spend limit of the account is reached',
    code: 'MODEL_REJECTED',
    retryable: false,
    blockMs: 3_600_000,
  },
  overloaded: { why: 'the API is overloaded', code: 'MODEL_UNAVAILABLE', retryable: true },
  server_error: { why: 'the API failed', code: 'MODEL_UNAVAILABLE', retryable: true },
  timeout: { why: 'it took too long', code: 'MODEL_UNAVAILABLE', retryable: false },
  unreachable: { why: 'the API cannot be reached', code: 'MODEL_UNAVAILABLE', retryable: true },
  unauthorized: { why: 'the API does not accept the key', code: 'MODEL_REJECTED', retryable: false, blockMs: 900_000 },
  rejected: {
    why: 'the API refuses the request (check the name of the model)',
    code: 'MODEL_REJECTED',
    retryable: false,
    blockMs: 900_000,
  },
  truncated: { why: 'its answer was longer than MODEL_MAX_TOKENS', code: 'MODEL_REJECTED', retryable: false },
  refused: { why: 'it declined to answer', code: 'MODEL_REJECTED', retryable: false },
  malformed: { why: 'its answer was not of the agreed form', code: 'MODEL_REJECTED', retryable: false },
  closed: { why: 'podmedic is stopping', code: 'ABORTED', retryable: false },
};

/** A failure of a known kind. */
export function callFailure(outcome: CallOutcome, retryAfterMs?: number): CallFailure {
  return { outcome, ...kinds[outcome], ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/** What an error answer of the API means, by status, `error.type` and `error.details.error_code`. */
export function failureOfStatus(
  status: number | undefined,
  type: string | null | undefined,
  errorCode: string | null | undefined,
  retryAfterMs: number | undefined,
): CallFailure {
  if (errorCode !== null && errorCode !== undefined && /spend_limit|billing/u.test(errorCode))
    return callFailure('spend_limit');
  if (type === 'billing_error' || status === 402) return callFailure('spend_limit');
  if (type === 'overloaded_error' || status === 529) return callFailure('overloaded', retryAfterMs);
  if (type === 'rate_limit_error' || status === 429) return callFailure('rate_limited', retryAfterMs);
  if (status === 401 || status === 403 || type === 'authentication_error' || type === 'permission_error')
    return callFailure('unauthorized');
  if (status === 408 || status === 504 || type === 'timeout_error') return callFailure('server_error', retryAfterMs);
  if (status !== undefined && status >= 400 && status < 500 && status !== 409) return callFailure('rejected');
  return callFailure('server_error', retryAfterMs);
}

/** A retry-after header as ms: seconds, or a date. Undefined when absent or unreadable. */
export function retryAfterMs(header: string | null | undefined, nowMs: number): number | undefined {
  if (header === null || header === undefined || header.trim() === '') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
