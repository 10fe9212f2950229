import type { Failure } from '../model/failure.ts';
import type { KubeEvent, KubeWorkload } from '../model/kube-objects.ts';
import type { PodRecord } from '../model/pod-record.ts';
import type { DetectSettings } from './detect-settings.ts';

/** What `diagnose` and `once` look at: one moment, no history. */
export interface Snapshot {
  readonly pods: readonly PodRecord[];
  readonly events: readonly KubeEvent[];
  /** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs that could be read. */
  readonly workloads: readonly KubeWorkload[];
}

/** What fails now with one pod: waiting times are not applied, but the present instance must be failing. */
export function detectNow(record: PodRecord, nowMs: number, settings: DetectSettings): Failure[] {
  void record;
  void nowMs;
  void settings;
  return [];
}

/** The same for everything in a snapshot, controllers included. */
export function detectSnapshot(snapshot: Snapshot, nowMs: number, settings: DetectSettings): Failure[] {
  return snapshot.pods.flatMap((record) => detectNow(record, nowMs, settings));
}
