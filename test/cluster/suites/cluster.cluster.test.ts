import { beforeAll, describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { currentCluster } from '../cluster.ts';
import { connectKube, KubeError, ref, type KubeObject } from '../kube.ts';
import { runCommand } from '../run-command.ts';
import { waitFor } from '../wait.ts';

interface ContainerState {
  waiting?: { reason: string; message?: string };
  running?: object;
  terminated?: { reason: string; exitCode: number };
}
interface ContainerStatus {
  name: string;
  restartCount: number;
  state: ContainerState;
  lastState: ContainerState;
}
interface Pod extends KubeObject {
  status: { phase: string; podIP?: string; containerStatuses?: ContainerStatus[] };
}

const cluster = currentCluster();
const kube = connectKube(cluster);
const namespace = 'cluster-self-test';

function pod(name: string, container: object, spec: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      terminationGracePeriodSeconds: 0,
      ...spec,
      containers: [{ name: 'app', image: cluster.busyboxImage, ...container }],
    },
  };
}

function shell(script: string): object {
  return { command: ['sh', '-c', script] };
}

async function waitForContainer(name: string, isWanted: (status: ContainerStatus) => boolean | undefined) {
  const found = await kube.waitForObject<Pod>(
    ref.pod(namespace, name),
    (seen) => seen.status.containerStatuses?.some((status) => isWanted(status)),
    120_000,
  );
  return found.status.containerStatuses?.[0];
}

beforeAll(async () => {
  await kube.createNamespace(namespace);
  await kube.apply([
    pod('hello', shell('echo hello from $HOSTNAME; echo asked > /tmp/answer; exec httpd -f -p 8080 -h /tmp')),
    pod('crash', shell('echo about to fail; exit 3')),
    pod('oom', { ...shell('tail /dev/zero'), resources: { limits: { memory: '32Mi' } } }),
    pod('config', { ...shell('sleep 1000'), envFrom: [{ configMapRef: { name: 'missing' } }] }),
    ...['401', '403', '404', '429', '500', 'other-platform'].map((failure) =>
      pod(`pull-${failure}`, { image: `${cluster.registry ?? ''}/${failure}/app:1` }),
    ),
  ]);
});

describe('the cluster', () => {
  test('runs a pod, whose log is readable through the API server', async () => {
    await waitForContainer('hello', ({ state }) => state.running !== undefined);
    expect(await kube.logs(namespace, 'hello')).toBe('hello from hello\n');
  });

  test('lets a pod reach another pod through a Service, the API server, and the node', async () => {
    await kube.patch(ref.pod(namespace, 'hello'), { metadata: { labels: { app: 'hello' } } });
    await kube.apply({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'hello', namespace },
      spec: { clusterIP: '10.96.7.7', selector: { app: 'hello' }, ports: [{ port: 80, targetPort: 8080 }] },
    });
    const script = [
      'until wget -qO- http://10.96.7.7/answer; do sleep 1; done',
      `nc 10.96.0.1 443 </dev/null && echo API server`,
      `nc ${cluster.nodeAddress} 10250 </dev/null && echo node`,
    ].join('\n');
    await kube.apply(pod('caller', shell(script), { restartPolicy: 'Never' }));
    await kube.waitForObject<Pod>(ref.pod(namespace, 'caller'), ({ status }) => status.phase === 'Succeeded');
    expect((await kube.logs(namespace, 'caller')).split('\n').slice(-4)).toEqual(['asked', 'API server', 'node', '']);
  });

  test('counts an out-of-memory kill as OOMKilled', async () => {
    const status = await waitForContainer('oom', ({ state, lastState }) =>
      [state, lastState].some(({ terminated }) => terminated?.reason === 'OOMKilled'),
    );
    expect((status?.state.terminated ?? status?.lastState.terminated)?.exitCode).toBe(137);
  });

  test('says CreateContainerConfigError for a missing ConfigMap', async () => {
    const status = await waitForContainer(
      'config',
      ({ state }) => state.waiting?.reason === 'CreateContainerConfigError',
    );
    expect(status?.state.waiting?.message).toBe('configmap "missing" not found');
  });

  test.each([
    ['401', '401 Unauthorized'],
    ['403', '403 Forbidden'],
    ['404', 'not found'],
    ['429', '429 Too Many Requests'],
    ['500', '500 Internal Server Error'],
    ['other-platform', 'no match for platform in manifest'],
  ])('says ErrImagePull for a registry that answers %s', async (failure, message) => {
    const status = await waitForContainer(`pull-${failure}`, ({ state }) =>
      ['ErrImagePull', 'ImagePullBackOff'].includes(state.waiting?.reason ?? ''),
    );
    expect(status?.state.waiting?.message).toContain(message);
  });

  test('gives a ServiceAccount the permissions that its role says and no more', async () => {
    const file = join(cluster.folder, 'reader.kubeconfig');
    const token = await kube.logIn({ namespace, name: 'reader', file });
    const asReader = connectKube({ ...cluster, adminToken: token });
    await expect(asReader.list('v1', 'Pod', namespace)).rejects.toThrow(KubeError);
    const rbac = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [pods], verbs: [list] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: ${namespace} }]
`;
    await kube.logIn({ namespace, name: 'reader', file, rbac });
    const names = await waitFor('permission', async () =>
      (await asReader.list('v1', 'Pod', namespace)).map(({ metadata }) => metadata.name),
    );
    expect(names).toContain('hello');
    await expect(asReader.list('v1', 'Secret', namespace)).rejects.toThrow('403');
    expect(await runCommand(['kubectl', `--kubeconfig=${file}`, 'auth', 'can-i', 'list', 'pods'])).toBe('yes\n');
  });

  test('backs off from a container that keeps failing', async () => {
    const status = await waitForContainer('crash', ({ state }) => state.waiting?.reason === 'CrashLoopBackOff');
    expect(status?.restartCount).toBeGreaterThan(0);
    expect(status?.lastState.terminated?.exitCode).toBe(3);
    expect(await kube.logs(namespace, 'crash', { previous: true })).toBe('about to fail\n');
  });
});
