import { Agent, ProxyAgent, Socks5ProxyAgent, type Dispatcher } from 'undici';
import { AppError } from '../model/errors.ts';
import { refusal, transportError, type KubeStatus } from './api-error.ts';
import type { Connection, TlsSettings } from './connection.ts';
import { createDeadline } from './request-deadline.ts';
import { describeRequest } from './request-words.ts';
import { readHead, readTail, readTo } from './response-body.ts';

export interface ApiRequest {
  /** Default GET. */
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  /** Path on the API server, names in it already encoded: `/api/v1/namespaces/shop/pods`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default application/json, for PATCH application/merge-patch+json. */
  readonly contentType?: string;
  /** Time for the whole request, its answer included; default 30 s. For a stream: until the headers are there. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Longest answer to keep: `json` refuses more (default 64 MiB), `text` keeps the end (default 1 MiB). */
  readonly maxBytes?: number;
}

/** An answer whose headers came; its body is still to be read. */
export interface ApiStream {
  /** Ends normally when the server ends the answer; throws AppError (API_UNREACHABLE, TIMEOUT, ABORTED). */
  readonly chunks: AsyncIterable<Buffer>;
  /** Cuts the connection; harmless when repeated. */
  readonly abort: () => void;
}

/** Speech with one API server. Every method throws AppError, cleaned of URLs and tokens. */
export interface ApiClient {
  /** The answer parsed; API_MALFORMED when it is no JSON or too large. */
  readonly json: <T>(request: ApiRequest) => Promise<T>;
  /** The answer as text, invalid UTF-8 replaced; `truncated` when its beginning was left out. */
  readonly text: (request: ApiRequest) => Promise<{ readonly text: string; readonly truncated: boolean }>;
  readonly stream: (request: ApiRequest) => Promise<ApiStream>;
  /** Cuts everything that is still open. */
  readonly close: () => Promise<void>;
}

export interface ApiClientSettings {
  /** Most sockets at a time; default unlimited, for each watch holds one. */
  readonly connections?: number;
  /** Time to wait for an answer's headers; default 30 s. */
  readonly headersTimeoutMs?: number;
  /** Longest silence within an answer; default 90 s, above the minute between two bookmarks. */
  readonly bodyTimeoutMs?: number;
  /** Default 10 s. */
  readonly connectTimeoutMs?: number;
  readonly userAgent?: string;
  /** Hears the time that each answer bears. */
  readonly clock?: AnswerClock;
}

/** A clock that takes in the server's `Date` headers; see lib/steady-clock.ts. */
export interface AnswerClock {
  readonly now: () => number;
  readonly hear: (serverMs: number, sentAtMs: number) => unknown;
}

const defaultTimeoutMs = 30_000;
const defaultJsonBytes = 64 * 1024 * 1024;
const defaultTextBytes = 1024 * 1024;
/** A Status is small; a proxy's error page need not be read whole. */
const errorBodyBytes = 64 * 1024;

/** A client with sockets of its own, so that a Lease never waits behind a watch. */
export function createApiClient(connection: Connection, settings: ApiClientSettings = {}): ApiClient {
  const url = new URL(connection.server);
  const basePath = url.pathname === '/' ? '' : url.pathname;
  const userAgent = settings.userAgent ?? 'podmedic';
  const inUse = new Set<Dispatcher>();
  let current: { readonly tls: TlsSettings; readonly dispatcher: Dispatcher } | undefined;
  let closed = false;

  /** Certificates may change while running; open streams keep the old ones until they end. */
  function dispatcherFor(tls: TlsSettings): Dispatcher {
    if (current?.tls === tls) return current.dispatcher;
    const outdated = current?.dispatcher;
    const dispatcher = createDispatcher(connection, tls, settings);
    current = { tls, dispatcher };
    inUse.add(dispatcher);
    outdated?.close().then(
      () => inUse.delete(outdated),
      () => inUse.delete(outdated),
    );
    return dispatcher;
  }

  async function dispatch(request: ApiRequest, signal: AbortSignal, fresh: boolean): Promise<Dispatcher.ResponseData> {
    if (closed) throw new AppError('ABORTED', 'the API client is closed');
    const credentials = await connection.credentials({ fresh });
    signal.throwIfAborted();
    const method = request.method ?? 'GET';
    const json = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const sentAtMs = settings.clock?.now() ?? 0;
    const answer = await dispatcherFor(credentials.tls).request({
      origin: url.origin,
      path: `${basePath}${request.path}${queryOf(request.query)}`,
      method,
      signal,
      headers: {
        accept: 'application/json, */*',
        'user-agent': userAgent,
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? json }),
        ...credentials.headers,
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
    });
    settings.clock?.hear(Date.parse(String(answer.headers.date)), sentAtMs);
    return answer;
  }

  /** The answer of a request that succeeded; a refused credential is read anew and tried once more. */
  async function send(request: ApiRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    let answer = await dispatch(request, signal, false);
    if (answer.statusCode === 401) {
      await readHead(answer.body, errorBodyBytes);
      answer = await dispatch(request, signal, true);
    }
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const said = await readHead(answer.body, errorBodyBytes);
    const header = answer.headers['retry-after'];
    const retryAfter = Array.isArray(header) ? header[0] : header;
    throw refusal(wordsOf(request), answer.statusCode, parseStatus(said), retryAfter);
  }

  async function whole<T>(request: ApiRequest, read: (answer: Dispatcher.ResponseData) => Promise<T>): Promise<T> {
    const deadline = createDeadline(request.signal, request.timeoutMs ?? defaultTimeoutMs);
    try {
      return await read(await send(request, deadline.signal));
    } catch (thrown) {
      throw deadline.reason(wordsOf(request)) ?? transportError(wordsOf(request), url.host, thrown);
    } finally {
      deadline.end();
    }
  }

  return {
    json: <T>(request: ApiRequest) =>
      whole(request, async (answer) => {
        const maxBytes = request.maxBytes ?? defaultJsonBytes;
        const { bytes, complete } = await readTo(answer.body, maxBytes);
        if (!complete) {
          throw new AppError(
            'API_MALFORMED',
            `cannot ${wordsOf(request)}: the answer is longer than ${maxBytes} bytes`,
          );
        }
        try {
          return JSON.parse(bytes.toString('utf8')) as T;
        } catch {
          throw new AppError('API_MALFORMED', `cannot ${wordsOf(request)}: the answer is not JSON`, {
            retryable: true,
          });
        }
      }),
    text: (request) => whole(request, (answer) => readTail(answer.body, request.maxBytes ?? defaultTextBytes)),
    stream: async (request) => {
      const deadline = createDeadline(request.signal, request.timeoutMs ?? defaultTimeoutMs);
      try {
        const answer = await send(request, deadline.signal);
        deadline.stopClock();
        return {
          chunks: translated(
            answer.body,
            (thrown) => deadline.reason(wordsOf(request)) ?? transportError(wordsOf(request), url.host, thrown),
            deadline.end,
          ),
          abort: deadline.abort,
        };
      } catch (thrown) {
        deadline.end();
        throw deadline.reason(wordsOf(request)) ?? transportError(wordsOf(request), url.host, thrown);
      }
    },
    close: async () => {
      closed = true;
      await Promise.all([...inUse].map((dispatcher) => dispatcher.destroy()));
    },
  };
}

function wordsOf(request: ApiRequest): string {
  return describeRequest(request.method ?? 'GET', request.path, request.query?.watch !== undefined);
}

function createDispatcher(connection: Connection, tls: TlsSettings, settings: ApiClientSettings): Dispatcher {
  const options = {
    // One socket per stream: a cut or a stall hits that stream alone.
    allowH2: false,
    connections: settings.connections ?? null,
    headersTimeout: settings.headersTimeoutMs ?? 30_000,
    bodyTimeout: settings.bodyTimeoutMs ?? 90_000,
    connectTimeout: settings.connectTimeoutMs ?? 10_000,
    keepAliveTimeout: 30_000,
  };
  // Under the 60 s after which some load balancers forget an idle connection; client-go's dialer uses 30 s as well.
  const connect = { ...tls, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: options.connectTimeout };
  if (connection.proxyUrl === undefined) return new Agent({ ...options, connect });
  if (connection.proxyUrl.startsWith('socks')) {
    return new Socks5ProxyAgent(connection.proxyUrl, { ...options, requestTls: tls });
  }
  return new ProxyAgent({ ...options, uri: connection.proxyUrl, requestTls: tls });
}

function queryOf(query: ApiRequest['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) params.set(name, String(value));
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

function parseStatus(text: string): KubeStatus | undefined {
  try {
    const status = JSON.parse(text) as KubeStatus | null;
    return typeof status === 'object' && status?.kind === 'Status' ? status : undefined;
  } catch {
    return undefined;
  }
}

async function* translated(
  body: AsyncIterable<Buffer>,
  translate: (thrown: unknown) => AppError,
  end: () => void,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* body;
  } catch (thrown) {
    throw translate(thrown);
  } finally {
    end();
  }
}
