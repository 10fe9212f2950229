import type { Failure } from '../model/failure.ts';
import type { KubeEvent, KubePod, KubeWorkload } from '../model/kube-objects.ts';
import type { ObjectRef, WorkloadRef } from '../model/workload.ts';
import { isOwnedBy } from './owner-chain.ts';
import { containersOf, looksFailing, suspicion } from './pod-condition.ts';

/** The controller between the pods and the workload, as far as a failure names it. */
export function directOwner(failure: Failure): ObjectRef | undefined {
  return failure.owner ?? (failure.subject.kind === 'Pod' ? undefined : failure.subject);
}

/** The pods among `listed` that belong to the workload, directly or through one of its `owners`. */
export function podsOfWorkload(
  listed: readonly KubePod[],
  workload: WorkloadRef,
  owners: readonly KubeWorkload[],
): KubePod[] {
  const reference = { kind: workload.kind, metadata: { name: workload.name } };
  return listed.filter((pod) => {
    const { metadata } = pod;
    if (workload.kind === 'Pod') return metadata?.name === workload.name;
    if (isOwnedBy(metadata, reference) || owners.some((owner) => isOwnedBy(metadata, owner))) return true;
    // Without permission to read owners a Deployment is known by its ReplicaSet's name, NAME-HASH.
    const hash = metadata?.labels?.['pod-template-hash'];
    return (
      workload.kind === 'Deployment' &&
      hash !== undefined &&
      (metadata?.ownerReferences ?? []).some((ref) => ref.name === `${workload.name}-${hash}`)
    );
  });
}

/**
 * The pod that shows the failure best, when the failure itself names none that can be read: for a Job its last failed pod,
 * for a rollout a failing pod of the newest template. None for CreateFailed, where no pod exists to look at.
 */
export function chooseFocus(failure: Failure, own: readonly KubePod[], nowMs: number): KubePod | undefined {
  if (failure.kind === 'CreateFailed') return undefined;
  return [...failingPods(own, nowMs)].sort((a, b) => badness(b) - badness(a) || createdAtMs(b) - createdAtMs(a))[0];
}

/** Pods that fail now or ended in failure, the newest first. */
export function failingPods(pods: readonly KubePod[], nowMs: number): KubePod[] {
  return pods
    .filter((pod) => pod.status?.phase === 'Failed' || looksFailing(pod, nowMs))
    .sort((a, b) => createdAtMs(b) - createdAtMs(a));
}

/** Names of pods that a controller's events say it created, the newest first; they may be gone by now. */
export function podsCreated(events: readonly KubeEvent[]): string[] {
  const names = events
    .filter((event) => event.reason === 'SuccessfulCreate')
    .flatMap((event) => /^Created pod: (\S+)$|^create Pod (\S+) in /.exec(event.message ?? '') ?? [])
    .filter((part) => /^[a-z0-9][a-z0-9.-]*$/.test(part));
  return [...new Set(names)].reverse();
}

function badness(pod: KubePod): number {
  if (pod.status?.phase === 'Failed') return 5;
  return Math.max(0, ...containersOf(pod).map(({ status }) => suspicion(status)));
}

function createdAtMs(pod: KubePod): number {
  const atMs = Date.parse(pod.metadata?.creationTimestamp ?? '');
  return Number.isNaN(atMs) ? 0 : atMs;
}
