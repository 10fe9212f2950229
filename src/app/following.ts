import type { PodRecord } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** The workloads of which every pod is kept, healthy ones too, while an incident of theirs is open. */
export interface Following {
  /** Whether this pod belongs to one of them, as far as its own names tell. */
  covers(record: PodRecord): boolean;
  add(workload: WorkloadRef): void;
  /** Takes over what is wanted now; tells which are new and how many are dropped. */
  update(wanted: readonly WorkloadRef[]): { readonly added: readonly WorkloadRef[]; readonly removed: number };
  clear(): void;
}

/** Follows nothing at first. */
export function createFollowing(): Following {
  const followed = new Map<string, WorkloadRef>();
  return {
    covers(record) {
      if (followed.size === 0) return false;
      return possibleOwners(record).some((key) => followed.has(key));
    },
    add: (workload) => void followed.set(keyOf(workload), workload),
    update(wanted) {
      const keys = new Set(wanted.map(keyOf));
      const added = wanted.filter((workload) => !followed.has(keyOf(workload)));
      const dropped = [...followed.keys()].filter((key) => !keys.has(key));
      for (const key of dropped) followed.delete(key);
      for (const workload of added) followed.set(keyOf(workload), workload);
      return { added, removed: dropped.length };
    },
    clear: () => followed.clear(),
  };
}

const keyOf = ({ namespace, kind, name }: WorkloadRef): string => `${namespace}/${kind}/${name}`;

/** Whether this pod belongs to this workload, as far as its own names tell. */
export function mayBelong(record: PodRecord, workload: WorkloadRef): boolean {
  return possibleOwners(record).includes(keyOf(workload));
}

/**
 * A pod names only its direct owner, but the names of ReplicaSets and Jobs are made from those above them:
 * DEPLOYMENT-HASH (the pod carries the hash as a label) and CRONJOB-MINUTES.
 */
function possibleOwners({ namespace, name, owner, templateHash }: PodRecord): string[] {
  if (owner === undefined) return [`${namespace}/Pod/${name}`];
  const keys = [`${namespace}/${owner.kind}/${owner.name}`];
  if (templateHash !== undefined && owner.kind === 'ReplicaSet' && owner.name.endsWith(`-${templateHash}`)) {
    keys.push(`${namespace}/Deployment/${owner.name.slice(0, -templateHash.length - 1)}`);
  }
  const scheduled = owner.kind === 'Job' ? /^(.+)-\d{7,10}$/.exec(owner.name)?.[1] : undefined;
  if (scheduled !== undefined) keys.push(`${namespace}/CronJob/${scheduled}`);
  if (owner.kind === 'Node') keys.push(`${namespace}/Pod/${name}`);
  return keys;
}
