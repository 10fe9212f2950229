import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { followPods, type FollowedPods } from '../fakes/followed-pods.ts';
import { listJson, podJson, statusJson, watchLine } from '../fakes/kube-json.ts';
import { until } from '../fakes/manual-clock.ts';
import type { Exchange } from '../fakes/scripted-api-server.ts';

let pods: FollowedPods;
let watch: Exchange;
beforeEach(async () => {
  pods = await followPods();
  watch = await pods.syncWith('10', podJson('a', '3'));
});
afterEach(() => pods.close());

describe('silence', () => {
  test('of 90 s ends the watch; after a look at the history it goes on', async () => {
    pods.clock.advance(89_999);
    expect(watch.gone()).toBe(false);
    pods.clock.advance(1);
    const probe = await pods.server.request();
    expect(Object.fromEntries(probe.query)).toEqual({ limit: '1' });
    probe.answer(200, listJson('10', []));
    const next = await pods.server.request();
    expect(next.query.get('resourceVersion')).toBe('10');
    await until('the old one is cut', watch.gone);
    expect(pods.stream.status()).toMatchObject({ stalls: 1, relists: 0 });
  });

  test('is broken by a bookmark', async () => {
    for (let minute = 1; minute <= 4; minute += 1) {
      pods.clock.advance(60_000);
      watch.lines(watchLine.bookmark(String(100 + minute)));
      await until('it came', () => pods.stream.status().lastBookmarkAgeSeconds === 0);
    }
    expect(pods.stream.status()).toMatchObject({ stalls: 0, watches: 1, lastEventAgeSeconds: 0 });
  });

  test('before the headers counts as well', async () => {
    watch.cut();
    await pods.passPause();
    const next = await pods.server.request();
    pods.clock.advance(90_000);
    await until('it is given up', next.gone);
    expect(pods.stream.status().stalls).toBe(1);
  });

  test('also of the probe does not stop the stream from trying', async () => {
    pods.clock.advance(90_000);
    (await pods.server.request()).cut();
    expect((await pods.server.request()).query.get('resourceVersion')).toBe('10');
  });
});

describe('the history of the server', () => {
  test('that went back is noticed after a silence, and the list is taken again', async () => {
    pods.clock.advance(90_000);
    (await pods.server.request()).answer(200, listJson('7', []));
    const list = await pods.server.request();
    expect(list.query.get('sendInitialEvents')).toBe('true');
    list.lines(watchLine.end('8'));
    await until('it is complete', () => pods.syncs.length === 2);
    expect(pods.told).toEqual(['+a!', '-a?']);
    expect(pods.stream.status().historyResets).toBe(1);
    expect(pods.warnings).toHaveLength(1);
  });

  test('is asked for when ours stands still for 3 min, though bookmarks come', async () => {
    for (let minute = 1; minute <= 3; minute += 1) {
      pods.clock.advance(60_000);
      watch.lines(watchLine.bookmark('10'));
      await until('it came', () => pods.stream.status().lastBookmarkAgeSeconds === 0);
    }
    const probe = await pods.server.request();
    expect(probe.query.get('limit')).toBe('1');
    probe.answer(200, listJson('4', []));
    expect((await pods.server.request()).query.get('sendInitialEvents')).toBe('true');
    await until('the old one is cut', watch.gone);
  });

  test('ahead of ours is normal and shows as lag', async () => {
    pods.clock.advance(90_000);
    (await pods.server.request()).answer(200, listJson('17', []));
    expect((await pods.server.request()).query.get('resourceVersion')).toBe('10');
    expect(pods.stream.status().rvLag).toBe(7);
  });

  test('is not asked for while all goes on, but every 10 min', async () => {
    for (let half = 1; half <= 20; half += 1) {
      expect(pods.server.unasked()).toBe(0);
      pods.clock.advance(30_000);
      watch.lines(watchLine.bookmark(String(100 + half)));
      await until('it came', () => pods.stream.status().lastBookmarkAgeSeconds === 0);
      // The watch has a time of its own, at which it begins anew.
      if (half === 15) {
        watch.end();
        watch = await pods.server.request();
        watch.open();
        await until('it watches', () => pods.stream.status().watches === 2);
      }
    }
    expect((await pods.server.request()).query.get('limit')).toBe('1');
  });
});

test('a watch that the server keeps beyond its time is ended by us', async () => {
  let version = 100;
  for (let elapsedMs = 0; elapsedMs < 455_000; elapsedMs += 65_000) {
    pods.clock.advance(65_000);
    version += 1;
    watch.lines(watchLine.bookmark(String(version)));
    await until('it came or is over', () => pods.stream.status().lastBookmarkAgeSeconds === 0 || watch.gone());
  }
  const next = await pods.server.request();
  expect(Number(next.query.get('resourceVersion'))).toBeGreaterThan(100);
  expect(pods.stream.status().lastError).toBeUndefined();
});

describe('a server that refuses us', () => {
  test.each([
    [403, 'Forbidden', 'API_FORBIDDEN'],
    [404, 'NotFound', 'API_NOT_FOUND'],
  ])('with %i is told once, asked slowly for ever, and tracked pods stay', async (status, reason, code) => {
    watch.cut();
    await pods.passPause();
    // A server that has just started forbids everything at first.
    for (let attempt = 1; status === 403 && attempt <= 4; attempt += 1) {
      (await pods.server.request()).answer(status, statusJson(status, reason, 'pods is forbidden: no'));
      await until('it waits', () => pods.stream.status().state === 'waiting');
      await pods.passPause(30_000);
    }
    for (let attempt = 1; attempt <= 4; attempt += 1) {
      (await pods.server.request()).answer(status, statusJson(status, reason, 'pods is forbidden: no'));
      await until('it is refused', () => pods.stream.status().state === 'refused');
      pods.clock.advance(29_999);
      expect(pods.server.unasked()).toBe(0);
      pods.clock.advance(30_001);
    }
    expect(pods.warnings).toHaveLength(1);
    expect(pods.stream.status().lastError?.code).toBe(code);
    const next = await pods.server.request();
    expect(next.query.get('resourceVersion')).toBe('10');
    next.lines(watchLine.modified(podJson('a', '70')));
    await until('a came', () => pods.told.length === 2);
    expect(pods.told).toEqual(['+a!', '+a']);
    expect(pods.infos.at(-1)).toBe('Watching pods in namespace shop again');
  });

  test('with 401 asks at the usual pace, for an expired token is soon replaced', async () => {
    watch.cut();
    await pods.passPause();
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      (await pods.server.request()).answer(401, statusJson(401, 'Unauthorized'));
      // A refused credential is read anew and tried once more.
      (await pods.server.request()).answer(401, statusJson(401, 'Unauthorized'));
      await until('it waits', () => pods.stream.status().state === 'waiting');
      // The longest pause of the usual pace.
      pods.clock.advance(30_000);
    }
    expect(pods.stream.status().lastError?.code).toBe('API_UNAUTHORIZED');
    expect((await pods.server.request()).query.get('resourceVersion')).toBe('10');
    expect(pods.warnings).toHaveLength(1);
  });

  test('goes on with a rotated token without a word', async () => {
    watch.cut();
    await pods.passPause();
    const refused = await pods.server.request();
    expect(refused.authorization).toBe('Bearer first');
    pods.server.token.value = 'second';
    refused.answer(401, statusJson(401, 'Unauthorized'));
    const next = await pods.server.request();
    expect(next.authorization).toBe('Bearer second');
    expect(next.query.get('resourceVersion')).toBe('10');
    expect(pods.server.token.refreshes).toBe(1);
    expect(pods.warnings).toEqual([]);
  });
});

describe('stop', () => {
  test('during a watch closes it, without an error', async () => {
    await pods.stream.stop();
    await until('it is closed', watch.gone);
    expect(pods.stream.status().state).toBe('stopped');
    expect(pods.stream.status().lastError).toBeUndefined();
    expect(pods.clock.pending()).toBe(0);
  });

  test('during a pause ends it and asks for nothing more', async () => {
    watch.cut();
    await until('it waits', () => pods.stream.status().state === 'waiting');
    await pods.stream.stop();
    pods.clock.advance(600_000);
    expect(pods.server.unasked()).toBe(0);
  });

  test('during a list closes it; a second start changes nothing', async () => {
    watch.lines(watchLine.error(410, 'Expired'));
    await pods.passPause();
    const list = await pods.server.request();
    list.lines(watchLine.added(podJson('b', '3')));
    await until('b came', () => pods.told.length === 2);
    await pods.stream.stop();
    await until('it is closed', list.gone);
    pods.stream.start();
    pods.clock.advance(600_000);
    expect(pods.server.unasked()).toBe(0);
    expect(pods.syncs).toHaveLength(1);
  });

  test('before start is no fault, and start twice makes one stream', async () => {
    await pods.close();
    pods = await followPods({ start: false });
    pods.stream.start();
    pods.stream.start();
    (await pods.server.request()).lines(watchLine.end('1'));
    await until('it is complete', () => pods.syncs.length === 1);
    expect(pods.server.unasked()).toBe(0);
  });
});
