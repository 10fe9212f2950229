import { describe, expect, test } from '@jest/globals';
import type { Storm } from '../../src/model/incident.ts';
import { failure, hour, minute, second, World } from './world.ts';

const crash = (pod: string, more = {}) => failure('CrashLoopBackOff', pod, more);

function storms(world: World): Storm[] {
  return world.said.flatMap((one) => ('storm' in one ? [one.storm] : []));
}

/** `count` workloads fail, one each `everyMs`. */
function fail(world: World, count: number, everyMs: number, from = 0, more = {}): void {
  for (let index = from; index < from + count; index++) {
    world.owner(`w${index}`, { wanted: 1 });
    world.pod(`w${index}`, `w${index}-1`, [crash(`w${index}-1`, more)]);
    world.pass(everyMs);
  }
}

describe('a storm', () => {
  test('ten at once are one digest', () => {
    const world = new World();
    fail(world, 10, 100);
    world.pass(9 * minute);
    expect(world.steps).toEqual(['storm-opened']);
    expect(storms(world)[0]).toMatchObject({ pods: 10, workloads: 10, namespaces: 1 });
  });

  test('nine are told one by one', () => {
    const world = new World();
    fail(world, 9, 100);
    world.pass(hour);
    expect(world.said).toHaveLength(9);
    expect(world.steps.every((step) => step.startsWith('opened'))).toBe(true);
  });

  test('0 switches it off', () => {
    const world = new World({ stormIncidents: 0 });
    fail(world, 20, 100);
    world.pass(minute);
    expect(world.said).toHaveLength(20);
  });

  test('500 pods of 100 workloads in a minute: at most three messages and a digest', () => {
    const world = new World();
    for (let index = 0; index < 500; index++) {
      const name = `w${index % 100}`;
      world.owner(name, { wanted: 5 });
      world.pod(name, `${name}-${index}`, [crash(`${name}-${index}`)]);
      world.pass(minute / 500);
    }
    world.pass(6 * minute);
    const single = world.steps.filter((step) => !step.startsWith('storm'));
    const digests = world.steps.filter((step) => step.startsWith('storm'));
    expect(single).toEqual([]);
    expect(digests.length).toBeLessThanOrEqual(3);
    expect(storms(world).at(-1)).toMatchObject({ workloads: 100, pods: 500 });
    expect(world.tracker.incidents()).toHaveLength(100);
  });

  test('names what most of them share', () => {
    const world = new World();
    fail(world, 12, 100, 0, { nodeName: 'worker-3' });
    world.pass(minute);
    expect(storms(world)[0]?.likelyCause).toBe('node worker-3 (12 of 12)');
  });

  test('is over when all are well, and says so', () => {
    const world = new World();
    fail(world, 12, 100);
    world.pass(3 * minute);
    for (let index = 0; index < 12; index++) world.pod(`w${index}`, `w${index}-1`);
    world.pass(hour);
    expect(world.steps.at(-1)).toBe('storm-closed');
    expect(world.steps.filter((step) => step.includes(' '))).toEqual([]);
    expect(storms(world).at(-1)).toMatchObject({ state: 'closed', workloads: 12 });
  });

  test('the closing digest lists what still fails, which speaks for itself from then on', () => {
    const world = new World();
    fail(world, 12, 100);
    world.pass(3 * minute);
    for (let index = 0; index < 10; index++) world.pod(`w${index}`, `w${index}-1`);
    world.pass(hour);
    const closing = storms(world).at(-1);
    expect(closing).toMatchObject({ state: 'closed', workloads: 2 });
    expect(closing?.incidents.filter(({ state }) => state === 'open').map(({ workload }) => workload.name)).toEqual([
      'w10',
      'w11',
    ]);
    world.pod('w10', 'w10-1');
    world.pass(10 * minute);
    expect(world.steps.at(-1)).toBe('resolved w10');
    world.pass(5 * hour);
    expect(world.steps.at(-1)).toBe('reminded w11');
  });

  test('while many stand it stays, and reminds as one', () => {
    const world = new World();
    fail(world, 30, 100);
    world.pass(30 * hour);
    expect(world.steps.filter((step) => step.includes(' '))).toEqual([]);
    expect(world.said.length).toBeLessThanOrEqual(6);
  });

  test('after it has calmed down, a new failure is told by itself', () => {
    const world = new World();
    fail(world, 30, 100);
    world.pass(20 * minute);
    fail(world, 1, 0, 50);
    world.pass(minute);
    expect(world.steps.at(-1)).toBe('opened w50');
  });

  test('a second wave joins the digest', () => {
    const world = new World();
    fail(world, 30, 100);
    world.pass(20 * minute);
    fail(world, 30, 100, 50);
    world.pass(20 * minute);
    expect(world.steps.filter((step) => step.includes(' '))).toEqual([]);
    expect(storms(world).at(-1)?.workloads).toBe(60);
  });

  test('one cause of many workloads is one incident, not a storm', () => {
    const world = new World();
    fail(world, 40, 100, 0, { commonCause: 'registry:registry.example.com' });
    world.pass(minute);
    expect(world.steps).toEqual(['opened w0']);
    expect(world.said).toMatchObject([{ incident: { pods: { failing: 40 } } }]);
  });
});

describe('a start on a sick cluster', () => {
  test('nothing is said before all has been seen, then one digest', () => {
    const world = new World({}, { synced: false });
    fail(world, 15, 2 * second);
    world.pass(minute);
    expect(world.said).toEqual([]);
    world.tracker.synced(undefined, world.atMs);
    world.pass(9 * minute);
    expect(world.steps).toEqual(['storm-opened']);
    expect(storms(world)[0]?.incidents).toHaveLength(15);
  });

  test('namespaces are taken one by one', () => {
    const world = new World({}, { synced: false });
    world.pod('web', 'web-1', [crash('web-1')]);
    world.tracker.synced(['other'], world.atMs);
    world.pass(minute);
    expect(world.said).toEqual([]);
    world.tracker.synced(['shop'], world.atMs);
    world.pass(minute);
    expect(world.steps).toEqual(['opened web']);
  });
});
