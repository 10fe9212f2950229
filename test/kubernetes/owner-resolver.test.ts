import { describe, expect, test } from '@jest/globals';
import { createOwnerResolver, type ObjectSource, type OwnerResolver } from '../../src/kubernetes/owner-resolver.ts';
import type { Reading } from '../../src/kubernetes/reader-port.ts';
import type { KubeObject, KubeWorkload } from '../../src/model/kube-objects.ts';

type Miss = 'forbidden' | 'timeout';
interface Cluster {
  readonly resolver: OwnerResolver;
  readonly asked: string[];
  readonly objects: Map<string, KubeObject | Miss>;
  pass: (ms: number) => void;
}

const named = (kind: string, name: string, more: Partial<KubeWorkload> = {}, owner?: string): KubeWorkload => {
  const [ownerKind = '', ownerName = '', apiVersion = 'apps/v1'] = owner?.split('|') ?? [];
  return {
    kind,
    ...more,
    metadata: {
      name,
      ...more.metadata,
      ...(owner ? { ownerReferences: [{ kind: ownerKind, name: ownerName, apiVersion, controller: true }] } : {}),
    },
  };
};

function cluster(objects: Readonly<Record<string, KubeObject | Miss>>): Cluster {
  let nowMs = 1_000_000;
  const known = new Map(Object.entries(objects));
  const asked: string[] = [];
  const source: ObjectSource = {
    get: ({ kind, name }): Promise<Reading<KubeObject>> => {
      asked.push(`${kind}/${name}`);
      const found = known.get(`${kind}/${name}`);
      if (found === undefined) return Promise.resolve({ gap: 'not found', reason: 'not-found' });
      return Promise.resolve(typeof found === 'string' ? { gap: found, reason: found } : { ok: found });
    },
  };
  return {
    resolver: createOwnerResolver(source, { now: () => nowMs }),
    asked,
    objects: known,
    pass: (ms) => {
      nowMs += ms;
    },
  };
}

const apiPod = {
  namespace: 'shop',
  name: 'api-5d9-x2x',
  uid: 'u1',
  owner: { kind: 'ReplicaSet', name: 'api-5d9', apiVersion: 'apps/v1', uid: 'rs' },
  templateHash: '5d9',
};
const deployment = named('Deployment', 'api', {
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'api' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }] },
  },
  status: { readyReplicas: 2 },
});
const withDeployment = {
  'ReplicaSet/api-5d9': named('ReplicaSet', 'api-5d9', {}, 'Deployment|api'),
  'Deployment/api': deployment,
};

describe('the top owner', () => {
  test('of a Deployment: replicas, ready ones, selector and the object', async () => {
    const { resolver } = cluster(withDeployment);
    expect(await resolver.resolve(apiPod)).toEqual({
      workload: { kind: 'Deployment', name: 'api', namespace: 'shop', apiVersion: 'apps/v1' },
      readable: true,
      exists: true,
      ignored: false,
      wanted: 3,
      ready: 2,
      selector: 'app=api,tier in (a,b)',
      object: deployment,
    });
  });

  test('of a CronJob, with its last success', async () => {
    const { resolver } = cluster({
      'Job/nightly-29920279': named('Job', 'nightly-29920279', {}, 'CronJob|nightly|batch/v1'),
      'CronJob/nightly': named('CronJob', 'nightly', {
        status: { lastSuccessfulTime: '2026-11-20T10:00:00Z' } as KubeWorkload['status'] & object,
      }),
    });
    const owner = { kind: 'Job', name: 'nightly-29920279' };
    expect(await resolver.resolve({ namespace: 'shop', name: 'p', owner })).toMatchObject({
      workload: { kind: 'CronJob', name: 'nightly' },
      completedAtMs: Date.parse('2026-11-20T10:00:00Z'),
    });
  });

  test.each([
    ['StatefulSet', { spec: { replicas: 0 } }, { wanted: 0, ready: 0 }],
    ['StatefulSet', { spec: {} }, { wanted: 1, ready: 0 }],
    ['DaemonSet', { status: { desiredNumberScheduled: 7, numberReady: 6 } }, { wanted: 7, ready: 6 }],
    ['Job', { spec: { suspend: true } }, { wanted: 0 }],
    [
      'Job',
      { status: { completionTime: '2026-11-20T10:00:00Z' } },
      { completedAtMs: Date.parse('2026-11-20T10:00:00Z') },
    ],
  ])('%s %j', async (kind, more, facts) => {
    const { resolver } = cluster({ [`${kind}/x`]: named(kind, 'x', more) });
    const found = await resolver.resolve({ namespace: 'shop', name: 'x-0', owner: { kind, name: 'x' } });
    expect(found).toMatchObject({ workload: { kind, name: 'x' }, readable: true, ...facts });
    if (kind === 'Job') expect(found.ready).toBeUndefined();
  });

  test('a custom controller is the top where it can be read, and where it cannot', async () => {
    const rollout = named('ReplicaSet', 'web-1', {}, 'Rollout|web|argoproj.io/v1alpha1');
    const pod = { namespace: 'shop', name: 'web-1-a', owner: { kind: 'ReplicaSet', name: 'web-1' } };
    for (const found of ['forbidden' as const, named('Rollout', 'web')]) {
      const { resolver } = cluster({ 'ReplicaSet/web-1': rollout, 'Rollout/web': found });
      const facts = await resolver.resolve(pod);
      expect(facts).toMatchObject({
        workload: { kind: 'Rollout', name: 'web' },
        exists: true,
        readable: found !== 'forbidden',
      });
    }
    const { resolver } = cluster({ 'ReplicaSet/web-1': rollout });
    // Its plural was guessed, so "not found" does not mean that it is gone.
    expect(await resolver.resolve(pod)).toMatchObject({ workload: { kind: 'Rollout' }, exists: true, readable: false });
  });

  test('an operator above a StatefulSet is climbed to', async () => {
    const { resolver } = cluster({
      'StatefulSet/pg': named('StatefulSet', 'pg', {}, 'Postgres|pg|db.example.com/v1'),
      'Postgres/pg': named('Postgres', 'pg'),
    });
    expect(
      await resolver.resolve({ namespace: 'shop', name: 'pg-0', owner: { kind: 'StatefulSet', name: 'pg' } }),
    ).toMatchObject({
      workload: { kind: 'Postgres', name: 'pg' },
    });
  });

  test('a bare pod and the mirror of a static pod are their own', async () => {
    const { resolver } = cluster({ 'Pod/report': named('Pod', 'report') });
    expect(await resolver.resolve({ namespace: 'shop', name: 'report', uid: 'u' })).toMatchObject({
      workload: { kind: 'Pod', name: 'report' },
      exists: true,
      wanted: 1,
    });
    const owner = { kind: 'Node', name: 'n1' };
    expect(await resolver.resolve({ namespace: 'kube-system', name: 'kube-proxy-n1', owner })).toMatchObject({
      workload: { kind: 'Pod', name: 'kube-proxy-n1' },
      exists: false,
    });
  });

  test('owners that own each other end the climb', async () => {
    const { resolver, asked } = cluster({
      'ReplicaSet/a': named('ReplicaSet', 'a', {}, 'ReplicaSet|b'),
      'ReplicaSet/b': named('ReplicaSet', 'b', {}, 'ReplicaSet|a'),
    });
    expect(
      await resolver.resolve({ namespace: 'shop', name: 'p', owner: { kind: 'ReplicaSet', name: 'a' } }),
    ).toHaveProperty('workload');
    expect(asked.length).toBeLessThan(10);
  });
});

describe('without permission', () => {
  test.each([
    ['ReplicaSet', 'api-5d9', '5d9', { kind: 'Deployment', name: 'api' }],
    ['ReplicaSet', 'api-5d9', undefined, { kind: 'ReplicaSet', name: 'api-5d9' }],
    ['ReplicaSet', 'api-other', '5d9', { kind: 'ReplicaSet', name: 'api-other' }],
    ['Job', 'nightly-29920279', undefined, { kind: 'CronJob', name: 'nightly' }],
    ['Job', 'load-2024', undefined, { kind: 'Job', name: 'load-2024' }],
    ['StatefulSet', 'db', undefined, { kind: 'StatefulSet', name: 'db' }],
  ])('the name behind %s %s (hash %s) is derived', async (kind, name, templateHash, expected) => {
    const all: Record<string, 'forbidden'> = {};
    for (const one of [`${kind}/${name}`, 'Deployment/api', 'CronJob/nightly']) all[one] = 'forbidden';
    const { resolver } = cluster(all);
    const owner = { kind, name, apiVersion: 'apps/v1' };
    const facts = await resolver.resolve({
      namespace: 'shop',
      name: 'p',
      owner,
      ...(templateHash ? { templateHash } : {}),
    });
    expect(facts).toMatchObject({ workload: { ...expected, namespace: 'shop' }, readable: false, exists: true });
  });

  test('a derived name gives the same key as a read one, and is asked for again after a minute', async () => {
    const world = cluster({ 'ReplicaSet/api-5d9': 'timeout', 'Deployment/api': deployment });
    const derived = await world.resolver.resolve(apiPod);
    world.objects.set('ReplicaSet/api-5d9', withDeployment['ReplicaSet/api-5d9']);
    world.pass(61_000);
    const read = await world.resolver.resolve(apiPod);
    expect(world.asked.filter((question) => question === 'ReplicaSet/api-5d9')).toHaveLength(2);
    expect(read.workload).toEqual(derived.workload);
  });
});

describe('marks', () => {
  test.each([
    [
      'annotation',
      { annotations: { 'podmedic.io/tier': 'p0', 'podmedic.io/ignore': 'true' } },
      {},
      { tier: 'P0', ignored: true },
    ],
    ['label', { labels: { 'podmedic.io/tier': 'P1' } }, {}, { tier: 'P1', ignored: false }],
    [
      'namespace',
      {},
      { annotations: { 'podmedic.io/ignore': 'true' }, labels: { 'podmedic.io/tier': 'P3' } },
      { tier: 'P3', ignored: true },
    ],
    [
      'workload before namespace',
      { labels: { 'podmedic.io/tier': 'P1' } },
      { labels: { 'podmedic.io/tier': 'P3' } },
      { tier: 'P1' },
    ],
    ['nonsense', { labels: { 'podmedic.io/tier': 'high', 'podmedic.io/ignore': 'yes' } }, {}, { ignored: false }],
  ])('%s', async (_, onWorkload, onNamespace, expected) => {
    const { resolver } = cluster({
      'StatefulSet/db': named('StatefulSet', 'db', { metadata: onWorkload }),
      'Namespace/shop': named('Namespace', 'shop', { metadata: onNamespace }),
    });
    const facts = await resolver.resolve({
      namespace: 'shop',
      name: 'db-0',
      owner: { kind: 'StatefulSet', name: 'db' },
    });
    expect(facts).toMatchObject(expected);
    if (!('tier' in expected)) expect(facts).not.toHaveProperty('tier');
  });

  test('of the pod template count too, and a namespace can silence what cannot be read', async () => {
    const { resolver } = cluster({
      'StatefulSet/db': named('StatefulSet', 'db', {
        spec: { template: { metadata: { annotations: { 'podmedic.io/tier': 'P0' } } } },
      }),
      'StatefulSet/x': 'forbidden',
      'Namespace/quiet': named('Namespace', 'quiet', { metadata: { labels: { 'podmedic.io/ignore': 'true' } } }),
    });
    const of = (namespace: string, name: string) =>
      resolver.resolve({ namespace, name: `${name}-0`, owner: { kind: 'StatefulSet', name } });
    expect(await of('shop', 'db')).toMatchObject({ tier: 'P0' });
    expect(await of('quiet', 'x')).toMatchObject({ ignored: true, readable: false });
  });
});

describe('memory', () => {
  test('many pods of one owner cost one climb and one read; facts are read again when they are old', async () => {
    const world = cluster(withDeployment);
    await Promise.all(['a', 'b', 'c'].map((name) => world.resolver.resolve({ ...apiPod, name })));
    for (const name of ['d', 'e']) await world.resolver.resolve({ ...apiPod, name });
    expect(world.asked.filter((question) => question === 'Deployment/api').length).toBeLessThanOrEqual(4);
    const before = world.asked.length;
    world.pass(6000);
    world.objects.set('Deployment/api', { ...deployment, spec: { ...deployment.spec, replicas: 9 } });
    expect(await world.resolver.resolve(apiPod)).toMatchObject({ wanted: 9 });
    expect(world.asked.slice(before)).toEqual(['Deployment/api']);
  });

  test('refresh reads now, and forgetting makes the next look do so', async () => {
    const world = cluster(withDeployment);
    const { workload } = await world.resolver.resolve(apiPod);
    world.objects.delete('Deployment/api');
    expect(await world.resolver.resolve(apiPod)).toMatchObject({ exists: true });
    world.resolver.invalidate(workload);
    expect(await world.resolver.resolve(apiPod)).toMatchObject({ exists: false });
    world.objects.set('Deployment/api', deployment);
    expect(await world.resolver.refresh(workload)).toMatchObject({ exists: true, wanted: 3 });
  });

  test('by the controller that an event names', async () => {
    const { resolver } = cluster(withDeployment);
    expect(await resolver.resolveOwner({ kind: 'ReplicaSet', name: 'api-5d9' }, 'shop')).toMatchObject({
      workload: { kind: 'Deployment', name: 'api', namespace: 'shop' },
    });
  });
});
