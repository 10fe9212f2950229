import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../src/diagnose/engine.ts';
import { templateDiff } from '../../src/diagnose/template-diff.ts';
import type { CaseFile } from '../../src/model/case-file.ts';
import type { KubeContainer, KubePod, KubePodSpec, KubeWorkload } from '../../src/model/kube-objects.ts';
import { kubeCase, nowMs } from './kube-case.ts';

const diff = (before: KubeContainer, after: KubeContainer, beforeSpec: KubePodSpec = {}, afterSpec: KubePodSpec = {}) =>
  templateDiff(
    { spec: { containers: [{ name: 'web', image: 'shop:1', ...before }], ...beforeSpec } },
    { spec: { containers: [{ name: 'web', image: 'shop:1', ...after }], ...afterSpec } },
  );

describe('differences of templates', () => {
  test.each<[string, KubeContainer, KubeContainer, readonly string[]]>([
    ['nothing', {}, {}, []],
    ['tag', { image: 'a/shop:1.4.1' }, { image: 'a/shop:1.5.0' }, ['image 1.4.1 → 1.5.0']],
    ['repository', { image: 'a/shop:1' }, { image: 'b/shop:1' }, ['image a/shop:1 → b/shop:1']],
    [
      'digest',
      { image: 'shop:1' },
      { image: `shop@sha256:${'0'.repeat(64)}` },
      ['image 1 → sha256:000000000000000000'],
    ],
    ['one argument', { args: ['-p', '80', '-v'] }, { args: ['-p', '81', '-v'] }, ['arguments 80 → 81']],
    ['arguments', { args: ['-p', '80'] }, { args: ['-q'] }, ['arguments changed']],
    [
      'a secret argument',
      { args: ['--password', 'hunter2'] },
      { args: ['--password', 'hunter3'] },
      ['arguments changed'],
    ],
    [
      'env added, removed, changed',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: 'x' },
        ],
      },
      {
        env: [
          { name: 'B', value: 'y' },
          { name: 'C', value: '1' },
        ],
      },
      ['env B x → y', 'env C added', 'env A removed'],
    ],
    [
      'env of a secret name',
      { env: [{ name: 'API_TOKEN', value: 'abc' }] },
      { env: [{ name: 'API_TOKEN', value: 'def' }] },
      ['env API_TOKEN changed'],
    ],
    [
      'env with a password in its value',
      { env: [{ name: 'DB', value: 'postgres://u:p1@db/x' }] },
      { env: [{ name: 'DB', value: 'postgres://u:p2@db/x' }] },
      ['env DB changed'],
    ],
    [
      'env from a Secret',
      { env: [{ name: 'DB', value: 'x' }] },
      { env: [{ name: 'DB', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }] },
      ['env DB now from Secret db (key url)'],
    ],
    [
      'resources',
      { resources: { limits: { memory: '512Mi' } } },
      { resources: { limits: { memory: '64Mi', cpu: '1' } } },
      ['memory limit 512Mi → 64Mi', 'cpu limit set to 1'],
    ],
    [
      'probe',
      { readinessProbe: { httpGet: { path: '/a', port: 80 } } },
      { readinessProbe: { httpGet: { path: '/b', port: 81 } } },
      ['readinessProbe port 80 → 81', 'readinessProbe path /a → /b'],
    ],
    ['probe added', {}, { livenessProbe: { tcpSocket: { port: 1 } } }, ['livenessProbe added']],
    ['mount', { volumeMounts: [{ name: 'a', mountPath: '/a' }] }, {}, ['mount /a removed']],
  ])('%s', (_name, before, after, phrases) => {
    expect(diff(before, after)).toEqual(phrases);
  });

  test('volumes, containers and the pod', () => {
    const before = { volumes: [{ name: 'c', configMap: { name: 'old' } }], serviceAccountName: 'a' };
    const after = {
      volumes: [
        { name: 'c', configMap: { name: 'new' } },
        { name: 'd', emptyDir: {} },
      ],
      nodeSelector: { disk: 'ssd' },
      serviceAccountName: 'b',
    };
    expect(diff({}, {}, before, after)).toEqual([
      'volume c ConfigMap old → ConfigMap new',
      'emptyDir d added',
      'service account a → b',
      'node selector changed',
    ]);
    expect(
      templateDiff(
        { spec: { containers: [{ name: 'a', image: 'x:1' }, { name: 'old' }] } },
        { spec: { containers: [{ name: 'a', image: 'x:2' }, { name: 'new' }] } },
      ),
    ).toEqual(['a: image 1 → 2', 'container new added', 'container old removed']);
  });
});

function revision(number: number, image: string, createdAt: string, more: Partial<KubeWorkload> = {}): KubeWorkload {
  return {
    kind: 'ReplicaSet',
    metadata: {
      name: `shop-${number}`,
      namespace: 'test',
      creationTimestamp: createdAt,
      annotations: { 'deployment.kubernetes.io/revision': String(number) },
      ownerReferences: [{ kind: 'Deployment', name: 'shop', uid: 'o1', controller: true }],
    },
    spec: { template: { spec: { containers: [{ name: 'web', image }] } } },
    ...more,
  };
}

const began = new Date(nowMs - 300_000);
const before = (seconds: number): string => new Date(began.getTime() - seconds * 1000).toISOString();

function changedCase(owners: readonly KubeWorkload[], more: Partial<CaseFile> = {}): CaseFile {
  const file = kubeCase({
    kind: 'ImagePull',
    container: { image: 'shop:1.5.0' },
    waiting: { reason: 'ErrImagePull', message: 'rpc error: code = NotFound desc = shop:1.5.0: not found' },
    owners,
  });
  const pod: KubePod = {
    ...file.pod,
    metadata: { ...file.pod?.metadata, labels: { app: 'shop', 'pod-template-hash': '2' } },
  };
  return { ...file, pod, pods: [pod], ...more };
}

describe('what changed', () => {
  const two = [revision(2, 'shop:1.5.0', before(90)), revision(1, 'shop:1.4.1', before(9000))];

  test('the rollout before the failure, and the way back first', () => {
    const answer = diagnose(changedCase(two));
    expect(answer.changed).toBe('began 90 s after rollout 2 (image 1.4.1 → 1.5.0)');
    expect(answer.fixes[0]).toEqual({
      summary: 'Go back to revision 1, the one before (undoes: image 1.4.1 → 1.5.0)',
      command: 'kubectl -n test rollout undo deployment/shop --to-revision=1',
      verified: true,
    });
  });

  test.each([
    ['a rollout long before', [revision(2, 'shop:1.5.0', before(7200)), revision(1, 'shop:1.4.1', before(9000))]],
    ['a rollout after it began', [revision(2, 'shop:1.5.0', before(-120)), revision(1, 'shop:1.4.1', before(9000))]],
    ['only one revision', [revision(2, 'shop:1.5.0', before(90))]],
    ['a pod of an older revision', [revision(3, 'shop:1.6.0', before(90)), revision(2, 'shop:1.5.0', before(9000))]],
    [
      "another Deployment's",
      [revision(2, 'shop:1.5.0', before(90)), { ...revision(1, 'shop:1.4.1', before(9000)), metadata: { name: 'x' } }],
    ],
  ])('%s tells nothing', (_name, owners) => {
    expect(diagnose(changedCase(owners)).changed).toBeUndefined();
  });

  test('a restart is told, and not undone', () => {
    const answer = diagnose(
      changedCase([revision(2, 'shop:1.5.0', before(30)), revision(1, 'shop:1.5.0', before(9000))]),
    );
    expect(answer.changed).toBe('began 30 s after rollout 2 (a restart)');
    expect(answer.fixes.some((fix) => fix.command?.includes('undo'))).toBe(false);
  });

  test('no way back to a revision whose pods fail too', () => {
    const base = changedCase(two);
    const old: KubePod = {
      metadata: { name: 'shop-old', labels: { 'pod-template-hash': '1' } },
      status: { conditions: [{ type: 'Ready', status: 'False' }] },
    };
    const answer = diagnose({ ...base, pods: [...base.pods, old] });
    expect(answer.changed).toContain('rollout 2');
    expect(answer.fixes.some((fix) => fix.command?.includes('undo'))).toBe(false);
  });

  test('a StatefulSet by its ControllerRevisions; the stuck pod must go too', () => {
    const make = (number: number, image: string, createdAt: string) =>
      ({
        kind: 'ControllerRevision',
        metadata: {
          name: `shop-${number}`,
          namespace: 'test',
          creationTimestamp: createdAt,
          ownerReferences: [{ kind: 'StatefulSet', name: 'shop', uid: 'o1', controller: true }],
        },
        revision: number,
        data: { spec: { template: { $patch: 'replace', spec: { containers: [{ name: 'web', image }] } } } },
      }) as KubeWorkload;
    const file = kubeCase({
      kind: 'ImagePull',
      workload: 'StatefulSet',
      container: { image: 'shop:2' },
      waiting: { reason: 'ErrImagePull', message: 'not found' },
      owners: [make(1, 'shop:1', before(9000)), make(2, 'shop:2', before(10))],
    });
    const answer = diagnose(file);
    expect(answer.changed).toContain('rollout 2 (image 1 → 2)');
    expect(answer.fixes.filter((fix) => fix.verified).map((fix) => fix.command)).toEqual([
      'kubectl -n test rollout undo statefulset/shop --to-revision=1',
      'kubectl -n test delete pod shop-1',
    ]);
  });
});
