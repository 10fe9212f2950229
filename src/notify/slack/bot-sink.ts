import type { Alert } from '../../model/alert.ts';
import type { Delivery } from '../../model/delivery.ts';
import type { DeliveryResult, MessageForm, SendContext, Sink } from '../sink.ts';
import type { SlackMessage } from './blocks.ts';
import { goneMessageErrors, resultOfErrorCode } from './error-codes.ts';
import { jsonMember, resultOfAnswer, resultOfThrown, retryAfterMs, withDelay, type HttpAnswer } from './http-answer.ts';
import { slackMessage } from './message.ts';

export interface BotSinkOptions {
  /** Bot token (xoxb-…); asked before each call, so that a rotated secret is used at once. Never logged. */
  readonly token: () => string;
  /** Channel id or name. */
  readonly channel: string;
  /** Default https://slack.com/api. */
  readonly apiUrl?: string;
  /** For one call, ms; default 10,000. */
  readonly timeoutMs?: number;
  /** Replaces the global fetch in tests. */
  readonly fetch?: typeof fetch;
}

interface Root {
  readonly channel: string;
  readonly ts: string;
}

const gapMs = 1_100;

/**
 * Slack with a bot token: an incident's first message is kept true by chat.update, and each material change is also a
 * short reply in its thread. Where the message is gone, it is posted anew.
 */
export function createBotSink(options: BotSinkOptions): Sink {
  return {
    name: 'slack-bot',
    gapMs,
    updates: true,
    send: async (alert, context = {}) => {
      const form = context.form ?? 'full';
      const root = rootOf(context.previous);
      if (root === undefined) return post(options, slackMessage(alert, form), {}, context.signal);
      return follow(options, alert, form, root, context);
    },
  };
}

function rootOf(previous: Delivery | undefined): Root | undefined {
  if (previous?.channel === undefined || previous.ts === undefined) return undefined;
  return { channel: previous.channel, ts: previous.ts };
}

async function follow(
  options: BotSinkOptions,
  alert: Alert,
  form: MessageForm,
  root: Root,
  context: SendContext,
): Promise<DeliveryResult> {
  const message = slackMessage(alert, form);
  const updated = await call(
    options,
    'chat.update',
    { channel: root.channel, ts: root.ts, parse: 'none', ...emptied(message) },
    context.signal,
  );
  if (updated.gone) return post(options, message, {}, context.signal);
  if (updated.result.outcome !== 'sent') return updated.result;
  if (alert.type !== 'amended' && alert.type !== 'storm-updated') {
    const reply = slackMessage(alert, form, 'compact');
    const broadcast = alert.type === 'reminder' ? { reply_broadcast: true } : {};
    const replied = await post(options, reply, { thread_ts: root.ts, ...broadcast }, context.signal, root.channel);
    if (replied.outcome === 'retry' || replied.outcome === 'degrade') return replied;
  }
  return { outcome: 'sent', channel: root.channel, ts: root.ts };
}

/** chat.update keeps what is left out, so that a plainer form must say that blocks and attachments are gone. */
function emptied(message: SlackMessage): SlackMessage {
  return { text: message.text, blocks: message.blocks ?? [], attachments: message.attachments ?? [] };
}

async function post(
  options: BotSinkOptions,
  message: SlackMessage,
  thread: { readonly thread_ts?: string; readonly reply_broadcast?: boolean },
  signal: AbortSignal | undefined,
  channel = options.channel,
): Promise<DeliveryResult> {
  const quiet = { link_names: false, unfurl_links: false, unfurl_media: false };
  return (await call(options, 'chat.postMessage', { channel, ...message, ...thread, ...quiet }, signal)).result;
}

async function call(
  options: BotSinkOptions,
  method: 'chat.postMessage' | 'chat.update',
  body: object,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: DeliveryResult; readonly gone: boolean }> {
  let answer: HttpAnswer;
  try {
    const timeout = AbortSignal.timeout(options.timeoutMs ?? 10_000);
    const response = await (options.fetch ?? fetch)(`${options.apiUrl ?? 'https://slack.com/api'}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${options.token()}` },
      body: JSON.stringify(body),
      redirect: 'error',
      signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
    });
    answer = { status: response.status, body: await response.text(), retryAfter: response.headers.get('retry-after') };
  } catch (thrown) {
    return { result: resultOfThrown(thrown), gone: false };
  }
  const ts = jsonMember(answer.body, 'ts');
  const channel = jsonMember(answer.body, 'channel');
  if (
    answer.status === 200 &&
    jsonMember(answer.body, 'ok') === true &&
    typeof ts === 'string' &&
    typeof channel === 'string'
  )
    return { result: { outcome: 'sent', channel, ts }, gone: false };
  const code = jsonMember(answer.body, 'error');
  if (typeof code === 'string' && goneMessageErrors.has(code))
    return { result: { outcome: 'retry', why: code }, gone: true };
  return { result: resultOfApi(answer, code), gone: false };
}

/** The Web API says what went wrong in a 200's body. */
function resultOfApi(answer: HttpAnswer, code: unknown): DeliveryResult {
  if (answer.status !== 200) return resultOfAnswer(answer, 'SLACK_BOT_TOKEN and the address of Slack’s API');
  if (typeof code !== 'string') return { outcome: 'retry', why: 'an answer that is not Slack’s' };
  const known = resultOfErrorCode(code);
  if (known !== undefined) return withDelay(known, retryAfterMs(answer));
  return { outcome: 'degrade', why: /^[a-z0-9_]{1,64}$/u.test(code) ? code : 'unknown error' };
}
