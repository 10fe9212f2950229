import type { Timers } from '../../lib/timers.ts';
import { AppError } from '../../model/errors.ts';
import { readAnswer } from './answer-schema.ts';
import type { ModelAnswer } from './answer-schema.ts';
import type { Breaker } from './breaker.ts';
import type { Budget } from './budget.ts';
import { callFailure } from './call-failure.ts';
import type { CallFailure } from './call-failure.ts';
import type { MessagesClient, ModelReply, ModelRequest } from './messages-client.ts';
import { requestStyle } from './model-names.ts';
import { addUsage, costUsd, noUsage } from './price-table.ts';
import type { Usage } from './price-table.ts';
import { estimateTokens } from './token-estimate.ts';

/** One answer of one model, or why there is none. */
export type Consultation = { readonly answer: ModelAnswer } | { readonly why: string };

/** What a consultation needs. */
export interface ConsultParts {
  readonly client: MessagesClient;
  readonly budget: Budget;
  readonly breaker: Breaker;
  readonly timers: Timers;
  readonly now: () => number;
  readonly random: () => number;
  readonly metrics: {
    modelCall(outcome: string): void;
    modelTokens(kind: string, count: number): void;
    modelCost(usd: number): void;
    modelBudgetExhausted(exhausted: boolean): void;
  };
  readonly onError: (error: AppError) => void;
}

const tries = 2;
/** Wait before the second try when the API names none, ms; up to half more by chance, so that replicas spread. */
const firstBackoffMs = 1000;
/** Less time than this is not worth another try, ms. */
const leastTryMs = 2000;

/** Asks one model: within the caps, not while the breaker is open, once more if that may help before `deadlineMs`. Never rejects. */
export async function consult(
  request: ModelRequest,
  incidentId: string,
  deadlineMs: number,
  signal: AbortSignal,
  parts: ConsultParts,
): Promise<Consultation> {
  const { budget, breaker, client, metrics } = parts;
  for (let attempt = 1; ; attempt += 1) {
    const reservation = budget.reserve(incidentId, request.model, mostUsage(request));
    if ('cap' in reservation) {
      // One incident's own cap says nothing of the others.
      if (!reservation.ofIncident) metrics.modelBudgetExhausted(true);
      return { why: `the cap on ${reservation.cap} is reached` };
    }
    metrics.modelBudgetExhausted(false);
    const refusal = breaker.refuses();
    if (refusal !== undefined) {
      reservation.settle(noUsage);
      return { why: refusal };
    }
    const reply = await client.send(request, signal);
    reservation.settle(billed(reply, request));
    count(reply, request, metrics);
    const answer = reply.ok ? readAnswer(reply.text) : undefined;
    if (answer !== undefined) {
      breaker.succeeded();
      metrics.modelCall('ok');
      return { answer };
    }
    const failure = reply.ok ? callFailure('malformed') : reply.failure;
    metrics.modelCall(failure.outcome);
    note(failure, parts);
    const pauseMs = failure.retryAfterMs ?? firstBackoffMs * (1 + parts.random() / 2);
    const worthIt = failure.retryable && attempt < tries && parts.now() + pauseMs + leastTryMs <= deadlineMs;
    if (!worthIt || !(await pause(pauseMs, signal, parts.timers))) return { why: failure.why };
  }
}

/** The breaker learns only of what concerns the service, not of one answer that was no good. */
function note(failure: CallFailure, { breaker, onError }: ConsultParts): void {
  if (failure.outcome === 'closed') {
    breaker.failed(failure.why);
    return;
  }
  if (failure.outcome === 'refused' || failure.outcome === 'truncated') breaker.succeeded();
  else breaker.failed(failure.why, longest(failure.blockMs, failure.retryAfterMs));
  onError(new AppError(failure.code, `No second opinion: ${failure.why}`, { retryable: failure.retryable }));
}

// A retry-after of a few seconds is waited for; a longer one holds for all incidents.
const shortWaitMs = 10_000;

function longest(blockMs: number | undefined, retryAfterMs: number | undefined): number | undefined {
  if (retryAfterMs === undefined || retryAfterMs <= shortWaitMs) return blockMs;
  return Math.max(blockMs ?? 0, retryAfterMs);
}

function mostUsage(request: ModelRequest): Usage {
  const inputTokens = estimateTokens(request.system) + estimateTokens(request.user) + schemaTokens;
  return { ...noUsage, inputTokens, outputTokens: request.maxTokens + requestStyle(request.model).thinkingTokens };
}

// The schema of the answer and the frame of the request are billed as input as well.
const schemaTokens = 500;

/** What to count for a call: what the API told; where it told nothing though it had begun, the whole input. */
function billed(reply: ModelReply, request: ModelRequest): Usage {
  if (reply.ok || reply.usage.inputTokens > 0 || !reply.begun) return reply.usage;
  return addUsage(reply.usage, { ...mostUsage(request), outputTokens: 0 });
}

function count(reply: ModelReply, request: ModelRequest, metrics: ConsultParts['metrics']): void {
  const usage = billed(reply, request);
  const kinds = [
    ['input', usage.inputTokens + usage.cacheWriteTokens],
    ['cached', usage.cacheReadTokens],
    ['output', usage.outputTokens],
  ] as const;
  for (const [kind, tokens] of kinds) if (tokens > 0) metrics.modelTokens(kind, tokens);
  const usd = costUsd(request.model, usage);
  if (usd !== undefined && usd > 0) metrics.modelCost(usd);
}

/** False when the signal ended the wait. */
function pause(delayMs: number, signal: AbortSignal, timers: Timers): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const cancel = timers.after(delayMs, () => {
      signal.removeEventListener('abort', stop);
      resolve(true);
    });
    function stop(): void {
      cancel();
      resolve(false);
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}
