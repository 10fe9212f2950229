import type { Failure } from '../model/failure.ts';
import type { KubeCondition, KubeWorkload } from '../model/kube-objects.ts';
import type { DetectSettings } from './detect-settings.ts';

/** How a Job ended, if it did. */
export interface JobOutcome {
  /** JobFailed, when it failed within factWindowMs. */
  readonly failures: readonly Failure[];
  /** Absent while it runs or when it failed. */
  readonly completedAtMs?: number;
}

/** Judges a Job by its own condition. */
export function detectJob(job: KubeWorkload, nowMs: number, settings: DetectSettings): JobOutcome {
  const completed = trueCondition(job, 'Complete') ?? trueCondition(job, 'SuccessCriteriaMet');
  if (completed !== undefined || job.status?.completionTime !== undefined) {
    const atMs = dateOf(job.status?.completionTime) ?? dateOf(completed?.lastTransitionTime) ?? nowMs;
    return { failures: [], completedAtMs: Math.min(atMs, nowMs) };
  }
  // FailureTarget comes first; the pods may still be ending then (Kubernetes 1.31).
  const failed = trueCondition(job, 'Failed') ?? trueCondition(job, 'FailureTarget');
  const failedAtMs = Math.min(dateOf(failed?.lastTransitionTime) ?? nowMs, nowMs);
  if (failed === undefined || nowMs - failedAtMs >= settings.factWindowMs) return { failures: [] };
  return { failures: workloadFailure(job, 'JobFailed', failed, failedAtMs, true) };
}

/** Deployments without the field have ten minutes (kubernetes: DeploymentSpec.progressDeadlineSeconds). */
const defaultProgressDeadlineSeconds = 600;

/**
 * Whether a Deployment's rollout is stuck, by its Progressing condition. `recheckAtMs`: when a rollout that is still under
 * way will have used up its time.
 */
export function detectRollout(
  deployment: KubeWorkload,
  nowMs: number,
): { readonly failures: readonly Failure[]; readonly recheckAtMs?: number } {
  const { spec, status } = deployment;
  const wanted = spec?.replicas ?? 1;
  const updated = status?.updatedReplicas ?? 0;
  const stale = (status?.observedGeneration ?? 0) < (deployment.metadata?.generation ?? 0);
  const complete = updated >= wanted && (status?.availableReplicas ?? 0) >= wanted && (status?.replicas ?? 0) <= wanted;
  if (spec?.paused === true || wanted === 0 || (complete && !stale)) return { failures: [] };

  const progressing = status?.conditions?.find((condition) => condition.type === 'Progressing');
  const changedAtMs = Math.min(dateOf(progressing?.lastTransitionTime) ?? nowMs, nowMs);
  if (!stale && progressing?.status === 'False' && progressing.reason === 'ProgressDeadlineExceeded') {
    return { failures: workloadFailure(deployment, 'RolloutStuck', progressing, changedAtMs, false) };
  }
  const deadlineMs = (spec?.progressDeadlineSeconds ?? defaultProgressDeadlineSeconds) * 1000;
  return { failures: [], recheckAtMs: nowMs + deadlineMs };
}

function trueCondition(workload: KubeWorkload, type: string): KubeCondition | undefined {
  return workload.status?.conditions?.find((condition) => condition.type === type && condition.status === 'True');
}

function workloadFailure(
  workload: KubeWorkload,
  kind: 'JobFailed' | 'RolloutStuck',
  condition: KubeCondition,
  sinceMs: number,
  fact: boolean,
): Failure[] {
  const { name, namespace, uid, ownerReferences } = workload.metadata ?? {};
  if (name === undefined || namespace === undefined) return [];
  const controller = ownerReferences?.find((reference) => reference.controller === true);
  return [
    {
      kind,
      subject: {
        kind: workload.kind ?? (kind === 'JobFailed' ? 'Job' : 'Deployment'),
        name,
        namespace,
        ...(uid === undefined ? {} : { uid }),
        ...(workload.apiVersion === undefined ? {} : { apiVersion: workload.apiVersion }),
      },
      ...(controller?.kind === undefined || controller.name === undefined
        ? {}
        : { owner: { kind: controller.kind, name: controller.name, namespace } }),
      sinceMs,
      reason: condition.reason ?? kind,
      ...(condition.message === undefined ? {} : { message: condition.message }),
      restartCount: 0,
      fact,
      ...(fact ? { instance: uid ?? `${namespace}/${name}` } : {}),
    },
  ];
}

function dateOf(text: string | undefined): number | undefined {
  const timeMs = Date.parse(text ?? '');
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
