import type { ObjectRef } from '../model/workload.ts';
import type { IncidentBook } from './incident-book.ts';
import type { IncidentState } from './incident-state.ts';
import { stands } from './standing.ts';

/** A cause that `detect` read from the objects, made unique over namespaces; undefined when nothing stands with one. */
export function sharedCauseOf(incident: IncidentState): string | undefined {
  const cause = incident.failures.find(({ commonCause }) => commonCause !== undefined)?.commonCause;
  if (cause === undefined) return undefined;
  return cause.startsWith('object:') ? `${cause}@${incident.workload.namespace}` : cause;
}

/** The cause that a diagnosis blames: another workload, or any other object. */
export function blamedCause(book: IncidentBook, incident: IncidentState, blamed: ObjectRef): string | undefined {
  const namespace = blamed.namespace ?? incident.workload.namespace;
  if (blamed.kind === 'Node') return `node:${blamed.name}`;
  if (blamed.kind === 'PriorityClass' || blamed.kind === 'StorageClass') {
    return `${blamed.kind.toLowerCase()}:${blamed.name}`;
  }
  const workloadKey = failingWorkloadOf(book, { ...blamed, namespace });
  if (workloadKey === incident.workloadKey) return undefined;
  return workloadKey === undefined ? `object:${blamed.kind}/${blamed.name}@${namespace}` : `workload:${workloadKey}`;
}

/** The incident in which another one of the same cause is told. */
export function headFor(book: IncidentBook, incident: IncidentState): IncidentState | undefined {
  const { cause } = incident;
  if (cause === undefined) return undefined;
  const candidates = [...book.all].filter(
    (other) => other !== incident && other.state === 'open' && other.foldedInto === undefined && isHeadOf(other, cause),
  );
  // The failing dependency itself before another of its victims; then whoever was first.
  return candidates.sort(
    (a, b) =>
      Number(b.cause !== cause) - Number(a.cause !== cause) || a.openedAtMs - b.openedAtMs || (a.key < b.key ? -1 : 1),
  )[0];
}

/** Settling and open incidents that belong into `head`. */
export function joinersOf(book: IncidentBook, head: IncidentState): IncidentState[] {
  return [...book.all]
    .filter(
      (other) =>
        other !== head &&
        other.state !== 'resolved' &&
        other.foldedInto === undefined &&
        other.cause !== undefined &&
        isHeadOf(head, other.cause) &&
        head.cause !== `workload:${other.workloadKey}`,
    )
    .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.key < b.key ? -1 : 1));
}

/** Its failures stand, but no longer for the head's cause. */
export function hasLeft(book: IncidentBook, incident: IncidentState, head: IncidentState): boolean {
  if (head.state === 'resolved') return true;
  return !(incident.cause !== undefined && isHeadOf(head, incident.cause)) && stands(book, incident);
}

function isHeadOf(head: IncidentState, cause: string): boolean {
  return head.cause === cause || cause === `workload:${head.workloadKey}`;
}

function failingWorkloadOf(book: IncidentBook, blamed: ObjectRef & { readonly namespace: string }): string | undefined {
  for (const workload of book.workloads.values()) {
    const { ref } = workload;
    if (ref.namespace !== blamed.namespace) continue;
    const isIt = ref.kind === blamed.kind && ref.name === blamed.name;
    const hasPod =
      blamed.kind === 'Pod' && [...workload.pods.values()].some((one) => one.summary.ref.name === blamed.name);
    // A ReplicaSet is its Deployment's: the name is the Deployment's with a hash.
    const isSetOf = blamed.kind === 'ReplicaSet' && ref.kind === 'Deployment' && blamed.name.startsWith(`${ref.name}-`);
    if (isIt || hasPod || isSetOf) return workload.key;
  }
  const isWorkload = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'].includes(blamed.kind);
  return isWorkload ? `${blamed.namespace}/${blamed.kind}/${blamed.name}` : undefined;
}
