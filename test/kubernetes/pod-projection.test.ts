import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { KubePod } from '../../src/model/kube-objects.ts';
import type { ContainerRecord } from '../../src/model/pod-record.ts';
import { podJson } from '../fakes/kube-json.ts';

function container(name: string, pod: Partial<KubePod>): ContainerRecord | undefined {
  return projectPod(podJson('a', '1', pod))?.containers.find((one) => one.name === name);
}

describe('a pod', () => {
  test('just created, without any status, is pending with containers of unknown state', () => {
    const fresh = podJson('a', '7');
    expect(projectPod({ kind: 'Pod', metadata: fresh.metadata ?? {}, spec: fresh.spec ?? {} })).toEqual({
      uid: 'uid-a',
      namespace: 'shop',
      name: 'a',
      resourceVersion: '7',
      createdAtMs: Date.UTC(2026, 0, 1),
      phase: 'Pending',
      marks: {},
      mirror: false,
      schedulingGated: false,
      conditions: [],
      containers: [
        {
          name: 'app',
          role: 'app',
          image: 'shop/app:1',
          ready: false,
          restartCount: 0,
          state: { type: 'unknown' },
          probeBudgetMs: 0,
          restarts: 'always',
        },
      ],
    });
  });

  test('keeps who owns it, where it runs and how it ends', () => {
    const record = projectPod(
      podJson('a', '1', {
        metadata: {
          name: 'a',
          namespace: 'shop',
          uid: 'u',
          deletionTimestamp: '2026-01-01T00:01:00Z',
          labels: { 'pod-template-hash': '5d4f', 'podmedic.io/team': 'red' },
          annotations: { 'podmedic.io/ignore': 'true', 'kubernetes.io/config.mirror': 'x', other: 'y' },
          ownerReferences: [
            { kind: 'Thing', name: 'watcher', controller: false },
            { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'api-5d4f', uid: 'rs', controller: true },
          ],
        },
        spec: { nodeName: 'n1', schedulerName: 'default-scheduler', priorityClassName: 'high', containers: [] },
        status: {
          phase: 'Failed',
          reason: 'Evicted',
          message: 'The node was low on resource: memory.',
          startTime: '2026-01-01T00:00:30Z',
          conditions: [
            { type: 'Ready', status: 'False', reason: 'PodFailed', lastTransitionTime: '2026-01-01T00:00:50Z' },
            { type: 'Odd', status: 'maybe' },
          ],
        },
      }),
    );
    expect(record).toMatchObject({
      deletedAtMs: Date.UTC(2026, 0, 1, 0, 1),
      startedAtMs: Date.UTC(2026, 0, 1, 0, 0, 30),
      phase: 'Failed',
      reason: 'Evicted',
      owner: { kind: 'ReplicaSet', name: 'api-5d4f', namespace: 'shop', uid: 'rs', apiVersion: 'apps/v1' },
      templateHash: '5d4f',
      marks: { team: 'red', ignore: 'true' },
      mirror: true,
      nodeName: 'n1',
      priorityClassName: 'high',
      conditions: [
        { type: 'Ready', status: 'False', reason: 'PodFailed', changedAtMs: Date.UTC(2026, 0, 1, 0, 0, 50) },
        { type: 'Odd', status: 'Unknown', changedAtMs: 0 },
      ],
    });
  });

  test('of a node is owned by the node, which has no namespace', () => {
    const metadata = {
      name: 'a',
      namespace: 'shop',
      uid: 'u',
      ownerReferences: [{ kind: 'Node', name: 'n1', controller: true }],
    };
    expect(projectPod(podJson('a', '1', { metadata }))?.owner).toEqual({ kind: 'Node', name: 'n1' });
  });

  test.each([
    ['gates in its spec', { spec: { schedulingGates: [{ name: 'wait' }] } }],
    [
      'a condition that says so',
      { status: { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] } },
    ],
  ])('with %s is gated', (_, pod) => {
    expect(projectPod(podJson('a', '1', pod))?.schedulingGated).toBe(true);
  });

  test.each([{}, { metadata: { name: 'a', namespace: 'b' } }, { metadata: { name: 'a', uid: 'b' } }])(
    'without identity is none: %j',
    (pod) => {
      expect(projectPod(pod)).toBeUndefined();
    },
  );

  test('of any shape whatever does not throw', () => {
    const anyList = fc.oneof(fc.constant(null), fc.array(fc.object({ maxDepth: 2 })));
    fc.assert(
      fc.property(
        fc.record({ containers: anyList, initContainers: anyList, schedulingGates: anyList }),
        fc.record({ containerStatuses: anyList, conditions: anyList }),
        (spec, status) => {
          const pod = { ...podJson('a', '1'), spec, status } as unknown as KubePod;
          expect(projectPod(pod)?.uid).toBe('uid-a');
        },
      ),
    );
  });

  test('with an endless message keeps the beginning of it', () => {
    const message = projectPod(podJson('a', '1', { status: { message: 'x'.repeat(100_000) } }))?.message;
    expect(message).toHaveLength(4_096);
  });
});

describe('containers', () => {
  test('come in the order of their start, each with its role', () => {
    const record = projectPod(
      podJson('a', '1', {
        spec: {
          containers: [{ name: 'app' }],
          initContainers: [{ name: 'migrate' }, { name: 'proxy', restartPolicy: 'Always' }],
          ephemeralContainers: [{ name: 'debugger' }],
        },
        status: {
          containerStatuses: [{ name: 'app', ready: true, restartCount: 2, started: true }],
          initContainerStatuses: [{ name: 'proxy', restartCount: 5 }],
        },
      }),
    );
    expect(record?.containers.map((one) => [one.name, one.role, one.restartCount, one.restarts])).toEqual([
      ['migrate', 'init', 0, 'on-failure'],
      ['proxy', 'sidecar', 5, 'always'],
      ['app', 'app', 2, 'always'],
      ['debugger', 'ephemeral', 0, 'never'],
    ]);
    expect(record?.containers[2]).toMatchObject({ ready: true, started: true });
  });

  test.each([
    ['Always', 'always', 'on-failure', 'always'],
    ['OnFailure', 'on-failure', 'on-failure', 'always'],
    ['Never', 'never', 'never', 'always'],
  ])('of a pod with restartPolicy %s', (restartPolicy, app, init, sidecar) => {
    const pod = {
      spec: {
        restartPolicy,
        containers: [{ name: 'app' }],
        initContainers: [{ name: 'init' }, { name: 'sidecar', restartPolicy: 'Always' }],
      },
    };
    expect(container('app', pod)?.restarts).toBe(app);
    expect(container('init', pod)?.restarts).toBe(init);
    expect(container('sidecar', pod)?.restarts).toBe(sidecar);
  });

  test('that crash: waiting, with the last termination', () => {
    const pod: Partial<KubePod> = {
      status: {
        containerStatuses: [
          {
            name: 'app',
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s' } },
            lastState: {
              terminated: {
                exitCode: 137,
                reason: 'OOMKilled',
                startedAt: '2026-01-01T00:00:00Z',
                finishedAt: '2026-01-01T00:00:09Z',
                containerID: 'containerd://x',
              },
            },
          },
        ],
      },
    };
    expect(container('app', pod)).toMatchObject({
      state: { type: 'waiting', reason: 'CrashLoopBackOff', message: 'back-off 1m20s' },
      lastTermination: {
        reason: 'OOMKilled',
        exitCode: 137,
        startedAtMs: Date.UTC(2026, 0, 1),
        finishedAtMs: Date.UTC(2026, 0, 1, 0, 0, 9),
        containerId: 'containerd://x',
      },
    });
  });

  test('that could not be started: the times of 1970 are none', () => {
    const terminated = {
      exitCode: 128,
      reason: 'StartError',
      message: 'exec: "/nope": no such file',
      startedAt: '1970-01-01T00:00:00Z',
      finishedAt: null,
    };
    const state = container('app', { status: { containerStatuses: [{ name: 'app', state: { terminated } }] } })?.state;
    expect(state).toEqual({
      type: 'terminated',
      reason: 'StartError',
      message: 'exec: "/nope": no such file',
      exitCode: 128,
      startedAtMs: 0,
      finishedAtMs: 0,
    });
  });
});

describe('the time that probes may take', () => {
  const budget = (more: object, role: 'containers' | 'initContainers' = 'containers') =>
    container('x', { spec: { [role]: [{ name: 'x', ...more }] } })?.probeBudgetMs;

  test.each([
    ['no probe', {}, 0],
    ['readiness by the defaults', { readinessProbe: { httpGet: {} } }, 30_000],
    ['readiness', { readinessProbe: { initialDelaySeconds: 15, periodSeconds: 5, failureThreshold: 2 } }, 25_000],
    ['a high success threshold', { readinessProbe: { periodSeconds: 5, successThreshold: 10 } }, 50_000],
    ['startup', { startupProbe: { initialDelaySeconds: 10, periodSeconds: 10, failureThreshold: 30 } }, 310_000],
    [
      'startup, then readiness whose delay counts from the same start',
      { startupProbe: { periodSeconds: 10, failureThreshold: 6 }, readinessProbe: { initialDelaySeconds: 20 } },
      90_000,
    ],
    [
      'a readiness delay longer than startup',
      { startupProbe: { periodSeconds: 1, failureThreshold: 5 }, readinessProbe: { initialDelaySeconds: 60 } },
      90_000,
    ],
    ['a timeout longer than the period', { readinessProbe: { periodSeconds: 5, timeoutSeconds: 20 } }, 60_000],
    ['liveness only', { livenessProbe: { periodSeconds: 10 } }, 0],
  ])('%s', (_, more, expected) => {
    expect(budget(more)).toBe(expected);
  });

  test('a sidecar has it too', () => {
    expect(budget({ restartPolicy: 'Always', startupProbe: { periodSeconds: 2 } }, 'initContainers')).toBe(6_000);
  });
});
