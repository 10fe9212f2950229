import { describe, expect, test } from '@jest/globals';
import type { KubeObject, KubePod } from '../../../src/model/kube-objects.ts';
import { explain, node } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

const preemption = ' preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';

/** A pending pod with what the scheduler says of it, on a cluster of one node unless more are given. */
function pending(reasons: string, more: Partial<KubeCase> = {}) {
  const message = reasons + preemption;
  return explain({
    kind: 'Pending',
    node: false,
    podStatus: {
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }],
    },
    events: [{ reason: 'FailedScheduling', message }],
    cluster: [node('node-1')],
    message,
    ...more,
  });
}

const one = (reason: string): string => `0/1 nodes are available: 1 ${reason}.`;

describe('resources', () => {
  test('memory: the request, what the node has, and a request that fits', () => {
    const answer = pending(one('Insufficient memory'), { container: { resources: { requests: { memory: '64Gi' } } } });
    expect(answer.rule).toBe('scheduling/insufficient-resource');
    expect(answer.text).toContain('64Gi memory');
    expect(answer.text).toContain('8Gi');
    expect(answer.commands).toEqual(['kubectl -n test set resources deployment/shop -c web --requests=memory=2Gi']);
  });

  test('what other pods took is said, and the request that is the sum of containers', () => {
    const answer = pending(one('Insufficient cpu'), {
      spec: {
        containers: [
          { name: 'web', image: 'a', resources: { requests: { cpu: '900m' } } },
          { name: 'side', image: 'b', resources: { requests: { cpu: '300m' } } },
        ],
      },
    });
    expect(answer.text).toContain('900m CPU for container web (1.2 in all)');
    expect(answer.text).toContain('other pods have requested the rest');
  });

  test('a device that a tainted node has is about the taint', () => {
    const gpu = node('gpu-1', { spec: { taints: [{ key: 'gpu', value: 'true', effect: 'NoSchedule' }] } });
    const status = { allocatable: { cpu: '8', 'nvidia.com/gpu': '4' } };
    const answer = pending(
      '0/2 nodes are available: 1 Insufficient nvidia.com/gpu, 1 node(s) had untolerated taint {gpu: true}.',
      {
        cluster: [node('node-1'), { ...gpu, status }],
        container: { resources: { limits: { 'nvidia.com/gpu': '1' } } },
      },
    );
    expect(answer.rule).toBe('scheduling/untolerated-taint');
    expect(answer.text).toContain('gpu=true:NoSchedule');
  });

  test.each(['Too many pods', 'Insufficient pods'])('%s', (reason) => {
    const answer = pending(one(reason));
    expect(answer.text).toContain('Too many pods');
    expect(answer.text).toContain('110');
  });

  test('names the other reasons of other nodes', () => {
    const answer = pending(
      '0/3 nodes are available: 2 Insufficient cpu, 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }.',
      { container: { resources: { requests: { cpu: '9' } } }, cluster: [node('node-1'), node('node-2')] },
    );
    expect(answer.rule).toBe('scheduling/insufficient-resource');
    expect(answer.text).toContain('control-plane');
  });
});

describe('where a pod may run', () => {
  test('a node selector that no node has; the label that there is', () => {
    const answer = pending(one("node(s) didn't match Pod's node affinity/selector"), {
      spec: { containers: [{ name: 'web', image: 'a' }], nodeSelector: { disk: 'ssd' } },
      cluster: [node('node-1', { labels: { disk: 'nvme' } })],
    });
    expect(answer.rule).toBe('scheduling/node-selector');
    expect(answer.text).toContain('disk=ssd');
    expect(answer.commands).toEqual([
      `kubectl -n test patch deployment/shop -p '{"spec":{"template":{"spec":{"nodeSelector":{"disk":"nvme"}}}}}'`,
      'kubectl label node node-1 disk=ssd --overwrite',
      `kubectl -n test patch deployment/shop -p '{"spec":{"template":{"spec":{"nodeSelector":{"disk":null}}}}}'`,
    ]);
  });

  test('a required node affinity', () => {
    const terms = [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }];
    const answer = pending(one("node(s) didn't match Pod's node affinity/selector"), {
      spec: {
        containers: [{ name: 'web', image: 'a' }],
        affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } },
      },
    });
    expect(answer.text).toContain('zone in (a, b)');
    expect(answer.text).toContain('node affinity');
    expect(answer.commands).toHaveLength(2);
  });

  test.each([
    'node(s) had untolerated taint {dedicated: batch}',
    'node(s) had untolerated taint(s)',
    "node(s) had taint {dedicated: batch}, that the pod didn't tolerate",
  ])('a taint: %s', (reason) => {
    const answer = pending(one(reason), {
      cluster: [node('node-1', { spec: { taints: [{ key: 'dedicated', value: 'batch', effect: 'NoSchedule' }] } })],
    });
    expect(answer.rule).toBe('scheduling/untolerated-taint');
    expect(answer.text).toContain('dedicated=batch:NoSchedule');
    expect(answer.commands).toEqual([
      `kubectl -n test patch deployment/shop -p '{"spec":{"template":{"spec":{"tolerations":[{"key":"dedicated","operator":"Equal","value":"batch","effect":"NoSchedule"}]}}}}'`,
      'kubectl taint nodes node-1 dedicated:NoSchedule-',
    ]);
  });

  test('a taint that stands for trouble of the node', () => {
    const answer = pending(one('node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }'), {
      cluster: [
        node('node-1', { spec: { taints: [{ key: 'node.kubernetes.io/disk-pressure', effect: 'NoSchedule' }] } }),
      ],
    });
    expect(answer.text).toContain('disk pressure');
    expect(answer.causedBy).toEqual({ kind: 'Node', name: 'node-1' });
  });

  test('a cordoned node', () => {
    const answer = pending(one('node(s) were unschedulable'), {
      cluster: [
        node('node-1', {
          spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
        }),
      ],
    });
    expect(answer.rule).toBe('scheduling/cordoned');
    expect(answer.commands).toEqual(['kubectl uncordon node-1']);
  });

  test('pod affinity to pods that do not run', () => {
    const answer = pending(one("node(s) didn't match pod affinity rules"), {
      spec: {
        containers: [{ name: 'web', image: 'a' }],
        affinity: {
          podAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app: 'cache' } }, topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      },
    });
    expect(answer.rule).toBe('scheduling/pod-affinity');
    expect(answer.text).toContain('app=cache');
    expect(answer.commands).toHaveLength(1);
  });

  test('anti-affinity during a rollout lets the old pod go first', () => {
    const answer = pending(one("node(s) didn't match pod anti-affinity rules"), {
      spec: {
        containers: [{ name: 'web', image: 'a' }],
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: [
              { labelSelector: { matchLabels: { app: 'shop' } }, topologyKey: 'kubernetes.io/hostname' },
            ],
          },
        },
      },
    });
    expect(answer.text).toContain('anti-affinity');
    expect(answer.commands[0]).toContain('"maxSurge":0');
  });

  test('a spread over labels that nodes carry', () => {
    const answer = pending(one("node(s) didn't match pod topology spread constraints"), {
      spec: {
        containers: [{ name: 'web', image: 'a' }],
        topologySpreadConstraints: [
          { topologyKey: 'kubernetes.io/hostname', maxSkew: 1, whenUnsatisfiable: 'DoNotSchedule' },
        ],
      },
    });
    expect(answer.text).toContain('maxSkew 1');
    expect(answer.commands[0]).toContain('ScheduleAnyway');
  });

  test('a host port that another pod holds', () => {
    const port = { containerPort: 80, hostPort: 8080 };
    const other: KubePod = {
      metadata: { name: 'edge-1' },
      spec: { nodeName: 'node-1', containers: [{ name: 'e', ports: [port] }] },
    };
    const answer = pending(one("node(s) didn't have free ports for the requested pod ports"), {
      container: { ports: [port] },
      neighbours: [other],
    });
    expect(answer.rule).toBe('scheduling/host-port');
    expect(answer.text).toContain('8080');
    expect(answer.text).toContain('edge-1');
  });
});

describe('storage', () => {
  const volumes = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
  const spec = { containers: [{ name: 'web', image: 'a' }], volumes };
  const claim = (spec: object): KubeObject => ({
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data', namespace: 'test' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, ...spec },
    status: { phase: 'Pending' },
  });
  const unbound = '0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
  const volume = (spec: object, phase = 'Available'): KubeObject => ({
    kind: 'PersistentVolume',
    metadata: { name: 'pv-1' },
    spec: { capacity: { storage: '10Gi' }, accessModes: ['ReadWriteOnce'], storageClassName: '', ...spec },
    status: { phase },
  });

  test('a class that does not exist', () => {
    const answer = pending(unbound, {
      spec,
      cluster: [node('node-1'), claim({ storageClassName: 'fast' })],
      events: [
        { reason: 'FailedScheduling', message: unbound },
        {
          reason: 'ProvisioningFailed',
          kind: 'PersistentVolumeClaim',
          name: 'data',
          message: 'storageclass.storage.k8s.io "fast" not found',
        },
      ],
    });
    expect(answer.rule).toBe('scheduling/claim-unbound');
    expect(answer.text).toContain('StorageClass fast does not exist');
    expect(answer.text).toContain('data');
  });

  test('no class and no default', () => {
    const answer = pending(unbound, { spec, cluster: [node('node-1'), claim({})] });
    expect(answer.text).toContain('no default');
  });

  test.each([
    ['too small', volume({ capacity: { storage: '1Gi' } }), 'pv-1 is too small (1Gi'],
    ['another access mode', volume({ accessModes: ['ReadOnlyMany'] }), 'access mode ReadWriteOnce'],
    ['still released', volume({}, 'Released'), 'still Released'],
  ])('the nearest volume: %s', (_name, pv, words) => {
    const answer = pending(unbound, { spec, cluster: [node('node-1'), claim({ storageClassName: '' }), pv] });
    expect(answer.text).toContain(words);
  });

  test('a provisioner that fails', () => {
    const answer = pending(unbound, {
      spec,
      cluster: [
        node('node-1'),
        claim({ storageClassName: 'gp3' }),
        { kind: 'StorageClass', metadata: { name: 'gp3' }, provisioner: 'ebs.csi.aws.com' } as KubeObject,
      ],
      events: [
        {
          reason: 'ProvisioningFailed',
          kind: 'PersistentVolumeClaim',
          name: 'data',
          message:
            'failed to provision volume with StorageClass "gp3": rpc error: code = ResourceExhausted desc = volume limit exceeded',
        },
      ],
    });
    expect(answer.text).toContain('volume limit exceeded');
  });

  test('a provisioner that does not run', () => {
    const answer = pending(unbound, {
      spec,
      cluster: [
        node('node-1'),
        claim({ storageClassName: 'gp3' }),
        { kind: 'StorageClass', metadata: { name: 'gp3' }, provisioner: 'ebs.csi.aws.com' } as KubeObject,
      ],
      events: [
        {
          reason: 'ExternalProvisioning',
          kind: 'PersistentVolumeClaim',
          name: 'data',
          message:
            "Waiting for a volume to be created either by the external provisioner 'ebs.csi.aws.com' or manually by the system administrator.",
        },
      ],
    });
    expect(answer.text).toContain('ebs.csi.aws.com');
    expect(answer.text).toContain('not running');
  });

  test('a volume that belongs to another node', () => {
    const bound = { ...claim({ volumeName: 'pv-1' }), status: { phase: 'Bound' } };
    const terms = [{ matchExpressions: [{ key: 'kubernetes.io/hostname', values: ['node-9'] }] }];
    const pv = volume({ nodeAffinity: { required: { nodeSelectorTerms: terms } } }, 'Bound');
    for (const reason of [
      'node(s) had volume node affinity conflict',
      "node(s) didn't match PersistentVolume's node affinity",
    ]) {
      const answer = pending(one(reason), { spec, cluster: [node('node-1'), bound, pv] });
      expect(answer.rule).toBe('scheduling/volume-node-affinity');
      expect(answer.text).toContain('node-9');
      expect(answer.text).toContain('pv-1');
    }
  });

  test('a claim that is missing', () => {
    const answer = pending('0/1 nodes are available: persistentvolumeclaim "data" not found.', { spec });
    expect(answer.rule).toBe('scheduling/claim-missing');
    expect(answer.text).toContain('PersistentVolumeClaim data does not exist');
  });

  test('as many volumes as a node takes', () => {
    expect(pending(one('node(s) exceed max volume count'), { spec }).rule).toBe('scheduling/too-many-volumes');
  });
});

describe('other reasons', () => {
  test('a scheduling gate', () => {
    const answer = explain({
      kind: 'Pending',
      node: false,
      spec: { containers: [{ name: 'web', image: 'a' }], schedulingGates: [{ name: 'acme.example/hold' }] },
      podStatus: {
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'SchedulingGated',
            message: 'Scheduling is blocked due to non-empty scheduling gates',
          },
        ],
      },
    });
    expect(answer.rule).toBe('scheduling/gate');
    expect(answer.text).toContain('acme.example/hold');
    expect(answer.commands).toEqual([
      `kubectl -n test patch pod/shop-1 --type=json -p '[{"op":"remove","path":"/spec/schedulingGates"}]'`,
    ]);
  });

  test('a scheduler that nobody runs', () => {
    const answer = explain({
      kind: 'Pending',
      node: false,
      spec: { containers: [{ name: 'web', image: 'a' }], schedulerName: 'batch-scheduler' },
    });
    expect(answer.rule).toBe('scheduling/unknown-scheduler');
    expect(answer.text).toContain('batch-scheduler');
    expect(answer.commands).toHaveLength(1);
  });

  test('no nodes at all', () => {
    expect(pending('no nodes available to schedule pods', { cluster: [] }).rule).toBe('scheduling/no-nodes');
  });

  test('a device claim that is missing', () => {
    const answer = pending('0/1 nodes are available: waiting for resource claim. resourceclaim "gpu" not found.');
    expect(answer.text).toContain('gpu');
  });

  test('a reason that no rule knows is passed on', () => {
    const answer = pending(one('node(s) had a bad day'));
    expect(answer.rule).toBe('scheduling/unschedulable');
    expect(answer.confidence).toBe('medium');
    expect(answer.text).toContain('had a bad day');
  });
});
