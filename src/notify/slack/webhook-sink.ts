import { IncomingWebhook } from '@slack/webhook';
import type { Alert } from '../../model/alert.ts';
import type { DeliveryResult, SendContext, Sink } from '../sink.ts';
import { jsonMember, resultOfAnswer, resultOfThrown, type HttpAnswer } from './http-answer.ts';
import { slackMessage, type MessageSize } from './message.ts';

export interface WebhookSinkOptions {
  /** Asked before each message, so that a rotated secret is used at once. Never logged. */
  readonly url: () => string;
  /** For one attempt, ms; default 10,000. */
  readonly timeoutMs?: number;
  /** Replaces the global fetch in tests. */
  readonly fetch?: typeof fetch;
}

/** What came of the request itself; the SDK wraps it beyond recognition. */
interface Attempt {
  last?: HttpAnswer;
  thrown?: unknown;
}

// One message per second and channel (docs.slack.dev, "Rate limits"), with a margin for clocks that differ.
const gapMs = 1_100;

/** Slack's incoming webhook. It can neither edit nor reply, so that later steps of an incident are short messages. */
export function createWebhookSink(options: WebhookSinkOptions): Sink {
  return {
    name: 'slack-webhook',
    gapMs,
    updates: false,
    accepts: (alert) => alert.type !== 'amended',
    send: (alert, context = {}) => send(options, alert, context),
  };
}

async function send(options: WebhookSinkOptions, alert: Alert, context: SendContext): Promise<DeliveryResult> {
  const message = slackMessage(alert, context.form ?? 'full', sizeOf(alert));
  const answered: Attempt = {};
  try {
    const webhook = new IncomingWebhook(options.url(), {
      timeout: options.timeoutMs ?? 10_000,
      fetch: observedFetch(options.fetch ?? fetch, answered, context.signal),
    });
    const { blocks = [], attachments = [] } = message;
    await webhook.send({
      text: message.text,
      blocks,
      attachments,
      link_names: false,
      unfurl_links: false,
      unfurl_media: false,
    });
  } catch (thrown) {
    if (answered.last === undefined) return resultOfThrown(answered.thrown ?? thrown);
  }
  const { last } = answered;
  if (last === undefined) return { outcome: 'retry', why: 'no answer' };
  return isOk(last) ? { outcome: 'sent' } : resultOfAnswer(last, 'WEBHOOK_URL');
}

function sizeOf(alert: Alert): MessageSize {
  const later =
    alert.type === 'worse' || alert.type === 'reminder' || alert.type === 'recovered' || alert.type === 'reopened';
  return later ? 'compact' : 'root';
}

/** Any 2xx resolves in the SDK; only `ok`, or JSON that says so (Slack-compatible servers), is a delivery. */
function isOk({ status, body }: HttpAnswer): boolean {
  if (status < 200 || status > 299) return false;
  return body.trim() === 'ok' || jsonMember(body, 'ok') === true || jsonMember(body, 'success') === true;
}

/** A fetch that keeps the answer's status, body and Retry-After, which the SDK does not hand out. */
function observedFetch(inner: typeof fetch, answered: Attempt, signal: AbortSignal | undefined) {
  return async (url: string | URL, init: { signal?: AbortSignal } = {}): Promise<Response> => {
    const signals = [init.signal, signal].filter((one) => one !== undefined);
    try {
      const response = await inner(url, {
        ...init,
        ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      });
      const body = await response.clone().text();
      answered.last = { status: response.status, body, retryAfter: response.headers.get('retry-after') };
      return response;
    } catch (thrown) {
      answered.thrown = thrown;
      throw thrown;
    }
  };
}
