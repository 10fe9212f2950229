import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { followPods, type FollowedPods } from '../fakes/followed-pods.ts';
import { podJson, statusJson, watchLine } from '../fakes/kube-json.ts';
import { until } from '../fakes/manual-clock.ts';
import type { Exchange } from '../fakes/scripted-api-server.ts';

let pods: FollowedPods;
let watch: Exchange;
beforeEach(async () => {
  pods = await followPods();
  watch = await pods.syncWith('10', podJson('a', '3'));
});
afterEach(() => pods.close());

/** The next watch, which must go on from this version. */
async function resumedFrom(version: string): Promise<Exchange> {
  const next = await pods.server.request();
  expect(next.query.get('resourceVersion')).toBe(version);
  expect(next.query.get('allowWatchBookmarks')).toBe('true');
  expect(next.query.has('sendInitialEvents')).toBe(false);
  return next;
}

async function resynced(): Promise<Exchange> {
  const next = await pods.server.request();
  expect(next.query.get('sendInitialEvents')).toBe('true');
  expect(next.query.has('resourceVersion')).toBe(false);
  return next;
}

describe('a watch goes on from the last event or bookmark', () => {
  test('when the connection is cut, after half a second at most', async () => {
    watch.lines(watchLine.modified(podJson('a', '12')));
    await until('a came', () => pods.told.length === 2);
    watch.cut();
    await pods.passPause(500);
    const next = await resumedFrom('12');
    next.lines(watchLine.modified(podJson('a', '13')));
    await until('a came', () => pods.told.length === 3);
    expect(pods.told).toEqual(['+a!', '+a', '+a']);
  });

  test('when a bookmark moved it on, which nobody is told of', async () => {
    await pods.bookmark(watch, '50');
    watch.end();
    await resumedFrom('50');
    expect(pods.told).toEqual(['+a!']);
  });

  test('at once when the server ends it in good order after it brought something', async () => {
    await pods.bookmark(watch, '51');
    watch.end();
    const next = await resumedFrom('51');
    await pods.bookmark(next, '52');
    next.end();
    await resumedFrom('52');
    expect(pods.stream.status()).toMatchObject({ earlyEnds: 2, shortWatches: 0 });
  });

  test('with growing pauses when watches end at once and bring nothing', async () => {
    await pods.bookmark(watch, '51');
    watch.end();
    // First at half a second times the draw of 0.5, then 0.8, 1.6 and 3.2 s plus half of it.
    for (const pauseMs of [250, 1_200, 2_400, 4_800]) {
      const next = await resumedFrom('51');
      next.open();
      next.end();
      await until('the stream pauses', () => pods.stream.status().state === 'waiting');
      pods.clock.advance(pauseMs - 1);
      expect(pods.server.unasked()).toBe(0);
      expect(pods.stream.status().state).toBe('waiting');
      pods.clock.advance(1);
      await until('it tries again', () => pods.server.unasked() === 1);
    }
    expect(pods.stream.status().shortWatches).toBe(4);
    expect(pods.warnings.filter((text) => text.includes('ends each watch at once'))).toHaveLength(1);
  });

  test('fast again after a watch that has worked for five seconds', async () => {
    watch.cut();
    for (let failures = 1; failures <= 5; failures += 1) {
      await pods.passPause(30_000);
      (await resumedFrom('10')).cut();
    }
    await pods.passPause(30_000);
    const worked = await resumedFrom('10');
    worked.open();
    await until('it watches', () => pods.stream.status().state === 'watching');
    pods.clock.advance(5_000);
    worked.cut();
    await pods.passPause(500);
    await resumedFrom('10');
  });

  test('when the server is too busy: not before the time it asks for, and without a new list', async () => {
    watch.cut();
    await pods.passPause();
    (await resumedFrom('10')).answer(429, statusJson(429, 'TooManyRequests'), { 'retry-after': '20' });
    await until('it waits', () => pods.stream.status().state === 'waiting');
    pods.clock.advance(19_999);
    expect(pods.stream.status().state).toBe('waiting');
    pods.clock.advance(1);
    (await resumedFrom('10')).lines(watchLine.error(429, 'TooManyRequests'));
    await pods.passPause(5_000);
    await resumedFrom('10');
    expect(pods.stream.status().relists).toBe(0);
  });

  test.each([500, 502, 503])('when it answers %i', async (status) => {
    watch.cut();
    await pods.passPause();
    (await resumedFrom('10')).answer(status, 'no JSON');
    await pods.passPause();
    await resumedFrom('10');
  });

  test('when an internal error comes as a line; with a new list once it came five times at the same place', async () => {
    for (let time = 1; time <= 4; time += 1) {
      watch.lines(watchLine.error(500, 'InternalError'));
      await pods.passPause(40_000);
      watch = await resumedFrom('10');
    }
    watch.lines(watchLine.error(500, 'InternalError'));
    await pods.passPause(40_000);
    await resynced();
  });

  test('when the server refuses connections for a while', async () => {
    watch.cut();
    for (let time = 1; time <= 3; time += 1) {
      await pods.passPause(40_000);
      (await resumedFrom('10')).cut();
    }
    await until('it waits', () => pods.stream.status().state === 'waiting');
    expect(pods.stream.status().lastError?.code).toBe('API_UNREACHABLE');
    expect(pods.warnings).toHaveLength(1);
    await pods.passPause(40_000);
    const next = await resumedFrom('10');
    next.lines(watchLine.bookmark('11'));
    await until('it recovers', () => pods.infos.includes('Watching pods in namespace shop again'));
    expect(pods.stream.status().lastError).toBeUndefined();
  });
});

describe('the list is taken again', () => {
  test.each([
    ['as HTTP status', (exchange: Exchange) => exchange.answer(410, statusJson(410, 'Expired'))],
    ['as a line', (exchange: Exchange) => exchange.lines(watchLine.error(410, 'Expired', 'too old resource version'))],
  ])('when our place has expired, %s', async (_, expire) => {
    watch.cut();
    await pods.passPause();
    expire(await resumedFrom('10'));
    await pods.passPause();
    (await resynced()).lines(watchLine.added(podJson('b', '90')), watchLine.end('100'));
    await until('it is complete', () => pods.syncs.length === 2);
    expect(pods.told).toEqual(['+a!', '+b!', '-a?']);
    expect(pods.stream.status()).toMatchObject({ gone: 1, relists: 1 });
  });

  test('when the server stays behind our version twice', async () => {
    const behind = statusJson(504, 'Timeout', 'Too large resource version', {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
    watch.cut();
    await pods.passPause();
    (await resumedFrom('10')).answer(504, behind);
    await pods.passPause();
    (await resumedFrom('10')).answer(504, behind);
    await pods.passPause(5_000);
    await resynced();
  });

  test('when an event cannot be read twice; nothing after it is taken before', async () => {
    await watch.bytes('{"type":"MODIFIED","object":{"kind":"Pod",\n');
    watch.lines(watchLine.modified(podJson('a', '20')));
    await pods.passPause();
    const second = await resumedFrom('10');
    await second.bytes('\u0000garbage\n');
    await pods.passPause(5_000);
    expect(pods.told).toEqual(['+a!']);
    (await resynced()).lines(watchLine.added(podJson('a', '20')), watchLine.end('21'));
    await until('it is complete', () => pods.syncs.length === 2);
    expect(pods.told).toEqual(['+a!', '+a!']);
    expect(pods.stream.status().parseErrors).toBe(2);
  });
});

describe('bytes', () => {
  test('a character cut in two between chunks is whole again', async () => {
    const line = Buffer.from(
      `${JSON.stringify(watchLine.modified(podJson('a', '20', { status: { phase: 'Failed', message: 'größer 🚑' } })))}\n`,
    );
    const cut = line.indexOf(Buffer.from('🚑')) + 2;
    await watch.bytes(line.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await watch.bytes(line.subarray(cut));
    await until('a came', () => pods.told.length === 2);
    expect(pods.records.at(-1)?.message).toBe('größer 🚑');
  });

  test('a line that was cut with its connection is no garbage', async () => {
    await watch.bytes('{"type":"MODIFIED","object":{"kind":"Po');
    watch.end();
    await resumedFrom('10');
    expect(pods.stream.status().parseErrors).toBe(0);
  });

  test('a line without end is given up', async () => {
    await pods.close();
    pods = await followPods({ settings: { maxLineBytes: 1_000 } });
    watch = await pods.syncWith('10', podJson('a', '3'));
    await watch.bytes('x'.repeat(5_000));
    await pods.passPause();
    await resumedFrom('10');
    expect(pods.stream.status().parseErrors).toBe(1);
  });

  test('objects of another kind, without identity or of an unknown type are passed over and move nothing', async () => {
    watch.lines(
      { type: 'MODIFIED', object: { kind: 'Table', metadata: { resourceVersion: '30' }, rows: [] } },
      { type: 'RENAMED', object: podJson('x', '31') },
    );
    await until('they came', () => pods.stream.status().skipped === 2);
    watch.cut();
    await pods.passPause();
    const next = await resumedFrom('10');
    next.lines(
      watchLine.added({ kind: 'Pod', metadata: { resourceVersion: '32' } }),
      watchLine.modified(podJson('a', '33')),
    );
    await until('a came', () => pods.told.length === 2);
    expect(pods.stream.status().skipped).toBe(3);
  });

  test('what the taker throws is told, and the stream goes on behind it', async () => {
    pods.failOn = 'bad';
    watch.lines(watchLine.added(podJson('bad', '20')), watchLine.added(podJson('good', '21')));
    await until('good came', () => pods.told.includes('+good'));
    expect(pods.warnings).toEqual(['Could not take in an object of pods in namespace shop: cannot take bad']);
  });
});
