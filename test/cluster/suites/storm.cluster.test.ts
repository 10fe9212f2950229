import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startSlackServer, type SlackServer } from '../../fakes/slack-server.ts';
import { currentCluster } from '../cluster.ts';
import { logInAsDaemon, startDaemon, type Daemon } from '../daemon.ts';
import { findFreePorts } from '../free-ports.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { waitFor } from '../wait.ts';
import { createWorkloads, idle } from '../workloads.ts';

const cluster = currentCluster();
const kube = connectKube(cluster);
const namespace = 'storm';
const { container, deployment } = createWorkloads(cluster, namespace);

let slack: SlackServer;
let daemon: Daemon;

/** Pods that no scheduler takes, so that no kubelet disputes the status that is patched into them. */
const unscheduled = (name: string, replicas: number): KubeObject =>
  deployment(name, { schedulerName: 'nobody', containers: [container('app', idle)] }, { replicas });

/** Lets all pods of a namespace's Deployments look as if they crashed just now. */
async function crashAll(prefix: string, count: number): Promise<number> {
  const pods = await waitFor(
    `${count} pods of ${prefix}`,
    async () => {
      const found = await kube.list('v1', 'Pod', namespace);
      const own = found.filter(({ metadata }) => metadata.name.startsWith(prefix));
      return own.length >= count ? own : undefined;
    },
    { timeoutMs: 150_000, intervalMs: 1000 },
  );
  const startedAtMs = Date.now();
  const queue = [...pods];
  const worker = async (): Promise<void> => {
    for (let pod = queue.pop(); pod !== undefined; pod = queue.pop()) {
      const finishedAt = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
      const terminated = {
        exitCode: 1,
        reason: 'Error',
        startedAt: finishedAt,
        finishedAt,
        containerID: `containerd://${pod.metadata.name}`,
      };
      await kube.patchStatus(ref.pod(namespace, pod.metadata.name), {
        phase: 'Running',
        startTime: finishedAt,
        conditions: [
          { type: 'PodScheduled', status: 'True', lastTransitionTime: finishedAt },
          { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: finishedAt },
        ],
        containerStatuses: [
          {
            name: 'app',
            image: 'x',
            imageID: 'x',
            ready: false,
            restartCount: 4,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s restarting failed container=app' } },
            lastState: { terminated },
          },
        ],
      });
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  return Date.now() - startedAtMs;
}

const texts = (): string[] => slack.records.map(({ payload }) => String(payload.text));

beforeAll(async () => {
  await kube.createNamespace(namespace);
  slack = await startSlackServer({ host: '127.0.0.1' });
  const [port = 0] = await findFreePorts(1);
  daemon = startDaemon(
    {
      KUBECONFIG: await logInAsDaemon(kube, cluster.folder, 'home-of-storm'),
      WATCH_NAMESPACES: namespace,
      WEBHOOK_URL: slack.webhookUrl,
      POD_NAMESPACE: 'home-of-storm',
      POD_NAME: 'podmedic-storm',
      LEASE_NAME: 'podmedic-leader',
      LEASE_DURATION_SECONDS: '3',
      LEASE_RENEW_DEADLINE_SECONDS: '2',
      LEASE_RETRY_SECONDS: '0.5',
    },
    port,
  );
  await daemon.whenReady(60_000);
}, 120_000);

afterAll(async () => {
  await daemon.stop();
  await slack.close();
  await kube.remove(ref.namespace(namespace));
});

describe('many pods', () => {
  test('fifty failing replicas of one Deployment are one message', async () => {
    await kube.apply(unscheduled('wide', 50));
    await crashAll('wide-', 50);
    await waitFor('the message', () => texts()[0], {
      timeoutMs: 60_000,
      explain: () => `; the daemon wrote:\n${daemon.output().slice(-3000)}`,
    });
    // Longer than settling, so that a second one would have come.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(texts()).toHaveLength(1);
    expect(texts()[0]).toContain(`CrashLoopBackOff in wide (${namespace})`);
    // On a busy machine some fail only after the settling time.
    expect(texts()[0]).toMatch(/\b[2-5]\d of 50 pods/u);
    const { body } = await daemon.get('/api/incidents');
    expect(body).toMatchObject({ incidents: [{ workload: { name: 'wide' }, pods: { failing: 50, total: 50 } }] });
  });

  test('five hundred pods of a hundred workloads that fail within a minute are at most three messages and a digest', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `many-${String(index).padStart(3, '0')}`);
    await kube.apply(names.map((name) => unscheduled(name, 5)));
    const before = texts().length;
    expect(await crashAll('many-', 500)).toBeLessThan(60_000);
    await waitFor(
      'the digest',
      () =>
        texts()
          .slice(before)
          .find((text) => /\d+ pods failing in \d+ workloads/.test(text)),
      {
        timeoutMs: 90_000,
        explain: () => `; the daemon wrote:\n${daemon.output().slice(-3000)}`,
      },
    );
    await new Promise((resolve) => setTimeout(resolve, 25_000));
    const told = texts().slice(before);
    const digests = told.filter((text) => text.includes('pods failing in'));
    expect(told.length - digests.length).toBeLessThanOrEqual(3);
    expect(digests.length).toBeLessThanOrEqual(2);
    const { body } = await daemon.get('/api/incidents');
    const known = (body as { incidents: { workload: { name: string } }[] }).incidents.map(
      ({ workload }) => workload.name,
    );
    expect(known.filter((name) => name.startsWith('many-')).sort()).toEqual(names);
  }, 300_000);
});
