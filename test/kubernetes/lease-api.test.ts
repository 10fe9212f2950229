import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/api-client.ts';
import { createLeaseApi, type LeaseApi } from '../../src/kubernetes/lease-api.ts';
import { microTime, podOfIdentity, leaseIdentity, type LeaseObject } from '../../src/kubernetes/lease-object.ts';
import { startScriptedApiServer, type ScriptedApiServer } from '../fakes/scripted-api-server.ts';

let server: ScriptedApiServer;
let client: ApiClient;
let api: LeaseApi;
beforeEach(async () => {
  server = await startScriptedApiServer();
  client = createApiClient(server.connection);
  api = createLeaseApi(client, 'podmedic');
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const lease = (holder: string): LeaseObject => ({
  kind: 'Lease',
  metadata: { name: 'lead' },
  spec: { holderIdentity: holder },
});
const status = (code: number): object => ({ kind: 'Status', code, message: 'no', reason: 'x' });
const call = { timeoutMs: 5000 };
const base = '/apis/coordination.k8s.io/v1/namespaces/podmedic/leases';

describe('single Leases', () => {
  test('are read, made and replaced at their paths; an absent one is undefined', async () => {
    const read = api.get('lead', call);
    const first = await server.request();
    expect([first.method, first.path]).toEqual(['GET', `${base}/lead`]);
    first.answer(404, status(404));
    expect(await read).toBeUndefined();
    const made = api.create(lease('a'), call);
    const second = await server.request();
    expect([second.method, second.path]).toEqual(['POST', base]);
    second.answer(201, lease('a'));
    expect(await made).toEqual(lease('a'));
    const replaced = api.update(lease('b'), call);
    const third = await server.request();
    expect([third.method, third.path]).toEqual(['PUT', `${base}/lead`]);
    third.answer(409, status(409));
    await expect(replaced).rejects.toMatchObject({ code: 'API_CONFLICT' });
  });
});

describe('the watch of a Lease', () => {
  async function watching(): Promise<{
    told: (string | undefined)[];
    ended: Promise<void>;
    opened: () => boolean;
    stop: () => void;
  }> {
    const told: (string | undefined)[] = [];
    const controller = new AbortController();
    let opened = false;
    const handler = {
      opened: () => {
        opened = true;
      },
      changed: (now: LeaseObject | undefined) => told.push(now?.spec?.holderIdentity ?? undefined),
    };
    const ended = api.watch('lead', handler, controller.signal);
    ended.catch(() => undefined);
    return Promise.resolve({ told, ended, opened: () => opened, stop: () => controller.abort() });
  }

  test('asks for that one from now on, tells each state, and ends with the server', async () => {
    const watch = await watching();
    const request = await server.request();
    expect(Object.fromEntries(request.query)).toMatchObject({ watch: 'true', fieldSelector: 'metadata.name=lead' });
    expect(request.query.has('resourceVersion')).toBe(false);
    request.lines({ type: 'ADDED', object: lease('a') }, { type: 'BOOKMARK', object: lease('never') });
    const bytes = Buffer.from(`${JSON.stringify({ type: 'MODIFIED', object: lease('bü') })}\n`);
    await request.bytes(bytes.subarray(0, bytes.indexOf(0xc3) + 1));
    await request.bytes(bytes.subarray(bytes.indexOf(0xc3) + 1));
    request.lines({ type: 'DELETED', object: lease('bü') });
    request.end();
    await watch.ended;
    expect(watch.opened()).toBe(true);
    expect(watch.told).toEqual(['a', 'bü', undefined]);
  });

  test.each([
    ['an ERROR line', { type: 'ERROR', object: status(410) }, 'API_GONE'],
    ['garbage', 'not an event', 'API_MALFORMED'],
  ])('%s ends it with an error', async (_, line, code) => {
    const watch = await watching();
    (await server.request()).lines(line);
    await expect(watch.ended).rejects.toMatchObject({ code });
  });

  test('forbidden, cut and stopped are told apart', async () => {
    const refused = await watching();
    (await server.request()).answer(403, status(403));
    await expect(refused.ended).rejects.toMatchObject({ code: 'API_FORBIDDEN' });
    expect(refused.opened()).toBe(false);
    const cut = await watching();
    const request = await server.request();
    request.lines({ type: 'ADDED', object: lease('a') });
    request.cut();
    await expect(cut.ended).rejects.toMatchObject({ code: 'API_UNREACHABLE' });
    const stopped = await watching();
    (await server.request()).lines({ type: 'ADDED', object: lease('a') });
    stopped.stop();
    await expect(stopped.ended).rejects.toMatchObject({ code: 'ABORTED' });
  });
});

test('times have six digits, identities hold the pod', () => {
  expect(microTime(Date.parse('2026-11-20T10:00:00.120Z'))).toBe('2026-11-20T10:00:00.120000Z');
  expect(podOfIdentity(leaseIdentity('podmedic-7d9-x_y', 'uuid'))).toBe('podmedic-7d9-x_y');
  expect(podOfIdentity('plain')).toBe('plain');
});
