import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { diagnose } from '../../src/diagnose/engine.ts';
import { verifyCommand } from '../../src/diagnose/verify.ts';
import type { CaseFile } from '../../src/model/case-file.ts';
import { kubeCase, node, nowMs } from './kube-case.ts';
import type { KubeCase } from './kube-case.ts';

const revision = (number: number, image: string) => ({
  kind: 'ReplicaSet',
  metadata: {
    name: `shop-${number}`,
    namespace: 'test',
    creationTimestamp: new Date(nowMs - 310_000 + number * 1000).toISOString(),
    annotations: { 'deployment.kubernetes.io/revision': String(number) },
    ownerReferences: [{ kind: 'Deployment', name: 'shop', uid: 'o1', controller: true }],
  },
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'web',
            image,
            args: ['a', image],
            env: [{ name: 'A', value: image }],
            livenessProbe: { tcpSocket: { port: number } },
          },
        ],
        volumes: [{ name: 'conf', configMap: { name: image } }],
      },
    },
  },
});

const container = {
  image: 'shop:2',
  command: ['/bin/x'],
  env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'conf', key: 'a' } } }],
  livenessProbe: { httpGet: { path: '/', port: 80 } },
  readinessProbe: { exec: { command: ['true'] } },
  lifecycle: { postStart: { exec: { command: ['sh', '-c', 'x'] } } },
  resources: { limits: { memory: '1Gi' }, requests: { cpu: '9' } },
  volumeMounts: [{ name: 'conf', mountPath: '/etc/conf', subPath: 'x' }],
  ports: [{ containerPort: 80, name: 'http' }],
};
const common: Pick<KubeCase, 'container' | 'owners' | 'cluster' | 'log'> = {
  container,
  owners: [revision(1, 'shop:1'), revision(2, 'shop:2')],
  log: 'ERROR connect to db:5432 failed: connection refused',
  cluster: [
    node('node-1', { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
    {
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'test' },
      spec: { storageClassName: 'x' },
      status: { phase: 'Pending' },
    },
    {
      kind: 'Service',
      metadata: { name: 'db', namespace: 'test' },
      spec: { selector: { app: 'db' }, ports: [{ port: 5432 }] },
    },
  ],
};

const cases: readonly KubeCase[] = [
  {
    kind: 'ImagePull',
    waiting: { reason: 'ErrImagePull', message: 'rpc error: code = NotFound desc = shop:2: not found' },
  },
  { kind: 'ConfigError', waiting: { reason: 'CreateContainerConfigError', message: 'configmap "conf" not found' } },
  {
    kind: 'CrashLoopBackOff',
    state: { name: 'web', restartCount: 4, state: { terminated: { exitCode: 1, reason: 'Error' } } },
  },
  {
    kind: 'NotReady',
    podStatus: { phase: 'Running' },
    state: { name: 'web', ready: false, state: { running: {} } },
    events: [{ reason: 'Unhealthy', message: 'Readiness probe failed: x', container: 'web' }],
  },
  {
    kind: 'Pending',
    node: false,
    events: [{ reason: 'FailedScheduling', message: '0/1 nodes are available: 1 Insufficient cpu.' }],
  },
  {
    kind: 'VolumeMount',
    events: [
      { reason: 'FailedMount', message: 'MountVolume.SetUp failed for volume "conf" : configmap "conf" not found' },
    ],
  },
  {
    kind: 'CreateFailed',
    noPod: true,
    events: [
      { reason: 'FailedCreate', message: 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1' },
    ],
  },
  {
    kind: 'Evicted',
    podStatus: {
      phase: 'Failed',
      reason: 'Evicted',
      message: 'The node was low on resource: memory. Container web was using 1Gi, request is 0, has larger',
    },
  },
];

/** Every place in a value, as a path of keys. */
function paths(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return path.length === 0 ? [] : [[...path]];
  return [
    ...(path.length === 0 ? [] : [[...path]]),
    ...Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key])),
  ];
}

function replaceAt(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) => (String(index) === key ? replaceAt(inner, rest, by) : inner));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [key]: replaceAt((value as Record<string, unknown>)[key], rest, by) };
}

const odd = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    '',
    'x',
    0,
    -1,
    1e308,
    NaN,
    true,
    [],
    {},
    [null],
    ['x'],
    [[]],
    [{}],
    { name: 1 },
    'a'.repeat(5000),
  ),
  fc.jsonValue(),
);

describe('odd objects', () => {
  test.each(cases.map((one) => [one.kind, one] as const))(
    '%s: any part may be anything; a diagnosis comes all the same',
    (_kind, given) => {
      const file = kubeCase({ ...common, ...given });
      const { failures, workload, ...rest } = file;
      const all = paths(rest);
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(all.length - 1), odd), { minLength: 1, maxLength: 3 }), (changes) => {
          let broken: unknown = rest;
          // The lists themselves are made by the investigation and are always lists; what is in them came over the network.
          for (const [index, by] of changes) {
            const path = all[index] ?? [];
            if (path.length > 1 && path[0] !== 'nowMs') broken = replaceAt(broken, path, by);
          }
          const answer = diagnose({ ...(broken as CaseFile), failures, workload });
          expect(typeof answer.rootCause).toBe('string');
          expect(answer.rootCause.length).toBeGreaterThan(0);
          for (const fix of answer.fixes) {
            if (fix.command !== undefined) verifyCommand(fix.command, { ...(broken as CaseFile), failures, workload });
          }
        }),
        { numRuns: 150 },
      );
    },
  );
});
