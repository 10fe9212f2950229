import type { KubeMeta, KubeObject, KubeWorkload } from '../model/kube-objects.ts';
import type { ObjectRef, WorkloadRef } from '../model/workload.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Collector } from './collector.ts';
import { selectorText } from './label-selector.ts';

/** Revisions that are kept of one owner; Kubernetes itself keeps 10 (revisionHistoryLimit). */
const revisionLimit = 50;

/** Kinds of owner that can be read; of any other kind only the name is known. */
const readable = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob']);

/** Lists whose items show what changed between revisions, or how earlier runs went. */
const revisionKinds: Readonly<Record<string, string>> = {
  Deployment: 'ReplicaSet',
  StatefulSet: 'ControllerRevision',
  DaemonSet: 'ControllerRevision',
  CronJob: 'Job',
};

export interface OwnerChain {
  /** The top owner and all between it and the pods, then the revisions; empty for a bare pod. */
  readonly owners: readonly KubeWorkload[];
  /** The label selector of the workload's pods, in text form. */
  readonly selector?: string;
}

/**
 * Reads the top owner of a workload, the owner that the pod itself names, and the revisions of the top owner.
 * `direct` is the pod's own controller, when it is known.
 */
export async function readOwners(
  workload: WorkloadRef,
  direct: ObjectRef | undefined,
  reader: ClusterReader,
  collector: Collector,
): Promise<OwnerChain> {
  const read = async (ref: ObjectRef): Promise<KubeWorkload | undefined> => {
    if (!readable.has(ref.kind)) return undefined;
    const name = { kind: ref.kind, name: ref.name, namespace: workload.namespace };
    const object = await collector.take(`${ref.kind.toLowerCase()} ${ref.name}`, (signal) =>
      reader.get(name, { signal }),
    );
    return object as KubeWorkload | undefined;
  };
  const between = direct && !(direct.kind === workload.kind && direct.name === workload.name) ? direct : undefined;
  const [top, middle] = await Promise.all([read(workload), between ? read(between) : undefined]);
  const revisions = await readRevisions(workload, top, reader, collector);
  const owners = unique([top, middle, ...revisions]);
  const selector = selectorText((top ?? middle)?.spec?.selector) ?? selectorText(middle?.spec?.selector);
  return selector === undefined ? { owners } : { owners, selector };
}

async function readRevisions(
  workload: WorkloadRef,
  top: KubeWorkload | undefined,
  reader: ClusterReader,
  collector: Collector,
): Promise<KubeWorkload[]> {
  const kind = revisionKinds[workload.kind];
  if (kind === undefined || top === undefined) return [];
  const selector = kind === 'Job' ? undefined : selectorText(top.spec?.selector);
  if (kind !== 'Job' && selector === undefined) return [];
  const query = {
    kind,
    namespace: workload.namespace,
    limit: revisionLimit,
    ...(selector === undefined ? {} : { selector }),
  };
  const listing = await collector.take(`${kind.toLowerCase()}s`, (signal) => reader.list(query, { signal }));
  return (listing?.items ?? []).filter((item) => isOwnedBy(item.metadata, top)) as KubeWorkload[];
}

/** Whether an object's controller is `owner`: by uid where both are known, else by kind and name. */
export function isOwnedBy(meta: KubeMeta | undefined, owner: KubeObject): boolean {
  const refs = meta?.ownerReferences ?? [];
  return refs.some((ref) =>
    ref.uid && owner.metadata?.uid
      ? ref.uid === owner.metadata.uid
      : ref.kind === owner.kind && ref.name === owner.metadata?.name,
  );
}

function unique(objects: readonly (KubeWorkload | undefined)[]): KubeWorkload[] {
  const seen = new Map<string, KubeWorkload>();
  for (const object of objects) {
    if (object) seen.set(`${object.kind ?? ''}/${object.metadata?.name ?? ''}`, object);
  }
  return [...seen.values()];
}
