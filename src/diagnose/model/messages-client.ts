import type { Anthropic, APIError } from '@anthropic-ai/sdk';
import type * as AnthropicSdk from '@anthropic-ai/sdk';
import type {
  Message,
  MessageCreateParamsStreaming,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
import { answerSchema } from './answer-schema.ts';
import { callFailure, failureOfStatus, retryAfterMs } from './call-failure.ts';
import type { CallFailure } from './call-failure.ts';
import { requestStyle } from './model-names.ts';
import { noUsage } from './price-table.ts';
import type { Usage } from './price-table.ts';

/** One question. */
export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly user: string;
  /** Longest answer in tokens, thinking not counted. */
  readonly maxTokens: number;
}

/** What became of it. `usage` is what was billed as far as the API told; `sent` whether it may have been billed at all. */
export type ModelReply =
  | { readonly ok: true; readonly text: string; readonly usage: Usage }
  | { readonly ok: false; readonly failure: CallFailure; readonly usage: Usage; readonly begun: boolean };

/** Speaks to the Messages API; one try a call, never rejects. */
export interface MessagesClient {
  send(request: ModelRequest, signal: AbortSignal): Promise<ModelReply>;
}

/** Where and as whom to ask; read before each call. */
export interface MessagesClientPorts {
  readonly apiKey: () => string | undefined;
  readonly authToken: () => string | undefined;
  readonly baseUrl: string | undefined;
  /** Longest wait for the first byte, ms; the whole call is bounded by its signal. */
  readonly timeoutMs: number;
  readonly now: () => number;
}

type Sdk = typeof AnthropicSdk;

const defaultBaseUrl = 'https://api.anthropic.com';
/** Far longer than any answer of the schema; a server that goes on and on is cut off. */
const mostCharacters = 65_536;

/** Creates a client. The SDK is loaded with the first call: it costs memory that most replicas never need. */
export function createMessagesClient(ports: MessagesClientPorts): MessagesClient {
  let loaded: Promise<{ readonly sdk: Sdk; readonly schema: Record<string, unknown> }> | undefined;
  let current: { readonly credential: string; readonly anthropic: Anthropic } | undefined;

  async function load(): Promise<{ readonly sdk: Sdk; readonly schema: Record<string, unknown> }> {
    const [sdk, { zodOutputFormat }] = await Promise.all([
      import('@anthropic-ai/sdk'),
      import('@anthropic-ai/sdk/helpers/zod'),
    ]);
    return { sdk, schema: zodOutputFormat(answerSchema).schema };
  }

  function connect(sdk: Sdk): Anthropic {
    const apiKey = ports.apiKey();
    const authToken = ports.authToken();
    const credential = `${apiKey ?? ''}\n${authToken ?? ''}`;
    if (current?.credential !== credential) {
      const anthropic = new sdk.Anthropic({
        // Exactly one is passed, so that the SDK looks for no other in the environment or on disk.
        ...(apiKey === undefined ? { authToken: authToken ?? '' } : { apiKey }),
        baseURL: ports.baseUrl ?? defaultBaseUrl,
        // Whether to try again depends on the time that is left for the alert; see consult.ts.
        maxRetries: 0,
        timeout: ports.timeoutMs,
        logLevel: 'off',
      });
      current = { credential, anthropic };
    }
    return current.anthropic;
  }

  return {
    async send(request, signal) {
      const seen: Seen = { text: '', usage: noUsage, begun: false, stopReason: undefined };
      try {
        const { sdk, schema } = await (loaded ??= load());
        const call = connect(sdk).messages.create(bodyOf(request, schema), { signal });
        const { data, response } = await call.withResponse();
        seen.begun = true;
        if (response.headers.get('content-type')?.includes('application/json') === true) {
          // A gateway that does not stream.
          readMessage((await response.json()) as Message, seen);
        } else {
          for await (const event of data) {
            readEvent(event, seen);
            if (seen.text.length > mostCharacters) {
              data.controller.abort();
              return { ok: false, failure: callFailure('malformed'), usage: seen.usage, begun: true };
            }
          }
        }
        return replyOf(seen, signal);
      } catch (thrown) {
        const { sdk } = await (loaded ?? load());
        const failure = signal.aborted ? abortedBy(signal) : translate(thrown, sdk, ports.now());
        return { ok: false, failure, usage: seen.usage, begun: seen.begun || failure.outcome === 'timeout' };
      }
    },
  };
}

interface Seen {
  text: string;
  usage: Usage;
  begun: boolean;
  stopReason: string | null | undefined;
}

function bodyOf(request: ModelRequest, schema: Record<string, unknown>): MessageCreateParamsStreaming {
  const { thinking, effort, thinkingTokens } = requestStyle(request.model);
  return {
    model: request.model,
    max_tokens: request.maxTokens + thinkingTokens,
    // The system part is the same for all cases; what stands before the mark is cached for five minutes.
    system: [{ type: 'text', text: request.system, cache_control: { type: 'ephemeral' } }],
    messages: [{ role: 'user', content: request.user }],
    output_config: { format: { type: 'json_schema', schema }, ...(effort === undefined ? {} : { effort }) },
    ...(thinking === undefined ? {} : { thinking }),
    stream: true,
  };
}

function readMessage(message: Message, seen: Seen): void {
  seen.stopReason = message.stop_reason;
  seen.text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  seen.usage = usageOf(message.usage, seen.usage);
}

function readEvent(event: RawMessageStreamEvent, seen: Seen): void {
  if (event.type === 'message_start') seen.usage = usageOf(event.message.usage, seen.usage);
  if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') seen.text += event.delta.text;
  if (event.type === 'message_delta') {
    seen.stopReason = event.delta.stop_reason;
    seen.usage = usageOf(event.usage, seen.usage);
  }
}

// The counts of a message_delta are cumulative and may leave out what the message_start already told.
function usageOf(told: Partial<Message['usage']> | Partial<RawUsage>, before: Usage): Usage {
  return {
    inputTokens: count(told.input_tokens) ?? before.inputTokens,
    cacheWriteTokens: count(told.cache_creation_input_tokens) ?? before.cacheWriteTokens,
    cacheReadTokens: count(told.cache_read_input_tokens) ?? before.cacheReadTokens,
    outputTokens: count(told.output_tokens) ?? before.outputTokens,
  };
}

interface RawUsage {
  readonly input_tokens: number | null;
  readonly cache_creation_input_tokens: number | null;
  readonly cache_read_input_tokens: number | null;
  readonly output_tokens: number | null;
}

function count(value: number | null | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function replyOf(seen: Seen, signal: AbortSignal): ModelReply {
  const { text, usage, stopReason } = seen;
  const fail = (failure: CallFailure): ModelReply => ({ ok: false, failure, usage, begun: true });
  if (stopReason === 'end_turn' || stopReason === 'stop_sequence') return { ok: true, text, usage };
  if (stopReason === 'max_tokens' || stopReason === 'model_context_window_exceeded')
    return fail(callFailure('truncated'));
  if (stopReason === 'refusal') return fail(callFailure('refused'));
  if (signal.aborted) return fail(abortedBy(signal));
  // A stream that ends without a stop reason was cut.
  return fail(callFailure(stopReason === undefined && text === '' ? 'server_error' : 'malformed'));
}

function abortedBy(signal: AbortSignal): CallFailure {
  return callFailure(signal.reason === 'closed' ? 'closed' : 'timeout');
}

function translate(thrown: unknown, sdk: Sdk, nowMs: number): CallFailure {
  if (thrown instanceof sdk.APIUserAbortError || thrown instanceof sdk.APIConnectionTimeoutError)
    return callFailure('timeout');
  if (thrown instanceof sdk.APIConnectionError) return callFailure('unreachable');
  if (thrown instanceof sdk.APIError) {
    const { status, type, errorCode, headers } = thrown as APIError;
    return failureOfStatus(status, type, errorCode, retryAfterMs(headers?.get('retry-after'), nowMs));
  }
  // What is left: an unreadable body, a socket that broke in the middle of it.
  const name = typeof thrown === 'object' && thrown !== null && 'name' in thrown ? thrown.name : '';
  if (name === 'AbortError') return callFailure('timeout');
  return callFailure(name === 'SyntaxError' ? 'malformed' : 'unreachable');
}
