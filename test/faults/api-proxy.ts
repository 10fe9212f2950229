import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, createServer, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { startTcpFront, type TcpFront } from './tcp-front.ts';

/** What is known of a request when a rule is asked. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly isWatch: boolean;
  readonly token: string;
}

/** Answers instead of the API server, or lets it act and keeps its answer back. */
export type HttpFault =
  | { readonly type: 'answer'; readonly status: number; readonly reason: string; readonly retryAfterSeconds?: number }
  | { readonly type: 'lose-answer' };

/** Decides about each request as long as it is set; undefined lets it pass. */
export type HttpRule = (request: ProxiedRequest) => HttpFault | undefined;

/** What becomes of a line of a watch: the pieces are sent one by one. */
export type LineRule = (line: Buffer, request: ProxiedRequest) => readonly Buffer[];

/**
 * A proxy between one daemon and the API server: faults of bytes by its `tcp` front, faults of HTTP and of watch lines by
 * itself. It ends TLS with the API server's own certificate, so that the daemon checks it as ever.
 */
export interface ApiProxy {
  readonly tcp: TcpFront;
  readonly url: string;
  setRule(rule: HttpRule | undefined): void;
  setLineRule(rule: LineRule | undefined): void;
  /** Writes a line into every open watch that matches and ends it; returns how many. */
  endWatchesWith(line: object, matches: (request: ProxiedRequest) => boolean): number;
  openWatches(): readonly ProxiedRequest[];
  /** How often the API server itself answered with this status, as HTTP or as an ERROR line of a watch. */
  seen(status: number): number;
  /** Requests so far whose query has this parameter. */
  requestsWith(parameter: string): number;
  close(): Promise<void>;
}

/** Starts a proxy for one daemon. */
export async function startApiProxy(plane: ControlPlane): Promise<ApiProxy> {
  const certificate = readFileSync(plane.caFile);
  const key = readFileSync(join(plane.folder, 'certificates', 'apiserver.key'));
  const agent = new Agent({ keepAlive: true, ca: certificate });
  const watches = new Map<ServerResponse, ProxiedRequest>();
  const seen = new Map<number, number>();
  const parameters = new Map<string, number>();
  const count = (status: number): void => void seen.set(status, (seen.get(status) ?? 0) + 1);
  let rule: HttpRule | undefined;
  let lineRule: LineRule | undefined;

  const server = createServer({ cert: certificate, key, keepAliveTimeout: 60_000 }, (incoming, response) => {
    const request = describe(incoming);
    for (const name of request.query.keys()) parameters.set(name, (parameters.get(name) ?? 0) + 1);
    const fault = rule?.(request);
    if (fault?.type === 'answer') {
      incoming.resume();
      answer(response, fault);
      return;
    }
    const upstream = httpsRequest(`${plane.apiServerUrl}${incoming.url ?? ''}`, {
      method: incoming.method,
      headers: incoming.headers,
      agent,
      servername: 'localhost',
    });
    upstream.on('error', () => response.socket?.destroy());
    response.on('close', () => {
      watches.delete(response);
      upstream.destroy();
    });
    response.on('error', () => undefined);
    upstream.on('response', (found) => {
      if (fault?.type === 'lose-answer') {
        found.resume();
        found.on('end', () => response.socket?.destroy());
        return;
      }
      count(found.statusCode ?? 0);
      response.writeHead(found.statusCode ?? 502, found.headers);
      response.flushHeaders();
      // A cut between the API server and us is a cut for the daemon as well.
      found.on('error', () => response.socket?.destroy());
      if (request.isWatch && found.statusCode === 200) {
        watches.set(response, request);
        void relayLines(found, response, (line) => {
          const code = /^\{"type":"ERROR".*"code":(\d+)/u.exec(line.subarray(0, 2000).toString('latin1'))?.[1];
          if (code !== undefined) count(Number(code));
          return lineRule?.(line, request) ?? [line];
        });
      } else found.pipe(response);
    });
    incoming.on('error', () => upstream.destroy());
    incoming.pipe(upstream);
  });
  server.on('tlsClientError', () => undefined);
  server.on('clientError', (_error, socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const tcp = await startTcpFront((server.address() as AddressInfo).port);

  return {
    tcp,
    url: `https://127.0.0.1:${tcp.port}`,
    setRule: (next) => {
      rule = next;
    },
    setLineRule: (next) => {
      lineRule = next;
    },
    endWatchesWith: (line, matches) => {
      const hit = [...watches].filter(([, request]) => matches(request));
      for (const [response] of hit) response.end(`${JSON.stringify(line)}\n`);
      return hit.length;
    },
    openWatches: () => [...watches.values()],
    seen: (status) => seen.get(status) ?? 0,
    requestsWith: (parameter) => parameters.get(parameter) ?? 0,
    close: async () => {
      await tcp.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

function describe(incoming: IncomingMessage): ProxiedRequest {
  const url = new URL(incoming.url ?? '/', 'https://localhost');
  const watch = url.searchParams.get('watch');
  return {
    method: incoming.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    isWatch: watch === 'true' || watch === '1',
    token: (incoming.headers.authorization ?? '').replace('Bearer ', ''),
  };
}

/** A Status as the API server would give it (kubernetes apimachinery meta/v1 types.go). */
export function statusOf(code: number, reason: string, retryAfterSeconds?: number): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `injected: ${reason}`,
    reason,
    code,
    ...(retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } }),
  };
}

function answer(response: ServerResponse, fault: Extract<HttpFault, { type: 'answer' }>): void {
  const { status, reason, retryAfterSeconds } = fault;
  response
    .writeHead(status, {
      'content-type': 'application/json',
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    })
    .end(JSON.stringify(statusOf(status, reason, retryAfterSeconds)));
}

/** Hands on line by line, so that rules see whole lines whatever the chunks are. */
async function relayLines(
  from: IncomingMessage,
  to: ServerResponse,
  edit: (line: Buffer) => readonly Buffer[],
): Promise<void> {
  let rest = Buffer.alloc(0);
  try {
    for await (const chunk of from) {
      rest = Buffer.concat([rest, chunk as Buffer]);
      for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
        const line = rest.subarray(0, end + 1);
        rest = rest.subarray(end + 1);
        for (const piece of edit(line)) await write(to, piece);
      }
    }
    to.end(rest);
  } catch {
    to.socket?.destroy();
  }
}

async function write(to: ServerResponse, piece: Buffer): Promise<void> {
  if (to.destroyed || to.writableEnded) throw new Error('the watch is over');
  if (to.write(piece)) return;
  await new Promise<void>((resolve) => {
    const go = (): void => {
      to.off('drain', go);
      to.off('close', go);
      resolve();
    };
    to.on('drain', go);
    to.on('close', go);
  });
}
