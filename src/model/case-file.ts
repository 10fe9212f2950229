import type { Failure } from './failure.ts';
import type { KubeEvent, KubeObject, KubePod, KubeWorkload } from './kube-objects.ts';
import type { WorkloadRef } from './workload.ts';

/** One container's log as it was read. `previous` is the instance before the present one. */
export interface ContainerLog {
  readonly pod: string;
  readonly container: string;
  readonly instance: 'current' | 'previous';
  /** Unredacted text, oldest line first; the tail only, when the log is long. */
  readonly text: string;
  /** True when older lines were left out. */
  readonly truncated: boolean;
}

/** Something that an investigation wanted and did not get. */
export interface Gap {
  /** `log app (previous)`, `nodes`, `replicasets` … */
  readonly source: string;
  /** In words: `forbidden: pods/log`, `the pod is gone`, `time budget spent`. */
  readonly why: string;
}

/**
 * Everything known about one failing workload when its cause is searched: raw objects, for the rules' eyes only. What a
 * diagnosis shows of it goes through redaction and log sharing.
 */
export interface CaseFile {
  /** "Now" of this case, ms since the epoch: the clock, or a bundle's recordedAt. */
  readonly nowMs: number;
  readonly workload: WorkloadRef;
  /** What is to be explained, the telling one first; never empty. */
  readonly failures: readonly [Failure, ...Failure[]];
  /** The pod in focus: the one that shows `failures[0]`; absent when no pod exists. */
  readonly pod?: KubePod;
  /** All pods of the workload that were read, the one in focus among them. */
  readonly pods: readonly KubePod[];
  /** Other pods of the namespace that matter: those behind a Service that a log or a setting names, those that fail. */
  readonly neighbours: readonly KubePod[];
  /** Events of the pods, the owners and the claims, oldest first. */
  readonly events: readonly KubeEvent[];
  readonly logs: readonly ContainerLog[];
  /** Deployment, its ReplicaSets (all revisions), StatefulSet and ControllerRevisions, DaemonSet, Job, CronJob. */
  readonly owners: readonly KubeWorkload[];
  /** Nodes, claims, volumes, storage classes, quotas, limit ranges, Services, EndpointSlices, the Namespace … by their `kind`. */
  readonly cluster: readonly KubeObject[];
  readonly gaps: readonly Gap[];
}
