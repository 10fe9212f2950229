import type { ObjectRef } from './workload.ts';

/** `sidecar` is a native one: an init container whose own restartPolicy is Always. */
export type ContainerRole = 'app' | 'init' | 'sidecar' | 'ephemeral';

/** A termination as kubelet reports it; times in ms since the epoch, 0 where kubelet gave none (a StartError says 1970). */
export interface Termination {
  readonly reason: string;
  readonly message?: string;
  readonly exitCode: number;
  readonly signal?: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly containerId?: string;
}

/** What one container does now. */
export type ContainerState =
  | { readonly type: 'waiting'; readonly reason: string; readonly message?: string }
  | { readonly type: 'running'; readonly startedAtMs: number }
  | ({ readonly type: 'terminated' } & Termination)
  | { readonly type: 'unknown' };

/** What we keep of one container's status. */
export interface ContainerRecord {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  readonly ready: boolean;
  /** Passed its startup probe (or has none and runs); absent when kubelet did not say. */
  readonly started?: boolean;
  readonly restartCount: number;
  readonly state: ContainerState;
  readonly lastTermination?: Termination;
  /** Longest time that startup and readiness probes may take before "not ready" means failing: ms, from the probes' own numbers. */
  readonly probeBudgetMs: number;
  /** Whether kubelet restarts it after an exit with a non-zero code (from restartPolicy of container and pod). */
  readonly restarts: 'always' | 'on-failure' | 'never';
}

/** A pod condition; `changedAtMs` is lastTransitionTime, 0 when absent. */
export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly changedAtMs: number;
}

/** What we keep of a pod: a few hundred bytes, projected at parse time. All times are ms since the epoch. */
export interface PodRecord {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly resourceVersion: string;
  readonly createdAtMs: number;
  /** Set once the pod is leaving (deletionTimestamp). */
  readonly deletedAtMs?: number;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  /** status.reason of a failed pod (Evicted, DeadlineExceeded, NodeShutdown, Preempting …). */
  readonly reason?: string;
  readonly message?: string;
  /** status.startTime: when kubelet saw it. */
  readonly startedAtMs?: number;
  readonly nodeName?: string;
  /** The controlling owner (ReplicaSet, StatefulSet, DaemonSet, Job, Node for a static pod, or any custom kind). */
  readonly owner?: ObjectRef;
  /** Label pod-template-hash, from which a Deployment's name can be derived without reading owners. */
  readonly templateHash?: string;
  /** Annotations and labels under podmedic.io/ only, keys without that prefix. */
  readonly marks: Readonly<Record<string, string>>;
  /** A mirror of a static pod (annotation kubernetes.io/config.mirror). */
  readonly mirror: boolean;
  readonly schedulingGated: boolean;
  readonly schedulerName?: string;
  readonly conditions: readonly PodCondition[];
  readonly containers: readonly ContainerRecord[];
  /** spec.activeDeadlineSeconds and the like are left out: the objects are read again when a failure is investigated. */
  readonly priorityClassName?: string;
}

/** Names one pod instance; the uid is its identity. */
export interface PodRef {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}
