import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createChartHarness, type ChartHarness } from '../../chart/installed-chart.ts';
import { currentCluster } from '../cluster.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { runCommand } from '../run-command.ts';
import { waitFor } from '../wait.ts';

interface PodWithStatus extends KubeObject {
  readonly status: { readonly containerStatuses?: readonly { readonly restartCount: number }[] };
}
interface JobWithStatus extends KubeObject {
  readonly status: { readonly succeeded?: number; readonly failed?: number };
}

const watched = 'modes-watched';
const cluster = currentCluster();
const kube = connectKube(cluster);
let chart: ChartHarness;

beforeAll(async () => {
  chart = await createChartHarness(cluster, kube);
  await kube.createNamespace(watched);
  await chart.makeNamespace('roles');
  await chart.makeNamespace('runs');
}, 600_000);

afterAll(() => chart.close());

/** Those of the actions (`VERB RESOURCE[.GROUP][/NAME]`, `VERB pods:SUBRESOURCE`) that the release in `roles` may do there. */
async function granted(actions: readonly string[], where: string): Promise<string[]> {
  const scope = where === '*' ? '--all-namespaces' : `--namespace=${where}`;
  const may = async (action: string): Promise<boolean> => {
    const [words = '', subresource] = action.split(':');
    const options = [
      scope,
      '--as=system:serviceaccount:roles:podmedic',
      ...(subresource === undefined ? [] : [`--subresource=${subresource}`]),
    ];
    // It says no with exit code 1, and warns of things that have no namespace.
    const script = 'kubectl auth can-i "$@" 2>/dev/null || true';
    const answer = (await runCommand(['bash', '-c', script, 'can-i', ...words.split(' '), ...options])).trim();
    if (answer !== 'yes' && answer !== 'no') throw new Error(`can-i ${action}: neither yes nor no, but "${answer}"`);
    return answer === 'yes';
  };
  const answers = await Promise.all(actions.map(may));
  return actions.filter((_, index) => answers[index]);
}

const each = (verbs: readonly string[], resources: readonly string[]): string[] =>
  resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`));
const reading = ['get', 'list', 'watch'];
const writing = ['create', 'update', 'patch', 'delete', 'deletecollection'];

const minimal = each(reading, ['pods', 'events']);
const standard = [
  'get pods:log',
  ...each(reading, [
    'replicasets.apps',
    'deployments.apps',
    'statefulsets.apps',
    'daemonsets.apps',
    'controllerrevisions.apps',
  ]),
  ...each(reading, [
    'jobs.batch',
    'cronjobs.batch',
    'persistentvolumeclaims',
    'resourcequotas',
    'limitranges',
    'services',
  ]),
  ...each(reading, ['endpointslices.discovery.k8s.io']),
];
const clusterWide = each(reading, ['nodes', 'persistentvolumes', 'storageclasses.storage.k8s.io']);
const ownLeases = each(
  ['update', 'patch'],
  [0, 1, 2, 3].map((number) => `leases.coordination.k8s.io/podmedic-state-${number}`),
);
const ownNamespace = [
  ...each([...reading, 'create'], ['leases.coordination.k8s.io']),
  ...each(['update', 'patch'], ['leases.coordination.k8s.io/podmedic-leader']),
  ...ownLeases,
  'create events',
];
const never = [
  ...each([...reading, ...writing], ['secrets', 'configmaps']),
  ...each(
    ['get', 'create'],
    ['pods:exec', 'pods:attach', 'pods:portforward', 'pods:proxy', 'pods:ephemeralcontainers'],
  ),
  ...each(writing, [
    'pods',
    'deployments.apps',
    'jobs.batch',
    'nodes',
    'namespaces',
    'roles.rbac.authorization.k8s.io',
  ]),
  ...each(['create'], ['pods:eviction', 'serviceaccounts:token', 'tokenreviews.authentication.k8s.io']),
  ...each(['delete', 'deletecollection'], ['leases.coordination.k8s.io', 'events']),
  ...each(['update', 'patch'], ['leases.coordination.k8s.io', 'leases.coordination.k8s.io/other', 'events']),
];

const modes = [
  { scope: 'cluster', permissions: 'standard', can: [...minimal, ...standard], cannot: [] },
  { scope: 'cluster', permissions: 'minimal', can: minimal, cannot: standard },
  { scope: 'namespaced', permissions: 'standard', can: [...minimal, ...standard], cannot: [] },
  { scope: 'namespaced', permissions: 'minimal', can: minimal, cannot: standard },
] as const;

describe('permissions', () => {
  test.each(modes)(
    'are enough and no more: $scope $permissions',
    async ({ scope, permissions, can, cannot }) => {
      const values = [
        `rbac.scope=${scope}`,
        `rbac.permissions=${permissions}`,
        `monitoring.watchNamespaces=${watched}`,
      ];
      await chart.install('roles', [...values, 'replicaCount=0']);
      expect(await granted(can, scope === 'cluster' ? '*' : watched)).toEqual(can);
      expect(await granted(cannot, watched)).toEqual([]);
      expect(await granted(never, watched)).toEqual([]);
      expect(await granted(never, 'roles')).toEqual([]);
      expect(await granted(ownNamespace, 'roles')).toEqual(ownNamespace);
      expect(await granted(['create events', ...ownLeases, 'create leases.coordination.k8s.io'], watched)).toEqual([]);
      const everywhere = [
        ...(scope === 'cluster' ? each(reading, ['namespaces']) : []),
        ...(scope === 'cluster' && permissions === 'standard' ? clusterWide : []),
      ];
      expect(await granted([...each(reading, ['namespaces']), ...clusterWide], '*')).toEqual(everywhere);
      if (scope === 'namespaced') expect(await granted([...minimal, ...standard], 'default')).toEqual([]);
    },
    240_000,
  );

  test('of Roles alone are enough to run and to tell', async () => {
    const values = ['rbac.scope=namespaced', 'rbac.permissions=minimal', `monitoring.watchNamespaces=${watched}`];
    await chart.install('roles', [...values, 'replicaCount=1'], '--wait', '--timeout=90s');
    await kube.apply(chart.failingDeployment(watched, 'by-roles'));
    expect(await chart.firstMessageAbout('by-roles')).toContain(`CrashLoopBackOff in by-roles (${watched})`);
    expect(JSON.parse(await chart.askService('roles', '/health'))).toMatchObject({ status: 'ok' });
    await chart.helm('uninstall', 'roles', '--wait', '--timeout=90s');
    expect(await chart.kubectl('get', 'roles,rolebindings', `--namespace=${watched}`, '--output=name')).toBe('');
    await kube.remove(ref.deployment(watched, 'by-roles'));
  }, 300_000);
});

describe('cronjob mode', () => {
  test('tells what fails once, over two runs', async () => {
    const values = ['mode=cronjob', 'cronjob.schedule=0 0 1 1 *', `monitoring.watchNamespaces=${watched}`];
    await chart.install('runs', values);
    await kube.apply(chart.failingDeployment(watched, 'by-runs'));
    await waitFor(
      'three restarts',
      async () => {
        const pods = await kube.list<PodWithStatus>('v1', 'Pod', watched, 'labelSelector=app%3Dby-runs');
        return pods.some(({ status }) => (status.containerStatuses?.[0]?.restartCount ?? 0) >= 3);
      },
      { timeoutMs: 150_000 },
    );
    for (const run of ['first', 'second']) {
      await chart.kubectl('create', 'job', run, '--from=cronjob/podmedic', '--namespace=runs');
      const isOver = ({ status }: JobWithStatus): boolean => status.succeeded === 1 || (status.failed ?? 0) > 0;
      const job = await kube.waitForObject<JobWithStatus>(ref.job('runs', run), isOver, 120_000);
      const log = await chart.kubectl('logs', `job/${run}`, '--namespace=runs');
      expect(job.status).toMatchObject({ succeeded: 1 });
      expect(log).toContain('CrashLoopBackOff');
      expect(chart.messagesAbout('by-runs')).toHaveLength(1);
    }
    // The CronJob's own history limit may have removed one of them already.
    await chart.kubectl('delete', 'job', 'first', 'second', '--namespace=runs', '--ignore-not-found');
  }, 480_000);
});
