import { describe, expect, test } from '@jest/globals';
import { failure, hour, minute, second, World } from './world.ts';

const crash = (pod: string, more = {}) => failure('CrashLoopBackOff', pod, more);

function open(): World {
  const world = new World();
  world.owner('web', { wanted: 2 });
  world.pod('web', 'web-0', [crash('web-0')]);
  world.pod('web', 'web-1');
  world.pass(minute);
  world.annotate('web', { rule: 'a/one' });
  world.deliverAll();
  expect(world.steps).toEqual(['opened web']);
  return world;
}

describe('a restart in the middle', () => {
  test('what stands and was told is not told again; the all-clear comes', () => {
    const world = open();
    world.restart();
    world.annotate('web', { rule: 'a/one' });
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
    world.pod('web', 'web-0');
    world.pass(10 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
    expect(world.said.at(-1)).toMatchObject({ incident: { id: '000001', deliveries: [{ channel: 'C1', ts: '1.2' }] } });
  });

  test('what healed while nobody looked is seen to be well, then said', () => {
    const world = open();
    world.pod('web', 'web-0');
    world.restart();
    world.pass(10 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test('nothing is concluded before the sync', () => {
    const world = open();
    const records = world.tracker.snapshot();
    const other = new World({}, { synced: false });
    other.tracker.restore(records, world.atMs);
    other.atMs = world.atMs;
    other.pass(hour);
    expect(other.said).toEqual([]);
    expect(other.tracker.incidents()).toHaveLength(1);
    expect(other.tracker.followed()).toMatchObject([{ kind: 'Deployment', name: 'web' }]);
  });

  test('a fact that was told is not told again', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [failure('OOMKilled', 'web-0')]);
    world.pass(minute);
    world.deliverAll();
    world.restart();
    world.pass(10 * minute);
    world.restart();
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
  });

  test('reminders go on counting', () => {
    const world = open();
    for (let round = 0; round < 8; round++) {
      world.pass(3 * hour);
      world.deliverAll();
      world.restart();
    }
    expect(world.steps).toEqual(['opened web', 'reminded web', 'reminded web', 'reminded web']);
  });

  test('failing again within the window is still the same incident', () => {
    const world = open();
    world.pod('web', 'web-0');
    world.pass(10 * minute);
    world.deliverAll();
    world.restart();
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened web', 'resolved web', 'reopened web']);
    expect(world.said.at(-1)).toMatchObject({ incident: { id: '000001', reopened: 1 } });
  });

  test('a message of which nobody knows whether it arrived is sent again with its id', () => {
    const world = new World();
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    world.tracker.delivered('000001', { sink: 'slack-webhook', alert: 'opened', outcome: 'claimed', atMs: world.atMs });
    world.restart();
    world.pass(minute);
    expect(world.steps).toEqual(['opened web', 'opened web']);
    expect(world.said.at(-1)).toMatchObject({
      incident: { id: '000001' },
      reason: 'may not have arrived before a restart',
    });
    world.deliverAll();
    world.restart();
    world.pass(minute);
    expect(world.said).toHaveLength(2);
  });

  test('a storm goes on', () => {
    const world = new World();
    for (let index = 0; index < 12; index++) {
      world.owner(`w${index}`, { wanted: 1 });
      world.pod(`w${index}`, `w${index}-1`, [crash(`w${index}-1`)]);
    }
    world.pass(minute);
    expect(world.steps).toEqual(['storm-opened']);
    world.deliverAll();
    world.restart();
    world.pass(minute);
    expect(world.steps).toEqual(['storm-opened']);
    for (let index = 0; index < 12; index++) world.pod(`w${index}`, `w${index}-1`);
    world.pass(hour);
    expect(world.steps.at(-1)).toBe('storm-closed');
    expect(world.steps.filter((step) => step.includes(' '))).toEqual([]);
  });

  test('a digest of which nobody knows whether it arrived is sent again', () => {
    const world = new World();
    for (let index = 0; index < 12; index++) world.pod(`w${index}`, `w${index}-1`, [crash(`w${index}-1`)]);
    world.pass(minute);
    world.restart();
    world.pass(minute);
    expect(world.steps).toEqual(['storm-opened', 'storm-opened']);
    const ids = world.said.map((one) => ('storm' in one ? one.storm.id : ''));
    expect(new Set(ids).size).toBe(1);
  });

  test('a fact whose message was in doubt is told again at once', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [failure('OOMKilled', 'web-0')]);
    world.pass(minute);
    world.restart();
    world.pass(20 * second);
    expect(world.steps).toEqual(['opened web', 'opened web']);
    world.deliverAll();
    world.restart();
    world.pass(hour);
    expect(world.steps).toEqual(['opened web', 'opened web']);
  });

  test('a fact whose message was in doubt is told again, though it is closed since', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [failure('OOMKilled', 'web-0')]);
    world.pass(20 * minute);
    world.pod('web', 'web-0');
    expect(world.tracker.isUntold('000001', 'opened')).toBe(true);
    world.restart();
    world.pass(minute);
    expect(world.steps).toEqual(['opened web', 'opened web']);
  });

  test('what was folded stays folded', () => {
    const world = new World();
    for (const name of ['api', 'web']) {
      world.owner(name, { wanted: 1 });
      world.pod(name, `${name}-1`, [failure('ImagePull', `${name}-1`, { commonCause: 'registry:r.example.com' })]);
    }
    world.pass(minute);
    world.deliverAll();
    world.restart();
    world.pass(hour);
    expect(world.steps).toEqual(['opened api']);
    expect(world.tracker.incidents().find(({ folded }) => folded.length > 0)).toMatchObject({ id: '000001' });
  });
});

describe('what is kept', () => {
  test('at most 400 bytes each', () => {
    const world = new World();
    const name = `payments-reconciliation-worker-${'x'.repeat(10)}`;
    world.owner(name, { wanted: 9, namespace: 'payments-production-eu' });
    for (let index = 0; index < 9; index++) {
      world.pod(name, `${name}-${index}`, [
        failure('OOMKilled', `p-${index}`, {
          container: 'reconciliation',
          instance: `containerd://${'0'.repeat(60)}${index}`,
          commonCause: 'object:ConfigMap/reconciliation-settings',
        }),
      ]);
    }
    world.pass(minute);
    world.annotate(name, { rule: 'memory/limit' });
    world.deliverAll();
    const sizes = world.tracker.snapshot().map(({ json }) => Buffer.byteLength(json));
    expect(sizes).toHaveLength(1);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(400);
  });

  test('what is read back is what was kept', () => {
    const world = open();
    world.pass(5 * hour);
    const before = world.tracker.snapshot();
    const next = new World({}, { synced: false });
    next.tracker.restore(before, world.atMs);
    expect(next.tracker.snapshot()).toEqual(before.map((record) => ({ ...record, touchedAtMs: expect.any(Number) })));
    const { openedAtMs, beganAtMs, lastSeenAtMs } = world.tracker.incidents()[0] ?? {};
    expect(next.tracker.incidents()[0]).toMatchObject({ openedAtMs, beganAtMs, lastSeenAtMs });
  });

  test('settling incidents are not kept: nobody was told of them', () => {
    const world = new World();
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(5 * second);
    expect(world.tracker.snapshot()).toEqual([]);
  });

  test.each(['', '{}', 'null', '{"i":"zz","k":"a/b","s":"o"}', '[1,2]', '{"storm":1}'])(
    '%j is refused, not believed',
    (json) => {
      const world = new World();
      expect(world.tracker.restore([{ json }], world.atMs)).toBe(1);
      expect(world.tracker.incidents()).toEqual([]);
    },
  );

  test('a resolved one is marked, so that it is the first to go', () => {
    const world = open();
    world.pod('web', 'web-0');
    world.pass(10 * minute);
    expect(world.tracker.snapshot()).toMatchObject([{ resolved: true }]);
  });
});

describe('what is still to be told', () => {
  test('follows the state', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    expect(world.tracker.isUntold('000001', 'opened')).toBe(true);
    expect(world.tracker.isUntold('000001', 'worse')).toBe(false);
    world.deliverAll();
    expect(world.tracker.isUntold('000001', 'opened')).toBe(false);
    world.pod('web', 'web-0');
    world.pass(10 * minute);
    expect(world.tracker.isUntold('000001', 'opened')).toBe(false);
    expect(world.tracker.isUntold('000001', 'resolved')).toBe(true);
    expect(world.tracker.isUntold('ffffff', 'opened')).toBe(false);
  });
});
