import type { DeliveryResult } from '../sink.ts';
import { resultOfErrorCode } from './error-codes.ts';

/** What came back over HTTP. */
export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
  readonly retryAfter: string | null;
}

/** What an answer of an unhappy status means, by its body first. `place` names the setting to look at. */
export function resultOfAnswer(answer: HttpAnswer, place: string): DeliveryResult {
  const { status, body } = answer;
  const code = errorCode(body);
  if (status === 429) return withDelay({ outcome: 'retry', why: 'too many messages (429)' }, retryAfterMs(answer));
  if (status >= 500) return { outcome: 'retry', why: `Slack answered ${status}` };
  const known = code === undefined ? undefined : resultOfErrorCode(code);
  if (known !== undefined) return known;
  const why = `answer ${status}${code === undefined ? '' : ` ${code}`}`;
  if (status === 400 || status === 413 || status === 422) return { outcome: 'degrade', why };
  if (status === 408 || status === 425 || status < 400) return { outcome: 'retry', why };
  return { outcome: 'permanent', why, howToMend: `Check ${place}: the address answers, but not as Slack does.` };
}

/** The wait that a 429 asks for, ms; from the header, else from a webhook's body; at least 1 s, at most 1 h. */
export function retryAfterMs(answer: HttpAnswer): number | undefined {
  const seconds = Number(answer.retryAfter ?? jsonMember(answer.body, 'retry_after') ?? Number.NaN);
  if (!Number.isFinite(seconds)) return undefined;
  return Math.min(Math.max(seconds, 1), 3_600) * 1_000;
}

/** A failed request as a result; says the kind of failure only, because an error's text may hold the URL. */
export function resultOfThrown(thrown: unknown): DeliveryResult {
  return { outcome: 'retry', why: failureKind(thrown) };
}

function failureKind(thrown: unknown): string {
  let at: unknown = thrown;
  for (let depth = 0; depth < 6 && typeof at === 'object' && at !== null; depth++) {
    const { name, code, original, cause } = at as Record<string, unknown>;
    if (name === 'TimeoutError') return 'no answer in time';
    if (typeof code === 'string' && /^(?:E[A-Z_]+|UND_ERR_\w+|[A-Z_]*CERT[A-Z_]*)$/u.test(code)) return code;
    if (name === 'AbortError') return 'stopped';
    at = original ?? cause;
  }
  return 'the request failed';
}

export function withDelay(result: DeliveryResult, afterMs: number | undefined): DeliveryResult {
  return result.outcome === 'retry' && afterMs !== undefined ? { ...result, afterMs } : result;
}

/** Slack's error code: the body itself, or the member `error` of JSON. */
function errorCode(body: string): string | undefined {
  const bare = body.trim();
  if (/^[a-z][a-z0-9_]{1,63}$/u.test(bare)) return bare;
  const member = jsonMember(bare, 'error');
  return typeof member === 'string' && /^[a-z][a-z0-9_]{1,63}$/u.test(member) ? member : undefined;
}

/** A member of a JSON object; `undefined` for anything else. */
export function jsonMember(body: string, name: string): unknown {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>)[name] : undefined;
  } catch {
    return undefined;
  }
}
