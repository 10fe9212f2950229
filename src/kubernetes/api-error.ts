import { AppError, type ErrorCode } from '../model/errors.ts';

/** Status as the API server answers it (k8s.io/apimachinery meta/v1, Status). */
export interface KubeStatus {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
}

/** The machine-readable part of an API server's refusal, kept as the cause of its AppError. */
export class ApiFault extends Error {
  readonly httpStatus: number;
  /** Status.reason: Expired, Forbidden, Timeout … */
  readonly reason: string | undefined;
  /** The server is behind the resourceVersion that was asked for. */
  readonly resourceVersionTooLarge: boolean;

  constructor(httpStatus: number, status: KubeStatus | undefined) {
    super(status?.reason ?? `HTTP ${httpStatus}`);
    this.name = 'ApiFault';
    this.httpStatus = httpStatus;
    this.reason = status?.reason;
    this.resourceVersionTooLarge = (status?.details?.causes ?? []).some(
      (cause) => cause.reason === 'ResourceVersionTooLarge',
    );
  }
}

/** The API server's refusal behind an error, or undefined when the error has another origin. */
export function faultOf(error: unknown): ApiFault | undefined {
  return error instanceof AppError && error.cause instanceof ApiFault ? error.cause : undefined;
}

/**
 * Translates a refusal, from an HTTP answer or an ERROR line of a watch.
 * @param doing what was asked for, as `list pods in namespace shop`
 * @param retryAfterHeader value of Retry-After, whole seconds
 */
export function refusal(
  doing: string,
  httpStatus: number,
  status: KubeStatus | undefined,
  retryAfterHeader?: string,
): AppError {
  const said = clean(status?.message ?? '');
  const tail = said === '' ? '' : `: ${said}`;
  const retryAfterMs = retryAfter(retryAfterHeader, status?.details?.retryAfterSeconds);
  const { code, sentence, retryable } = wordsFor(httpStatus, doing, tail);
  return new AppError(code, sentence, { retryable, retryAfterMs, cause: new ApiFault(httpStatus, status) });
}

function wordsFor(
  httpStatus: number,
  doing: string,
  tail: string,
): { readonly code: ErrorCode; readonly sentence: string; readonly retryable: boolean } {
  switch (httpStatus) {
    case 401:
      return {
        code: 'API_UNAUTHORIZED',
        sentence: `the API server refused our credentials to ${doing}${tail}`,
        retryable: true,
      };
    case 403:
      return { code: 'API_FORBIDDEN', sentence: `no permission to ${doing}${tail}`, retryable: false };
    case 404:
      return { code: 'API_NOT_FOUND', sentence: `cannot ${doing}: not found${tail}`, retryable: false };
    case 409:
      return {
        code: 'API_CONFLICT',
        sentence: `cannot ${doing}: it was changed by someone else${tail}`,
        retryable: true,
      };
    case 410:
      return { code: 'API_GONE', sentence: `cannot ${doing}: the resourceVersion is too old${tail}`, retryable: true };
    case 429:
      return { code: 'API_THROTTLED', sentence: `the API server is too busy to ${doing}${tail}`, retryable: true };
  }
  if (httpStatus >= 500) {
    return {
      code: 'API_UNAVAILABLE',
      sentence: `the API server failed to ${doing} (HTTP ${httpStatus})${tail}`,
      retryable: true,
    };
  }
  return {
    code: 'API_REJECTED',
    sentence: `the API server rejected the request to ${doing} (HTTP ${httpStatus})${tail}`,
    retryable: false,
  };
}

function retryAfter(header: string | undefined, seconds: number | undefined): number | undefined {
  const fromHeader = header === undefined ? NaN : Number(header);
  const value = Number.isFinite(fromHeader) ? fromHeader : seconds;
  return value === undefined || !(value > 0) ? undefined : value * 1000;
}

/**
 * Translates what a socket, TLS or undici threw.
 * @param host host and port of the API server, for people
 */
export function transportError(doing: string, host: string, thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const root = rootOf(thrown);
  const code = typeof root.code === 'string' ? root.code : '';
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    return new AppError('TIMEOUT', `the API server at ${host} fell silent while asked to ${doing}`, {
      retryable: true,
      cause: root,
    });
  }
  const why = reasons[code] ?? (code === '' ? clean(String(root.message)) : code);
  return new AppError('API_UNREACHABLE', `cannot reach the API server at ${host} to ${doing}: ${why}`, {
    retryable: true,
    cause: root,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  ENOTFOUND: 'its name does not resolve',
  EAI_AGAIN: 'its name could not be looked up',
  ETIMEDOUT: 'no answer',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not signed by the certificate authority that is configured',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not signed by the certificate authority that is configured',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not signed by the certificate authority that is configured',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not signed by the certificate authority that is configured',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

interface Thrown {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

/** Happy-eyeballs failures come as an AggregateError; others hide the socket's error in `cause`. */
function rootOf(thrown: unknown): Thrown {
  if (typeof thrown !== 'object' || thrown === null) return { message: String(thrown) };
  const error: Thrown = thrown;
  if (Array.isArray(error.errors) && error.errors.length > 0) return rootOf(error.errors[0]);
  return typeof error.code !== 'string' && error.cause !== undefined ? rootOf(error.cause) : error;
}

/** Without URLs and tokens, on one line, of bounded length. */
function clean(text: string): string {
  return text
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"']+/gi, '(address)')
    .replace(/\bBearer\s+\S+/gi, 'Bearer (token)')
    .replace(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '(token)')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 500);
}
