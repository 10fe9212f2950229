import type { KubeObject, KubePodTemplate, KubeWorkload } from '../model/kube-objects.ts';

/** One revision of a Deployment (a ReplicaSet), StatefulSet or DaemonSet (a ControllerRevision). */
export interface Revision {
  readonly number: number;
  readonly template: KubePodTemplate;
  /** The object that holds it. */
  readonly name: string;
  /** ms since the epoch; 0 when unknown. */
  readonly createdAtMs: number;
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** All revisions of a workload that can be read, oldest first by number; the last one is the present one. */
export function revisionsOf(workload: KubeWorkload, owners: readonly KubeObject[]): readonly Revision[] {
  const kind = workload.kind === 'Deployment' ? 'ReplicaSet' : 'ControllerRevision';
  const revisions: Revision[] = [];
  for (const object of owners) {
    if (object.kind !== kind || !isOwnedBy(object, workload)) continue;
    const read = kind === 'ReplicaSet' ? readReplicaSet(object) : readControllerRevision(object);
    if (read === undefined) continue;
    revisions.push({
      ...read,
      name: object.metadata?.name ?? '',
      createdAtMs: Date.parse(object.metadata?.creationTimestamp ?? '') || 0,
    });
  }
  return revisions.sort((a, b) => a.number - b.number);
}

function isOwnedBy(object: KubeObject, workload: KubeWorkload): boolean {
  return (object.metadata?.ownerReferences ?? []).some(
    (owner) =>
      owner.kind === workload.kind &&
      owner.name === workload.metadata?.name &&
      (owner.uid === undefined || workload.metadata?.uid === undefined || owner.uid === workload.metadata.uid),
  );
}

function readReplicaSet(object: KubeObject): Pick<Revision, 'number' | 'template'> | undefined {
  const number = Number(object.metadata?.annotations?.[revisionAnnotation]);
  const template = (object as KubeWorkload).spec?.template;
  return Number.isInteger(number) && template !== undefined ? { number, template } : undefined;
}

// A ControllerRevision keeps a patch of the workload: { spec: { template: { $patch: replace, … } } }
// (pkg/controller/statefulset/stateful_set_utils.go, pkg/controller/daemon/update.go).
function readControllerRevision(object: KubeObject): Pick<Revision, 'number' | 'template'> | undefined {
  const { revision, data } = object as { readonly revision?: unknown; readonly data?: unknown };
  const template = (data as KubeWorkload | undefined)?.spec?.template;
  return typeof revision === 'number' && template !== undefined ? { number: revision, template } : undefined;
}
