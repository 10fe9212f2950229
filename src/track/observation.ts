import type { Failure } from '../model/failure.ts';
import type { PodRef } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** How much a workload matters (annotation or label `podmedic.io/tier`); without one it is P2. */
export type Tier = 'P0' | 'P1' | 'P2' | 'P3';

/** What is known of the top owner of a pod at one moment. */
export interface OwnerFacts {
  readonly workload: WorkloadRef;
  /** False when the owner could not be read (no permission, custom kind): its name is derived and the rest is unknown. */
  readonly readable: boolean;
  /** False once a read said that it is not there. */
  readonly exists: boolean;
  /** `podmedic.io/ignore: "true"` on the workload or its namespace. */
  readonly ignored: boolean;
  readonly tier?: Tier;
  /** Pods that the owner wants now; 0 means scaled down. */
  readonly wanted?: number;
  readonly ready?: number;
  /** Job or CronJob: when the latest Job completed. */
  readonly completedAtMs?: number;
}

/** What tracking needs of a pod, besides its failures. */
export interface PodSummary {
  readonly ref: PodRef;
  readonly createdAtMs: number;
  readonly ready: boolean;
  /** Being deleted. */
  readonly leaving: boolean;
  /** Succeeded or Failed: it does not count among the current pods. */
  readonly finished: boolean;
  readonly succeeded: boolean;
  /** Ready, and no container (re)started, since then by the objects' own times; absent while not ready. */
  readonly stableSinceMs?: number;
  /** Restarts of all its containers. */
  readonly restarts: number;
  /** `podmedic.io/ignore: "true"` on the pod. */
  readonly ignored: boolean;
}

/** One look at something. Send the newest state of a pod whenever it or the time changed what is wrong with it. */
export type Observation =
  | {
      readonly type: 'pod';
      readonly pod: PodSummary;
      /** What is wrong with it now (detectPod); empty when nothing is. */
      readonly failures: readonly Failure[];
      readonly owner: OwnerFacts;
    }
  /** All current pods of a followed workload (a LIST by selector). Those that are missing here are gone. */
  | {
      readonly type: 'pods-listed';
      readonly owner: OwnerFacts;
      readonly pods: readonly { readonly pod: PodSummary; readonly failures: readonly Failure[] }[];
    }
  /**
   * New facts about an owner. With `failures`: what is wrong with the controller itself now, of the kinds named in `kinds`
   * (CreateFailed and JobFailed stand until evidence ends them, so an event's failures are only ever added).
   */
  | { readonly type: 'owner'; readonly owner: OwnerFacts; readonly failures?: readonly Failure[] }
  /** The rollout of a Deployment was read: RolloutStuck, or nothing. */
  | { readonly type: 'rollout'; readonly owner: OwnerFacts; readonly failures: readonly Failure[] };
