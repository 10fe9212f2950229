import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSlackServer, type SlackServer } from '../../fakes/slack-server.ts';
import { currentCluster } from '../cluster.ts';
import { logInAsDaemon, runPodmedic, startDaemon, type Daemon } from '../daemon.ts';
import { findFreePorts } from '../free-ports.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { runCommand } from '../run-command.ts';
import { waitFor } from '../wait.ts';
import { createWorkloads, idle } from '../workloads.ts';

const cluster = currentCluster();
const kube = connectKube(cluster);
const namespace = 'line';
const { container, deployment } = createWorkloads(cluster, namespace);
const quiet = 'line-quiet';

let slack: SlackServer;
let daemon: Daemon;
let kubeconfig: string;

const needsVariable = `: "\${DATABASE_URL:?DATABASE_URL is not set}"; ${idle}`;

/** Texts of the messages that name this workload, oldest first. */
function messagesAbout(workload: string): string[] {
  return slack.records
    .filter(({ payload }) => String(payload.text).includes(` in ${workload} (`))
    .map(({ payload }) => `${String(payload.text)}\n${JSON.stringify(payload)}`);
}

async function messageAbout(workload: string, timeoutMs = 120_000): Promise<string> {
  return waitFor(`a message about ${workload}`, () => messagesAbout(workload)[0], {
    timeoutMs,
    explain: () => `; the daemon wrote:\n${daemon.output().slice(-4000)}`,
  });
}

beforeAll(async () => {
  await kube.createNamespace(namespace);
  await kube.createNamespace(quiet);
  slack = await startSlackServer({ host: '127.0.0.1' });
  kubeconfig = await logInAsDaemon(kube, cluster.folder, 'home-of-line');
  const [port = 0] = await findFreePorts(1);
  daemon = startDaemon(
    {
      KUBECONFIG: kubeconfig,
      WATCH_NAMESPACES: `${namespace},${quiet},line-later`,
      CLUSTER_NAME: 'test-cluster',
      WEBHOOK_URL: slack.webhookUrl,
      POD_NAMESPACE: 'home-of-line',
      POD_NAME: 'podmedic-line',
      LEASE_NAME: 'podmedic-leader',
      STORM_THRESHOLD: '0',
      SETTLE_SECONDS: '3',
      IMAGE_PULL_DELAY_SECONDS: '5',
      CONFIG_ERROR_DELAY_SECONDS: '5',
      PENDING_DELAY_SECONDS: '5',
      RESOLVE_HOLD_SECONDS: '5',
      RESOLVE_HOLD_RUN_SECONDS: '8',
      OWNER_REFRESH_SECONDS: '2',
    },
    port,
  );
  await daemon.whenReady();
  await kube.apply([
    deployment('orders-api', { containers: [container('app', needsVariable)] }),
    deployment('eater', {
      containers: [container('app', 'tail /dev/zero', { resources: { limits: { memory: '32Mi' } } })],
    }),
    deployment('puller', { containers: [{ name: 'app', image: '127.0.0.1:9/shop/web:1' }] }),
    deployment('giant', { containers: [container('app', idle, { resources: { requests: { cpu: '64' } } })] }),
    deployment('unset', {
      containers: [container('app', idle, { envFrom: [{ configMapRef: { name: 'unset-env' } }] })],
    }),
    deployment('migrating', {
      initContainers: [
        container('migrate', 'echo "fatal: cannot open /data/schema.sql: No such file or directory" >&2; exit 1'),
      ],
      containers: [container('app', idle)],
    }),
    deployment('pair', {
      containers: [
        container('web', idle),
        container('worker', 'echo "Error: connect ECONNREFUSED 127.0.0.1:6379" >&2; exit 1'),
      ],
    }),
    deployment('healthy', { containers: [container('app', idle)] }, { replicas: 2, namespace: quiet }),
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'completes', namespace: quiet },
      spec: { template: { spec: { restartPolicy: 'Never', containers: [container('app', 'exit 0')] } } },
    },
  ]);
}, 180_000);

afterAll(async () => {
  const code = await daemon.stop();
  await slack.close();
  expect(code).toBe(0);
});

describe('a failing pod is told of once, with its cause', () => {
  test('the log of a start says version and namespaces', () => {
    expect(daemon.output()).toMatch(/Starting podmedic \d+\.\d+\.\d+/);
    expect(daemon.output()).toContain(`Monitoring started for 3 namespaces: ${namespace}, ${quiet}, line-later`);
  });

  test('a missing environment variable: workload, namespace, cause and a kubectl command', async () => {
    const text = await messageAbout('orders-api');
    expect(text).toContain(`CrashLoopBackOff in orders-api (${namespace})`);
    expect(text).toMatch(/DATABASE_URL.*not set/s);
    expect(text).toMatch(/kubectl .*set env deployment\/orders-api/);
  });

  test.each([
    ['eater', 'OOMKilled', /32Mi/],
    ['puller', 'ImagePull', /127\.0\.0\.1:9/],
    ['giant', 'Pending', /cpu/i],
    ['unset', 'ConfigError', /unset-env/],
    ['migrating', 'CrashLoopBackOff', /migrate/],
    ['pair', 'CrashLoopBackOff', /worker/],
  ])('%s: %s', async (workload, kind, names) => {
    const text = await messageAbout(workload);
    expect(text).toContain(`${kind} in ${workload} (${namespace})`);
    expect(text).toMatch(names);
  });

  test('a namespace that is created later is watched too', async () => {
    await kube.createNamespace('line-later');
    await kube.apply(
      deployment('late', { containers: [{ name: 'app', image: '127.0.0.1:11/late:1' }] }, { namespace: 'line-later' }),
    );
    expect(await messageAbout('late')).toContain('ImagePull in late (line-later)');
  });
});

describe('the commands say the same', () => {
  test('diagnose prints cause, proof and fix', async () => {
    const { code, stdout, stderr } = await runPodmedic(['diagnose', 'deployment/orders-api', '-n', namespace], {
      KUBECONFIG: kubeconfig,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/Root cause: .*DATABASE_URL.*not set/s);
    expect(stdout).toMatch(/Proof:\n\s+E1/);
    expect(stdout).toMatch(/kubectl .*set env deployment\/orders-api/);
  });

  test('once exits 1 and prints a report, --exit-zero exits 0', async () => {
    const settings = {
      KUBECONFIG: kubeconfig,
      WATCH_NAMESPACES: namespace,
      PENDING_DELAY_SECONDS: '5',
      IMAGE_PULL_DELAY_SECONDS: '5',
      CONFIG_ERROR_DELAY_SECONDS: '5',
    };
    const failing = await runPodmedic(['once'], settings);
    expect(failing.code).toBe(1);
    expect(failing.stdout).toContain(`CrashLoopBackOff in orders-api (${namespace})`);
    const calm = await runPodmedic(['once', '--exit-zero', '-o', 'json'], settings);
    expect(calm.code).toBe(0);
    const { incidents } = JSON.parse(calm.stdout) as { incidents: { workload: { name: string } }[] };
    expect(incidents.map(({ workload }) => workload.name)).toContain('eater');
  });

  test('once exits 0 where nothing fails', async () => {
    const { code, stdout } = await runPodmedic(['once'], { KUBECONFIG: kubeconfig, WATCH_NAMESPACES: quiet });
    expect([code, stdout]).toEqual([0, 'Nothing fails now.\n']);
  });

  test('exit codes and sentences for what cannot be done', async () => {
    const noSuchPod = await runPodmedic(['diagnose', 'nobody', '-n', namespace], { KUBECONFIG: kubeconfig });
    expect(noSuchPod).toMatchObject({ code: 4, stdout: '' });
    expect(noSuchPod.stderr).toContain('there is no pod nobody in namespace line');
    const wrongContext = await runPodmedic(['diagnose', 'x', '--context', 'nowhere'], { KUBECONFIG: kubeconfig });
    expect(wrongContext.code).toBe(2);
    expect(wrongContext.stderr).toContain('nowhere');
    const noKubeconfig = await runPodmedic(['diagnose', 'x'], { KUBECONFIG: '/nowhere', HOME: '/' });
    expect(noKubeconfig.code).toBe(2);
    const none = await runPodmedic(['once'], { KUBECONFIG: kubeconfig });
    expect([none.code, none.stderr.includes('WATCH_NAMESPACES')]).toEqual([2, true]);
  });

  test('no permission for pods: once says so with exit code 4', async () => {
    const file = `${cluster.folder}/nobody.kubeconfig`;
    await kube.logIn({ namespace: 'home-of-line', name: 'nobody', file });
    const { code, stderr } = await runPodmedic(['once'], { KUBECONFIG: file, WATCH_NAMESPACES: namespace });
    expect(code).toBe(4);
    expect(stderr).toMatch(/no permission to (list|watch) pods/);
  });
});

describe('what is no failure stays silent, what is over is told', () => {
  test('the repair of the missing variable: exactly one "recovered"', async () => {
    // The command that the message suggests, with the value that only a person knows.
    const command = /kubectl [^`"\n]*set env deployment\/orders-api[^`"\n]*/.exec(
      messagesAbout('orders-api')[0] ?? '',
    )?.[0];
    const words = (command ?? '').replace('REPLACE_ME', 'postgres://db').split(' ').slice(1);
    await runCommand(['kubectl', '--kubeconfig', cluster.kubeconfig, ...words]);
    const recovered = await waitFor('the recovery of orders-api', () => messagesAbout('orders-api')[1], {
      timeoutMs: 90_000,
      explain: () => `; the daemon wrote:\n${daemon.output().slice(-4000)}`,
    });
    expect(recovered).toContain('Recovered');
  });

  test('a rollout, a scale-down and a completed Job', async () => {
    await kube.patch(ref.deployment(quiet, 'healthy'), {
      spec: { template: { metadata: { annotations: { rolled: 'yes' } } } },
    });
    await kube.waitForObject<
      { status?: { updatedReplicas?: number; readyReplicas?: number; replicas?: number } } & KubeObject
    >(
      ref.deployment(quiet, 'healthy'),
      ({ status }) => status?.updatedReplicas === 2 && status.readyReplicas === 2 && status.replicas === 2,
    );
    await kube.patch(ref.deployment(quiet, 'healthy'), { spec: { replicas: 1 } });
    await kube.waitForObject<{ status?: { succeeded?: number } } & KubeObject>(
      ref.job(quiet, 'completes'),
      ({ status }) => status?.succeeded === 1,
    );
    // Longer than settling and every shortened threshold.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(messagesAbout('healthy')).toEqual([]);
    expect(messagesAbout('completes')).toEqual([]);
  });

  test('each failing workload was told of exactly once', () => {
    const told = ['eater', 'puller', 'giant', 'unset', 'migrating', 'pair', 'late'].map((name) => [
      name,
      messagesAbout(name).length,
    ]);
    expect(told).toEqual(told.map(([name]) => [name, 1]));
    expect(messagesAbout('orders-api')).toHaveLength(2);
  });

  test('/health, /ready, /metrics and the API tell the truth', async () => {
    expect(await daemon.get('/health')).toMatchObject({ status: 200, body: { status: 'ok', leader: 'podmedic-line' } });
    const metrics = (await daemon.get('/metrics')).body as string;
    expect(metrics).toContain('podmedic_leader 1');
    expect(metrics).toMatch(/podmedic_alerts_total\{sink="slack-webhook",type="opened",outcome="sent"\} 8/);
    const { body } = await daemon.get('/api/incidents');
    const { incidents } = body as { incidents: { workload: { name: string }; state: string; container?: string }[] };
    expect(
      incidents
        .filter(({ state }) => state === 'open')
        .map(({ workload }) => workload.name)
        .sort(),
    ).toEqual(['eater', 'giant', 'late', 'migrating', 'pair', 'puller', 'unset'].sort());
    expect(incidents.find(({ workload }) => workload.name === 'pair')?.container).toBe('worker');
  });
});
