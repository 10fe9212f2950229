import type { Failure } from '../model/failure.ts';
import { severities, type Severity } from '../model/incident.ts';
import type { WorkloadState } from './workload-state.ts';

/**
 * SEV-1: no ready replica, tier P0 or P1. SEV-2: no ready replica otherwise, or P0 degraded. SEV-3: degraded. SEV-4: a Job,
 * a bare pod, or tier P3. While nothing is known about replicas, "degraded" is assumed.
 */
export function severityOf(workload: WorkloadState): Severity {
  const tier = workload.facts?.tier ?? 'P2';
  if (['Pod', 'Job', 'CronJob'].includes(workload.ref.kind) || tier === 'P3') return 'SEV-4';
  if (readyPods(workload) === 0) return tier === 'P0' || tier === 'P1' ? 'SEV-1' : 'SEV-2';
  return tier === 'P0' ? 'SEV-2' : 'SEV-3';
}

/** Restarts after which a pod that is ready between two kills is no longer counted as ready. */
const flappingRestarts = 3;

/** Ready pods, as far as anybody can say. One that crashes again and again is ready for moments only, which is not serving. */
export function readyPods(workload: WorkloadState): number | undefined {
  if (!workload.complete) return workload.facts?.ready;
  return workload.currentPods().filter(({ summary, failures }) => summary.ready && !failures.some(isFlapping)).length;
}

function isFlapping({ fact, restartCount }: Failure): boolean {
  return !fact || restartCount >= flappingRestarts;
}

export function isWorse(a: Severity, b: Severity): boolean {
  return severities.indexOf(a) < severities.indexOf(b);
}

export function worstOf(all: readonly Severity[], otherwise: Severity): Severity {
  return all.reduce((worst, one) => (isWorse(one, worst) ? one : worst), otherwise);
}
