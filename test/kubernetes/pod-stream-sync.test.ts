import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { followPods, type FollowedPods } from '../fakes/followed-pods.ts';
import { listJson, podJson, statusJson, watchLine } from '../fakes/kube-json.ts';
import { until } from '../fakes/manual-clock.ts';

let pods: FollowedPods;
beforeEach(async () => {
  pods = await followPods();
});
afterEach(() => pods.close());

describe('the initial list', () => {
  test('is asked for as a stream, consistent, with all four parameters', async () => {
    const request = await pods.server.request();
    expect(request.path).toBe('/api/v1/namespaces/shop/pods');
    expect(Object.fromEntries(request.query)).toEqual({
      watch: 'true',
      allowWatchBookmarks: 'true',
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      timeoutSeconds: '450',
    });
  });

  test('is state, not news, until its end mark; what follows on the same stream is news', async () => {
    const watch = await pods.syncWith('10', podJson('a', '3'), podJson('b', '2'));
    expect(pods.told).toEqual(['+a!', '+b!']);
    expect(pods.syncs).toEqual([{ scope: 'shop', pods: 2 }]);
    watch.lines(watchLine.modified(podJson('b', '11')));
    await until('b came', () => pods.told.length === 3);
    expect(pods.told[2]).toBe('+b');
    expect(pods.stream.status()).toMatchObject({ state: 'watching', synced: true, relists: 0, watches: 1 });
  });

  test('does not move our place by its objects, which come in no order', async () => {
    const watch = await pods.server.request();
    watch.lines(watchLine.added(podJson('a', '900')));
    await until('a came', () => pods.told.length === 1);
    watch.cut();
    await pods.passPause();
    const again = await pods.server.request();
    expect(again.query.get('sendInitialEvents')).toBe('true');
    expect(again.query.has('resourceVersion')).toBe(false);
    expect(pods.stream.status().synced).toBe(false);
  });

  test('cut before its mark does not pass for complete: tracked pods stay, a later list decides', async () => {
    await pods
      .syncWith('10', podJson('a', '3'), podJson('b', '4'))
      .then((watch) => watch.lines(watchLine.error(410, 'Expired')));
    await pods.passPause();
    const half = await pods.server.request();
    half.lines(watchLine.added(podJson('a', '3')));
    await until('a came again', () => pods.told.length === 3);
    half.cut();
    await pods.passPause();
    expect(pods.removed).toEqual([]);
    await pods.syncWith('20', podJson('b', '4'));
    expect(pods.told.slice(3)).toEqual(['+b!', '-a?']);
  });

  test('ended twice in good order without its mark is taken in pages', async () => {
    for (const pause of [2_000, 5_000]) {
      const watch = await pods.server.request();
      expect(watch.query.get('sendInitialEvents')).toBe('true');
      watch.lines(watchLine.added(podJson('a', '3')));
      watch.end();
      await pods.passPause(pause);
    }
    expect((await pods.server.request()).query.get('limit')).toBe('500');
    expect(pods.syncs).toEqual([]);
  });

  test('tells its progress once a second at most', async () => {
    const watch = await pods.server.request();
    watch.lines(...Array.from({ length: 256 }, (_, index) => watchLine.added(podJson(`a${index}`, '1'))));
    await until('256 came', () => pods.told.length === 256);
    expect(pods.progress).toEqual([]);
    pods.clock.advance(1_500);
    watch.lines(...Array.from({ length: 512 }, (_, index) => watchLine.added(podJson(`b${index}`, '1'))));
    await until('768 came', () => pods.told.length === 768);
    expect(pods.progress).toEqual([512]);
  });

  test('warns after 10 s of silence and is taken in pages after 60 s', async () => {
    const watch = await pods.server.request();
    watch.open();
    pods.clock.advance(10_000);
    expect(pods.warnings).toEqual(['The API server is slow to begin the list of pods in namespace shop']);
    pods.clock.advance(50_000);
    await pods.passPause();
    const page = await pods.server.request();
    expect(page.query.has('watch')).toBe(false);
    expect(page.query.get('limit')).toBe('500');
  });

  test('is taken in pages when the server takes the request for a plain watch', async () => {
    const watch = await pods.server.request();
    watch.lines(watchLine.added(podJson('a', '3')), watchLine.bookmark('5'), watchLine.bookmark('6'));
    await pods.passPause();
    const page = await pods.server.request();
    expect(page.query.get('limit')).toBe('500');
  });
});

describe('the list in pages', () => {
  const refuse = statusJson(422, 'Invalid', 'sendInitialEvents is forbidden for watch');

  test('follows at once when the server cannot stream a list, and asks for no version', async () => {
    (await pods.server.request()).answer(422, refuse);
    const first = await pods.server.request();
    expect(Object.fromEntries(first.query)).toEqual({ limit: '500' });
    first.answer(200, listJson('30', [podJson('a', '3')], 'token'));
    const second = await pods.server.request();
    expect(second.query.get('continue')).toBe('token');
    second.answer(200, listJson('31', [podJson('b', '4')]));
    const watch = await pods.server.request();
    expect(watch.query.get('resourceVersion')).toBe('30');
    expect(pods.told).toEqual(['+a!', '+b!']);
    expect(pods.syncs).toEqual([{ scope: 'shop', pods: 2 }]);
  });

  test('begins anew when its snapshot expires between two pages, and never asks for all at once', async () => {
    (await pods.server.request()).answer(422, refuse);
    (await pods.server.request()).answer(200, listJson('30', [podJson('a', '3')], 'token'));
    (await pods.server.request()).answer(410, statusJson(410, 'Expired'));
    await pods.passPause();
    const anew = await pods.server.request();
    expect(Object.fromEntries(anew.query)).toEqual({ limit: '500' });
    anew.answer(200, listJson('40', [podJson('a', '3')]));
    await until('it is complete', () => pods.syncs.length === 1);
    expect(pods.stream.status().gone).toBe(1);
  });

  test('asks for the same page again when the server is busy, after as long as it says', async () => {
    (await pods.server.request()).answer(422, refuse);
    (await pods.server.request()).answer(200, listJson('30', [podJson('a', '3')], 'token'));
    (await pods.server.request()).answer(429, statusJson(429, 'TooManyRequests'), { 'retry-after': '7' });
    await until('it waits', () => pods.clock.pending() === 2);
    pods.clock.advance(6_999);
    expect(pods.server.unasked()).toBe(0);
    pods.clock.advance(1);
    const again = await pods.server.request();
    expect(again.query.get('continue')).toBe('token');
    again.answer(200, listJson('30', []));
    await until('it is complete', () => pods.syncs.length === 1);
    expect(pods.told).toEqual(['+a!']);
  });

  test('remembers the refusal for an hour, then tries to stream again', async () => {
    (await pods.server.request()).answer(422, refuse);
    (await pods.server.request()).answer(200, listJson('30', []));
    const watch = await pods.server.request();
    watch.lines(watchLine.error(410, 'Expired'));
    await pods.passPause();
    const list = await pods.server.request();
    expect(list.query.get('limit')).toBe('500');
    pods.clock.advance(3_600_000);
    list.answer(200, listJson('31', []));
    (await pods.server.request()).lines(watchLine.error(410, 'Expired'));
    await pods.passPause();
    expect((await pods.server.request()).query.get('sendInitialEvents')).toBe('true');
  });

  test('in a layout of its own is read as a whole', async () => {
    (await pods.server.request()).answer(422, refuse);
    const odd = { items: [podJson('a', '3')], metadata: { resourceVersion: '30' }, kind: 'PodList' };
    (await pods.server.request()).answer(200, odd);
    (await pods.server.request()).answer(200, odd);
    await until('it is complete', () => pods.syncs.length === 1);
    expect(pods.told).toEqual(['+a!']);
  });

  test('without a version, or that is no JSON, is no list', async () => {
    (await pods.server.request()).answer(422, refuse);
    for (const [text, pause] of [
      ['<html>proxy</html>', 2_000],
      ['{"kind":"PodList","items":[]}', 5_000],
    ] as const) {
      // Asked for once more, to be read as a whole.
      (await pods.server.request()).answer(200, text);
      (await pods.server.request()).answer(200, text);
      await pods.passPause(pause);
    }
    (await pods.server.request()).answer(200, listJson('30', []));
    await until('it is complete', () => pods.syncs.length === 1);
  });
});
