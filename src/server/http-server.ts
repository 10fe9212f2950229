import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';

/** What /health says: the truth for people and alerts. */
export interface HealthReport {
  readonly status: 'ok' | 'degraded' | 'starting';
  readonly version: string;
  /** The name of the leader, when known. */
  readonly leader: string | null;
  readonly streams: readonly {
    readonly resource: string;
    readonly namespace: string;
    readonly state: string;
    readonly lastEventAgeSeconds: number;
  }[];
  readonly queue: number;
  readonly uptimeSeconds: number;
  /** Why it is not ok, one sentence each. */
  readonly problems: readonly string[];
}

/** The incidents, or the leader's name where this replica does not have them. */
export type IncidentsAnswer =
  | { readonly leading: true; readonly incidents: readonly unknown[] }
  | { readonly leading: false; readonly leader: string | null };

/** What the server asks the app. */
export interface ServerSources {
  readonly health: () => HealthReport;
  /** Undefined when alive, else why the process should be restarted. */
  readonly notAlive: () => string | undefined;
  /** Undefined when ready, else why not. */
  readonly notReady: () => string | undefined;
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
  readonly incidents: (options: { readonly includeResolved: boolean }) => IncidentsAnswer;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts the server on all addresses. Rejects with Node's error when the port is taken. */
export async function startHttpServer(port: number, sources: ServerSources): Promise<HttpServer> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.get('/health', (_request, response) => {
    const report = sources.health();
    response.status(report.status === 'ok' ? 200 : 503).json(report);
  });
  app.get('/livez', (_request, response) => {
    const why = sources.notAlive();
    response
      .status(why === undefined ? 200 : 503)
      .type('text')
      .send(`${why ?? 'ok'}\n`);
  });
  app.get('/ready', (_request, response) => {
    const why = sources.notReady();
    response
      .status(why === undefined ? 200 : 503)
      .type('text')
      .send(`${why ?? 'ok'}\n`);
  });
  app.get('/metrics', async (_request, response) => {
    const { text, contentType } = await sources.metrics();
    response.set('content-type', contentType).send(text);
  });
  app.get('/api/incidents', (request, response) => {
    const answer = sources.incidents({ includeResolved: request.query.state === 'all' });
    if (answer.leading) {
      response.json({ incidents: answer.incidents });
      return;
    }
    const where = answer.leader === null ? 'no replica leads now' : `ask the leader, ${answer.leader}`;
    response.status(503).json({ error: `this replica stands by: ${where}`, leader: answer.leader });
  });
  app.use((_request, response) => {
    response.status(404).json({ error: 'not found; there are /health /livez /ready /metrics /api/incidents' });
  });

  const server = await listen(app, port);
  server.keepAliveTimeout = 5_000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 10_000;
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(app: express.Express, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = app.listen(port, (error?: Error) => {
      if (error === undefined) resolve(server);
      else reject(error);
    });
  });
}
