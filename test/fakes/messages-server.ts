import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface ReceivedMessage {
  readonly headers: IncomingMessage['headers'];
  readonly body: MessagesBody;
  /** The user part, the one text. */
  readonly user: string;
  readonly system: string;
}

/** What this server reads of a request. */
export interface MessagesBody {
  readonly model: string;
  readonly max_tokens: number;
  readonly stream?: boolean;
  readonly system: readonly { readonly text: string; readonly cache_control?: { readonly type: string } }[];
  readonly messages: readonly { readonly role: string; readonly content: string }[];
  readonly output_config?: {
    readonly effort?: string;
    readonly format?: { readonly type: string; readonly schema: unknown };
  };
  readonly thinking?: { readonly type: string };
}

/** How one request is answered. */
export type MessagesReaction =
  | { readonly kind: 'answer'; readonly text: string; readonly stopReason?: string; readonly outputTokens?: number }
  | {
      readonly kind: 'error';
      readonly status: number;
      readonly type: string;
      readonly errorCode?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** An error event after the stream began, as the API sends when it gets overloaded in the middle. */
  | { readonly kind: 'error-in-stream'; readonly type: string }
  /** The socket dies: before the headers, or in the middle of the answer. */
  | { readonly kind: 'reset'; readonly after: 'nothing' | 'half' }
  /** Nothing ever comes. */
  | { readonly kind: 'hang' }
  /** One byte every `everyMs`, for ever. */
  | { readonly kind: 'drip'; readonly everyMs: number }
  /** One JSON body though a stream was asked for, as some gateways do. */
  | { readonly kind: 'unstreamed'; readonly text: string }
  /** Status 200 with something that is no answer of the API. */
  | { readonly kind: 'raw'; readonly body: string; readonly contentType: string }
  /** An answer without end. */
  | { readonly kind: 'flood' };

export interface MessagesServer {
  readonly url: string;
  readonly received: ReceivedMessage[];
  /** Decides on each request; without it, or for undefined, an empty agreement. */
  react: (request: ReceivedMessage) => MessagesReaction | undefined;
  close(): Promise<void>;
}

const emptyAgreement = JSON.stringify({ agrees: true, cause: [], confidence: 'unknown', fixes: [] });
// platform.claude.com/docs/en/build-with-claude/prompt-caching: the shortest prefix that is cached, and for how long.
const leastCachedTokens = 512;
const cachedMs = 5 * 60_000;
const versions = new Set(['2023-06-01', '2026-10-21']);

/** A local server that speaks the Messages API (POST /v1/messages) as far as a client of structured answers needs it. */
export async function startMessagesServer(now: () => number = Date.now): Promise<MessagesServer> {
  const received: ReceivedMessage[] = [];
  const cache = new Map<string, number>();
  const timers = new Set<NodeJS.Timeout>();
  let requests = 0;

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.setHeader('request-id', `req_${String((requests += 1)).padStart(6, '0')}`);
      const body = parse(Buffer.concat(chunks).toString('utf8'));
      const problem = body === undefined ? 'the body is no JSON' : problemOf(request, body);
      if (body === undefined || problem !== undefined) {
        sendError(
          response,
          problem === 'no key' ? 401 : 400,
          problem === 'no key' ? 'authentication_error' : 'invalid_request_error',
          problem ?? '',
        );
        return;
      }
      const message: ReceivedMessage = {
        headers: request.headers,
        body,
        user: body.messages.map(({ content }) => content).join('\n'),
        system: body.system.map(({ text }) => text).join('\n'),
      };
      received.push(message);
      answer(message, messages.react(message) ?? { kind: 'answer', text: emptyAgreement }, response);
    });
  });

  function answer(message: ReceivedMessage, reaction: MessagesReaction, response: ServerResponse): void {
    const usage = inputUsage(message);
    switch (reaction.kind) {
      case 'error':
        sendError(
          response,
          reaction.status,
          reaction.type,
          'this is how it failed',
          reaction.headers,
          reaction.errorCode,
        );
        return;
      case 'hang':
        return;
      case 'reset':
        if (reaction.after === 'nothing') {
          response.destroy();
          return;
        }
        beginStream(response, message.body.model, usage);
        event(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
        event(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: '{"agrees":' } });
        later(20, () => response.destroy());
        return;
      case 'drip': {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        const drip = setInterval(() => response.write(':'), reaction.everyMs);
        timers.add(drip);
        response.on('close', () => clearInterval(drip));
        return;
      }
      case 'flood': {
        beginStream(response, message.body.model, usage);
        event(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
        const flood = setInterval(() => {
          event(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'x'.repeat(10_000) } });
        }, 1);
        timers.add(flood);
        response.on('close', () => clearInterval(flood));
        return;
      }
      case 'error-in-stream':
        beginStream(response, message.body.model, usage);
        event(response, 'error', { error: { type: reaction.type, message: 'this is how it failed' } });
        response.end();
        return;
      case 'raw':
        response.writeHead(200, { 'content-type': reaction.contentType });
        response.end(reaction.body);
        return;
      case 'unstreamed':
        sendMessage(response, message.body.model, reaction.text, 'end_turn', {
          ...usage,
          output_tokens: tokensOf(reaction.text),
        });
        return;
      case 'answer': {
        const outputTokens = reaction.outputTokens ?? tokensOf(reaction.text);
        const stopReason = reaction.stopReason ?? 'end_turn';
        if (message.body.stream !== true) {
          sendMessage(response, message.body.model, reaction.text, stopReason, {
            ...usage,
            output_tokens: outputTokens,
          });
          return;
        }
        stream(response, message.body.model, usage, reaction.text, stopReason, outputTokens);
      }
    }
  }

  function inputUsage({ body, system, user }: ReceivedMessage): Record<string, number> {
    const systemTokens = tokensOf(system);
    const key = `${body.model}\n${system}`;
    const cached =
      body.system.some(({ cache_control }) => cache_control !== undefined) && systemTokens >= leastCachedTokens;
    const hit = cached && (cache.get(key) ?? -Infinity) + cachedMs > now();
    if (cached) cache.set(key, now());
    return {
      input_tokens: tokensOf(user) + tokensOf(JSON.stringify(body.output_config ?? {})) + (cached ? 0 : systemTokens),
      cache_creation_input_tokens: cached && !hit ? systemTokens : 0,
      cache_read_input_tokens: hit ? systemTokens : 0,
    };
  }

  function later(delayMs: number, run: () => void): void {
    timers.add(setTimeout(run, delayMs));
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const messages: MessagesServer = {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    react: () => undefined,
    close() {
      for (const timer of timers) clearInterval(timer);
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  return messages;
}

function parse(text: string): MessagesBody | undefined {
  try {
    return JSON.parse(text) as MessagesBody;
  } catch {
    return undefined;
  }
}

/** What the API would refuse (platform.claude.com/docs/en/api/errors and the models' migration guides). */
function problemOf({ url, method, headers }: IncomingMessage, body: MessagesBody): string | undefined {
  if (method !== 'POST' || url !== '/v1/messages') return 'no such path';
  const key = headers['x-api-key'] ?? headers.authorization?.replace(/^Bearer /u, '');
  if (key === undefined || key === '') return 'no key';
  if (!versions.has(String(headers['anthropic-version']))) return 'anthropic-version is missing';
  if (typeof body.model !== 'string' || !Number.isInteger(body.max_tokens) || body.max_tokens < 1)
    return 'model or max_tokens';
  if (body.messages[0]?.role !== 'user') return 'messages must begin with the user';
  for (const sampling of ['temperature', 'top_p', 'top_k']) if (sampling in body) return `${sampling} is not supported`;
  if (body.thinking?.type === 'disabled' && /sonnet-5-5|opus-5-5/u.test(body.model))
    return 'thinking cannot be disabled';
  if (body.thinking?.type === 'enabled') return 'thinking.type enabled is not supported';
  const { format } = body.output_config ?? {};
  return format === undefined ? undefined : schemaProblem(format.schema);
}

/** Structured answers take a part of JSON Schema only: every object closed, no limits of length or number. */
function schemaProblem(schema: unknown): string | undefined {
  if (typeof schema !== 'object' || schema === null) return undefined;
  if (Array.isArray(schema)) return schema.map(schemaProblem).find((problem) => problem !== undefined);
  const node = schema as Record<string, unknown>;
  for (const word of ['maxItems', 'minLength', 'maxLength', 'minimum', 'maximum', 'pattern']) {
    if (word in node) return `output_config.format.schema: ${word} is not supported`;
  }
  if (node.type === 'object' && node.additionalProperties !== false) return 'additionalProperties must be false';
  return Object.values(node)
    .map(schemaProblem)
    .find((problem) => problem !== undefined);
}

/** Four bytes a token: about what the API counts for English. */
function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4);
}

function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
  errorCode?: string,
): void {
  const details = errorCode === undefined ? {} : { details: { error_code: errorCode } };
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ type: 'error', error: { type, message, ...details }, request_id: 'req_000000' }));
}

function sendMessage(response: ServerResponse, model: string, text: string, stopReason: string, usage: unknown): void {
  const content = [{ type: 'text', text, citations: null }];
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content,
      stop_reason: stopReason,
      stop_sequence: null,
      usage,
    }),
  );
}

function beginStream(response: ServerResponse, model: string, usage: Readonly<Record<string, number>>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
  };
  event(response, 'message_start', { message: { ...message, usage: { ...usage, output_tokens: 1 } } });
}

function stream(
  response: ServerResponse,
  model: string,
  usage: Readonly<Record<string, number>>,
  text: string,
  stopReason: string,
  outputTokens: number,
): void {
  beginStream(response, model, usage);
  event(response, 'content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
  event(response, 'ping', {});
  for (let at = 0; at < text.length; at += 40) {
    event(response, 'content_block_delta', { index: 0, delta: { type: 'text_delta', text: text.slice(at, at + 40) } });
  }
  event(response, 'content_block_stop', { index: 0 });
  const delta = { stop_reason: stopReason, stop_sequence: null };
  event(response, 'message_delta', { delta, usage: { output_tokens: outputTokens } });
  event(response, 'message_stop', {});
  response.end();
}

function event(response: ServerResponse, type: string, data: Readonly<Record<string, unknown>>): void {
  response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
}
