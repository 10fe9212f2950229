import { describe, expect, test } from '@jest/globals';
import { controllerFailure, failure, hour, minute, second, startMs, World } from './world.ts';

const crash = (pod: string, more = {}) => failure('CrashLoopBackOff', pod, more);

describe('the first message', () => {
  test('waits 10 s, and has the siblings in it', () => {
    const world = new World();
    world.owner('web', { wanted: 3 });
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(5 * second);
    world.pod('web', 'web-2', [crash('web-2')]);
    world.pass(minute);
    expect(world.lines).toEqual(['+10s opened web CrashLoopBackOff SEV-2 2/3']);
  });

  test('what heals before is not sent', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(9 * second);
    world.pod('web', 'web-1');
    world.pass(hour);
    expect(world.lines).toEqual([]);
    expect(world.tracker.incidents({ includeResolved: true })).toEqual([]);
    expect(world.tracker.followed()).toEqual([]);
  });

  test.each(['OOMKilled', 'Evicted', 'Failed'] as const)(
    '%s is a fact: told though the pod is gone, closed silently',
    (kind) => {
      const world = new World();
      world.owner('web', { wanted: 1 });
      world.pod('web', 'web-1', [failure(kind, 'web-1')]);
      world.pass(second);
      world.gone('web-1');
      world.pod('web', 'web-2');
      world.pass(hour);
      expect(world.steps).toEqual(['opened web']);
      expect(world.said[0]).toMatchObject({ incident: { oneOff: true, kind } });
      expect(world.tracker.incidents()).toEqual([]);
    },
  );

  test('a fact is told once, however often it is seen', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    for (let step = 0; step < 20; step++) {
      world.pod('web', 'web-1', [failure('OOMKilled', 'web-1')]);
      world.pass(minute);
    }
    world.pod('web', 'web-1');
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
  });

  test('another fact soon after belongs to it; one much later opens it again', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-1', [failure('OOMKilled', 'web-1', { instance: 'one' })]);
    world.pass(10 * minute);
    world.pod('web', 'web-1', [failure('OOMKilled', 'web-1', { instance: 'two' })]);
    world.pass(16 * minute);
    expect(world.steps).toEqual(['opened web']);
    world.pod('web', 'web-1', [failure('OOMKilled', 'web-1', { instance: 'three' })]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened web', 'reopened web']);
  });

  test('a controller must fail to create for 30 s', () => {
    const world = new World();
    world.owner('web', { wanted: 2 });
    const subject = { kind: 'ReplicaSet', name: 'web-abc', namespace: 'shop', uid: 'uid-rs' };
    const created = controllerFailure('CreateFailed', subject);
    world.facts('web', {}, [created]);
    world.pass(29 * second);
    expect(world.lines).toEqual([]);
    world.pass(second);
    expect(world.lines).toEqual(['+30s opened web CreateFailed SEV-2 2/2']);
  });
});

describe('one incident', () => {
  test('a Deployment with 50 failing replicas', () => {
    const world = new World();
    world.owner('web', { wanted: 50 });
    for (let index = 0; index < 50; index++) {
      world.pod('web', `web-${index}`, [crash(`web-${index}`)]);
      world.pass(100);
    }
    world.pass(hour);
    expect(world.lines).toEqual(['+10s opened web CrashLoopBackOff SEV-2 50/50']);
  });

  test('the most specific kind names it', () => {
    const world = new World();
    world.pod('web', 'web-1', [crash('web-1'), failure('OOMKilled', 'web-1')]);
    world.pass(minute);
    expect(world.said).toMatchObject([
      { incident: { kind: 'OOMKilled', class: 'run', key: 'test/shop/Deployment/web/run/app' } },
    ]);
  });

  test('two containers are two incidents', () => {
    const world = new World();
    world.pod('web', 'web-1', [crash('web-1'), crash('web-1', { container: 'mesh' })]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened web', 'opened web']);
  });

  test('a failure that flickers while it settles still opens', () => {
    const world = new World();
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(4 * second);
    world.pod('web', 'web-1');
    world.pass(second);
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(minute);
    expect(world.steps).toEqual(['opened web']);
  });

  test.each(['NotReady', 'RolloutStuck', 'JobFailed'] as const)('%s joins what is open already', (kind) => {
    const world = new World();
    world.owner('web', { wanted: 2 });
    world.pod('web', 'web-1', [failure('ImagePull', 'web-1')]);
    world.pass(minute);
    const own = controllerFailure(kind, { kind: 'Deployment', name: 'web', namespace: 'shop' });
    if (kind === 'NotReady') world.pod('web', 'web-2', [failure('NotReady', 'web-2')]);
    else if (kind === 'RolloutStuck') world.rollout('web', [own]);
    else world.facts('web', {}, [own]);
    world.pass(3 * minute);
    expect(world.steps).toEqual(['opened web']);
  });

  test('NotReady that turns into a crash loop keeps its id and says so', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-1', [failure('NotReady', 'web-1')]);
    world.pass(5 * minute);
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(5 * minute);
    expect(world.steps).toEqual(['opened web', 'worse web']);
    const ids = world.said.map((one) => ('incident' in one ? one.incident.id : ''));
    expect(new Set(ids).size).toBe(1);
  });

  test('what remains when the telling failure is over is said', () => {
    const world = new World();
    world.owner('web', { wanted: 2 });
    world.pod('web', 'web-1', [failure('Evicted', 'web-1')]);
    world.pass(2 * minute);
    world.gone('web-1');
    world.pod('web', 'web-2', [failure('NotReady', 'web-2')]);
    world.pass(5 * minute);
    expect(world.lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([
      'opened web Evicted SEV-2 1/2',
      'worse web NotReady SEV-2 1/2',
    ]);
  });
});

describe('speaking again', () => {
  const open = (wanted: number, failing: number): World => {
    const world = new World();
    world.owner('web', { wanted });
    for (let index = 0; index < wanted; index++) {
      world.pod('web', `web-${index}`, index < failing ? [crash(`web-${index}`)] : []);
    }
    world.pass(15 * second);
    expect(world.steps).toEqual(['opened web']);
    return world;
  };

  test('not for restarts, nor for one more pod', () => {
    const world = open(10, 1);
    world.pod('web', 'web-0', [crash('web-0', { restartCount: 30 })]);
    world.pod('web', 'web-5', [crash('web-5')]);
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
  });

  test('for another kind, not before a minute has passed', () => {
    const world = open(10, 1);
    world.pod('web', 'web-0', [failure('ConfigError', 'web-0', { container: 'app' })]);
    world.pass(5 * minute);
    expect(world.lines.at(-1)).toBe('+70s worse web ConfigError SEV-3 1/10');
    expect(world.said.at(-1)).toMatchObject({ reason: 'now ConfigError' });
    expect(world.said).toHaveLength(2);
  });

  test('for a higher severity', () => {
    const world = open(2, 1);
    world.pass(5 * minute);
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(5 * minute);
    expect(world.said.at(-1)).toMatchObject({ type: 'worse', reason: 'now SEV-2, no pod is ready' });
    expect(world.said).toHaveLength(2);
  });

  test('for twice the pods', () => {
    const world = open(20, 2);
    world.pass(10 * minute);
    for (let index = 2; index < 4; index++) world.pod('web', `web-${index}`, [crash(`web-${index}`)]);
    world.pass(hour);
    expect(world.said.at(-1)).toMatchObject({ type: 'worse', reason: '4 of 20 pods' });
    expect(world.said).toHaveLength(2);
  });

  test('for another cause, not for the same cause again', () => {
    const world = open(2, 1);
    expect(world.annotate('web', { rule: 'a/one' })).toEqual({ tell: true });
    world.pass(5 * minute);
    world.annotate('web', { rule: 'a/one', rootCause: 'in other words' });
    world.annotate('web', { confidence: 'unknown' });
    world.pass(5 * minute);
    expect(world.said).toHaveLength(1);
    world.annotate('web', { rule: 'a/two' });
    world.pass(5 * minute);
    expect(world.said.at(-1)).toMatchObject({ type: 'worse', reason: 'another cause' });
    expect(world.said).toHaveLength(2);
  });

  test('not for a change that passes', () => {
    const world = open(2, 1);
    world.pass(5 * minute);
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(5 * second);
    world.pod('web', 'web-1');
    world.pass(10 * minute);
    expect(world.said).toHaveLength(1);
  });

  test('as a reminder every 4 h, three times', () => {
    const world = open(2, 1);
    world.pass(40 * hour);
    expect(world.steps).toEqual(['opened web', 'reminded web', 'reminded web', 'reminded web']);
    expect(world.said[1]?.atMs).toBe(startMs + 10 * second + 4 * hour);
    expect(world.said[1]).toMatchObject({ reason: 'still failing after 4 h' });
  });
});

describe('the end', () => {
  const open = (wanted = 2, kind: 'CrashLoopBackOff' | 'ImagePull' = 'CrashLoopBackOff'): World => {
    const world = new World();
    world.owner('web', { wanted });
    for (let index = 0; index < wanted; index++)
      world.pod('web', `web-${index}`, index === 0 ? [failure(kind, 'web-0')] : []);
    world.pass(minute);
    return world;
  };

  test.each([
    ['CrashLoopBackOff', 5],
    ['ImagePull', 2],
  ] as const)('%s: all pods ready for %s min', (kind, count) => {
    const world = open(2, kind);
    world.pod('web', 'web-0');
    world.pass(hour);
    expect(world.said.at(-1)).toMatchObject({
      type: 'resolved',
      atMs: startMs + minute + count * minute,
      reason: `all 2 pods ready for ${count} min`,
    });
    expect(world.said).toHaveLength(2);
  });

  test('never on silence', () => {
    const world = open();
    world.gone('web-0');
    world.pass(3 * hour);
    expect(world.steps).toEqual(['opened web']);
  });

  test('not while any pod is not ready', () => {
    const world = open();
    world.pod('web', 'web-0');
    world.pod('web', 'web-1', [], { ready: false });
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
    world.pod('web', 'web-1');
    world.pass(hour);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test('a restart in the meantime begins the time anew', () => {
    const world = open();
    world.pod('web', 'web-0', [], { restarts: 4 });
    world.pass(4 * minute);
    world.pod('web', 'web-0', [], { restarts: 5 });
    world.pass(hour);
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', atMs: startMs + 10 * minute });
  });

  test('a node whose clock is behind does not shorten it', () => {
    const world = open();
    world.pod('web', 'web-0', [], { stableSinceMs: startMs - 24 * hour });
    world.pass(hour);
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', atMs: startMs + 6 * minute });
  });

  test('failed pods that were replaced do not count', () => {
    const world = open();
    world.pod('web', 'web-0', [], { ready: false, finished: true });
    world.pod('web', 'web-2');
    world.pass(hour);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test('fewer pods than wanted are no evidence', () => {
    const world = open(3);
    world.gone('web-0');
    world.pass(hour);
    expect(world.steps).toEqual(['opened web']);
    world.facts('web', { wanted: 2 });
    world.pass(hour);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test.each([
    ['gone', { exists: false }, 'Deployment web is gone'],
    ['scaled to 0', { wanted: 0 }, 'Deployment web was scaled to 0'],
  ])('the owner is %s', (_, facts, reason) => {
    const world = open();
    world.gone('web-0');
    world.facts('web', facts);
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', reason });
  });

  test('a bare pod: deleted', () => {
    const world = new World();
    world.owner('once', { kind: 'Pod' });
    world.pod('once', 'once', [crash('once')]);
    world.pass(minute);
    expect(world.said).toMatchObject([{ incident: { severity: 'SEV-4' } }]);
    world.gone('once');
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', reason: 'the pod is gone' });
  });

  test('without owner reads: the pods are gone and no new one came for 5 min', () => {
    const world = new World();
    world.owner('web', { readable: false });
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    world.gone('web-0');
    world.pass(4 * minute);
    world.pod('web', 'web-9', [], { ready: false });
    world.pass(10 * minute);
    expect(world.steps).toEqual(['opened web']);
    world.gone('web-9');
    world.pass(5 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
    expect(world.said.at(-1)?.atMs).toBe(startMs + 20 * minute);
  });

  test('an autoscaler that always adds a young pod does not keep it open', () => {
    const world = open(2);
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0');
    for (let index = 2; index < 12; index++) {
      world.pod('web', `web-${index}`);
      world.pass(2 * minute);
      world.gone(`web-${index - 1}`);
    }
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test('podmedic.io/ignore ends it, and keeps new ones quiet', () => {
    const world = open();
    world.facts('web', { ignored: true });
    world.pass(hour);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
    world.pod('web', 'web-1', [crash('web-1')]);
    world.pass(hour);
    expect(world.said).toHaveLength(2);
  });

  test('an ignored pod is silent', () => {
    const world = new World();
    world.pod('web', 'web-0', [crash('web-0')], { ignored: true });
    world.pass(hour);
    expect(world.said).toEqual([]);
  });
});

describe('again', () => {
  const closed = (): World => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    world.pod('web', 'web-0');
    world.pass(5 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
    return world;
  };

  test('within 30 min it is the same incident', () => {
    const world = closed();
    world.pass(29 * minute);
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    expect(world.steps.at(-1)).toBe('reopened web');
    const ids = world.said.map((one) => ('incident' in one ? one.incident.id : ''));
    expect(new Set(ids).size).toBe(1);
    expect(world.said.at(-1)).toMatchObject({ incident: { reopened: 1 } });
  });

  test('later it is a new one', () => {
    const world = closed();
    world.pass(31 * minute);
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    expect(world.steps.at(-1)).toBe('opened web');
    const ids = world.said.map((one) => ('incident' in one ? one.incident.id : ''));
    expect(new Set(ids).size).toBe(2);
  });

  test('what flaps waits longer and longer for the all-clear', () => {
    const world = closed();
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pass(minute);
    world.pod('web', 'web-0');
    world.pass(9 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web', 'reopened web']);
    world.pass(minute);
    expect(world.steps.at(-1)).toBe('resolved web');
  });
});

describe('Jobs', () => {
  const jobFailure = (job: string, sinceMs: number) =>
    controllerFailure('JobFailed', { kind: 'Job', name: job, namespace: 'shop', uid: `uid-${job}` }, { sinceMs });

  test('a CronJob is over when a later run completes', () => {
    const world = new World();
    world.owner('nightly', { kind: 'CronJob' });
    world.facts('nightly', {}, [jobFailure('nightly-1', startMs)]);
    world.pass(minute);
    expect(world.lines).toEqual(['+10s opened nightly JobFailed SEV-4 1/1']);
    world.pass(20 * hour);
    world.facts('nightly', { completedAtMs: startMs - hour });
    world.pass(hour);
    expect(world.said).toHaveLength(1);
    world.facts('nightly', { completedAtMs: world.atMs });
    expect(world.said.at(-1)).toMatchObject({ type: 'resolved', reason: 'a later run completed' });
  });

  test('the next run that fails is the same incident', () => {
    const world = new World();
    world.owner('nightly', { kind: 'CronJob' });
    world.facts('nightly', {}, [jobFailure('nightly-1', startMs)]);
    world.pass(hour);
    world.facts('nightly', {}, [jobFailure('nightly-2', world.atMs)]);
    world.pass(hour);
    expect(world.steps).toEqual(['opened nightly']);
  });

  test('a Job by itself: deleted, it is closed without a word', () => {
    const world = new World();
    world.owner('import', { kind: 'Job' });
    world.facts('import', {}, [jobFailure('import', startMs)]);
    world.pass(9 * hour);
    world.facts('import', { exists: false });
    expect(world.steps).toEqual(['opened import']);
    expect(world.tracker.incidents()).toEqual([]);
  });

  test('its pods cannot be pulled: that is the failure, and a completed run the end', () => {
    const world = new World();
    world.owner('nightly', { kind: 'CronJob' });
    world.pod('nightly', 'nightly-1-x', [failure('ImagePull', 'nightly-1-x')]);
    world.pass(hour);
    world.gone('nightly-1-x');
    world.facts('nightly', { completedAtMs: world.atMs });
    expect(world.steps).toEqual(['opened nightly', 'resolved nightly']);
  });
});

describe('CreateFailed', () => {
  const createFailed = (sinceMs: number) =>
    controllerFailure(
      'CreateFailed',
      { kind: 'ReplicaSet', name: 'web-abc', namespace: 'shop', uid: 'uid-rs' },
      { sinceMs },
    );

  test('ends when the wanted pods exist, one of them made after the last refusal', () => {
    const world = new World();
    world.owner('web', { wanted: 2 });
    world.pod('web', 'web-old-1', []);
    world.facts('web', {}, [createFailed(startMs)]);
    world.pod('web', 'web-old-1', []);
    world.pod('web', 'web-old-2', []);
    world.pass(10 * minute);
    expect(world.steps).toEqual(['opened web']);
    world.pod('web', 'web-abc-1');
    world.pass(3 * minute);
    expect(world.steps).toEqual(['opened web', 'resolved web']);
  });

  test('is not sent when the next try works', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.facts('web', {}, [createFailed(startMs)]);
    world.pass(20 * second);
    world.pod('web', 'web-abc-1');
    world.pass(hour);
    expect(world.said).toEqual([]);
  });
});

describe('severity', () => {
  test.each([
    ['P0', 0, 'SEV-1'],
    ['P1', 0, 'SEV-1'],
    ['P2', 0, 'SEV-2'],
    ['P3', 0, 'SEV-4'],
    ['P0', 1, 'SEV-2'],
    ['P1', 1, 'SEV-3'],
    [undefined, 1, 'SEV-3'],
  ] as const)('tier %s with %s ready: %s', (tier, ready, severity) => {
    const world = new World();
    world.owner('web', { wanted: 2, ...(tier === undefined ? {} : { tier }) });
    world.pod('web', 'web-0', [crash('web-0')]);
    world.pod('web', 'web-1', ready === 1 ? [] : [crash('web-1')]);
    world.pass(minute);
    expect(world.said).toMatchObject([{ incident: { severity } }]);
  });

  test('a pod that crashes again and again is not ready for the moments in which it says so', () => {
    const world = new World();
    const looping = { restartCount: 4 };
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [crash('web-0', looping)], { ready: true });
    world.list('web');
    world.pass(minute);
    expect(world.said).toMatchObject([{ type: 'opened', incident: { severity: 'SEV-2' } }]);
    world.pod('web', 'web-0', [crash('web-0', looping)], { ready: false });
    world.pass(10 * minute);
    expect(world.said).toHaveLength(1);
  });

  test.each(['Job', 'CronJob', 'Pod'])('a %s is SEV-4', (kind) => {
    const world = new World();
    world.owner('x', { kind, tier: 'P0' });
    world.pod('x', 'x', [failure('ImagePull', 'x')]);
    world.pass(minute);
    expect(world.said).toMatchObject([{ incident: { severity: 'SEV-4' } }]);
  });
});

describe('what nobody worries about', () => {
  test('healthy pods leave nothing behind', () => {
    const world = new World();
    for (let index = 0; index < 100; index++) world.pod('web', `web-${index}`);
    expect(world.tracker.nextWakeAtMs()).toBeUndefined();
    expect(world.tracker.followed()).toEqual([]);
    expect(world.tracker.snapshot()).toEqual([]);
  });

  test('what is over is forgotten, whatever ended it', () => {
    const world = new World();
    world.owner('web', { wanted: 1 });
    world.pod('web', 'web-0', [crash('web-0')]);
    world.owner('import', { kind: 'Job' });
    world.facts('import', {}, [
      controllerFailure('JobFailed', { kind: 'Job', name: 'import', namespace: 'shop', uid: 'uid-import' }),
    ]);
    world.owner('api', { wanted: 2 });
    world.facts('api', {}, [
      controllerFailure('CreateFailed', { kind: 'ReplicaSet', name: 'api-x', namespace: 'shop', uid: 'uid-rs' }),
    ]);
    world.pass(minute);
    expect(world.tracker.keptWorkloads()).toBe(3);
    world.pod('web', 'web-0');
    world.facts('import', { exists: false });
    world.facts('api', { wanted: 0 });
    world.pass(hour);
    expect(world.tracker.keptWorkloads()).toBe(0);
    expect(world.tracker.incidents({ includeResolved: true })).toEqual([]);
    expect(world.tracker.nextWakeAtMs()).toBeUndefined();
  });

  test('owners are asked for again while an incident is active', () => {
    const world = new World();
    world.pod('web', 'web-0', [crash('web-0')]);
    expect(world.tracker.staleOwners(world.atMs)).toEqual([]);
    expect(world.tracker.staleOwners(world.atMs + minute)).toMatchObject([{ kind: 'Deployment', name: 'web' }]);
  });
});
