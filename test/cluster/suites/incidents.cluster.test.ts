import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSlackServer, type SlackServer } from '../../fakes/slack-server.ts';
import { currentCluster } from '../cluster.ts';
import { logInAsDaemon, startDaemon, type Daemon } from '../daemon.ts';
import { findFreePorts } from '../free-ports.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { waitFor } from '../wait.ts';
import { createWorkloads, deaf, idle } from '../workloads.ts';

interface PodWithStatus extends KubeObject {
  readonly status: {
    readonly phase?: string;
    readonly containerStatuses?: readonly { readonly restartCount: number; readonly ready: boolean }[];
  };
}

const cluster = currentCluster();
const kube = connectKube(cluster);
const namespace = 'incidents';
const { container, deployment } = createWorkloads(cluster, namespace);

let slack: SlackServer;
let daemon: Daemon;
let settings: Record<string, string>;

function messagesAbout(workload: string): string[] {
  return slack.records
    .filter(({ payload }) => String(payload.text).includes(` in ${workload} (`))
    .map(({ payload }) => `${String(payload.text)}\n${JSON.stringify(payload)}`);
}

async function messageAbout(workload: string, count = 1): Promise<string> {
  return waitFor(`message ${count} about ${workload}`, () => messagesAbout(workload)[count - 1], {
    timeoutMs: 170_000,
    explain: () => `; the daemon wrote:\n${daemon.output().slice(-3000)}`,
  });
}

async function startAnew(): Promise<void> {
  const [port = 0] = await findFreePorts(1);
  daemon = startDaemon(settings, port);
  await daemon.whenReady(60_000);
}

const podsOf = (app: string): Promise<readonly PodWithStatus[]> =>
  kube.list('v1', 'Pod', namespace, `labelSelector=app%3D${app}`);
const needsSecret = { envFrom: [{ secretRef: { name: 'shared-credentials' } }] };

beforeAll(async () => {
  await kube.createNamespace(namespace);
  slack = await startSlackServer({ host: '127.0.0.1' });
  settings = {
    KUBECONFIG: await logInAsDaemon(kube, cluster.folder, 'home-of-incidents'),
    WATCH_NAMESPACES: namespace,
    WEBHOOK_URL: slack.webhookUrl,
    POD_NAMESPACE: 'home-of-incidents',
    POD_NAME: 'podmedic-incidents',
    LEASE_NAME: 'podmedic-leader',
    LEASE_DURATION_SECONDS: '3',
    LEASE_RENEW_DEADLINE_SECONDS: '2',
    LEASE_RETRY_SECONDS: '0.5',
    STORM_THRESHOLD: '0',
    SETTLE_SECONDS: '3',
    CONFIG_ERROR_DELAY_SECONDS: '5',
    NOT_READY_DELAY_SECONDS: '60',
    RESOLVE_HOLD_SECONDS: '5',
    RESOLVE_HOLD_RUN_SECONDS: '8',
    OWNER_REFRESH_SECONDS: '2',
  };
  await startAnew();
  await kube.apply([
    // Exit code 137 in four ways.
    deployment('by-liveness', {
      containers: [
        container('app', deaf, {
          livenessProbe: { tcpSocket: { port: 7777 }, periodSeconds: 2, failureThreshold: 1, timeoutSeconds: 1 },
        }),
      ],
    }),
    // Kubernetes makes one $ of two.
    deployment('by-itself', { containers: [container('app', "echo working; sleep 1; sh -c 'kill -9 $$$$'; exit $?")] }),
    deployment('by-memory', {
      containers: [container('app', 'tail /dev/zero', { resources: { limits: { memory: '32Mi' } } })],
    }),
    // One cause, three workloads.
    deployment('shares-a', { containers: [container('app', idle, needsSecret)] }),
    deployment('shares-b', { containers: [container('app', idle, needsSecret)] }),
    deployment('shares-c', { containers: [container('app', idle, needsSecret)] }),
    // No failures.
    deployment('noisy', { containers: [container('app', `echo "ERROR: cache miss" >&2; ${idle}`)] }),
    deployment(
      'ignored',
      { containers: [container('app', 'exit 3')] },
      { annotations: { 'podmedic.io/ignore': 'true' } },
    ),
    deployment('slow-start', {
      containers: [
        container('app', `sleep 25; touch /tmp/up; ${idle}`, {
          startupProbe: { exec: { command: ['cat', '/tmp/up'] }, periodSeconds: 2, failureThreshold: 30 },
        }),
      ],
    }),
    deployment('rolls', { containers: [container('app', deaf)] }, { replicas: 2 }),
    deployment('once-restarted', {
      containers: [
        container('app', `[ -e /shared/x ] && { ${idle}; }; touch /shared/x; exit 1`, {
          volumeMounts: [{ name: 'shared', mountPath: '/shared' }],
        }),
      ],
      volumes: [{ name: 'shared', emptyDir: {} }],
    }),
    deployment('overruns', {
      containers: [container('app', idle, { lifecycle: { preStop: { exec: { command: ['sleep', '30'] } } } })],
    }),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'done', namespace },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container('app', 'exit 0')] } } },
    },
  ]);
}, 180_000);

afterAll(async () => {
  await daemon.stop();
  await slack.close();
});

describe('exit code 137 is named by what caused it', () => {
  test('a real OOM kill', async () => {
    const text = await messageAbout('by-memory');
    expect(text).toContain('OOMKilled in by-memory');
    expect(text).toContain('32Mi');
  });

  test('a liveness probe that fails while the program ignores SIGTERM', async () => {
    const text = await messageAbout('by-liveness');
    expect(text).toContain('CrashLoopBackOff in by-liveness');
    expect(text).toMatch(/Root Cause: [^\n]*liveness probe[^\n]*7777/i);
    expect(text).not.toMatch(/Root Cause: [^\n]*(OOM|memory)/i);
  });
});

describe('a kill -9 that nobody else sent', () => {
  test('is told as 137, without a word of memory or probes in the cause', async () => {
    const text = await messageAbout('by-itself');
    expect(text).toContain('CrashLoopBackOff in by-itself');
    expect(text).toMatch(/Root Cause: [^\n]*137/);
    expect(text).not.toMatch(/Root Cause: [^\n]*(OOM|memory limit|probe)/i);
  });
});

describe('one cause, one message', () => {
  test('three workloads that miss the same Secret', async () => {
    const first = await waitFor(
      'a message about the Secret',
      () => slack.records.find(({ payload }) => String(payload.text).includes('shared-credentials')),
      {
        timeoutMs: 90_000,
        explain: () => `; the daemon wrote:\n${daemon.output().slice(-3000)}`,
      },
    );
    const text = JSON.stringify(first.payload);
    for (const name of ['shares-a', 'shares-b', 'shares-c']) expect(text).toContain(name);
  });

  test('a restart in the middle of it repeats nothing, and the recovery still arrives', async () => {
    await messageAbout('by-liveness');
    await messageAbout('by-memory');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    const before = slack.records.length;
    await daemon.stop('SIGTERM');
    await startAnew();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    await daemon.stop('SIGKILL');
    await startAnew();
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(slack.records.slice(before).map(({ payload }) => payload.text)).toEqual([]);
    await kube.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'shared-credentials', namespace },
      stringData: { USER: 'shop' },
    });
    await waitFor(
      'the recovery',
      () => slack.records.slice(before).some(({ payload }) => /Recovered.*shares-/.test(String(payload.text))),
      {
        timeoutMs: 120_000,
        explain: () => `; the daemon wrote:\n${daemon.output().slice(-3000)}`,
      },
    );
  });
});

describe('what is no failure stays silent', () => {
  test('a rollout, a scale-down and a deletion of pods that only SIGKILL ends', async () => {
    await kube.patch(ref.deployment(namespace, 'rolls'), {
      spec: { template: { metadata: { annotations: { rolled: 'yes' } } } },
    });
    await waitFor(
      'the rollout',
      async () => {
        const pods = await podsOf('rolls');
        return pods.length === 2 && pods.every(({ status }) => status.containerStatuses?.[0]?.ready === true);
      },
      { timeoutMs: 90_000 },
    );
    await kube.patch(ref.deployment(namespace, 'rolls'), { spec: { replicas: 1 } });
    for (const pod of await podsOf('overruns')) await kube.remove(ref.pod(namespace, pod.metadata.name));
    await waitFor('one pod', async () => (await podsOf('rolls')).length === 1, { timeoutMs: 60_000 });
    await new Promise((resolve) => setTimeout(resolve, 8000));
    expect(messagesAbout('rolls')).toEqual([]);
    expect(messagesAbout('overruns')).toEqual([]);
  });

  test.each(['noisy', 'ignored', 'slow-start', 'once-restarted', 'done'])('%s', (name) => {
    expect(messagesAbout(name)).toEqual([]);
  });
});
