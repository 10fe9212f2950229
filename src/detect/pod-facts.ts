import type { ContainerRecord, PodCondition, PodRecord, Termination } from '../model/pod-record.ts';

// Kubernetes' times have whole seconds, and a kubelet may need a moment.
const skewToleranceMs = 5_000;

/**
 * What to add to the times that the node's clock gave. The scheduler's time (of the control plane) cannot be later than the
 * kubelet's first sight of the pod; where it is, the node's clock is behind by that much.
 */
function nodeClockLagMs(record: PodRecord): number {
  const scheduled = record.conditions.find((one) => one.type === 'PodScheduled' && one.status === 'True');
  if (record.mirror || !scheduled?.changedAtMs || record.startedAtMs === undefined) return 0;
  const lagMs = scheduled.changedAtMs - record.startedAtMs;
  return lagMs > skewToleranceMs ? lagMs : 0;
}

/** A time given by the node's clock, as ours: never in the future; undefined where kubelet gave none. */
export function nodeTimeMs(record: PodRecord, timeMs: number | undefined, nowMs: number): number | undefined {
  if (timeMs === undefined || timeMs <= 0) return undefined;
  return Math.min(timeMs + nodeClockLagMs(record), nowMs);
}

export function conditionOf(record: PodRecord, type: string): PodCondition | undefined {
  return record.conditions.find((condition) => condition.type === type);
}

/** When the pod got a node, or was found unschedulable, by the scheduler's clock; else when it was made. */
export function schedulingTimeMs(record: PodRecord): number {
  const changedAtMs = conditionOf(record, 'PodScheduled')?.changedAtMs ?? 0;
  return changedAtMs > 0 ? changedAtMs : record.createdAtMs;
}

/** When the termination happened; undefined where kubelet did not say. */
export function exitTimeMs(record: PodRecord, termination: Termination | undefined, nowMs: number): number | undefined {
  return nodeTimeMs(record, termination?.finishedAtMs, nowMs);
}

/** The latest known termination: the present state, or the instance before. */
export function latestTermination(container: ContainerRecord): Termination | undefined {
  return container.state.type === 'terminated' ? container.state : container.lastTermination;
}

/** An init container, or one that may end, has done its work. */
export function isDone({ state, restarts }: ContainerRecord): boolean {
  return state.type === 'terminated' && state.exitCode === 0 && restarts !== 'always';
}

/** kubelet shows the word CrashLoopBackOff only shortly before the next try; until then the state stays terminated. */
export function isInBackOff(container: ContainerRecord): boolean {
  const { state, restarts } = container;
  if (state.type === 'waiting') return state.reason === 'CrashLoopBackOff' || state.reason === 'PostStartHookError';
  return state.type === 'terminated' && restarts !== 'never' && !isDone(container);
}

/** Containers that count: ephemeral ones are a person's debugging. */
export function countingContainers(record: PodRecord): readonly ContainerRecord[] {
  return record.containers.filter((container) => container.role !== 'ephemeral');
}

export function isJobPod(record: PodRecord): boolean {
  return record.owner?.kind === 'Job';
}
