/** Every way in which podmedic's own work can fail; also the label of `podmedic_errors_total`. */
export const errorCodes = [
  'CONFIG_INVALID',
  'KUBECONFIG_INVALID',
  'API_UNREACHABLE',
  'API_UNAUTHORIZED',
  'API_FORBIDDEN',
  'API_NOT_FOUND',
  'API_GONE',
  'API_CONFLICT',
  'API_THROTTLED',
  'API_REJECTED',
  'API_UNAVAILABLE',
  'API_MALFORMED',
  'LEASE_LOST',
  'STATE_UNREADABLE',
  'STATE_FULL',
  'SINK_REJECTED',
  'SINK_THROTTLED',
  'SINK_UNAVAILABLE',
  'SINK_PERMANENT',
  'OUTBOX_FAILED',
  'MODEL_UNAVAILABLE',
  'MODEL_REJECTED',
  'MODEL_BUDGET',
  'BUNDLE_INVALID',
  'TIMEOUT',
  'ABORTED',
  'INTERNAL',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/**
 * The one error class. SDK errors are translated into it where the SDK lives, cleaned of URLs and tokens.
 * `retryAfterMs` is what the other side asked for.
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      readonly retryable?: boolean;
      readonly cause?: unknown;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Any thrown value as an AppError; what is not ours becomes INTERNAL and keeps its cause. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new AppError('INTERNAL', message, { cause: thrown });
}
