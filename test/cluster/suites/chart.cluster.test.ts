import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createChartHarness, webhookSecret, type ChartHarness } from '../../chart/installed-chart.ts';
import { startSlackServer } from '../../fakes/slack-server.ts';
import { currentCluster } from '../cluster.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { waitFor } from '../wait.ts';

/** As people write it. */
const myValues = `
clusterRegistration:
  clusterName: "production-cluster"
  userEmail: "platform-team@company.com"
monitoring:
  watchNamespaces: "default,staging,production"
  excludeNamespaces: "kube-system,kube-public"
  minRestartThreshold: 3
secrets:
  existingSecret: "podmedic-secrets"
`;
const namespace = 'medics';
const cluster = currentCluster();
const kube = connectKube(cluster);
let chart: ChartHarness;

/** Names of the release's pods that run and are not on their way out. */
async function runningPods(): Promise<string[]> {
  const selector = 'labelSelector=app.kubernetes.io%2Fname%3Dpodmedic';
  const pods = await kube.list<KubeObject & { status: { phase: string } }>('v1', 'Pod', namespace, selector);
  return pods
    .filter(({ status, metadata }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

async function leadingPod(): Promise<string | undefined> {
  const lease = await kube.get<KubeObject & { spec?: { holderIdentity?: string } }>({
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'podmedic-leader', namespace },
  });
  return (await runningPods()).find((pod) => lease?.spec?.holderIdentity?.startsWith(`${pod}_`));
}

/** Does some work and gives the fewest available pods that were seen meanwhile. */
async function fewestAvailableDuring(work: () => Promise<void>): Promise<number> {
  let fewest = Infinity;
  const looking = new AbortController();
  const watched = (async () => {
    while (!looking.signal.aborted) {
      const seen = await kube.get<KubeObject & { status: { availableReplicas?: number } }>(
        ref.deployment(namespace, 'podmedic'),
      );
      fewest = Math.min(fewest, seen?.status.availableReplicas ?? 0);
      await pause(200);
    }
  })();
  try {
    await work();
  } finally {
    looking.abort();
    await watched;
  }
  return fewest;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

beforeAll(async () => {
  chart = await createChartHarness(cluster, kube);
  await chart.makeNamespace(namespace);
}, 600_000);

afterAll(() => chart.close());

describe('a release with the values that people write', () => {
  test('is installed into a restricted namespace, and its notes say the next step', async () => {
    const valuesFile = chart.writeFile('my-values.yaml', myValues);
    const notes = await chart.install(namespace, [], `--values=${valuesFile}`, '--wait', '--timeout=90s');
    expect(notes).toContain('watches default, staging, production, without kube-system, kube-public');
    expect(notes).toContain(`helm test podmedic --namespace ${namespace}`);
    expect(notes).not.toContain(chart.slack.webhookUrl);
  });

  test('answers /health through its Service, though two of its namespaces do not exist yet', async () => {
    const health = JSON.parse(await chart.askService(namespace, '/health')) as Record<string, unknown>;
    expect(health).toMatchObject({ status: 'ok', version: '0.1.0' });
    expect(await kube.get(ref.namespace('staging'))).toBeUndefined();
  });

  test('says in its log that it started and what it watches', async () => {
    const log = await chart.kubectl('logs', `--namespace=${namespace}`, 'deployment/podmedic');
    expect(log).toMatch(/Starting podmedic \d+\.\d+\.\d+/);
    expect(log).toContain('Monitoring started for 3 namespaces: default, staging, production');
    expect(log).not.toContain('"level":"error"');
  });

  test('tells Slack of a failure in a namespace that is made later', async () => {
    await kube.createNamespace('staging');
    await kube.apply(chart.failingDeployment('staging', 'orders-api'));
    const text = await chart.firstMessageAbout('orders-api');
    expect(text).toContain('CrashLoopBackOff in orders-api (staging)');
    expect(text).toContain('DATABASE_URL');
    expect(text).toContain('production-cluster');
  });

  test('passes helm test', async () => {
    expect(await chart.helm('test', namespace, '--timeout=90s')).toMatch(/Phase: +Succeeded/);
  });

  test('is upgraded to two replicas and rolled without a gap and without a second message', async () => {
    const fewest = await fewestAvailableDuring(async () => {
      for (const values of [['replicaCount=2'], ['logging.level=debug']]) {
        await chart.install(namespace, values, '--reuse-values', '--wait', '--timeout=120s');
      }
    });
    expect(fewest).toBeGreaterThanOrEqual(1);
    expect(await runningPods()).toHaveLength(2);
    // The new leader has looked at the pods and at what people were told.
    const leader = await waitFor('a leader among the new pods', leadingPod);
    await waitFor('the incident at the new leader', async () => {
      const path = `/api/v1/namespaces/${namespace}/pods/${leader}:3000/proxy/api/incidents`;
      return (await kube.call('GET', path)).includes('orders-api');
    });
    await pause(15_000);
    expect(chart.messagesAbout('orders-api')).toHaveLength(1);
    const budget = ['get', 'poddisruptionbudget', 'podmedic', `--namespace=${namespace}`];
    expect(await chart.kubectl(...budget, '--output=jsonpath={.spec.maxUnavailable}')).toBe('1');
  });

  test('keeps what people were told in its Leases over upgrades', async () => {
    const leases = await kube.list('coordination.k8s.io/v1', 'Lease', namespace);
    const state = leases.map(({ metadata }) => {
      const annotations = metadata.annotations as Record<string, string> | undefined;
      return annotations?.['podmedic.io/state'] ?? '';
    });
    expect(leases.map(({ metadata }) => metadata.name)).toContain('podmedic-state-3');
    // Four empty lists, compressed, have some 120 characters; an incident adds its own.
    expect(state.join('').length).toBeGreaterThan(250);
  });

  test('reads its Secret again when that changes', async () => {
    const other = await startSlackServer({ host: cluster.nodeAddress });
    try {
      const pods = await runningPods();
      await kube.apply(webhookSecret(namespace, other.webhookUrl));
      // The kubelet refreshes the files of a Secret about once a minute, so the first message may still go to the old address.
      for (const name of ['rotated', 'rotated-later']) {
        await kube.apply(chart.failingDeployment('staging', name));
        const told = (): boolean => other.records.length > 0 || chart.messagesAbout(name).length > 0;
        await waitFor(`a message about ${name}`, told, { timeoutMs: 150_000 });
        if (other.records.length > 0) break;
      }
      expect(other.records.map(({ payload }) => String(payload.text)).join()).toContain('CrashLoopBackOff in rotated');
      expect(await runningPods()).toEqual(pods);
    } finally {
      await other.close();
    }
  }, 330_000);

  test('leaves nothing when it is uninstalled', async () => {
    await kube.remove(ref.namespace('staging'));
    await chart.helm('uninstall', namespace, '--wait', '--timeout=120s');
    const noPod = async (): Promise<boolean> => (await kube.list('v1', 'Pod', namespace)).length === 0;
    await waitFor('the pods to be gone', noPod, { timeoutMs: 90_000 });
    // Events about the pods end by themselves after an hour.
    const kinds = await chart.kubectl('api-resources', '--verbs=list', '--namespaced', '--output=name');
    const looked = kinds
      .trim()
      .split('\n')
      .filter((kind) => !kind.startsWith('events'));
    const left = await chart.kubectl(
      'get',
      looked.join(),
      `--namespace=${namespace}`,
      '--output=name',
      '--ignore-not-found',
    );
    expect(left.trim().split('\n').toSorted()).toEqual([
      'configmap/kube-root-ca.crt',
      'secret/podmedic-secrets',
      'serviceaccount/default',
    ]);
    const roles = await chart.kubectl('get', 'clusterroles,clusterrolebindings', '--output=name');
    expect(roles.split('\n').filter((name) => name.endsWith(`/podmedic-${namespace}`))).toEqual([]);
  }, 240_000);
});
