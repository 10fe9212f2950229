import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/api-client.ts';
import { createReaderCache } from '../../src/kubernetes/reader-cache.ts';
import type { LiveReader } from '../../src/kubernetes/reader-port.ts';
import { createReader } from '../../src/kubernetes/reader.ts';
import type { Timers } from '../../src/lib/timers.ts';
import type { ClusterReader } from '../../src/investigate/cluster-reader.ts';
import { startScriptedApiServer, type ScriptedApiServer } from '../fakes/scripted-api-server.ts';

let server: ScriptedApiServer;
let client: ApiClient;
let reader: LiveReader;
const waits: number[] = [];
const timers: Timers = {
  after: (delayMs, run) => {
    waits.push(delayMs);
    setImmediate(run);
    return () => undefined;
  },
  yieldTurn: () => Promise.resolve(),
};

beforeEach(async () => {
  waits.length = 0;
  server = await startScriptedApiServer();
  client = createApiClient(server.connection);
  reader = createReader(client, { timers, timeoutMs: 5000 });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const status = (code: number, message: string): object => ({
  kind: 'Status',
  apiVersion: 'v1',
  status: 'Failure',
  message,
  code,
});
const named = (name: string): object => ({ metadata: { name } });
const logRequest = {
  namespace: 'shop',
  pod: 'api-1',
  container: 'app',
  previous: false,
  tailLines: 100,
  limitBytes: 1000,
};

describe('objects and lists', () => {
  test('fits the port of investigations', () => {
    const port: ClusterReader = reader;
    expect(Object.keys(port).sort()).toEqual(['eventsOf', 'get', 'getPod', 'list', 'listPods', 'log']);
  });

  test.each([
    [{ kind: 'Pod', name: 'a', namespace: 'shop' }, '/api/v1/namespaces/shop/pods/a'],
    [{ kind: 'Node', name: 'n1', namespace: 'shop' }, '/api/v1/nodes/n1'],
    [
      { kind: 'Deployment', name: 'a', namespace: 'shop', apiVersion: 'apps/v1' },
      '/apis/apps/v1/namespaces/shop/deployments/a',
    ],
    [{ kind: 'CronJob', name: 'a', namespace: 'shop' }, '/apis/batch/v1/namespaces/shop/cronjobs/a'],
    [{ kind: 'StorageClass', name: 'fast' }, '/apis/storage.k8s.io/v1/storageclasses/fast'],
    [
      { kind: 'Rollout', name: 'r', namespace: 'shop', apiVersion: 'argoproj.io/v1alpha1' },
      '/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/r',
    ],
    [
      { kind: 'KafkaProxy', name: 'r', namespace: 's', apiVersion: 'x.io/v1' },
      '/apis/x.io/v1/namespaces/s/kafkaproxies/r',
    ],
    [{ kind: 'Gateway', name: 'r', namespace: 's', apiVersion: 'x.io/v1' }, '/apis/x.io/v1/namespaces/s/gateways/r'],
    [{ kind: 'Pod', name: '../nodes', namespace: 'a/b' }, '/api/v1/namespaces/a%2Fb/pods/..%2Fnodes'],
  ])('%j is read at its path', async (name, path) => {
    const reading = reader.get(name);
    const request = await server.request();
    expect(request.path).toBe(path);
    request.answer(200, { metadata: { name: name.name } });
    expect(await reading).toEqual({ ok: { kind: name.kind, metadata: { name: name.name } } });
  });

  test('a kind of no known API is not asked for', async () => {
    expect(await reader.get({ kind: 'Widget', name: 'w' })).toMatchObject({ reason: 'invalid' });
    expect(server.unasked()).toBe(0);
  });

  test('what no rule reads is left out', async () => {
    const reading = reader.get({ kind: 'Node', name: 'n1' });
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', kept: 'yes' };
    const metadata = { name: 'n1', managedFields: [{}], annotations };
    (await server.request()).answer(200, { kind: 'Node', metadata, status: { images: [{}], conditions: [] } });
    expect(await reading).toEqual({
      ok: { kind: 'Node', metadata: { name: 'n1', annotations: { kept: 'yes' } }, status: { conditions: [] } },
    });
  });

  test('a list: selector, limit, kinds filled in, and whether there is more', async () => {
    const reading = reader.listPods('shop', { selector: 'app in (a,b)', limit: 2 });
    const request = await server.request();
    expect([request.path, request.query.get('labelSelector'), request.query.get('limit')]).toEqual([
      '/api/v1/namespaces/shop/pods',
      'app in (a,b)',
      '2',
    ]);
    request.answer(200, { metadata: { continue: 'more' }, items: [named('a'), named('b')] });
    expect(await reading).toEqual({
      ok: { items: ['a', 'b'].map((name) => ({ kind: 'Pod', metadata: { name } })), truncated: true },
    });
  });

  test('a long list comes in pages, up to its limit or its end', async () => {
    const reading = reader.listPods('shop', { selector: 'app=a', limit: 70 });
    const first = await server.request();
    expect([first.query.get('limit'), first.query.get('continue')]).toEqual(['50', null]);
    first.answer(200, { metadata: { continue: 'page-2' }, items: Array.from({ length: 50 }, () => named('a')) });
    const second = await server.request();
    expect([second.query.get('limit'), second.query.get('continue')]).toEqual(['20', 'page-2']);
    expect(second.query.get('labelSelector')).toBe('app=a');
    // A page may hold less than was asked for and still not be the last.
    second.answer(200, { metadata: { continue: 'page-3' }, items: [named('b')] });
    const third = await server.request();
    expect([third.query.get('limit'), third.query.get('continue')]).toEqual(['19', 'page-3']);
    third.answer(200, { metadata: {}, items: [named('c')] });
    const found = await reading;
    if (!('ok' in found)) throw new Error(found.gap);
    expect(found.ok.truncated).toBe(false);
    expect(found.ok.items).toHaveLength(52);
    expect(found.ok.items.at(-1)).toEqual({ kind: 'Pod', metadata: { name: 'c' } });
  });

  test('events by kind and name; those of a node lie in namespace default', async () => {
    const reading = reader.eventsOf({ kind: 'Node', name: 'n1' }, 10);
    const request = await server.request();
    expect(request.path).toBe('/api/v1/namespaces/default/events');
    expect(request.query.get('fieldSelector')).toBe('involvedObject.kind=Node,involvedObject.name=n1');
    request.answer(200, { metadata: {}, items: null });
    expect(await reading).toEqual({ ok: { items: [], truncated: false } });
  });
});

describe('misses are values', () => {
  test.each([
    [403, 'nodes is forbidden: User "x" cannot get', { gap: 'forbidden: nodes', reason: 'forbidden' }],
    [404, 'nodes "n1" not found', { gap: 'not found', reason: 'not-found' }],
    [500, 'etcd is away', { reason: 'unavailable' }],
    [410, 'gone', { reason: 'unavailable' }],
  ])('status %i', async (code, message, expected) => {
    const reading = reader.get({ kind: 'Node', name: 'n1' });
    (await server.request()).answer(code, status(code, message));
    expect(await reading).toMatchObject(expected);
  });

  test('a busy server is asked once more, after the pause that it wants', async () => {
    const reading = reader.get({ kind: 'Node', name: 'n1' });
    (await server.request()).answer(429, status(429, 'too many'), { 'retry-after': '2' });
    (await server.request()).answer(200, { metadata: { name: 'n1' } });
    expect(await reading).toHaveProperty('ok');
    expect(waits).toEqual([2000]);
  });

  test('but not when it wants a long one', async () => {
    const reading = reader.get({ kind: 'Node', name: 'n1' });
    (await server.request()).answer(429, status(429, 'too many'), { 'retry-after': '60' });
    expect(await reading).toMatchObject({ reason: 'unavailable' });
    expect(waits).toEqual([]);
  });

  test('an answer that is no JSON, a cut connection, an aborted read', async () => {
    const garbage = reader.get({ kind: 'Node', name: 'n1' });
    (await server.request()).answer(200, '<html>');
    expect(await garbage).toMatchObject({ reason: 'unavailable' });
    const cut = reader.list({ kind: 'Node', limit: 5 });
    (await server.request()).cut();
    expect(await cut).toMatchObject({ reason: 'unavailable' });
    const controller = new AbortController();
    const aborted = reader.getPod('shop', 'a', { signal: controller.signal });
    await server.request();
    controller.abort();
    expect(await aborted).toMatchObject({ reason: 'timeout' });
  });
});

describe('logs', () => {
  test('the query that kubelet understands, without what is not wanted', async () => {
    const reading = reader.log({ ...logRequest, previous: true });
    const request = await server.request();
    expect(request.path).toBe('/api/v1/namespaces/shop/pods/api-1/log');
    expect(Object.fromEntries(request.query)).toEqual({
      container: 'app',
      previous: 'true',
      tailLines: '100',
      limitBytes: '1000',
    });
    request.answer(200, 'one\ntwo\n');
    expect(await reading).toEqual({ ok: { text: 'one\ntwo\n', truncated: false } });
    const current = reader.log(logRequest);
    const second = await server.request();
    expect(second.query.has('previous')).toBe(false);
    second.answer(200, 'x\n'.repeat(100));
    expect(await current).toMatchObject({ ok: { truncated: true } });
  });

  test('of long lines the newest are not lost: the end is asked for as well and joined', async () => {
    const reading = reader.log(logRequest);
    const line = (index: number): string => `line ${index} ${'x'.repeat(90)}\n`;
    const all = Array.from({ length: 30 }, (_, index) => line(index)).join('');
    (await server.request()).answer(200, all.slice(0, 1000));
    const second = await server.request();
    expect(second.query.get('tailLines')).toBe('5');
    expect(Number(second.query.get('limitBytes'))).toBeGreaterThan(1000);
    second.answer(200, all.slice(-line(0).length * 5));
    const log = await reading;
    if (!('ok' in log)) throw new Error('no log');
    expect(log.ok.text).toMatch(/^line 0 /);
    expect(log.ok.text).toContain('line 29 ');
    expect(log.ok.truncated).toBe(true);
  });

  test('parts that overlap are not told twice', async () => {
    const reading = reader.log({ ...logRequest, limitBytes: 100 });
    const all = Array.from({ length: 20 }, (_, index) => `line ${String(index).padStart(2, '0')}\n`).join('');
    (await server.request()).answer(200, all.slice(0, 100));
    (await server.request()).answer(200, all.slice(64));
    expect(await reading).toEqual({ ok: { text: all, truncated: true } });
  });

  test.each([
    [400, 'container "app" in pod "api-1" is waiting to start: PodInitializing', 'not-started'],
    [400, 'previous terminated container "app" in pod "api-1" not found', 'not-started'],
    [400, 'container nope is not valid for pod api-1', 'unavailable'],
    [403, 'pods "api-1" is forbidden: cannot get resource "pods/log"', 'forbidden'],
    [500, 'Get "https://10.0.0.9:10250/containerLogs": dial tcp: no route to host', 'unavailable'],
  ])('status %i: %s', async (code, message, reason) => {
    const reading = reader.log(logRequest);
    (await server.request()).answer(code, status(code, message));
    expect(await reading).toMatchObject({ reason });
  });
});

describe('the cache', () => {
  test('the same question within its time is asked once, also at the same moment; later again', async () => {
    let nowMs = 1000;
    const cached = createReaderCache(reader, () => nowMs);
    const node = { kind: 'Node', name: 'n1' };
    const both = Promise.all([cached.get(node), cached.get(node)]);
    (await server.request()).answer(200, { metadata: { name: 'n1' } });
    expect((await both)[0]).toBe((await both)[1]);
    nowMs += 20_000;
    expect(await cached.get(node)).toBe((await both)[0]);
    nowMs += 20_000;
    const again = cached.get(node);
    (await server.request()).answer(200, { metadata: { name: 'n1' } });
    expect(await again).toHaveProperty('ok');
  });

  test('a refusal is remembered, another failure is not; pods, events and logs are always read anew', async () => {
    let nowMs = 1000;
    const cached = createReaderCache(reader, () => nowMs);
    const refused = cached.list({ kind: 'Node', limit: 5 });
    (await server.request()).answer(403, status(403, 'no'));
    expect(await refused).toMatchObject({ reason: 'forbidden' });
    nowMs += 50_000;
    expect(await cached.list({ kind: 'Node', limit: 5 })).toMatchObject({ reason: 'forbidden' });
    for (let times = 0; times < 2; times++) {
      const failed = cached.get({ kind: 'Service', name: 's', namespace: 'shop' });
      (await server.request()).answer(500, status(500, 'x'));
      expect(await failed).toHaveProperty('gap');
      const pod = cached.getPod('shop', 'a');
      (await server.request()).answer(200, { metadata: { name: 'a' } });
      expect(await pod).toHaveProperty('ok');
    }
  });
});
