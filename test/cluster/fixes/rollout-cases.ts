import type { FixCase } from './fix-case.ts';
import { restarts, waitsFor } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Rollouts that break a workload which was healthy: the way back is the fix. */
export function rolloutCases({ namespace, registry, container, workload, idle }: Builders): FixCase[] {
  const to = (...containers: object[]): object => ({ spec: { template: { spec: { containers } } } });
  const back = (kind: string, name: string): RegExp =>
    new RegExp(`^kubectl -n ${namespace} rollout undo ${kind}/${name} --to-revision=1$`);
  return [
    {
      name: 'shop-image',
      namespace,
      objects: [workload('Deployment', 'shop-image', { containers: [container('web', idle)] })],
      rollout: to({ ...container('web', idle), image: `${registry}/404/shop/web:2.0.1` }),
      fails: waitsFor(/^(?:ErrImagePull|ImagePullBackOff)$/),
      kind: 'ImagePull',
      rule: 'image/not-found',
      cause: [/shop\/web:2\.0\.1/, /does not exist in the registry/],
      command: back('deployment', 'shop-image'),
    },
    {
      name: 'shop-command',
      namespace,
      objects: [workload('Deployment', 'shop-command', { containers: [container('web', idle)] })],
      rollout: to({ ...container('web', idle), command: ['/srv/bin/serve', '--all'] }),
      fails: (seen) => restarts(seen) || waitsFor(/^RunContainerError$/)(seen),
      kind: 'ConfigError',
      rule: 'start/no-such-file',
      cause: [/\/srv\/bin\/serve/, /no such file/],
      command: back('deployment', 'shop-command'),
    },
    {
      name: 'shop-region',
      namespace,
      objects: [
        workload('Deployment', 'shop-region', {
          containers: [
            container('web', `: "\${REGION:?REGION is not set}"; ${idle}`, {
              env: [{ name: 'REGION', value: 'north' }],
            }),
          ],
        }),
      ],
      rollout: to(container('web', `: "\${REGION:?REGION is not set}"; ${idle}`, { env: [] })),
      fails: restarts,
      askAboutPod: true,
      kind: 'CrashLoopBackOff',
      rule: 'configuration/shell-parameter',
      cause: [/REGION/, /not set/],
      command: back('deployment', 'shop-region'),
    },
    {
      name: 'shop-settings',
      namespace,
      objects: [workload('Deployment', 'shop-settings', { containers: [container('web', idle)] })],
      rollout: to(container('web', idle, { envFrom: [{ configMapRef: { name: 'shop-settings-v2' } }] })),
      fails: waitsFor(/^CreateContainerConfigError$/),
      kind: 'ConfigError',
      rule: 'create/missing-object',
      cause: [/ConfigMap shop-settings-v2 does not exist/],
      command: back('deployment', 'shop-settings'),
    },
    {
      name: 'shop-store',
      namespace,
      objects: [workload('StatefulSet', 'shop-store', { containers: [container('store', idle)] })],
      rollout: to(container('store', 'echo "store: unknown flag: --sync-mode" >&2; exit 2')),
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'configuration/unknown-flag',
      cause: [/--sync-mode/],
      command: back('statefulset', 'shop-store'),
    },
    {
      name: 'shop-agent',
      namespace,
      objects: [workload('DaemonSet', 'shop-agent', { containers: [container('agent', idle)] })],
      rollout: to(container('agent', 'echo "open /etc/agent/rules.yaml: no such file or directory" >&2; exit 1')),
      fails: restarts,
      askAboutPod: true,
      kind: 'CrashLoopBackOff',
      rule: 'filesystem/missing',
      cause: [/\/etc\/agent\/rules\.yaml/, /does not exist/],
      command: back('daemonset', 'shop-agent'),
    },
  ];
}
