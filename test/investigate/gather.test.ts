import { describe, expect, test } from '@jest/globals';
import type { ClusterReader, Reading } from '../../src/investigate/cluster-reader.ts';
import { gather } from '../../src/investigate/gather.ts';
import { AppError } from '../../src/model/errors.ts';
import type { KubeObject, KubePod } from '../../src/model/kube-objects.ts';
import { ago, crashed, event, failure, fakeCluster, nowMs, pod, running, service, workload } from './fake-cluster.ts';

const api = { kind: 'Deployment', name: 'api', namespace: 'shop' };
const rs = { kind: 'ReplicaSet', name: 'api-abc' };
const apiOwners = [workload('Deployment', 'api', 'api'), workload('ReplicaSet', 'api-abc', 'api', 'Deployment/api')];
const apiPod = (name: string, status = crashed('app'), spec: KubePod['spec'] = {}): KubePod =>
  pod(name, [status], { owner: 'ReplicaSet/api-abc', labels: { app: 'api' }, spec });
const loop = failure('CrashLoopBackOff', 'api-1', { container: 'app', owner: rs });
const names = (pods: readonly KubePod[]): (string | undefined)[] => pods.map(({ metadata }) => metadata?.name);
const logNames = (logs: readonly { pod: string; container: string; instance: string }[]): string[] =>
  logs.map(({ pod: of, container, instance }) => `${of}/${container} ${instance}`).sort();

describe('the workload itself', () => {
  const world = () =>
    fakeCluster(
      {
        pods: [apiPod('api-1'), apiPod('api-2', running('app')), pod('web-1', [running('web')])],
        events: [
          event('Pod/api-1', 'BackOff', 'Back-off restarting', 5),
          event('Pod/api-1', 'Pulled', 'Image pulled', 300),
          event('ReplicaSet/api-abc', 'SuccessfulCreate', 'Created pod: api-1', 400),
          event('Deployment/api', 'ScalingReplicaSet', 'Scaled up', 500),
          event('Pod/web-1', 'Pulled', 'not ours', 10),
        ],
        others: [
          ...apiOwners,
          workload('ReplicaSet', 'api-old', 'api', 'Deployment/api'),
          workload('ReplicaSet', 'other-1', 'api', 'Deployment/other'),
          { kind: 'Node', metadata: { name: 'n1' } },
          { kind: 'Node', metadata: { name: 'n2' } },
          { kind: 'Namespace', metadata: { name: 'shop' } },
        ],
      },
      { 'api-1/app': 'boom', 'api-1/app previous': 'boom before' },
    );

  test('pod, siblings, owners with all revisions, events in order, both logs, its node and namespace', async () => {
    const file = await gather([loop], api, world().reader, { nowMs });
    expect(file.pod?.metadata?.name).toBe('api-1');
    expect(names(file.pods)).toEqual(['api-1', 'api-2']);
    expect(file.owners.map(({ metadata }) => metadata?.name)).toEqual(['api', 'api-abc', 'api-old']);
    expect(file.events.map(({ reason }) => reason)).toEqual([
      'ScalingReplicaSet',
      'SuccessfulCreate',
      'Pulled',
      'BackOff',
    ]);
    expect(logNames(file.logs)).toEqual(['api-1/app current', 'api-1/app previous']);
    expect(file.cluster.map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`)).toEqual([
      'Namespace/shop',
      'Node/n1',
    ]);
    expect(file.gaps).toEqual([]);
    expect(file.nowMs).toBe(nowMs);
  });

  test('asks for each thing once, and for the log before it knows anything else', async () => {
    const cluster = world();
    await gather([loop], api, cluster.reader, { nowMs });
    expect(new Set(cluster.asked).size).toBe(cluster.asked.length);
    expect(cluster.asked[0]).toBe('log api-1/app');
  });

  test('without permission to read owners, pods are known by the name of their ReplicaSet', async () => {
    const hashed = (name: string): KubePod =>
      pod(name, [crashed('app')], { owner: 'ReplicaSet/api-5d9', labels: { 'pod-template-hash': '5d9' } });
    const foreign = pod('apix-5d9-1', [crashed('app')], {
      owner: 'ReplicaSet/apix-5d9',
      labels: { 'pod-template-hash': '5d9' },
    });
    const { reader } = fakeCluster({ pods: [hashed('api-5d9-1'), hashed('api-5d9-2'), foreign] });
    const file = await gather([failure('CrashLoopBackOff', 'api-5d9-1')], api, reader, { nowMs });
    expect(names(file.pods)).toEqual(['api-5d9-1', 'api-5d9-2']);
    expect(names(file.neighbours)).toEqual(['apix-5d9-1']);
  });

  test('in a namespace with more pods than one list holds, the selector finds them', async () => {
    const crowd = Array.from({ length: 300 }, (_, index) => pod(`crowd-${index}`, [running('x')]));
    const cluster = fakeCluster({ pods: [...crowd, apiPod('api-1'), apiPod('api-2')], others: apiOwners });
    const file = await gather([loop], api, cluster.reader, { nowMs });
    expect(names(file.pods)).toEqual(['api-1', 'api-2']);
    expect(cluster.asked).toContain('list Pod app=api');
  });

  test('a bare pod stands for itself', async () => {
    const { reader } = fakeCluster({ pods: [pod('report', [crashed('app')]), pod('report-2', [running('app')])] });
    const itself = { kind: 'Pod', name: 'report', namespace: 'shop' };
    const file = await gather([failure('Failed', 'report')], itself, reader, { nowMs });
    expect(names(file.pods)).toEqual(['report']);
    expect(file.owners).toEqual([]);
  });
});

describe('logs', () => {
  const excuse = `unable to retrieve container logs for containerd://${'a'.repeat(64)}`;

  test.each([
    ['terminated', crashed('app'), []],
    ['running', { ...running('app'), ready: false, restartCount: 3 }, ['log app (previous) of pod api-1']],
  ])("kubelet's excuse is never a log; while %s, it is a gap only where that log mattered", async (_, status, gaps) => {
    const { reader } = fakeCluster(
      { pods: [apiPod('api-1', status)], others: apiOwners },
      { 'api-1/app': 'current text', 'api-1/app previous': excuse },
    );
    const file = await gather([loop], api, reader, { nowMs });
    expect(file.logs.map(({ text }) => text)).toEqual(['current text']);
    expect(file.gaps.map(({ source }) => source).filter((source) => source.startsWith('log'))).toEqual(gaps);
  });

  test('a container that writes such a line among others is read as it is', async () => {
    const text = `${excuse}\nand then it crashed\n`;
    const { reader } = fakeCluster({ pods: [apiPod('api-1')], others: apiOwners }, { 'api-1/app': text });
    expect((await gather([loop], api, reader, { nowMs })).logs[0]?.text).toBe(text);
  });

  test('containers at fault first, init containers too; healthy ones are left alone', async () => {
    const broken = pod('api-1', [running('proxy'), crashed('app'), { ...crashed('helper'), restartCount: 1 }], {
      owner: 'ReplicaSet/api-abc',
      spec: {
        initContainers: [{ name: 'migrate' }],
        containers: [{ name: 'proxy' }, { name: 'app' }, { name: 'helper' }],
      },
      status: {
        phase: 'Running',
        containerStatuses: [running('proxy'), crashed('app'), crashed('helper')],
        initContainerStatuses: [
          { name: 'migrate', ready: false, restartCount: 0, state: { terminated: { exitCode: 2 } } },
        ],
      },
    });
    const logs = {
      'api-1/migrate': 'm',
      'api-1/app': 'a',
      'api-1/app previous': 'a',
      'api-1/helper': 'h',
      'api-1/proxy': 'p',
    };
    const cluster = fakeCluster({ pods: [broken], others: apiOwners }, logs);
    const file = await gather([loop], api, cluster.reader, { nowMs });
    expect(logNames(file.logs)).toEqual([
      'api-1/app current',
      'api-1/app previous',
      'api-1/helper current',
      'api-1/migrate current',
    ]);
    expect(cluster.asked).not.toContain('log api-1/proxy');
  });

  test('a container that never started is not asked for a log, and that is no gap', async () => {
    const waiting = { name: 'app', ready: false, restartCount: 0, state: { waiting: { reason: 'ImagePullBackOff' } } };
    const cluster = fakeCluster({ pods: [apiPod('api-1', waiting)], others: apiOwners });
    const pull = failure('ImagePull', 'api-1', { container: 'app', owner: rs, restartCount: 0 });
    const file = await gather([pull], api, cluster.reader, { nowMs });
    expect(cluster.asked.filter((question) => question.startsWith('log'))).toEqual([]);
    expect(file.gaps.filter(({ source }) => source.startsWith('log'))).toEqual([]);
  });

  test('every failed attempt of a Job is read; the newest is in focus', async () => {
    const attempt = (name: string, minutes: number): KubePod => {
      const base = pod(name, [crashed('run', 0)], { owner: 'Job/load' });
      return {
        ...base,
        metadata: { ...base.metadata, creationTimestamp: ago(minutes * 60) },
        status: { ...base.status, phase: 'Failed' },
      };
    };
    const job = { kind: 'Job', name: 'load', namespace: 'shop' };
    const { reader } = fakeCluster(
      { pods: [attempt('load-a', 9), attempt('load-b', 3), attempt('load-c', 6)], others: [workload('Job', 'load')] },
      { 'load-a/run': '1', 'load-b/run': '3', 'load-c/run': '2' },
    );
    const file = await gather([failure('JobFailed', undefined, { subject: job })], job, reader, { nowMs });
    expect(file.pod?.metadata?.name).toBe('load-b');
    expect(logNames(file.logs)).toEqual(['load-a/run current', 'load-b/run current', 'load-c/run current']);
  });
});

describe('what may go wrong', () => {
  test('a pod that is gone is a gap; its log, its owner and a failing sibling still tell', async () => {
    const { reader } = fakeCluster(
      { pods: [apiPod('api-2')], others: apiOwners, events: [event('Pod/api-1', 'Killing', 'Stopping')] },
      { 'api-1/app': 'last words' },
    );
    const file = await gather([loop], api, reader, { nowMs });
    expect(file.gaps).toContainEqual({ source: 'pod api-1', why: expect.stringContaining('gone') });
    expect(file.logs.map(({ text }) => text)).toContain('last words');
    expect(file.pod?.metadata?.name).toBe('api-2');
    expect(file.events.map(({ reason }) => reason)).toEqual(['Killing']);
  });

  test('a pod of the same name but another uid is said to be a new one', async () => {
    const { reader } = fakeCluster({ pods: [apiPod('api-1')], others: apiOwners });
    const old = { ...loop, pod: { namespace: 'shop', name: 'api-1', uid: 'earlier' } };
    const file = await gather([old], api, reader, { nowMs });
    expect(file.gaps).toContainEqual({
      source: 'pod api-1',
      why: 'the pod was replaced by a new one of the same name',
    });
  });

  const failing = (answer: () => Promise<Reading<never>>): ClusterReader => ({
    getPod: answer,
    listPods: answer,
    eventsOf: answer,
    log: answer,
    get: answer,
    list: answer,
  });

  test('no permission for anything: a case all the same, each gap once', async () => {
    const reader = failing(() => Promise.resolve({ gap: 'forbidden: all', reason: 'forbidden' }));
    const file = await gather([loop], api, reader, { nowMs });
    expect(file.pod).toBeUndefined();
    expect(file.gaps.map(({ source }) => source)).toEqual(
      expect.arrayContaining([
        'pod api-1',
        'log app of pod api-1',
        'deployment api',
        'pods',
        'services',
        'namespace shop',
      ]),
    );
    expect(new Set(file.gaps.map(({ source }) => source)).size).toBe(file.gaps.length);
  });

  test('a reader that throws is a gap', async () => {
    const file = await gather(
      [loop],
      api,
      failing(() => Promise.reject(new AppError('INTERNAL', 'a bug'))),
      { nowMs },
    );
    expect(file.gaps).toContainEqual({ source: 'pod api-1', why: 'a bug' });
  });

  test('a reader that never answers ends with the budget, and what had come until then is kept', async () => {
    const { reader } = fakeCluster({ pods: [apiPod('api-1')], others: apiOwners }, { 'api-1/app': 'text' });
    const hanging = { ...reader, list: () => new Promise<never>(() => undefined) };
    const file = await gather([loop], api, hanging, { nowMs, budgetMs: 30 });
    expect(file.pod?.metadata?.name).toBe('api-1');
    expect(file.logs.map(({ text }) => text)).toEqual(['text']);
    expect(file.gaps).toContainEqual({ source: 'services', why: 'the time for this investigation was spent' });
  });

  test('the signal that readers get is aborted when the investigation is over', async () => {
    const { reader } = fakeCluster({ pods: [apiPod('api-1')], others: apiOwners });
    const signals: AbortSignal[] = [];
    const spying: ClusterReader = {
      ...reader,
      get: (object, options) => {
        if (options?.signal) signals.push(options.signal);
        return reader.get(object);
      },
    };
    await gather([loop], api, spying, { nowMs });
    expect(signals.length).toBeGreaterThan(2);
    expect(signals.every((signal) => signal.aborted)).toBe(true);
  });

  test('a hundred containers, thousands of events and huge logs stay within bounds', async () => {
    const statuses = Array.from({ length: 100 }, (_, index) => crashed(`c${index}`));
    const events = Array.from({ length: 5000 }, (_, index) => event('Pod/api-1', 'BackOff', `n${index}`, 5000 - index));
    const logs = Object.fromEntries(statuses.map(({ name }) => [`api-1/${name ?? ''}`, 'x'.repeat(1_000_000)]));
    const cluster = fakeCluster(
      { pods: [pod('api-1', statuses, { owner: 'ReplicaSet/api-abc' })], events, others: apiOwners },
      logs,
    );
    const file = await gather([{ ...loop, container: 'c77' }], api, cluster.reader, { nowMs });
    expect(file.logs.map(({ container }) => container)).toContain('c77');
    expect(cluster.asked.filter((question) => question.startsWith('log')).length).toBeLessThanOrEqual(24);
    expect(file.events.length).toBeLessThanOrEqual(600);
    expect(file.events.at(-1)?.message).toBe('n4999');
  });
});

describe('what surrounds it', () => {
  test('unscheduled: all nodes, claims with volume and class, limit ranges, and pods that share a claim', async () => {
    const claim = { volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'data' } }] };
    const waiting = pod('api-1', [], { owner: 'ReplicaSet/api-abc', spec: claim, status: { phase: 'Pending' } });
    const spec = claim;
    const { reader } = fakeCluster({
      pods: [{ ...waiting, spec }, pod('holder-0', [running('db')], { spec: claim }), pod('idle-0', [running('x')])],
      others: [
        ...apiOwners,
        ...['n1', 'n2', 'n3'].map((name) => ({ kind: 'Node', metadata: { name } })),
        {
          kind: 'PersistentVolumeClaim',
          metadata: { name: 'data', namespace: 'shop' },
          spec: { volumeName: 'pv-7', storageClassName: 'fast' },
        },
        { kind: 'PersistentVolume', metadata: { name: 'pv-7' } },
        { kind: 'LimitRange', metadata: { name: 'limits', namespace: 'shop' } },
      ],
      events: [event('PersistentVolumeClaim/data', 'FailedBinding', 'no volume')],
    });
    const file = await gather([failure('Pending', 'api-1', { owner: rs })], api, reader, { nowMs });
    const found = file.cluster.map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`);
    expect(found).toEqual(
      expect.arrayContaining([
        'Node/n1',
        'Node/n2',
        'Node/n3',
        'PersistentVolumeClaim/data',
        'PersistentVolume/pv-7',
        'LimitRange/limits',
      ]),
    );
    expect(file.gaps).toContainEqual({ source: 'storageclass fast', why: 'not in the bundle' });
    expect(names(file.neighbours)).toEqual(['holder-0']);
    expect(file.events.map(({ reason }) => reason)).toEqual(['FailedBinding']);
  });

  test('not even created: quota and limits, no pod in focus, events of pods that are gone', async () => {
    const { reader } = fakeCluster({
      pods: [apiPod('api-1', running('app'))],
      others: [...apiOwners, { kind: 'ResourceQuota', metadata: { name: 'quota', namespace: 'shop' } }],
      events: [
        event('ReplicaSet/api-abc', 'FailedCreate', 'exceeded quota', 9),
        event('ReplicaSet/api-abc', 'SuccessfulCreate', 'Created pod: api-gone', 90),
        event('Pod/api-gone', 'Evicted', 'low on memory', 60),
      ],
    });
    const file = await gather([failure('CreateFailed', undefined)], api, reader, { nowMs });
    expect(file.pod).toBeUndefined();
    expect(names(file.pods)).toEqual(['api-1']);
    expect(file.cluster.map(({ kind }) => kind)).toContain('ResourceQuota');
    expect(file.events.map(({ reason }) => reason)).toEqual(['SuccessfulCreate', 'Evicted', 'FailedCreate']);
  });

  const dependencies = (spec: KubePod['spec'], log: string) => {
    const other = (name: string, app: string, status = crashed('main')): KubePod =>
      pod(name, [status], { labels: { app } });
    return fakeCluster(
      {
        pods: [
          apiPod('api-1', crashed('app'), spec),
          other('orders-db-0', 'orders-db'),
          other('cache-0', 'cache', running('main')),
          other('lonely-0', 'lonely'),
          pod('done', [], { status: { phase: 'Succeeded' } }),
        ],
        others: [
          ...apiOwners,
          service('orders-db', { app: 'orders-db' }),
          service('cache', { app: 'cache' }, '10.96.7.7'),
          service('api', { app: 'api' }),
          service('main', {}, '10.96.0.9', 'billing'),
        ],
        events: [event('Pod/orders-db-0', 'BackOff', 'Back-off')],
      },
      { 'api-1/app': log, 'orders-db-0/main': 'FATAL: disk full', 'cache-0/main': 'ready' },
    );
  };

  test.each([
    [
      'a URL in the environment',
      { containers: [{ name: 'app', env: [{ name: 'DB', value: 'postgres://u@orders-db:5432/x' }] }] },
      '',
      'orders-db-0',
    ],
    [
      'an argument',
      { containers: [{ name: 'app', args: ['--db', 'orders-db.shop.svc.cluster.local'] }] },
      '',
      'orders-db-0',
    ],
    ['a name in the log', {}, 'getaddrinfo ENOTFOUND orders-db\n', 'orders-db-0'],
    ['a Service address in the log', {}, 'dial tcp 10.96.7.7:6379: connect: connection refused', 'cache-0'],
  ])('%s leads to the pods behind the Service, their events and logs', async (_, spec, log, expected) => {
    const file = await gather([loop], api, dependencies(spec, log).reader, { nowMs });
    expect(names(file.neighbours)[0]).toBe(expected);
    expect(file.logs.map(({ pod: of }) => of)).toContain(expected);
    expect(names(file.neighbours)).toEqual(expect.arrayContaining(['orders-db-0', 'lonely-0']));
    expect(names(file.neighbours)).not.toContain('done');
    expect(names(file.neighbours)).not.toContain('api-1');
    if (expected === 'orders-db-0') expect(file.events.map(({ reason }) => reason)).toEqual(['BackOff']);
  });

  test('the pods that a failing dependency depends on are read as well, with their logs', async () => {
    const other = (name: string, app: string): KubePod => pod(name, [crashed('main')], { labels: { app } });
    const cluster = fakeCluster(
      {
        pods: [apiPod('api-1', crashed('app')), other('stock-1', 'stock'), other('stock-db-0', 'stock-db')],
        others: [...apiOwners, service('stock', { app: 'stock' }), service('stock-db', { app: 'stock-db' })],
      },
      {
        'api-1/app': 'getaddrinfo ENOTFOUND stock',
        'stock-1/main': 'getaddrinfo ENOTFOUND stock-db',
        'stock-db-0/main': 'FATAL: disk full',
      },
    );
    const file = await gather([loop], api, cluster.reader, { nowMs });
    expect(names(file.neighbours)).toEqual(['stock-1', 'stock-db-0']);
    expect(logNames(file.logs)).toContain('stock-db-0/main current');
  });

  test('a Service without pods leads to the workload that should make them', async () => {
    const workload = (kind: string, name: string, app: string): KubeObject => ({
      kind,
      metadata: { name, namespace: 'shop' },
      spec: { replicas: 0, template: { metadata: { labels: { app } } } },
    });
    const spec = { containers: [{ name: 'app', env: [{ name: 'DB', value: 'orders-db:5432' }] }] };
    const cluster = fakeCluster(
      {
        pods: [apiPod('api-1', crashed('app'), spec)],
        others: [
          ...apiOwners,
          service('orders-db', { app: 'orders-db' }),
          workload('StatefulSet', 'orders-db', 'orders-db'),
          workload('Deployment', 'lonely', 'lonely'),
        ],
      },
      { 'api-1/app': 'connection refused' },
    );
    const file = await gather([loop], api, cluster.reader, { nowMs });
    const found = file.cluster.map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`);
    expect(found).toContain('StatefulSet/orders-db');
    expect(found).not.toContain('Deployment/lonely');
  });

  test('a Service of another namespace, named in full, is read with its pods', async () => {
    const cluster = dependencies({}, 'lookup main.billing.svc.cluster.local: no such host');
    const file = await gather([loop], api, cluster.reader, { nowMs });
    expect(file.cluster.map(({ metadata }) => metadata?.namespace)).toContain('billing');
    expect(cluster.asked).toContain('get Service main');
  });
});
