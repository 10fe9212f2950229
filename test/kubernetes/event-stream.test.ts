import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient } from '../../src/kubernetes/api-client.ts';
import { createEventStream, type EventStream } from '../../src/kubernetes/event-stream.ts';
import type { KubeEvent } from '../../src/model/kube-objects.ts';
import { watchLine } from '../fakes/kube-json.ts';
import { createManualClock, until, type ManualClock } from '../fakes/manual-clock.ts';
import { startScriptedApiServer, type ScriptedApiServer } from '../fakes/scripted-api-server.ts';

let server: ScriptedApiServer;
let client: ApiClient;
let stream: EventStream;
let clock: ManualClock;
let told: { readonly event: KubeEvent; readonly initial: boolean }[];
let syncs: number[];

beforeEach(async () => {
  server = await startScriptedApiServer();
  client = createApiClient(server.connection);
  clock = createManualClock();
  told = [];
  syncs = [];
  stream = createEventStream({
    client,
    scope: { kind: 'all', exclude: ['dev'] },
    handler: {
      event: (event, { initial }) => void told.push({ event, initial }),
      synced: (_, { events }) => void syncs.push(events),
    },
    now: clock.now,
    timers: clock.timers,
    random: () => 0.5,
    log: { info: () => undefined, warn: () => undefined },
  });
  stream.start();
});
afterEach(async () => {
  await stream.stop();
  await client.close();
  await server.close();
});

function eventJson(name: string, version: string, more: Partial<KubeEvent> = {}): KubeEvent {
  return {
    kind: 'Event',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: version, labels: { a: 'b' } },
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'exceeded quota',
    count: 1,
    involvedObject: { kind: 'ReplicaSet', namespace: 'shop', name: 'api-1' },
    ...more,
  };
}

test('Warning events are asked for only, excluded namespaces left out', async () => {
  const watch = await server.request();
  expect(watch.path).toBe('/api/v1/events');
  expect(watch.query.get('fieldSelector')).toBe('type!=Normal,metadata.namespace!=dev');
});

test('old ones are marked, new ones and repetitions are not; labels are dropped', async () => {
  const watch = await server.request();
  watch.lines(watchLine.added(eventJson('a', '3')), watchLine.end('10', 'Event'));
  await until('it is complete', () => syncs.length === 1);
  watch.lines(watchLine.modified(eventJson('a', '11', { count: 2 })), watchLine.added(eventJson('b', '12')));
  await until('they came', () => told.length === 3);
  expect(told.map(({ event, initial }) => [event.metadata?.name, event.count, initial])).toEqual([
    ['a', 1, true],
    ['a', 2, false],
    ['b', 1, false],
  ]);
  expect(told[0]?.event).toEqual({
    ...eventJson('a', '3'),
    metadata: { name: 'a', namespace: 'shop', uid: 'uid-a', resourceVersion: '3' },
  });
});

test('what a server sends against the selector, and deletions, are not told', async () => {
  const watch = await server.request();
  watch.lines(
    watchLine.added(eventJson('n', '3', { type: 'Normal' })),
    watchLine.added({ ...eventJson('x', '4'), metadata: { name: 'x', namespace: 'dev', uid: 'x' } }),
    watchLine.end('10', 'Event'),
    watchLine.deleted(eventJson('a', '11')),
    watchLine.added(eventJson('b', '12')),
  );
  await until('b came', () => told.length > 0);
  expect(told.map(({ event }) => event.metadata?.name)).toEqual(['b']);
});

test('after a gap all are old again', async () => {
  const watch = await server.request();
  watch.lines(watchLine.end('10', 'Event'), watchLine.error(410, 'Expired'));
  await until('it waits', () => stream.status().state === 'waiting');
  clock.advance(2_000);
  (await server.request()).lines(watchLine.added(eventJson('a', '30')), watchLine.end('40', 'Event'));
  await until('it is complete', () => syncs.length === 2);
  expect(told.map(({ initial }) => initial)).toEqual([true]);
  expect(stream.status()).toMatchObject({ resource: 'events', namespace: '*', relists: 1 });
});
