import type { FixCase } from './fix-case.ts';
import { restarts, waitsFor } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Failures whose fix needs what only a person knows: the command says REPLACE_ME. */
export function openCases({ namespace, container, workload, idle }: Builders): FixCase[] {
  return [
    {
      name: 'no-token',
      namespace,
      objects: [
        workload('Deployment', 'no-token', {
          containers: [container('app', `: "\${BILLING_ENDPOINT:?BILLING_ENDPOINT is not set}"; ${idle}`)],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'configuration/shell-parameter',
      cause: [/BILLING_ENDPOINT is not set/],
      command: /^kubectl -n \S+ set env deployment\/no-token -c app BILLING_ENDPOINT=REPLACE_ME$/,
    },
    {
      name: 'no-config',
      namespace,
      objects: [
        workload('Deployment', 'no-config', {
          containers: [container('app', idle, { envFrom: [{ configMapRef: { name: 'billing-settings' } }] })],
        }),
      ],
      fails: waitsFor(/^CreateContainerConfigError$/),
      askAboutPod: true,
      kind: 'ConfigError',
      rule: 'create/missing-object',
      cause: [/ConfigMap billing-settings does not exist/],
      command: /^kubectl -n \S+ create configmap billing-settings --from-literal=REPLACE_ME=REPLACE_ME$/,
    },
    {
      name: 'no-key',
      namespace,
      objects: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'rates', namespace }, data: { currency: 'EUR' } },
        workload('Deployment', 'no-key', {
          containers: [
            container('app', idle, {
              env: [{ name: 'RATE', valueFrom: { configMapKeyRef: { name: 'rates', key: 'rate' } } }],
            }),
          ],
        }),
      ],
      fails: waitsFor(/^CreateContainerConfigError$/),
      kind: 'ConfigError',
      rule: 'create/missing-key',
      cause: [/ConfigMap rates has no key rate/],
      command: /^kubectl -n \S+ patch configmap\/rates -p .*REPLACE_ME/,
    },
  ];
}
