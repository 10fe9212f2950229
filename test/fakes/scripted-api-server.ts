import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Connection } from '../../src/kubernetes/connection.ts';

/** One request that waits for the test to answer it, in whatever broken way. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  readonly body: () => Promise<string>;
  /** The client has hung up. */
  readonly gone: () => boolean;
  /** A whole answer. */
  readonly answer: (status: number, body: unknown, headers?: Readonly<Record<string, string>>) => void;
  /** Headers of a watch; its lines follow. */
  readonly open: () => void;
  readonly lines: (...objects: readonly unknown[]) => void;
  readonly bytes: (bytes: Buffer | string) => Promise<void>;
  /** Ends the answer in good order. */
  readonly end: () => void;
  /** Cuts the socket. */
  readonly cut: () => void;
}

/** An HTTP server on loopback whose every answer the test gives by hand. */
export interface ScriptedApiServer {
  readonly connection: Connection;
  /** The next request, waiting for it when there is none yet. */
  readonly request: () => Promise<Exchange>;
  /** Requests that nobody asked for yet. */
  readonly unasked: () => number;
  /** What credentials() hands out, and how often it was asked for fresh ones. */
  readonly token: { value: string; refreshes: number };
  readonly close: () => Promise<void>;
}

export async function startScriptedApiServer(): Promise<ScriptedApiServer> {
  const waiting: Exchange[] = [];
  const askers: ((exchange: Exchange) => void)[] = [];
  const server = createServer((request, response) => {
    const exchange = createExchange(request, response);
    const asker = askers.shift();
    if (asker === undefined) waiting.push(exchange);
    else asker(exchange);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const token = { value: 'first', refreshes: 0 };
  const tls = {};
  return {
    connection: {
      server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      namespace: 'default',
      description: 'scripted',
      credentials: (options) => {
        if (options?.fresh === true) token.refreshes += 1;
        return Promise.resolve({ headers: { authorization: `Bearer ${token.value}` }, tls });
      },
    },
    request: () => {
      const exchange = waiting.shift();
      if (exchange !== undefined) return Promise.resolve(exchange);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error('waited in vain for a request')), 10_000);
        askers.push((next) => {
          clearTimeout(timer);
          resolve(next);
        });
      });
    },
    unasked: () => waiting.length,
    token,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createExchange(request: IncomingMessage, response: ServerResponse): Exchange {
  const url = new URL(request.url ?? '/', 'http://scripted');
  const open = (): void => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
  };
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    authorization: request.headers.authorization,
    contentType: request.headers['content-type'],
    body: async () => Buffer.concat((await request.toArray()) as Buffer[]).toString('utf8'),
    gone: () => response.destroyed || request.socket.destroyed,
    answer: (status, body, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    },
    open,
    lines: (...objects) => {
      if (!response.headersSent) open();
      for (const object of objects) response.write(`${JSON.stringify(object)}\n`);
    },
    bytes: (bytes) => {
      if (!response.headersSent) open();
      return new Promise((resolve) => {
        response.write(bytes, () => resolve());
      });
    },
    end: () => response.end(),
    cut: () => request.socket.destroy(),
  };
}
