import { afterEach, describe, expect, test } from '@jest/globals';
import {
  startHttpServer,
  type HealthReport,
  type HttpServer,
  type ServerSources,
} from '../../src/server/http-server.ts';

const healthy: HealthReport = {
  status: 'ok',
  version: '1.2.3',
  leader: 'podmedic-0',
  streams: [{ resource: 'pods', namespace: 'a', state: 'watching', lastEventAgeSeconds: 1 }],
  queue: 0,
  uptimeSeconds: 5,
  problems: [],
};

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function serve(overrides: Partial<ServerSources> = {}): Promise<(path: string) => Promise<Response>> {
  server = await startHttpServer(0, {
    health: () => healthy,
    notAlive: () => undefined,
    notReady: () => undefined,
    metrics: () => Promise.resolve({ text: 'podmedic_leader 1\n', contentType: 'text/plain; version=0.0.4' }),
    incidents: () => ({ leading: true, incidents: [{ id: 'a1b2c3' }] }),
    ...overrides,
  });
  const { port } = server;
  return (path) => fetch(`http://127.0.0.1:${port}${path}`);
}

describe('startHttpServer', () => {
  test('/health gives the report, 503 when it is not ok', async () => {
    const get = await serve();
    const response = await get('/health');
    expect([response.status, await response.json()]).toEqual([200, healthy]);
    await server?.close();
    const degraded = await serve({ health: () => ({ ...healthy, status: 'degraded', problems: ['stale'] }) });
    expect((await degraded('/health')).status).toBe(503);
  });

  test('/livez and /ready say why not', async () => {
    const get = await serve({ notReady: () => 'the first sync is not complete' });
    expect((await get('/livez')).status).toBe(200);
    const response = await get('/ready');
    expect([response.status, await response.text()]).toEqual([503, 'the first sync is not complete\n']);
  });

  test('/metrics has the content type that Prometheus wants', async () => {
    const response = await (await serve())('/metrics');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    expect(await response.text()).toBe('podmedic_leader 1\n');
  });

  test('/api/incidents: the incidents, those that are over when asked, and on a standby the leader', async () => {
    const asked: boolean[] = [];
    const get = await serve({
      incidents: ({ includeResolved }) => {
        asked.push(includeResolved);
        return { leading: true, incidents: [{ id: 'a1b2c3' }] };
      },
    });
    expect(await (await get('/api/incidents')).json()).toEqual({ incidents: [{ id: 'a1b2c3' }] });
    await get('/api/incidents?state=all');
    expect(asked).toEqual([false, true]);
    await server?.close();
    const standby = await serve({ incidents: () => ({ leading: false, leader: 'podmedic-1' }) });
    const response = await standby('/api/incidents');
    expect([response.status, await response.json()]).toEqual([
      503,
      { error: 'this replica stands by: ask the leader, podmedic-1', leader: 'podmedic-1' },
    ]);
  });

  test('an unknown path is told what there is; a taken port rejects', async () => {
    const get = await serve();
    const response = await get('/nothing');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('/api/incidents');
    await expect(startHttpServer(server?.port ?? 0, {} as ServerSources)).rejects.toThrow('EADDRINUSE');
  });
});
