import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { outerNetworkCommand } from '../../chart/outer-network.ts';
import { startSlackServer, type SlackServer } from '../../fakes/slack-server.ts';
import { ensureTools } from '../build.ts';
import { currentCluster } from '../cluster.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { harnessFolder, projectFolder } from '../paths.ts';
import { projectImage } from '../project-image.ts';
import { CommandError, runCommand } from '../run-command.ts';
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
/** The chart's own name of the image, so that the values file is all that an installation needs. */
const chartImage = 'ghcr.io/podmedic/podmedic:0.1.0';
const chart = join(projectFolder, 'helm', 'podmedic');

const cluster = currentCluster();
const kube = connectKube(cluster);
const folder = mkdtempSync(join(cluster.folder, 'chart-'));
const valuesFile = join(folder, 'my-values.yaml');
let slack: SlackServer;
let helmPath: string;

const helm = (...words: string[]): Promise<string> => runCommand([helmPath, ...words]);
const kubectl = (...words: string[]): Promise<string> => runCommand(['kubectl', ...words]);

async function makeNamespace(name: string): Promise<void> {
  await kube.createNamespace(name, { 'pod-security.kubernetes.io/enforce': 'restricted' });
  await kube.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'podmedic-secrets', namespace: name },
    stringData: { WEBHOOK_URL: slack.webhookUrl },
  });
}

/** What a pod of the cluster gets from a URL. */
function ask(url: string): Promise<string> {
  return kubectl('exec', '--namespace=asker', 'asker', '--', 'wget', '-qO-', url);
}

async function serviceUrl(namespace: string, name = 'podmedic'): Promise<string> {
  const address = await kubectl(
    'get',
    'service',
    name,
    `--namespace=${namespace}`,
    '--output=jsonpath={.spec.clusterIP}',
  );
  return `http://${address}:3000`;
}

/** Texts of the messages about a workload, oldest first. */
function messagesAbout(workload: string): string[] {
  const texts = slack.records.map(({ payload }) => String(payload.text));
  return texts.filter((text) => text.includes(` in ${workload} (`));
}

function firstMessageAbout(workload: string): Promise<string> {
  return waitFor(`a message about ${workload}`, () => messagesAbout(workload)[0], {
    timeoutMs: 150_000,
    explain: () => `; Slack has ${JSON.stringify(slack.records.map(({ payload }) => payload.text))}`,
  });
}

function failingDeployment(namespace: string, name: string): KubeObject {
  const script = ': "${DATABASE_URL:?DATABASE_URL is not set}"';
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: cluster.busyboxImage, command: ['sh', '-c', script] }] },
      },
    },
  };
}

/** Names of pods of the release that run and are not on their way out. */
async function runningPods(namespace: string): Promise<string[]> {
  const pods = await kube.list<KubeObject & { status: { phase: string } }>(
    'v1',
    'Pod',
    namespace,
    'labelSelector=app.kubernetes.io%2Fname%3Dpodmedic',
  );
  return pods
    .filter(({ status, metadata }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => metadata.name);
}

async function logsOf(namespace: string): Promise<string> {
  return kubectl(
    'logs',
    `--namespace=${namespace}`,
    '--selector=app.kubernetes.io/name=podmedic',
    '--tail=-1',
    '--prefix',
  );
}

beforeAll(async () => {
  helmPath = (await ensureTools(['helm'], (line) => process.stderr.write(`${line}\n`))).helm;
  const build = [process.execPath, join(harnessFolder, 'project-image.ts'), cluster.name];
  await runCommand(outerNetworkCommand(build), { cwd: projectFolder });
  const ctr = ['ctr', `--address=${cluster.containerdSocket ?? ''}`, '--namespace=k8s.io', 'images', 'tag', '--force'];
  await runCommand([...ctr, projectImage, chartImage]);
  slack = await startSlackServer({ host: cluster.nodeAddress });
  writeFileSync(valuesFile, myValues);
  await kube.createNamespace('asker');
  await kube.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asker', namespace: 'asker' },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'asker', image: cluster.busyboxImage, command: ['sleep', '100000'] }],
    },
  });
  await kube.waitForObject<KubeObject & { status: { phase: string } }>(
    ref.pod('asker', 'asker'),
    ({ status }) => status.phase === 'Running',
  );
  await makeNamespace('medics');
}, 600_000);

afterAll(async () => {
  for (const release of ['medics/podmedic', 'roles/podmedic', 'runs/podmedic']) {
    const [namespace = '', name = ''] = release.split('/');
    await helm('uninstall', name, `--namespace=${namespace}`, '--ignore-not-found');
  }
  await slack.close();
  rmSync(folder, { recursive: true });
});

describe('a release with the values that people write', () => {
  test('is installed into a restricted namespace, and its notes say the next step', async () => {
    const notes = await helm(
      'install',
      'podmedic',
      chart,
      '--namespace=medics',
      `--values=${valuesFile}`,
      '--wait',
      '--timeout=90s',
    );
    expect(notes).toContain('watches default, staging, production, without kube-system, kube-public');
    expect(notes).toContain('helm test podmedic --namespace medics');
    expect(notes).not.toContain(slack.webhookUrl);
  });

  test('answers /health through its Service, though two of its namespaces do not exist yet', async () => {
    const health = JSON.parse(await ask(`${await serviceUrl('medics')}/health`)) as Record<string, unknown>;
    expect(health).toMatchObject({ status: 'ok', version: '0.1.0' });
    expect(await kube.get(ref.namespace('staging'))).toBeUndefined();
  });

  test('says in its log that it started and what it watches', async () => {
    const log = await logsOf('medics');
    expect(log).toMatch(/Starting podmedic \d+\.\d+\.\d+/);
    expect(log).toContain('Monitoring started for 3 namespaces: default, staging, production');
    expect(log).not.toContain('"level":"error"');
  });

  test('tells Slack of a failure in a namespace that is made later', async () => {
    await kube.createNamespace('staging');
    await kube.apply(failingDeployment('staging', 'orders-api'));
    const text = await firstMessageAbout('orders-api');
    expect(text).toContain('CrashLoopBackOff in orders-api (staging)');
    expect(text).toContain('DATABASE_URL');
    expect(text).toContain('production-cluster');
  });

  test('passes helm test', async () => {
    const output = await helm('test', 'podmedic', '--namespace=medics', '--timeout=90s');
    expect(output).toMatch(/Phase: +Succeeded/);
  });

  test('is upgraded to two replicas and rolled without a gap and without a second message', async () => {
    const rolls = [['--set=replicaCount=2'], ['--set=replicaCount=2', '--set=logging.level=debug']];
    let fewest = Infinity;
    let rolling = true;
    const watched = (async () => {
      const running = (): boolean => rolling;
      while (running()) {
        const deployment = await kube.get<KubeObject & { status: { availableReplicas?: number } }>(
          ref.deployment('medics', 'podmedic'),
        );
        fewest = Math.min(fewest, deployment?.status.availableReplicas ?? 0);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    })();
    try {
      for (const change of rolls) {
        await helm(
          'upgrade',
          'podmedic',
          chart,
          '--namespace=medics',
          '--reuse-values',
          ...change,
          '--wait',
          '--timeout=120s',
        );
      }
    } finally {
      rolling = false;
      await watched;
    }
    expect(fewest).toBeGreaterThanOrEqual(1);
    expect(await runningPods('medics')).toHaveLength(2);
    // The new leader has looked at the pods and at what people were told.
    const leader = await waitFor('a leader among the new pods', async () => {
      const lease = await kube.get<KubeObject & { spec?: { holderIdentity?: string } }>(leaseRef('podmedic-leader'));
      return (await runningPods('medics')).find((pod) => lease?.spec?.holderIdentity?.startsWith(`${pod}_`));
    });
    await waitFor('the incident at the new leader', async () => {
      const answer = await kube.call('GET', `/api/v1/namespaces/medics/pods/${leader}:3000/proxy/api/incidents`);
      return answer.includes('orders-api');
    });
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    expect(messagesAbout('orders-api')).toHaveLength(1);
    expect(
      await kubectl(
        'get',
        'poddisruptionbudget',
        'podmedic',
        '--namespace=medics',
        '--output=jsonpath={.spec.maxUnavailable}',
      ),
    ).toBe('1');
  });

  test('keeps what people were told in its Leases over upgrades', async () => {
    const leases = await kube.list('coordination.k8s.io/v1', 'Lease', 'medics');
    const state = leases.map(
      ({ metadata }) => (metadata.annotations as Record<string, string>)['podmedic.io/state'] ?? '',
    );
    expect(leases.map(({ metadata }) => metadata.name)).toContain('podmedic-state-3');
    expect(state.join('').length).toBeGreaterThan(40);
  });

  test('reads its Secret again when that changes', async () => {
    const other = await startSlackServer({ host: cluster.nodeAddress });
    try {
      await kube.apply({
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'podmedic-secrets', namespace: 'medics' },
        stringData: { WEBHOOK_URL: other.webhookUrl },
      });
      await kube.apply(failingDeployment('staging', 'rotated'));
      // The kubelet refreshes the files of a Secret about once a minute.
      await waitFor(
        'a message at the new address',
        () => other.records.length > 0 || messagesAbout('rotated').length > 0,
        { timeoutMs: 150_000 },
      );
      if (messagesAbout('rotated').length > 0) {
        await kube.apply(failingDeployment('staging', 'rotated-later'));
        await waitFor('a message at the new address', () => other.records.length > 0, { timeoutMs: 150_000 });
      }
      expect(other.records.map(({ payload }) => String(payload.text)).join()).toContain(
        'CrashLoopBackOff in rotated',
      );
      expect(await runningPods('medics')).toHaveLength(2);
    } finally {
      await other.close();
    }
  }, 330_000);

  test('leaves nothing when it is uninstalled', async () => {
    await kube.remove(ref.namespace('staging'));
    await helm('uninstall', 'podmedic', '--namespace=medics', '--wait', '--timeout=120s');
    await waitFor('the pods to be gone', async () => (await kube.list('v1', 'Pod', 'medics')).length === 0, {
      timeoutMs: 90_000,
    });
    const kinds = (await kubectl('api-resources', '--verbs=list', '--namespaced', '--output=name')).trim().split('\n');
    const looked = kinds.filter((kind) => !/^(events|events\.events\.k8s\.io)$/.test(kind));
    const left = await kubectl('get', looked.join(','), '--namespace=medics', '--output=name', '--ignore-not-found');
    expect(left.trim().split('\n').toSorted()).toEqual([
      'configmap/kube-root-ca.crt',
      'secret/podmedic-secrets',
      'serviceaccount/default',
    ]);
    const clusterWide = (await kubectl('api-resources', '--verbs=list', '--namespaced=false', '--output=name'))
      .trim()
      .split('\n');
    const own = await kubectl(
      'get',
      clusterWide.filter((kind) => !/^componentstatuses$/.test(kind)).join(','),
      '--selector=app.kubernetes.io/instance=podmedic',
      '--output=name',
      '--ignore-not-found',
    );
    expect(own.trim()).toBe('');
  }, 240_000);
});

function leaseRef(name: string) {
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name, namespace: 'medics' } };
}

/** Whether the ServiceAccount of the release in `from` may do it in `where` (`*`: everywhere). */
async function may(from: string, action: string, where: string): Promise<boolean> {
  const scope = where === '*' ? '--all-namespaces' : `--namespace=${where}`;
  try {
    const account = `--as=system:serviceaccount:${from}:podmedic`;
    return (await kubectl('auth', 'can-i', ...action.split(' '), scope, account)).trim() === 'yes';
  } catch (error) {
    if (error instanceof CommandError && error.exitCode === 1) return false;
    throw error;
  }
}

describe('permissions', () => {
  const never = [
    ...['secrets', 'configmaps'].flatMap((kind) =>
      ['get', 'list', 'watch', 'create', 'update', 'delete'].map((verb) => `${verb} ${kind}`),
    ),
    ...['create pods/exec', 'get pods/exec', 'create pods/attach', 'create pods/portforward', 'create pods/eviction'],
    ...[
      'create pods',
      'delete pods',
      'patch pods',
      'patch deployments.apps',
      'update deployments.apps',
      'patch nodes',
      'delete jobs.batch',
    ],
    ...[
      'create roles.rbac.authorization.k8s.io',
      'create tokenreviews.authentication.k8s.io',
      'create serviceaccounts/token',
    ],
    ...[
      'delete leases.coordination.k8s.io',
      'update leases.coordination.k8s.io',
      'patch leases.coordination.k8s.io/other',
    ],
  ];
  const minimal = ['list pods', 'watch pods', 'list events', 'watch events'];
  const standard = [
    ...[
      'get pods/log',
      'list replicasets.apps',
      'get deployments.apps',
      'list statefulsets.apps',
      'list daemonsets.apps',
      'get jobs.batch',
    ],
    ...[
      'list cronjobs.batch',
      'list persistentvolumeclaims',
      'list resourcequotas',
      'list limitranges',
      'list services',
    ],
    ...['list endpointslices.discovery.k8s.io', 'list controllerrevisions.apps'],
  ];
  const clusterWide = ['list nodes', 'list persistentvolumes', 'list storageclasses.storage.k8s.io'];
  const ownLeases = [
    ...[
      'get leases.coordination.k8s.io',
      'list leases.coordination.k8s.io',
      'watch leases.coordination.k8s.io',
      'create leases.coordination.k8s.io',
    ],
    ...[
      'update leases.coordination.k8s.io/podmedic-leader',
      'update leases.coordination.k8s.io/podmedic-state-3',
      'create events',
    ],
  ];
  const modes = [
    {
      scope: 'cluster',
      permissions: 'standard',
      where: '*',
      can: ['list namespaces', ...minimal, ...standard, ...clusterWide],
      cannot: [],
    },
    {
      scope: 'cluster',
      permissions: 'minimal',
      where: '*',
      can: ['list namespaces', ...minimal],
      cannot: [...standard, ...clusterWide],
    },
    {
      scope: 'namespaced',
      permissions: 'standard',
      where: 'watched',
      can: [...minimal, ...standard],
      cannot: clusterWide,
    },
    {
      scope: 'namespaced',
      permissions: 'minimal',
      where: 'watched',
      can: minimal,
      cannot: [...standard, ...clusterWide],
    },
  ];

  beforeAll(async () => {
    await kube.createNamespace('watched');
    await makeNamespace('roles');
  });

  test.each(modes)(
    'are enough and no more: $scope $permissions',
    async ({ scope, permissions, where, can, cannot }) => {
      const sets = [
        `rbac.scope=${scope}`,
        `rbac.permissions=${permissions}`,
        'monitoring.watchNamespaces=watched',
        'replicaCount=0',
      ];
      await helm('upgrade', '--install', 'podmedic', chart, '--namespace=roles', ...sets.map((set) => `--set=${set}`));
      const granted = async (actions: readonly string[], namespace: string): Promise<string[]> => {
        const answers = await Promise.all(actions.map((action) => may('roles', action, namespace)));
        return actions.filter((_, index) => answers[index]);
      };
      expect(await granted(can, where)).toEqual(can);
      expect(await granted(cannot, where)).toEqual([]);
      expect(await granted(never, 'watched')).toEqual([]);
      expect(await granted(never, 'roles')).toEqual([]);
      expect(await granted(['create events', ...ownLeases.slice(3)], 'watched')).toEqual([]);
      expect(await granted(ownLeases, 'roles')).toEqual(ownLeases);
      if (scope === 'namespaced') expect(await granted([...minimal, ...standard], 'default')).toEqual([]);
    },
  );

  test('of Roles alone are enough to run and to tell', async () => {
    const sets = [
      'rbac.scope=namespaced',
      'rbac.permissions=minimal',
      'monitoring.watchNamespaces=watched',
      'replicaCount=1',
    ];
    await helm(
      'upgrade',
      '--install',
      'podmedic',
      chart,
      '--namespace=roles',
      ...sets.map((set) => `--set=${set}`),
      '--wait',
      '--timeout=90s',
    );
    await kube.apply(failingDeployment('watched', 'by-roles'));
    expect(await firstMessageAbout('by-roles')).toContain('CrashLoopBackOff in by-roles (watched)');
    expect(JSON.parse(await ask(`${await serviceUrl('roles')}/health`))).toMatchObject({ status: 'ok' });
    await helm('uninstall', 'podmedic', '--namespace=roles', '--wait', '--timeout=90s');
    expect(await kubectl('get', 'roles,rolebindings', '--namespace=watched', '--output=name')).toBe('');
  });
});

describe('cronjob mode', () => {
  test('tells what fails once, over two runs', async () => {
    await makeNamespace('runs');
    const sets = ['mode=cronjob', 'cronjob.schedule=0 0 1 1 *', 'monitoring.watchNamespaces=watched'];
    await helm('install', 'podmedic', chart, '--namespace=runs', ...sets.map((set) => `--set=${set}`));
    await kube.remove(ref.deployment('watched', 'by-roles'));
    await kube.apply(failingDeployment('watched', 'by-runs'));
    await kube.waitForObject<KubeObject & { status: { containerStatuses?: { restartCount: number }[] } }>(
      ref.pod('watched', await podOf('by-runs')),
      ({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 3,
      120_000,
    );
    for (const run of ['first', 'second']) {
      await kubectl('create', 'job', run, '--from=cronjob/podmedic', '--namespace=runs');
      await kube.waitForObject<KubeObject & { status: { succeeded?: number; failed?: number } }>(
        ref.job('runs', run),
        ({ status }) => status.succeeded === 1 || (status.failed ?? 0) > 0,
        90_000,
      );
      expect((await kube.get<KubeObject & { status: object }>(ref.job('runs', run)))?.status).toMatchObject({
        succeeded: 1,
      });
      expect(messagesAbout('by-runs')).toHaveLength(1);
    }
    await kubectl('delete', 'job', 'first', 'second', '--namespace=runs');
  }, 360_000);
});

async function podOf(deployment: string): Promise<string> {
  return waitFor(`a pod of ${deployment}`, async () => {
    const pods = await kube.list('v1', 'Pod', 'watched', `labelSelector=app%3D${deployment}`);
    return pods[0]?.metadata.name;
  });
}
