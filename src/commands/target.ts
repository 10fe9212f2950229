import type { Moment } from '../app/explain-now.ts';
import type { ClusterReader, Reading } from '../investigate/cluster-reader.ts';
import { AppError } from '../model/errors.ts';
import type { KubeEvent, KubeObject, KubePod, KubeWorkload } from '../model/kube-objects.ts';

/** What `diagnose` is asked about. */
export interface Target {
  readonly kind: string;
  readonly name: string;
}

/** kubectl's names and short names of what can be diagnosed. */
const kinds: Readonly<Record<string, string>> = {
  po: 'Pod',
  pod: 'Pod',
  pods: 'Pod',
  deploy: 'Deployment',
  deployment: 'Deployment',
  deployments: 'Deployment',
  rs: 'ReplicaSet',
  replicaset: 'ReplicaSet',
  replicasets: 'ReplicaSet',
  sts: 'StatefulSet',
  statefulset: 'StatefulSet',
  statefulsets: 'StatefulSet',
  ds: 'DaemonSet',
  daemonset: 'DaemonSet',
  daemonsets: 'DaemonSet',
  job: 'Job',
  jobs: 'Job',
  cj: 'CronJob',
  cronjob: 'CronJob',
  cronjobs: 'CronJob',
};

const podLimit = 500;
const eventLimit = 500;

/** `POD` or `KIND/NAME`, as kubectl takes it; a sentence where it is neither. */
export function parseTarget(text: string): Target | string {
  const [first = '', second, ...rest] = text.split('/');
  if (rest.length > 0 || second === '' || first === '') return `'${text}' is not POD or KIND/NAME`;
  if (second === undefined) return { kind: 'Pod', name: first };
  const kind = kinds[first.toLowerCase().split('.')[0] ?? ''];
  return kind === undefined
    ? `'${first}' cannot be diagnosed; use pod, deployment, statefulset, daemonset, job or cronjob`
    : { kind, name: second };
}

/** Reads the present moment of a target: its pods, their owners and events. Throws AppError when it is not there. */
export async function readMoment(
  target: Target,
  namespace: string,
  reader: ClusterReader,
  nowMs: number,
): Promise<Moment> {
  if (target.kind === 'Pod') {
    const pod = take(await reader.getPod(namespace, target.name), `pod ${target.name} in namespace ${namespace}`);
    const owner = pod.metadata?.ownerReferences?.find(({ controller }) => controller === true);
    const workloads =
      owner?.kind === 'Job' ? await readIfAny(reader, { kind: 'Job', name: owner.name ?? '', namespace }) : [];
    return { pods: [pod], events: await eventsOf(reader, [pod, ...workloads]), workloads, nowMs };
  }
  const name = { kind: target.kind, name: target.name, namespace };
  const top = take(await reader.get(name), `${target.kind.toLowerCase()} ${target.name} in namespace ${namespace}`);
  const chain = [{ ...top, kind: target.kind }, ...(await readBelow(target, namespace, reader))] as KubeWorkload[];
  const uids = new Set(chain.map(({ metadata }) => metadata?.uid));
  const listing = take(await reader.listPods(namespace, { limit: podLimit }), `pods of namespace ${namespace}`);
  const pods = listing.items.filter(({ metadata }) =>
    (metadata?.ownerReferences ?? []).some(({ uid }) => uid !== undefined && uids.has(uid)),
  );
  return { pods, events: await eventsOf(reader, [...chain, ...pods.slice(0, 20)]), workloads: chain, nowMs };
}

async function readBelow(target: Target, namespace: string, reader: ClusterReader): Promise<KubeObject[]> {
  const below = target.kind === 'Deployment' ? 'ReplicaSet' : target.kind === 'CronJob' ? 'Job' : undefined;
  if (below === undefined) return [];
  const listing = await reader.list({ kind: below, namespace, limit: podLimit });
  if (!('ok' in listing)) return [];
  return listing.ok.items
    .filter(({ metadata }) =>
      (metadata?.ownerReferences ?? []).some(({ kind, name }) => kind === target.kind && name === target.name),
    )
    .map((object) => ({ ...object, kind: below }));
}

async function readIfAny(
  reader: ClusterReader,
  name: { readonly kind: string; readonly name: string; readonly namespace: string },
): Promise<KubeWorkload[]> {
  const reading = await reader.get(name);
  return 'ok' in reading ? [{ ...reading.ok, kind: name.kind } as KubeWorkload] : [];
}

async function eventsOf(reader: ClusterReader, objects: readonly KubeObject[]): Promise<KubeEvent[]> {
  const listings = await Promise.all(
    objects.map(({ kind, metadata }) =>
      reader.eventsOf(
        { kind: kind ?? 'Pod', name: metadata?.name ?? '', namespace: metadata?.namespace ?? 'default' },
        eventLimit,
      ),
    ),
  );
  return listings.flatMap((listing) => ('ok' in listing ? listing.ok.items : []));
}

function take<T extends KubePod | KubeObject | object>(reading: Reading<T>, what: string): T {
  if ('ok' in reading) return reading.ok;
  switch (reading.reason) {
    case 'not-found':
      throw new AppError('API_NOT_FOUND', `there is no ${what}`);
    case 'forbidden':
      throw new AppError('API_FORBIDDEN', `no permission to read ${what}: ${reading.gap}`);
    case 'timeout':
    case 'unavailable':
      throw new AppError('API_UNREACHABLE', reading.gap, { retryable: true });
    case 'invalid':
    case 'not-started':
      throw new AppError('INTERNAL', `cannot read ${what}: ${reading.gap}`);
  }
}
