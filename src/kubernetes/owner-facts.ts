import type { KubeMeta, KubeObject, KubeSelectorRequirement, KubeWorkload } from '../model/kube-objects.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** How much a workload matters: annotation or label `podmedic.io/tier` on the workload, its pod template or its namespace. */
type OwnerTier = 'P0' | 'P1' | 'P2' | 'P3';

/** What is known of the top owner of a pod at one moment. */
export interface OwnerFacts {
  readonly workload: WorkloadRef;
  /** False when it could not be read (no permission, no answer, a kind that cannot be read): only its name is known. */
  readonly readable: boolean;
  /** False once a read said that it is not there. */
  readonly exists: boolean;
  /** `podmedic.io/ignore: "true"` on the workload or its namespace, as annotation or label. */
  readonly ignored: boolean;
  readonly tier?: OwnerTier;
  /** Pods that it wants now, 0 when it is scaled down or suspended; absent for a Job that runs and for custom kinds. */
  readonly wanted?: number;
  readonly ready?: number;
  /** When a Job, or the latest Job of a CronJob, completed: ms since the epoch. */
  readonly completedAtMs?: number;
  /** Label selector of its pods in the API's text form. */
  readonly selector?: string;
  /** The object itself, for what its conditions say of a rollout or a Job. */
  readonly object?: KubeWorkload;
}

const prefix = 'podmedic.io/';

/** The facts that an owner's object tells; `namespace` is the Namespace object, as far as it could be read. */
export function factsOf(workload: WorkloadRef, object: KubeWorkload, namespace: KubeObject | undefined): OwnerFacts {
  const metas = [object.metadata, object.spec?.template?.metadata, namespace?.metadata];
  return {
    workload,
    readable: true,
    exists: true,
    ...defined({
      wanted: wantedOf(workload.kind, object),
      ready: object.status?.readyReplicas ?? object.status?.numberReady ?? zeroWhereCounted(workload.kind),
      completedAtMs: completedAtMs(workload.kind, object),
      selector: selectorTextOf(object),
      object,
    }),
    ...marksOf(metas),
  };
}

/** The facts when the owner cannot be read; its namespace may still say whether to ignore it. */
export function factsByName(workload: WorkloadRef, exists: boolean, namespace: KubeObject | undefined): OwnerFacts {
  return { workload, readable: !exists, exists, ...marksOf([namespace?.metadata]) };
}

function marksOf(metas: readonly (KubeMeta | undefined)[]): { ignored: boolean; tier?: OwnerTier } {
  const ignored = metas.some((meta) => mark(meta, 'ignore') === 'true');
  for (const meta of metas) {
    const tier = mark(meta, 'tier')?.toUpperCase();
    if (tier === 'P0' || tier === 'P1' || tier === 'P2' || tier === 'P3') return { ignored, tier };
  }
  return { ignored };
}

function mark(meta: KubeMeta | undefined, name: string): string | undefined {
  return (meta?.annotations?.[prefix + name] ?? meta?.labels?.[prefix + name])?.trim();
}

function wantedOf(kind: string, { spec, status }: KubeWorkload): number | undefined {
  if (kind === 'Deployment' || kind === 'StatefulSet' || kind === 'ReplicaSet' || kind === 'ReplicationController') {
    // The API server's default of replicas is 1.
    return spec?.replicas ?? 1;
  }
  if (kind === 'DaemonSet') return status?.desiredNumberScheduled;
  if (kind === 'Pod') return 1;
  return spec?.suspend === true ? 0 : spec?.replicas;
}

function zeroWhereCounted(kind: string): number | undefined {
  return kind === 'Deployment' || kind === 'StatefulSet' || kind === 'ReplicaSet' || kind === 'DaemonSet'
    ? 0
    : undefined;
}

function completedAtMs(kind: string, { status }: KubeWorkload): number | undefined {
  let time: string | undefined;
  if (kind === 'Job') time = status?.completionTime;
  if (kind === 'CronJob') time = (status as { lastSuccessfulTime?: string } | undefined)?.lastSuccessfulTime;
  const atMs = Date.parse(time ?? '');
  return Number.isNaN(atMs) ? undefined : atMs;
}

// A ReplicationController selects by plain labels; a CronJob has no selector, for each Job has its own.
function selectorTextOf({ spec }: KubeWorkload): string | undefined {
  const labels = spec?.selector?.matchLabels ?? {};
  const parts = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  parts.push(...(spec?.selector?.matchExpressions ?? []).flatMap(requirementText));
  return parts.length === 0 ? undefined : parts.join(',');
}

function requirementText({ key = '', operator, values = [] }: KubeSelectorRequirement): string[] {
  if (operator === 'In') return [`${key} in (${values.join(',')})`];
  if (operator === 'NotIn') return [`${key} notin (${values.join(',')})`];
  if (operator === 'Exists') return [key];
  return operator === 'DoesNotExist' ? [`!${key}`] : [];
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>;
}
