import type { KubeObject } from '../kube.ts';
import type { FixCase } from './fix-case.ts';
import { refused, restarts, unschedulable, waitsFor, warns } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** A label of the node that only these cases use. */
export const diskLabel = 'fixes.podmedic.test/disk';

/** Failures whose cause is outside of the pod: the node, the namespace's rules, another object. */
export function surroundingsCases(builders: Builders): FixCase[] {
  return [...placementCases(builders), ...admissionCases(builders), ...neighbourCases(builders)];
}

function placementCases({ namespace, container, workload, idle }: Builders): FixCase[] {
  return [
    {
      name: 'greedy',
      namespace,
      objects: [
        workload('Deployment', 'greedy', {
          containers: [container('app', idle, { resources: { requests: { cpu: '64' } } })],
        }),
      ],
      fails: unschedulable,
      askAboutPod: true,
      kind: 'Pending',
      rule: 'scheduling/insufficient-resource',
      cause: [/64 CPU/, /Insufficient cpu/],
      command: /^kubectl -n \S+ set resources deployment\/greedy -c app --requests=cpu=\d+m?$/,
    },
    {
      name: 'wrong-label',
      namespace,
      objects: [
        workload('Deployment', 'wrong-label', {
          nodeSelector: { [diskLabel]: 'sdd' },
          containers: [container('app', idle)],
        }),
      ],
      fails: unschedulable,
      kind: 'Pending',
      rule: 'scheduling/node-selector',
      cause: [/disk=sdd/, /disk=ssd/],
      command: /^kubectl -n \S+ patch deployment\/wrong-label -p .*"ssd"/,
    },
    {
      name: 'one-host-port',
      namespace,
      objects: [
        workload(
          'Deployment',
          'one-host-port',
          { containers: [container('app', idle, { ports: [{ containerPort: 8080, hostPort: 31987 }] })] },
          2,
        ),
      ],
      fails: unschedulable,
      kind: 'Pending',
      rule: 'scheduling/host-port',
      cause: [/host port 31987/, /already in use/],
      command: /^kubectl -n \S+ scale deployment\/one-host-port --replicas=1$/,
    },
  ];
}

function admissionCases(builders: Builders): FixCase[] {
  const quota = builders.inNamespace(`${builders.namespace}-quota`);
  const limits = builders.inNamespace(`${builders.namespace}-limits`);
  const restricted = builders.inNamespace(`${builders.namespace}-restricted`);
  const { container, idle } = builders;
  return [
    {
      name: 'three-pods',
      namespace: quota.namespace,
      objects: [
        inNamespace('ResourceQuota', quota.namespace, 'few-pods', { hard: { pods: '2' } }),
        quota.workload('Deployment', 'three-pods', { containers: [container('app', idle)] }, 3),
      ],
      fails: (seen) => refused(seen) && seen.pods.length === 2,
      kind: 'CreateFailed',
      rule: 'admission/quota-exceeded',
      cause: [/ResourceQuota few-pods is exceeded/, /2 used \+ 1 requested > 2/],
      command: /^kubectl -n \S+ scale deployment\/three-pods --replicas=2$/,
    },
    {
      name: 'too-large',
      namespace: limits.namespace,
      objects: [
        inNamespace('LimitRange', limits.namespace, 'small-pods', {
          limits: [{ type: 'Container', max: { memory: '96Mi' } }],
        }),
        limits.workload('Deployment', 'too-large', {
          containers: [
            container('app', idle, { resources: { requests: { memory: '128Mi' }, limits: { memory: '128Mi' } } }),
          ],
        }),
      ],
      fails: refused,
      kind: 'CreateFailed',
      rule: 'admission/limit-range',
      cause: [/LimitRange small-pods/, /96Mi/],
      command: /^kubectl -n \S+ set resources deployment\/too-large -c app .*memory=96Mi/,
    },
    {
      name: 'too-free',
      namespace: restricted.namespace,
      objects: [
        {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: {
            name: restricted.namespace,
            labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
          },
        },
        restricted.workload('Deployment', 'too-free', { containers: [container('app', idle)] }),
      ],
      fails: refused,
      kind: 'CreateFailed',
      rule: 'admission/pod-security',
      cause: [/standard restricted/, /allowPrivilegeEscalation/],
      command: /^kubectl -n \S+ patch deployment\/too-free -p .*allowPrivilegeEscalation/,
    },
  ];
}

function inNamespace(kind: string, namespace: string, name: string, spec: object): KubeObject {
  return { apiVersion: 'v1', kind, metadata: { name, namespace }, spec };
}

function neighbourCases({ namespace, container, workload, idle, registry, webServer }: Builders): FixCase[] {
  // In the lower part of the range, from which the API server gives addresses only when asked
  // (kubernetes.io/docs/concepts/services-networking/cluster-ip-allocation).
  const service = (name: string, clusterIP: string, spec: object): KubeObject =>
    inNamespace('Service', namespace, name, { clusterIP, ...spec });
  const fromConfig = (name: string, key: string): object => ({
    name: 'CURRENCY',
    valueFrom: { configMapKeyRef: { name, key } },
  });
  const mounts = (configMap: string, script: string): object => ({
    containers: [container('app', script, { volumeMounts: [{ name: 'zones', mountPath: '/etc/zones' }] })],
    volumes: [{ name: 'zones', configMap: { name: configMap } }],
  });
  const client = 'echo "connecting to $STOCK_URL"; until wget -q -O /dev/null "$STOCK_URL"; do exit 1; done; ' + idle;
  return [
    {
      name: 'stock-client',
      namespace,
      objects: [
        workload('Deployment', 'stock', {
          containers: [container('web', webServer(8080), { ports: [{ containerPort: 8080 }] })],
        }),
        service('stock', '10.96.0.77', { selector: { app: 'stocks' }, ports: [{ port: 8080, targetPort: 8080 }] }),
        workload('Deployment', 'stock-client', {
          containers: [
            container('app', client, { env: [{ name: 'STOCK_URL', value: 'http://10.96.0.77:8080/health' }] }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'dependency/service-without-pods',
      cause: [/Service stock has no endpoints/, /app=stocks/, /app=stock\b/],
      command: /^kubectl -n \S+ patch service\/stock -p .*"app":"stock"/,
    },
    {
      name: 'warehouse-client',
      namespace,
      objects: [
        workload('Deployment', 'warehouse', {
          containers: [container('web', webServer(8080), { ports: [{ name: 'web', containerPort: 8080 }] })],
        }),
        service('warehouse', '10.96.0.78', {
          selector: { app: 'warehouse' },
          ports: [{ port: 80, targetPort: 'http' }],
        }),
        workload('Deployment', 'warehouse-client', {
          containers: [
            container('app', client, { env: [{ name: 'STOCK_URL', value: 'http://10.96.0.78:80/health' }] }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'dependency/wrong-target-port',
      cause: [/Service warehouse sends to targetPort http/, /listens on port 8080/],
      command: /^kubectl -n \S+ patch service\/warehouse --type=json -p .*8080/,
    },
    {
      name: 'near-key',
      namespace,
      objects: [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'prices', namespace }, data: { currency: 'EUR' } },
        workload('Deployment', 'prices', {
          containers: [container('app', idle, { env: [fromConfig('prices', 'currency')] })],
        }),
        workload('Deployment', 'near-key', {
          containers: [container('app', idle, { env: [fromConfig('prices', 'curency')] })],
        }),
      ],
      fails: waitsFor(/^CreateContainerConfigError$/),
      kind: 'ConfigError',
      rule: 'create/missing-key',
      cause: [/ConfigMap prices has no key curency/],
      command: /^kubectl -n \S+ patch deployment\/near-key --type=json -p .*"currency"/,
    },
    {
      name: 'near-config',
      namespace,
      objects: [
        {
          apiVersion: 'v1',
          kind: 'ConfigMap',
          metadata: { name: 'delivery', namespace },
          data: { 'zones.txt': 'north' },
        },
        workload('Deployment', 'delivery', { ...mounts('delivery', idle) }),
        workload('Deployment', 'near-config', { ...mounts('delivrey', idle) }),
      ],
      fails: warns(/configmap "delivrey" not found/),
      kind: 'VolumeMount',
      rule: 'volume/missing-object',
      cause: [/ConfigMap delivrey does not exist/],
      command: /^kubectl -n \S+ patch deployment\/near-config --type=json -p .*"delivery"/,
    },
    {
      name: 'near-image',
      namespace,
      objects: [
        workload('Deployment', 'catalog', {
          containers: [{ ...container('web', idle), image: `${registry}/404/shop/catalog:1.4` }],
        }),
        workload('Deployment', 'near-image', {
          containers: [{ ...container('web', idle), image: `${registry}/404/shop/catalgo:1.4` }],
        }),
      ],
      fails: waitsFor(/^(?:ErrImagePull|ImagePullBackOff)$/),
      kind: 'ImagePull',
      rule: 'image/not-found',
      cause: [/catalgo:1\.4/],
      command: /^kubectl -n \S+ set image deployment\/near-image web=\S+\/shop\/catalog:1\.4$/,
    },
  ];
}
