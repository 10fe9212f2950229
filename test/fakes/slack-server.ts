import { appendFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { isRecord, payloadProblem } from './slack-limits.ts';

/** How the next request is answered instead of properly. `after: true` means that the message was accepted before. */
export type SlackFault =
  | { readonly kind: 'status'; readonly status: number; readonly body?: string; readonly retryAfter?: number }
  | { readonly kind: 'error'; readonly error: string }
  | { readonly kind: 'not-ok'; readonly body?: string }
  | { readonly kind: 'hang'; readonly after?: boolean }
  | { readonly kind: 'reset'; readonly after?: boolean };

/** A message as it was accepted. */
interface SlackRecord {
  readonly method: 'webhook' | 'chat.postMessage' | 'chat.update';
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly payload: Record<string, unknown>;
  readonly bytes: number;
  readonly atMs: number;
}

export interface SlackServer {
  readonly url: string;
  /** Path of the one webhook that exists. */
  readonly webhookUrl: string;
  readonly apiUrl: string;
  readonly records: SlackRecord[];
  /** What a channel shows now: roots and replies, updates applied. */
  shown(): SlackRecord[];
  /** Answers of each request, in order: `ok`, `429`, `invalid_blocks` … */
  readonly answers: string[];
  /** Faults for the next requests, in order. */
  readonly faults: SlackFault[];
  close(): Promise<void>;
}

export interface SlackServerOptions {
  readonly port?: number;
  readonly host?: string;
  /** Least time between two posts to a channel, ms; default 1,000. Earlier ones get a 429. */
  readonly gapMs?: number;
  readonly onRecord?: (record: SlackRecord) => void;
  readonly now?: () => number;
}

const token = 'xoxb-fake-token';
const hookPath = '/services/T00000001/B00000001/fakefakefakefakefakefake';
// Webhooks answer errors with these statuses (docs.slack.dev, "Sending messages using incoming webhooks").
const hookStatus: Readonly<Record<string, number>> = {
  action_prohibited: 403,
  channel_not_found: 404,
  no_service: 404,
  channel_is_archived: 410,
};

/** A Slack over real HTTP that enforces the limits, the one message per second and channel, and the scripted faults. */
export async function startSlackServer(options: SlackServerOptions = {}): Promise<SlackServer> {
  const now = options.now ?? Date.now;
  const records: SlackRecord[] = [];
  const answers: string[] = [];
  const faults: SlackFault[] = [];
  const lastPostAtMs = new Map<string, number>();
  let counter = 0;

  const respond = (
    response: ServerResponse,
    status: number,
    body: string,
    headers: Record<string, string> = {},
  ): void => {
    answers.push(
      status === 200 && (body === 'ok' || body.startsWith('{"ok":true')) ? 'ok' : errorIn(body) || String(status),
    );
    response
      .writeHead(status, { 'content-type': body.startsWith('{') ? 'application/json' : 'text/html', ...headers })
      .end(body);
  };
  const fail = (response: ServerResponse, isHook: boolean, error: string): void => {
    if (isHook) respond(response, hookStatus[error] ?? 400, error);
    else respond(response, 200, JSON.stringify({ ok: false, error }));
  };
  const accept = (record: Omit<SlackRecord, 'ts' | 'atMs'>, ts?: string): SlackRecord => {
    counter++;
    const full: SlackRecord = { ...record, ts: ts ?? `1700000000.${String(counter).padStart(6, '0')}`, atMs: now() };
    records.push(full);
    options.onRecord?.(full);
    return full;
  };

  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (path === '/messages') {
      admin(request, response, records);
      return;
    }
    if (path === '/faults') {
      faults.push(...(JSON.parse(body) as SlackFault[]));
      response.writeHead(200).end();
      return;
    }
    const isHook = path.startsWith('/services/');
    const fault = faults.shift();
    if (fault !== undefined && !('after' in fault && fault.after)) {
      answerFault(fault, response, isHook, respond, fail, answers);
      return;
    }
    if (isHook && path !== hookPath) {
      fail(response, true, 'no_service');
      return;
    }
    const method = isHook ? 'webhook' : path.replace(/^\/api\//u, '');
    if (method !== 'webhook' && method !== 'chat.postMessage' && method !== 'chat.update') {
      respond(response, 404, 'not found');
      return;
    }
    if (!isHook && request.headers.authorization !== `Bearer ${token}`) {
      fail(response, false, 'invalid_auth');
      return;
    }
    const payload = parse(body);
    const bytes = Buffer.byteLength(body);
    const problem = payloadProblem(payload, bytes);
    if (problem !== undefined || !isRecord(payload)) {
      fail(response, isHook, problem ?? 'invalid_payload');
      return;
    }
    const channel = isHook ? 'C0HOOK' : channelId(payload.channel);
    if (channel === undefined) {
      fail(response, false, 'channel_not_found');
      return;
    }
    const threadTs = typeof payload.thread_ts === 'string' ? { threadTs: payload.thread_ts } : {};
    if (method === 'chat.update') {
      if (!records.some((one) => one.ts === payload.ts && one.channel === payload.channel)) {
        fail(response, false, 'message_not_found');
        return;
      }
      accept({ method, channel, payload, bytes }, String(payload.ts));
      respond(response, 200, JSON.stringify({ ok: true, channel, ts: payload.ts, text: payload.text }));
      return;
    }
    const waitedMs = now() - (lastPostAtMs.get(channel) ?? 0);
    if (waitedMs < (options.gapMs ?? 1_000)) {
      const limited = isHook
        ? { retry_after: 1, ok: false, error: 'rate_limited' }
        : { ok: false, error: 'ratelimited' };
      respond(response, 429, JSON.stringify(limited), { 'retry-after': '1' });
      return;
    }
    lastPostAtMs.set(channel, now());
    const record = accept({ method, channel, ...threadTs, payload, bytes });
    if (fault !== undefined) {
      answerFault(fault, response, isHook, respond, fail, answers);
      return;
    }
    respond(response, 200, isHook ? 'ok' : JSON.stringify({ ok: true, channel, ts: record.ts }));
  };

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handle(request, response, Buffer.concat(chunks).toString('utf8'));
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve));
  const url = `http://${options.host ?? '127.0.0.1'}:${(server.address() as AddressInfo).port}`;
  return {
    url,
    webhookUrl: url + hookPath,
    apiUrl: `${url}/api`,
    records,
    answers,
    faults,
    shown: () => [...new Map(records.map((record) => [`${record.channel} ${record.ts}`, record])).values()],
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
    },
  };
}

/** The token that the fake accepts. */
export const fakeSlackToken = token;

function answerFault(
  fault: SlackFault,
  response: ServerResponse,
  isHook: boolean,
  respond: (response: ServerResponse, status: number, body: string, headers?: Record<string, string>) => void,
  fail: (response: ServerResponse, isHook: boolean, error: string) => void,
  answers: string[],
): void {
  switch (fault.kind) {
    case 'status': {
      respond(
        response,
        fault.status,
        fault.body ?? '',
        fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) },
      );
      return;
    }
    case 'error': {
      fail(response, isHook, fault.error);
      return;
    }
    case 'not-ok': {
      respond(response, 200, fault.body ?? '<html>please log in</html>');
      return;
    }
    case 'hang':
      answers.push('hang');
      return;
    case 'reset':
      answers.push('reset');
      response.socket?.resetAndDestroy();
  }
}

function admin(request: IncomingMessage, response: ServerResponse, records: SlackRecord[]): void {
  if (request.method === 'DELETE') records.length = 0;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(records));
}

function channelId(channel: unknown): string | undefined {
  if (typeof channel !== 'string' || channel === '') return undefined;
  if (/^[CGD][A-Z0-9]{2,}$/u.test(channel)) return channel;
  return channel === '#missing' ? undefined : `C${channel.replace(/\W/gu, '').toUpperCase()}`;
}

function errorIn(body: string): string {
  const parsed = parse(body);
  if (isRecord(parsed) && typeof parsed.error === 'string') return parsed.error;
  return /^[a-z_]+$/u.test(body) ? body : '';
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}

/** As a program: `node test/fakes/slack-server.ts --port N --host H --log FILE`; one JSON line per accepted message. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, host: { type: 'string' }, log: { type: 'string' }, gap: { type: 'string' } },
  });
  const server = await startSlackServer({
    port: Number(values.port ?? 0),
    host: values.host ?? '127.0.0.1',
    gapMs: Number(values.gap ?? 1_000),
    onRecord: (record) => {
      const line = `${JSON.stringify(record)}\n`;
      process.stdout.write(line);
      if (values.log !== undefined) appendFileSync(values.log, line);
    },
  });
  process.stderr.write(
    `${JSON.stringify({ url: server.url, webhookUrl: server.webhookUrl, apiUrl: server.apiUrl, token })}\n`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
