import type { Failure } from '../model/failure.ts';
import type { PodRef } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { OwnerFacts, PodSummary } from './observation.ts';

/** A pod as it was last seen. */
export interface PodState {
  readonly summary: PodSummary;
  readonly failures: readonly Failure[];
  /** Ready and without a restart since then: by the objects' times, and never earlier than a change that we saw. */
  readonly stableSinceMs: number | undefined;
}

export function workloadKeyOf(workload: WorkloadRef): string {
  return `${workload.namespace}/${workload.kind}/${workload.name}`;
}

/** All that is known of one workload that fails or did so lately. */
export class WorkloadState {
  readonly key: string;
  readonly ref: WorkloadRef;
  /** Absent after a restart, until the owner was looked at again. */
  facts: OwnerFacts | undefined;
  factsAtMs = Number.NEGATIVE_INFINITY;
  readonly pods = new Map<string, PodState>();
  /** Whether all its pods are in `pods`: they were listed, and the stream has told of changes since. */
  complete = false;
  /** CreateFailed by controller; each stands until the pods exist. */
  readonly createFailures = new Map<string, { readonly failure: Failure; readonly lastMs: number }>();
  /** JobFailed by Job; each stands until a later run completes or the Job is gone. */
  readonly jobFailures = new Map<string, Failure>();
  rollout: readonly Failure[] = [];
  /** When a pod was last seen for the first time, or seen to go. */
  podsChangedAtMs = Number.NEGATIVE_INFINITY;
  /** Creation time of the youngest pod that succeeded. */
  succeededPodCreatedAtMs: number | undefined;

  constructor(ref: WorkloadRef) {
    this.ref = ref;
    this.key = workloadKeyOf(ref);
  }

  setFacts(facts: OwnerFacts, nowMs: number): void {
    this.facts = facts;
    this.factsAtMs = nowMs;
  }

  setPod(summary: PodSummary, failures: readonly Failure[], nowMs: number): void {
    const before = this.pods.get(summary.ref.uid);
    this.pods.set(summary.ref.uid, { summary, failures, stableSinceMs: stableSince(before, summary, nowMs) });
    if (before === undefined) this.podsChangedAtMs = nowMs;
    if (summary.succeeded) {
      this.succeededPodCreatedAtMs = Math.max(this.succeededPodCreatedAtMs ?? 0, summary.createdAtMs);
    }
  }

  removePod(pod: Pick<PodRef, 'uid'>, nowMs: number): void {
    if (this.pods.delete(pod.uid)) this.podsChangedAtMs = nowMs;
  }

  /** Pods that the workload has now: not leaving, not ended. */
  currentPods(): PodState[] {
    return [...this.pods.values()].filter(({ summary }) => !summary.leaving && !summary.finished);
  }

  addOwnFailures(failures: readonly Failure[], nowMs: number): void {
    for (const failure of failures) {
      const id = failure.subject.uid ?? `${failure.subject.kind}/${failure.subject.name}`;
      if (failure.kind === 'CreateFailed') {
        const before = this.createFailures.get(id);
        const sinceMs = Math.min(before?.failure.sinceMs ?? failure.sinceMs, failure.sinceMs);
        const lastMs = Math.min(nowMs, Math.max(before?.lastMs ?? failure.sinceMs, failure.sinceMs));
        this.createFailures.set(id, { failure: { ...failure, sinceMs }, lastMs });
      } else if (failure.kind === 'JobFailed') {
        if (!this.jobFailures.has(id)) this.jobFailures.set(id, failure);
      } else {
        this.rollout = [failure];
      }
    }
  }

  /** Whether it fails in any way, told or not. */
  hasFailures(): boolean {
    if (this.createFailures.size + this.jobFailures.size + this.rollout.length > 0) return true;
    return [...this.pods.values()].some(({ failures }) => failures.length > 0);
  }
}

function stableSince(before: PodState | undefined, summary: PodSummary, nowMs: number): number | undefined {
  if (!summary.ready || summary.stableSinceMs === undefined) return undefined;
  const byObjectMs = Math.min(summary.stableSinceMs, nowMs);
  if (before === undefined) return byObjectMs;
  const restarted = summary.restarts > before.summary.restarts;
  // What we saw change cannot have been stable before, whatever the node's clock says.
  if (before.stableSinceMs === undefined || restarted) return nowMs;
  return Math.max(before.stableSinceMs, byObjectMs);
}
