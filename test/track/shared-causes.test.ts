import { describe, expect, test } from '@jest/globals';
import { failure, hour, minute, second, World } from './world.ts';

const missing = (pod: string, more = {}) =>
  failure('ConfigError', pod, { container: 'app', commonCause: 'object:Secret/db', ...more });
const refused = (pod: string) => failure('ImagePull', pod, { commonCause: 'registry:registry.example.com' });

describe('one cause, many workloads', () => {
  test('three workloads failing for one missing Secret: one message', () => {
    const world = new World();
    for (const name of ['api', 'web', 'worker']) {
      world.owner(name, { wanted: 1 });
      world.pod(name, `${name}-1`, [missing(`${name}-1`)]);
      world.pass(second);
    }
    world.pass(hour);
    expect(world.lines).toEqual(['+10s opened api ConfigError SEV-2 3/3']);
    const [first] = world.said;
    expect(first !== undefined && 'incident' in first ? first.incident.folded : []).toEqual([
      { workload: { kind: 'Deployment', name: 'web', namespace: 'shop' }, kind: 'ConfigError', failingPods: 1 },
      { workload: { kind: 'Deployment', name: 'worker', namespace: 'shop' }, kind: 'ConfigError', failingPods: 1 },
    ]);
  });

  test('those that come later join in silence, until there are twice the pods', () => {
    const world = new World();
    for (let index = 0; index < 6; index++) {
      world.owner(`w${index}`, { wanted: 1 });
      world.pod(`w${index}`, `w${index}-1`, [refused(`w${index}-1`)]);
      world.pass(minute);
    }
    world.pass(hour);
    expect(world.steps).toEqual(['opened w0', 'worse w0']);
    expect(world.said.at(-1)).toMatchObject({ reason: '5 of 5 pods' });
  });

  test('a Secret of the same name in another namespace is another one', () => {
    const world = new World();
    world.pod('api', 'api-1', [missing('api-1')]);
    world.owner('far', { namespace: 'other' });
    world.pod('far', 'far-1', [missing('far-1')]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened api', 'opened far']);
  });

  test('a registry is the same everywhere', () => {
    const world = new World();
    world.pod('api', 'api-1', [refused('api-1')]);
    world.owner('far', { namespace: 'other' });
    world.pod('far', 'far-1', [refused('far-1')]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened api']);
  });

  const open = (): World => {
    const world = new World();
    for (const name of ['api', 'web']) {
      world.owner(name, { wanted: 1 });
      world.pod(name, `${name}-1`, [missing(`${name}-1`)]);
    }
    world.pass(minute);
    expect(world.steps).toEqual(['opened api']);
    return world;
  };

  test('it is over when all are well, and said once', () => {
    const world = open();
    world.pod('web', 'web-1');
    world.pass(minute);
    world.pod('api', 'api-1');
    world.pass(hour);
    expect(world.steps).toEqual(['opened api', 'resolved api']);
  });

  test('while the cause stands for others the message lives on under its id', () => {
    const world = open();
    world.pod('api', 'api-1');
    world.pass(hour);
    expect(world.steps).toEqual(['opened api']);
    expect(world.tracker.incidents()).toMatchObject([{ id: '000001', workload: { name: 'web' }, folded: [] }]);
    world.pod('web', 'web-1');
    world.pass(hour);
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', incident: { id: '000001' } });
    expect(world.said).toHaveLength(2);
  });

  test('what still fails, but for another reason, comes out', () => {
    const world = open();
    world.pod('web', 'web-1', [failure('CrashLoopBackOff', 'web-1')]);
    world.pass(4 * minute);
    expect(world.steps).toEqual(['opened api']);
    world.pass(minute);
    expect(world.steps).toEqual(['opened api', 'opened web']);
  });
});

describe('a dependency that itself fails', () => {
  const crash = (pod: string) => failure('CrashLoopBackOff', pod);
  const blame = { causedBy: { kind: 'StatefulSet', name: 'db', namespace: 'shop' } };

  test('its victims are told in its incident', () => {
    const world = new World();
    world.owner('db', { kind: 'StatefulSet', wanted: 1 });
    world.pod('db', 'db-0', [crash('db-0')]);
    world.owner('api', { wanted: 1 });
    world.pass(30 * second);
    world.pod('api', 'api-1', [crash('api-1')]);
    world.pass(10 * second);
    expect(world.steps).toEqual(['opened db', 'opened api']);
    expect(world.annotate('api', blame)).toEqual({ tell: false, foldedInto: '000001' });
    world.pass(hour);
    expect(world.said).toHaveLength(2);
    expect(world.tracker.incident('000001')).toMatchObject({ folded: [{ workload: { name: 'api' } }] });
  });

  test('what still fails when it is well again gets a message of its own', () => {
    const world = new World();
    world.owner('db', { kind: 'StatefulSet', wanted: 1 });
    world.pod('db', 'db-0', [crash('db-0')]);
    world.owner('api', { wanted: 1 });
    world.pass(20 * second);
    world.pod('api', 'api-1', [crash('api-1')]);
    world.pass(10 * second);
    world.annotate('api', blame);
    world.pod('db', 'db-0');
    world.pass(6 * minute);
    expect(world.steps).toEqual(['opened db', 'opened api', 'resolved db']);
    world.pass(5 * minute);
    expect(world.steps.at(-1)).toBe('opened api');
  });

  test('what healed with it is not mentioned again', () => {
    const world = new World();
    world.owner('db', { kind: 'StatefulSet', wanted: 1 });
    world.pod('db', 'db-0', [crash('db-0')]);
    world.owner('api', { wanted: 1 });
    world.pass(20 * second);
    world.pod('api', 'api-1', [crash('api-1')]);
    world.pass(10 * second);
    world.annotate('api', blame);
    world.pod('db', 'db-0');
    world.pass(minute);
    world.pod('api', 'api-1');
    world.pass(hour);
    expect(world.steps).toEqual(['opened db', 'opened api', 'resolved db']);
    expect(world.tracker.incidents()).toEqual([]);
  });

  test('a victim that was told first is folded when the cause opens, and still gets its all-clear', () => {
    const world = new World();
    world.owner('api', { wanted: 1 });
    world.pod('api', 'api-1', [crash('api-1')]);
    world.pass(minute);
    expect(world.annotate('api', blame)).toEqual({ tell: true });
    world.deliverAll();
    world.owner('db', { kind: 'StatefulSet', wanted: 1 });
    world.pod('db', 'db-0', [crash('db-0')]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened api', 'opened db']);
    expect(world.tracker.incidents().find(({ workload }) => workload.name === 'db')).toMatchObject({
      folded: [{ workload: { name: 'api' } }],
    });
    world.pod('db', 'db-0');
    world.pod('api', 'api-1');
    world.pass(hour);
    expect([...world.steps].sort()).toEqual(['opened api', 'opened db', 'resolved api', 'resolved db']);
  });

  test('two that blame each other do not vanish', () => {
    const world = new World();
    for (const name of ['a', 'b']) {
      world.owner(name, { wanted: 1 });
      world.pod(name, `${name}-1`, [crash(`${name}-1`)]);
    }
    world.pass(minute);
    world.annotate('a', { causedBy: { kind: 'Deployment', name: 'b' } });
    world.annotate('b', { causedBy: { kind: 'Deployment', name: 'a' } });
    world.pass(hour);
    const incidents = world.tracker.incidents();
    expect(incidents.filter(({ folded }) => folded.length === 1)).toHaveLength(1);
  });

  test.each([
    ['a chain, each one blaming its end', ['c', 'c', undefined]],
    ['a chain, each one blaming the next', ['b', 'c', undefined]],
    ['three that blame each other in a circle', ['b', 'c', 'a']],
    ['three that blame each other in the other circle', ['c', 'a', 'b']],
  ] as const)('%s: one message, and none vanishes', (_title, blamed) => {
    const world = new World();
    const names = ['a', 'b', 'c'];
    for (const name of names) {
      world.owner(name, { wanted: 1 });
      world.pod(name, `${name}-1`, [crash(`${name}-1`)]);
    }
    world.pass(minute);
    names.forEach((name, index) => {
      const cause = blamed[index];
      if (cause !== undefined) world.annotate(name, { causedBy: { kind: 'Deployment', name: cause } });
    });
    world.pass(hour);
    const incidents = world.tracker.incidents();
    const folded = incidents.flatMap((incident) => incident.folded.map(({ workload }) => workload.name)).sort();
    const heads = incidents.filter(({ workload }) => !folded.includes(workload.name));
    expect(heads).toHaveLength(1);
    expect([...folded, ...heads.map(({ workload }) => workload.name)].sort()).toEqual(names);
  });
});
