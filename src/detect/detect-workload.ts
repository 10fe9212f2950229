import type { Failure } from '../model/failure.ts';
import type { KubeWorkload } from '../model/kube-objects.ts';
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
  void job;
  void nowMs;
  void settings;
  return { failures: [] };
}

/** Whether a Deployment's rollout is stuck, by its Progressing condition; `recheckAtMs` when it may become so. */
export function detectRollout(
  deployment: KubeWorkload,
  nowMs: number,
): { readonly failures: readonly Failure[]; readonly recheckAtMs?: number } {
  void deployment;
  void nowMs;
  return { failures: [] };
}
