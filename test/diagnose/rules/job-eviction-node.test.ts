import { describe, expect, test } from '@jest/globals';
import type { KubeWorkload } from '../../../src/model/kube-objects.ts';
import { explain, node } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

describe('jobs', () => {
  const job = (reason: string, spec: KubeWorkload['spec'] = {}, more: Partial<KubeCase> = {}) =>
    explain({
      kind: 'JobFailed',
      workload: 'Job',
      ownerSpec: { template: { spec: { containers: [{ name: 'web', image: 'a' }] } }, ...spec },
      ownerStatus: { failed: 3, conditions: [{ type: 'Failed', status: 'True', reason, message: 'said so' }] },
      podStatus: { phase: 'Failed' },
      state: { name: 'web', ready: false, state: { terminated: { exitCode: 9, reason: 'Error' } } },
      ...more,
    });

  test('a deadline, with its seconds', () => {
    const answer = job(
      'DeadlineExceeded',
      { activeDeadlineSeconds: 20 },
      { state: { name: 'web', state: { terminated: { exitCode: 137, reason: 'Error' } } } },
    );
    expect(answer.rule).toBe('job/deadline');
    expect(answer.text).toContain('20 s');
    expect(answer.text).toContain('DeadlineExceeded');
  });

  test('a deadline of the pod itself', () => {
    const answer = explain({
      kind: 'Failed',
      workload: 'Pod',
      spec: { containers: [{ name: 'web', image: 'a' }], activeDeadlineSeconds: 30 },
      podStatus: {
        phase: 'Failed',
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      },
    });
    expect(answer.rule).toBe('job/deadline');
    expect(answer.text).toContain('30 s');
  });

  test('a failure policy', () => {
    const answer = job('PodFailurePolicy');
    expect(answer.text).toContain('podFailurePolicy');
  });

  test('a back-off limit alone is the least that is said', () => {
    const answer = job('BackoffLimitExceeded', { backoffLimit: 2 });
    expect(answer.text).toContain('code 9');
    expect(answer.text).toMatch(/backoffLimit 2/);
  });

  test('a CronJob whose schedule cannot be read', () => {
    const answer = explain({
      kind: 'JobFailed',
      workload: 'CronJob',
      noPod: true,
      ownerSpec: { schedule: '99 * * * *' },
      events: [
        {
          reason: 'UnparseableSchedule',
          message: 'unparseable schedule: "99 * * * *" : end of range (99) above maximum (59)',
        },
      ],
    });
    expect(answer.rule).toBe('job/cron-schedule');
    expect(answer.text).toContain('99 * * * *');
  });
});

describe('evictions', () => {
  const evicted = (message: string, more: Partial<KubeCase> = {}, reason = 'Evicted') =>
    explain({
      kind: 'Evicted',
      podStatus: { phase: 'Failed', reason, message },
      state: { name: 'web', state: { terminated: { exitCode: 137, reason: 'Error' } } },
      cluster: [node('node-1')],
      ...more,
    });

  test('memory of the node: who used it, and the request that fits', () => {
    const answer = evicted(
      'The node was low on resource: memory. Threshold quantity: 100Mi, available: 50Mi. Container web was using 900Mi, request is 100Mi, has larger consumption of memory. ',
      { container: { resources: { requests: { memory: '100Mi' } } } },
    );
    expect(answer.rule).toBe('eviction/node-low');
    expect(answer.text).toContain('low on memory');
    expect(answer.text).toContain('900Mi');
    expect(answer.commands).toEqual(['kubectl -n test set resources deployment/shop -c web --requests=memory=1.1Gi']);
  });

  test('disk of the node', () => {
    const answer = evicted(
      'The node was low on resource: ephemeral-storage. Container web was using 2Gi, which exceeds its request of 0. ',
    );
    expect(answer.text).toContain('ephemeral-storage');
    expect(answer.text).toContain('disk pressure');
  });

  test.each([
    [
      'container-storage-limit',
      'Container web exceeded its local ephemeral storage limit "10Mi". ',
      ['10Mi', 'ephemeral', 'container web'],
    ],
    [
      'container-storage-limit',
      'Pod ephemeral local storage usage exceeds the total limit of containers 50Mi. ',
      ['50Mi', 'ephemeral'],
    ],
    ['empty-dir-limit', 'Usage of EmptyDir volume "cache" exceeds the limit "1Gi". ', ['cache', '1Gi', 'emptyDir']],
    ['node-condition', 'The node had condition: [DiskPressure]. ', ['DiskPressure']],
    ['preempted', 'Preempted in order to admit critical pod', ['critical pod', 'priority']],
    ['node-shutdown', 'Pod was terminated in response to imminent node shutdown.', ['shut down']],
    [
      'out-of-resource',
      "Node didn't have enough resource: cpu, requested: 1000, used: 1500, capacity: 2000",
      ['1000m cpu', '2000m'],
    ],
    [
      'admission-error',
      'Allocate failed due to requested number of devices unavailable for nvidia.com/gpu. Requested: 1, Available: 0, which is unexpected',
      ['nvidia.com/gpu'],
    ],
    [
      'admission-error',
      "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector",
      ['NodeAffinity'],
    ],
    ['evicted', 'For reasons of its own', ['For reasons of its own']],
  ])('%s: %s', (rule, message, words) => {
    const answer = evicted(message, { container: { resources: { limits: { 'ephemeral-storage': '10Mi' } } } });
    expect(answer.rule).toBe(`eviction/${rule}`);
    for (const word of words) expect(answer.text).toContain(word);
  });

  test('the larger storage limit is a command that holds', () => {
    const answer = evicted('Container web exceeded its local ephemeral storage limit "10Mi". ', {
      container: { resources: { limits: { 'ephemeral-storage': '10Mi' } } },
    });
    expect(answer.commands).toEqual([
      'kubectl -n test set resources deployment/shop -c web --limits=ephemeral-storage=20Mi',
    ]);
  });
});

describe('nodes', () => {
  const lost = node('node-1');
  const unknown = {
    ...lost,
    status: {
      conditions: [
        {
          type: 'Ready',
          status: 'Unknown',
          reason: 'NodeStatusUnknown',
          message: 'Kubelet stopped posting node status.',
        },
      ],
    },
  };

  test('a node that went away', () => {
    const answer = explain({
      kind: 'NotReady',
      cluster: [unknown],
      state: { name: 'web', ready: true, state: { running: {} } },
      podStatus: {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'ContainersReady', status: 'True' },
        ],
      },
      events: [{ reason: 'NodeNotReady', message: 'Node is not ready' }],
    });
    expect(answer.rule).toBe('node/not-ready');
    expect(answer.text).toContain('node-1');
    expect(answer.text).toContain('stopped posting');
    expect(answer.causedBy).toEqual({ kind: 'Node', name: 'node-1' });
    expect(answer.commands).toEqual(['kubectl describe node node-1']);
  });

  test('without the node: the condition of the pod and the event tell it', () => {
    const answer = explain({
      kind: 'NotReady',
      state: { name: 'web', ready: true, state: { running: {} } },
      podStatus: {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'ContainersReady', status: 'True' },
        ],
      },
      events: [{ reason: 'NodeNotReady', message: 'Node is not ready' }],
    });
    expect(answer.rule).toBe('node/not-ready');
    expect(answer.confidence).toBe('medium');
  });

  test('a healthy node is no cause', () => {
    const answer = explain({
      kind: 'NotReady',
      cluster: [lost],
      state: { name: 'web', ready: false, state: { running: {} } },
      podStatus: {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'ContainersReady', status: 'False' },
        ],
      },
    });
    expect(answer.rule ?? '').not.toContain('node/');
  });
});

describe('rollouts', () => {
  test('a paused rollout', () => {
    const answer = explain({ kind: 'RolloutStuck', noPod: true, ownerSpec: { paused: true } });
    expect(answer.rule).toBe('rollout/paused');
    expect(answer.commands).toEqual(['kubectl -n test rollout resume deployment/shop']);
  });
});
