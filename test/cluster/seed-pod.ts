/**
 * A healthy, running pod as a real cluster stores it: owned by a ReplicaSet, an app with probes and
 * twenty variables beside a proxy, managed fields. About 8.2 KB of JSON; the same index gives the same pod.
 */
export function makeSeedPod(index: number, namespace: string) {
  const workload = `service-${Math.floor(index / 10) % 2000}`;
  const hash = hex(Math.floor(index / 10) + 7, 10);
  const node = `ip-10-12-${Math.floor(index / 100) % 256}-${index % 64}.eu-west-1.compute.internal`;
  const startedAt = '2026-01-05T08:12:30Z';
  const labels = {
    app: workload,
    'app.kubernetes.io/name': workload,
    'app.kubernetes.io/part-of': 'shop',
    'app.kubernetes.io/managed-by': 'Helm',
    'pod-template-hash': hash,
    'security.istio.io/tlsMode': 'istio',
  };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${workload}-${hash}-${hex(index, 6)}`,
      generateName: `${workload}-${hash}-`,
      namespace,
      uid: uid(index, 1),
      creationTimestamp: startedAt,
      labels,
      annotations: {
        'checksum/config': hex(index, 32) + hex(index + 1, 32),
        'kubectl.kubernetes.io/default-container': 'app',
        'prometheus.io/path': '/stats/prometheus',
        'prometheus.io/port': '15020',
        'prometheus.io/scrape': 'true',
        'sidecar.istio.io/status':
          '{"initContainers":null,"containers":["istio-proxy"],"volumes":["istio-envoy","istio-token"]}',
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${workload}-${hash}`,
          uid: uid(Math.floor(index / 10), 2),
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: [
        managedFields('kube-controller-manager', 'metadata', Object.keys(labels)),
        { ...managedFields('kubelet', 'status', statusFields), subresource: 'status' },
      ],
    },
    spec: makeSpec(workload, node),
    status: makeStatus(index, startedAt),
  };
}

const statusFields = ['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'Ready'].flatMap((type) =>
  ['lastProbeTime', 'lastTransitionTime', 'status', 'type'].map((field) => `k:{"type":"${type}"}.${field}`),
);

function managedFields(manager: string, part: string, fields: readonly string[]) {
  const owned = Object.fromEntries(fields.map((name) => [`f:${name}`, {}] as const));
  return {
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-05T08:12:30Z',
    fieldsType: 'FieldsV1',
    fieldsV1: { [`f:${part}`]: { '.': {}, ...owned } },
  };
}

function makeSpec(workload: string, nodeName: string) {
  const tokenMount = {
    name: 'kube-api-access-x7k2p',
    readOnly: true,
    mountPath: '/var/run/secrets/kubernetes.io/serviceaccount',
  };
  const probe = (path: string, periodSeconds: number) => ({
    httpGet: { path, port: 'http', scheme: 'HTTP' },
    initialDelaySeconds: 10,
    timeoutSeconds: 2,
    periodSeconds,
    successThreshold: 1,
    failureThreshold: 3,
  });
  const common = {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
  };
  const env = Array.from({ length: 20 }, (_, n) => ({
    name: `SHOP_SETTING_${n}`,
    value: `https://${workload}-${n}.internal.example.com`,
  }));
  return {
    volumes: [
      { name: 'istio-envoy', emptyDir: { medium: 'Memory' } },
      { name: 'config', configMap: { name: `${workload}-config`, defaultMode: 420 } },
      {
        name: tokenMount.name,
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [
      {
        name: 'app',
        image: `registry.example.com/shop/${workload}:1.42.0`,
        ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
        env,
        resources: { limits: { cpu: '1', memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        volumeMounts: [{ name: 'config', mountPath: '/etc/shop' }, tokenMount],
        livenessProbe: probe('/livez', 10),
        readinessProbe: probe('/readyz', 5),
        ...common,
      },
      {
        name: 'istio-proxy',
        image: 'registry.example.com/istio/proxyv2:1.24.2',
        args: ['proxy', 'sidecar', '--domain', '$(POD_NAMESPACE).svc.cluster.local', '--proxyLogLevel=warning'],
        env: [
          { name: 'POD_NAME', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
          { name: 'POD_NAMESPACE', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } } },
        ],
        resources: { limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '10m', memory: '40Mi' } },
        volumeMounts: [{ name: 'istio-envoy', mountPath: '/etc/istio/proxy' }, tokenMount],
        readinessProbe: probe('/healthz/ready', 15),
        securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, runAsUser: 1337 },
        ...common,
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: workload,
    serviceAccount: workload,
    nodeName,
    securityContext: { fsGroup: 1337 },
    schedulerName: 'default-scheduler',
    tolerations: ['not-ready', 'unreachable'].map((taint) => ({
      key: `node.kubernetes.io/${taint}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function makeStatus(index: number, startedAt: string) {
  const address = `10.200.${Math.floor(index / 250) % 256}.${(index % 250) + 1}`;
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      (type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: startedAt,
      }),
    ),
    hostIP: '10.12.0.9',
    podIP: address,
    podIPs: [{ ip: address }],
    startTime: startedAt,
    containerStatuses: ['app', 'istio-proxy'].map((name, n) => ({
      name,
      state: { running: { startedAt } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image: `registry.example.com/shop/${name}:1.42.0`,
      imageID: `registry.example.com/shop/${name}@sha256:${hex(n + 3, 64)}`,
      containerID: `containerd://${hex(index * 2 + n, 64)}`,
      started: true,
    })),
    qosClass: 'Burstable',
  };
}

/** Hex digits that look random and depend on the seed alone. */
function hex(seed: number, length: number): string {
  let state = (seed + 1) >>> 0;
  let digits = '';
  while (digits.length < length) {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    digits += state.toString(16).padStart(8, '0');
  }
  return digits.slice(0, length);
}

function uid(index: number, kind: number): string {
  const digits = index.toString(16).padStart(12, '0');
  return `00000000-0000-4000-8${kind.toString(16).padStart(3, '0')}-${digits}`;
}
