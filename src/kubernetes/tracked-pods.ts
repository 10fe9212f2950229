import type { PodRecord, PodRef } from '../model/pod-record.ts';

/** The pods whose end somebody wants to know of; all that the stream remembers. */
export interface TrackedPods {
  readonly get: (uid: string) => TrackedPod | undefined;
  /** The tracked pod of that name, whatever its uid. */
  readonly named: (namespace: string, name: string) => TrackedPod | undefined;
  readonly set: (ref: PodRef, last: PodRecord | undefined) => void;
  readonly delete: (uid: string) => void;
  readonly all: () => IterableIterator<TrackedPod>;
  readonly size: () => number;
}

export interface TrackedPod {
  readonly ref: PodRef;
  /** As it was last seen; absent when it is only known by name. */
  readonly last?: PodRecord;
}

/** The uid is the identity; the name leads to it. */
export function createTrackedPods(): TrackedPods {
  const byUid = new Map<string, TrackedPod>();
  const uidByName = new Map<string, string>();
  const nameKey = (namespace: string, name: string): string => `${namespace}/${name}`;
  return {
    get: (uid) => byUid.get(uid),
    named: (namespace, name) => {
      const uid = uidByName.get(nameKey(namespace, name));
      return uid === undefined ? undefined : byUid.get(uid);
    },
    set: (ref, last) => {
      byUid.set(ref.uid, last === undefined ? { ref } : { ref, last });
      uidByName.set(nameKey(ref.namespace, ref.name), ref.uid);
    },
    delete: (uid) => {
      const pod = byUid.get(uid);
      if (pod === undefined) return;
      byUid.delete(uid);
      const key = nameKey(pod.ref.namespace, pod.ref.name);
      if (uidByName.get(key) === uid) uidByName.delete(key);
    },
    all: () => byUid.values(),
    size: () => byUid.size,
  };
}
