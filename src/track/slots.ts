import { classOfKind, type Failure, type FailureClass, type FailureKind } from '../model/failure.ts';
import type { WorkloadState } from './workload-state.ts';

/** A workload's failures of one class (and container): what one incident is about. */
export interface Slot {
  readonly class: FailureClass;
  readonly container: string | undefined;
  readonly failures: readonly Failure[];
}

/** The most telling first: it names the incident. */
const kindOrder: readonly FailureKind[] = [
  'OOMKilled',
  'ConfigError',
  'CrashLoopBackOff',
  'ImagePull',
  'VolumeMount',
  'Pending',
  'CreateFailed',
  'Evicted',
  'Failed',
  'JobFailed',
  'NotReady',
  'RolloutStuck',
];

function kindRank(kind: FailureKind): number {
  return kindOrder.indexOf(kind);
}

/** Consequences: they join an incident of the same workload, when there is one. */
export function isQuietClass(failureClass: FailureClass): boolean {
  return failureClass === 'readiness' || failureClass === 'job';
}

/** What is wrong with the workload now, by slot; consequences come last. */
export function slotsOf(workload: WorkloadState): Slot[] {
  if (workload.facts?.ignored === true) return [];
  const slots = new Map<string, { class: FailureClass; container: string | undefined; failures: Failure[] }>();
  const add = (failure: Failure): void => {
    const failureClass = classOfKind[failure.kind];
    const container = failureClass === 'run' || failureClass === 'image' ? failure.container : undefined;
    const id = slotId(failureClass, container);
    const slot = slots.get(id) ?? { class: failureClass, container, failures: [] };
    slot.failures.push(failure);
    slots.set(id, slot);
  };
  for (const { summary, failures } of workload.pods.values()) {
    if (!summary.ignored) failures.forEach(add);
  }
  for (const { failure } of workload.createFailures.values()) add(failure);
  for (const failure of workload.jobFailures.values()) add(failure);
  workload.rollout.forEach(add);
  return [...slots.values()].sort(
    (a, b) =>
      Number(isQuietClass(a.class)) - Number(isQuietClass(b.class)) ||
      compareTexts(slotId(a.class, a.container), slotId(b.class, b.container)),
  );
}

export function slotId(failureClass: FailureClass, container: string | undefined): string {
  return `${failureClass}/${container ?? ''}`;
}

/** The telling one first: by kind, then the oldest, then by name, so that the order does not depend on arrival. */
export function sortFailures(failures: readonly Failure[]): Failure[] {
  return [...failures].sort(
    (a, b) =>
      kindRank(a.kind) - kindRank(b.kind) ||
      a.sinceMs - b.sinceMs ||
      compareTexts(a.subject.name, b.subject.name) ||
      compareTexts(a.container ?? '', b.container ?? ''),
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
