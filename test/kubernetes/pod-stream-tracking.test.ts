import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { followPods, type FollowedPods } from '../fakes/followed-pods.ts';
import { podJson, statusJson, watchLine } from '../fakes/kube-json.ts';
import { until } from '../fakes/manual-clock.ts';

let pods: FollowedPods;
beforeEach(async () => {
  pods = await followPods();
});
afterEach(() => pods.close());

const ref = (name: string, uid = `uid-${name}`) => ({ namespace: 'shop', name, uid });

describe('memory', () => {
  test('holds the tracked pods only, and lets go of one that is well again', async () => {
    pods.trackOnly = new Set(['sick']);
    const watch = await pods.syncWith('10', podJson('well', '1'), podJson('sick', '2'));
    expect(pods.stream.status().tracked).toBe(1);
    pods.trackOnly = new Set();
    watch.lines(watchLine.modified(podJson('sick', '11')));
    await until('it is let go', () => pods.stream.status().tracked === 0);
    watch.lines(watchLine.deleted(podJson('sick', '12')));
    await pods.bookmark(watch, '13');
    expect(pods.removed).toEqual([]);
  });

  test('a deletion tells the last state of the pod', async () => {
    const watch = await pods.syncWith('10', podJson('a', '1'));
    watch.lines(watchLine.deleted(podJson('a', '11', { status: { phase: 'Failed', reason: 'Evicted' } })));
    await until('it is told', () => pods.removed.length === 1);
    expect(pods.told).toEqual(['+a!', '-a']);
    expect(pods.removed[0]).toMatchObject({ ref: ref('a'), last: { phase: 'Failed', reason: 'Evicted' } });
  });
});

describe('identity', () => {
  test('the same name with another uid is another pod, in the watch', async () => {
    const watch = await pods.syncWith('10', podJson('db-0', '1', { uid: 'old' }));
    watch.lines(watchLine.added(podJson('db-0', '11', { uid: 'new' })));
    await until('it came', () => pods.told.length === 3);
    expect(pods.told).toEqual(['+db-0!', '-db-0?', '+db-0']);
    expect(pods.removed[0]?.ref.uid).toBe('old');
    // The late deletion of the old one does not touch the new one.
    watch.lines(watchLine.deleted(podJson('db-0', '12', { uid: 'old' })));
    await pods.bookmark(watch, '13');
    expect(pods.told).toHaveLength(3);
    expect(pods.stream.status().tracked).toBe(1);
  });

  test('and across a gap', async () => {
    const watch = await pods.syncWith('10', podJson('db-0', '1', { uid: 'old' }));
    watch.lines(watchLine.error(410, 'Expired'));
    await pods.passPause();
    await pods.syncWith('50', podJson('db-0', '40', { uid: 'new' }));
    expect(pods.told).toEqual(['+db-0!', '-db-0?', '+db-0!']);
  });
});

describe('a repeated list', () => {
  test('tells of every tracked pod that is gone, once, with what was last known of it', async () => {
    const watch = await pods.syncWith('10', podJson('a', '1'), podJson('b', '2'), podJson('c', '3'));
    watch.lines(
      watchLine.modified(podJson('b', '11', { status: { phase: 'Failed' } })),
      watchLine.error(410, 'Expired'),
    );
    await pods.passPause();
    await pods.syncWith('50', podJson('c', '3'), podJson('d', '30'));
    expect(pods.told.slice(4)).toEqual(['+c!', '+d!', '-a?', '-b?']);
    expect(pods.removed[1]?.last?.phase).toBe('Failed');
    expect(pods.stream.status()).toMatchObject({ relists: 1, tracked: 2 });
  });

  test('is state and no news, whatever it holds', async () => {
    const watch = await pods.syncWith('10', podJson('a', '1'));
    watch.lines(watchLine.error(410, 'Expired'));
    await pods.passPause();
    await pods.syncWith('50', podJson('a', '49', { status: { phase: 'Failed' } }));
    expect(pods.told).toEqual(['+a!', '+a!']);
  });

  test('of a namespace that was deleted is empty; created again it is followed on', async () => {
    const watch = await pods.syncWith('10', podJson('a', '1'));
    watch.lines(watchLine.deleted(podJson('a', '11')), watchLine.error(410, 'Expired'));
    await pods.passPause();
    const next = await pods.syncWith('50');
    next.lines(watchLine.added(podJson('a', '60', { uid: 'second life' })));
    await until('it came', () => pods.told.length === 3);
    expect(pods.told).toEqual(['+a!', '-a', '+a']);
  });
});

describe('track', () => {
  test('a healthy sibling makes its deletion known', async () => {
    pods.trackOnly = new Set();
    const watch = await pods.syncWith('10', podJson('a', '1'));
    pods.stream.track(ref('a'));
    watch.lines(watchLine.deleted(podJson('a', '11')));
    await until('it is told', () => pods.removed.length === 1);
    expect(pods.told).toEqual(['+a!', '-a']);
  });

  test('just after the deletion passed by tells it all the same', async () => {
    pods.trackOnly = new Set();
    const watch = await pods.syncWith('10', podJson('a', '1'));
    watch.lines(watchLine.deleted(podJson('a', '11')));
    await pods.bookmark(watch, '12');
    pods.stream.track(ref('a'));
    expect(pods.removed).toEqual([]);
    await until('it is told', () => pods.removed.length === 1);
    expect(pods.told).toEqual(['+a!', '-a?']);
  });

  test('untrack ends it', async () => {
    const watch = await pods.syncWith('10', podJson('a', '1'));
    pods.stream.untrack('uid-a');
    watch.lines(watchLine.deleted(podJson('a', '11')));
    await pods.bookmark(watch, '12');
    expect(pods.removed).toEqual([]);
  });

  test.each([
    ['exists', 200, podJson('a', '1'), []],
    ['is gone', 404, statusJson(404, 'NotFound'), ['-a?']],
    ['is another by now', 200, podJson('a', '9', { uid: 'other' }), ['-a?']],
  ] as const)(
    'during a list that had shown the pod asks for it afterwards: it %s',
    async (_, status, body, expected) => {
      pods.trackOnly = new Set();
      const watch = await pods.server.request();
      watch.lines(watchLine.added(podJson('a', '1')));
      await until('a came', () => pods.told.length === 1);
      pods.stream.track(ref('a'));
      watch.lines(watchLine.end('10'));
      const question = await pods.server.request();
      expect(question.path).toBe('/api/v1/namespaces/shop/pods/a');
      expect(pods.removed).toEqual([]);
      question.answer(status, body);
      await until('it is clear', () => pods.told.length === 1 + expected.length);
      expect(pods.told.slice(1)).toEqual([...expected]);
      expect(pods.stream.status().tracked).toBe(1 - expected.length);
    },
  );
});

describe('all namespaces but some', () => {
  test('are left out by the server, and by us should it not do so', async () => {
    await pods.close();
    pods = await followPods({ scope: { kind: 'all', exclude: ['kube-system', 'dev'] } });
    const watch = await pods.server.request();
    expect(watch.path).toBe('/api/v1/pods');
    expect(watch.query.get('fieldSelector')).toBe('metadata.namespace!=kube-system,metadata.namespace!=dev');
    const foreign = podJson('x', '2');
    watch.lines(
      watchLine.added(podJson('a', '1')),
      watchLine.added({ ...foreign, metadata: { ...foreign.metadata, namespace: 'dev' } }),
      watchLine.end('10'),
    );
    await until('it is complete', () => pods.syncs.length === 1);
    expect(pods.told).toEqual(['+a!']);
    expect(pods.syncs[0]?.scope).toBe('*');
    expect(pods.stream.status()).toMatchObject({ resource: 'pods', namespace: '*' });
  });
});
