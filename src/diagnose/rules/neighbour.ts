import type { CaseFile } from '../../model/case-file.ts';
import type { Failure, FailureKind } from '../../model/failure.ts';
import type { KubeContainerStatus, KubePod } from '../../model/kube-objects.ts';
import type { WorkloadRef } from '../../model/workload.ts';
import { allStatuses } from '../containers.ts';

/** Whether a pod is not serving now: not ready, or not running. */
export function isFailing(pod: KubePod): boolean {
  const ready = pod.status?.conditions?.find((one) => one.type === 'Ready');
  if (pod.status?.phase === 'Succeeded') return false;
  return (
    ready?.status !== 'True' ||
    allStatuses(pod).some(
      (one) =>
        one.state?.terminated !== undefined &&
        (one.state.terminated.exitCode ?? 0) !== 0 &&
        one.ready === false &&
        !isDone(one),
    )
  );
}

function isDone(status: KubeContainerStatus): boolean {
  return status.state?.terminated?.exitCode === 0;
}

/** The same case seen from another pod (or another container of a pod), whose own failure is then explained. */
export function caseOf(file: CaseFile, pod: KubePod, container?: string): CaseFile {
  const failure = failureOf(pod, container);
  const all = [...file.pods, ...file.neighbours];
  return {
    ...file,
    workload: workloadOf(file, pod),
    failures: [failure],
    pod,
    pods: [pod],
    neighbours: all.filter((one) => one !== pod),
    events: file.events.filter(
      (event) => event.involvedObject?.name === pod.metadata?.name || event.involvedObject?.kind !== 'Pod',
    ),
  };
}

// The top owner as far as the owners are known: ReplicaSet to Deployment, Job to CronJob.
function workloadOf(file: CaseFile, pod: KubePod): WorkloadRef {
  const namespace = pod.metadata?.namespace ?? file.workload.namespace;
  let ref = pod.metadata?.ownerReferences?.find((one) => one.controller === true);
  for (let hops = 0; ref && hops < 3; hops += 1) {
    const { kind, name } = ref;
    const owner = file.owners.find((one) => one.kind === kind && one.metadata?.name === name);
    const next = owner?.metadata?.ownerReferences?.find((one) => one.controller === true);
    if (!next) break;
    ref = next;
  }
  return { kind: ref?.kind ?? 'Pod', name: ref?.name ?? pod.metadata?.name ?? '', namespace };
}

function failureOf(pod: KubePod, wanted: string | undefined): Failure {
  const statuses = allStatuses(pod);
  const worst = wanted === undefined ? worstOf(statuses) : statuses.find((one) => one.name === wanted);
  const ended = worst?.state?.terminated ?? worst?.lastState?.terminated;
  const waiting = worst?.state?.waiting;
  const scheduled = pod.status?.conditions?.find((one) => one.type === 'PodScheduled');
  const meta = pod.metadata;
  const namespace = meta?.namespace ?? '';
  const name = meta?.name ?? '';
  return {
    kind: kindOf(pod, worst),
    subject: { kind: 'Pod', name, namespace },
    pod: { namespace, name, uid: meta?.uid ?? '' },
    ...(worst?.name !== undefined && { container: worst.name }),
    sinceMs: Date.parse(meta?.creationTimestamp ?? '') || 0,
    reason: waiting?.reason ?? ended?.reason ?? scheduled?.reason ?? pod.status?.reason ?? '',
    message: waiting?.message ?? scheduled?.message ?? pod.status?.message ?? '',
    ...(ended?.exitCode !== undefined && { exitCode: ended.exitCode }),
    restartCount: worst?.restartCount ?? 0,
    fact: false,
  };
}

function worstOf(statuses: readonly KubeContainerStatus[]): KubeContainerStatus | undefined {
  return (
    statuses.find(
      (one) =>
        one.state?.waiting?.reason !== undefined &&
        !/^(?:PodInitializing|ContainerCreating)$/.test(one.state.waiting.reason),
    ) ??
    statuses.find((one) => (one.state?.terminated?.exitCode ?? 0) !== 0) ??
    statuses.find((one) => one.ready === false && (one.restartCount ?? 0) > 0) ??
    statuses.find((one) => one.ready === false && one.state?.terminated === undefined)
  );
}

function kindOf(pod: KubePod, worst: KubeContainerStatus | undefined): FailureKind {
  const reason = worst?.state?.waiting?.reason ?? '';
  if (pod.status?.reason === 'Evicted') return 'Evicted';
  if (pod.status?.conditions?.some((one) => one.type === 'PodScheduled' && one.status === 'False')) return 'Pending';
  if (/^(?:ErrImage|ImagePull|InvalidImage|ImageInspect|RegistryUnavailable)/.test(reason)) return 'ImagePull';
  if (/^(?:CreateContainer|RunContainer|StartError)/.test(reason)) return 'ConfigError';
  if (reason === 'ContainerCreating') return 'VolumeMount';
  const ended = worst?.state?.terminated ?? worst?.lastState?.terminated;
  if (ended?.reason === 'OOMKilled') return 'OOMKilled';
  if (ended) return 'CrashLoopBackOff';
  return 'NotReady';
}
