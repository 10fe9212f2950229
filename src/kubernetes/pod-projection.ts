import type {
  KubeContainer,
  KubeContainerState,
  KubeContainerStatus,
  KubePod,
  KubeProbe,
  KubeTerminated,
} from '../model/kube-objects.ts';
import type {
  ContainerRecord,
  ContainerRole,
  ContainerState,
  PodCondition,
  PodRecord,
  Termination,
} from '../model/pod-record.ts';
import type { ObjectRef } from '../model/workload.ts';

/** Our own annotations and labels start with it. */
const markPrefix = 'podmedic.io/';
const mirrorAnnotation = 'kubernetes.io/config.mirror';
/** Longest text kept of a message. Kubelet cuts a termination message at 4,096 bytes; 80 lines or 2,048 from the log. */
const maxTextLength = 4096;

/**
 * What we keep of a pod; undefined when the object has no identity (namespace, name, uid) and so is no pod that can be
 * followed. Copies every string that it keeps short; never throws on a pod of odd shape.
 */
export function projectPod(pod: KubePod): PodRecord | undefined {
  const meta = pod.metadata;
  if (!meta?.uid || !meta.name || !meta.namespace) return undefined;
  const { spec, status } = pod;
  const deletedAtMs = timeOf(meta.deletionTimestamp);
  const startedAtMs = timeOf(status?.startTime);
  const owner = ownerOf(pod);
  return {
    uid: meta.uid,
    namespace: meta.namespace,
    name: meta.name,
    resourceVersion: meta.resourceVersion ?? '',
    createdAtMs: timeOf(meta.creationTimestamp) ?? 0,
    ...(deletedAtMs === undefined ? {} : { deletedAtMs }),
    phase: phaseOf(status?.phase),
    ...optionalText('reason', status?.reason),
    ...optionalText('message', status?.message),
    ...(startedAtMs === undefined ? {} : { startedAtMs }),
    ...optionalText('nodeName', spec?.nodeName),
    ...(owner === undefined ? {} : { owner }),
    ...optionalText('templateHash', meta.labels?.['pod-template-hash']),
    marks: marksOf(pod),
    mirror: meta.annotations?.[mirrorAnnotation] !== undefined,
    schedulingGated: isSchedulingGated(pod),
    ...optionalText('schedulerName', spec?.schedulerName),
    conditions: conditionsOf(pod),
    containers: containersOf(pod),
    ...optionalText('priorityClassName', spec?.priorityClassName),
  };
}

function ownerOf(pod: KubePod): ObjectRef | undefined {
  const reference = asArray(pod.metadata?.ownerReferences).find((one) => one.controller === true);
  if (!reference?.kind || !reference.name) return undefined;
  // Nodes are the one cluster-scoped owner of pods (static pods).
  const namespace = reference.kind === 'Node' ? undefined : pod.metadata?.namespace;
  return {
    kind: reference.kind,
    name: reference.name,
    ...(namespace === undefined ? {} : { namespace }),
    ...optionalText('uid', reference.uid),
    ...optionalText('apiVersion', reference.apiVersion),
  };
}

function marksOf(pod: KubePod): Record<string, string> {
  const marks: Record<string, string> = {};
  for (const source of [pod.metadata?.labels, pod.metadata?.annotations]) {
    for (const key in source) {
      const value = source[key];
      if (key.startsWith(markPrefix) && typeof value === 'string') marks[key.slice(markPrefix.length)] = value;
    }
  }
  return marks;
}

function isSchedulingGated(pod: KubePod): boolean {
  return (
    asArray(pod.spec?.schedulingGates).length > 0 ||
    asArray(pod.status?.conditions).some((one) => one.type === 'PodScheduled' && one.reason === 'SchedulingGated')
  );
}

function conditionsOf(pod: KubePod): PodCondition[] {
  return asArray(pod.status?.conditions).flatMap((one) =>
    one.type === undefined
      ? []
      : [
          {
            type: one.type,
            status: one.status === 'True' || one.status === 'False' ? one.status : ('Unknown' as const),
            ...optionalText('reason', one.reason),
            ...optionalText('message', one.message),
            changedAtMs: timeOf(one.lastTransitionTime) ?? 0,
          },
        ],
  );
}

/** In the order of start: init containers and sidecars, then the app's, then ephemeral ones. */
function containersOf(pod: KubePod): ContainerRecord[] {
  const { spec, status } = pod;
  const podPolicy = spec?.restartPolicy ?? 'Always';
  const records: ContainerRecord[] = [];
  const addAll = (
    containers: readonly KubeContainer[] | undefined,
    statuses: readonly KubeContainerStatus[] | undefined,
    roleOf: (container: KubeContainer) => ContainerRole,
  ): void => {
    for (const container of asArray(containers)) {
      if (container.name === undefined) continue;
      const found = asArray(statuses).find((one) => one.name === container.name);
      records.push(containerRecord(container, found, roleOf(container), podPolicy));
    }
  };
  addAll(spec?.initContainers, status?.initContainerStatuses, (one) =>
    one.restartPolicy === 'Always' ? 'sidecar' : 'init',
  );
  addAll(spec?.containers, status?.containerStatuses, () => 'app');
  addAll(spec?.ephemeralContainers, status?.ephemeralContainerStatuses, () => 'ephemeral');
  return records;
}

function containerRecord(
  container: KubeContainer,
  status: KubeContainerStatus | undefined,
  role: ContainerRole,
  podPolicy: string,
): ContainerRecord {
  const last = status?.lastState?.terminated;
  return {
    name: container.name ?? '',
    role,
    // The spec's, as people wrote it: the status may show a digest or another tag of the same image.
    image: container.image ?? status?.image ?? '',
    ready: status?.ready === true,
    ...(typeof status?.started === 'boolean' ? { started: status.started } : {}),
    restartCount: status?.restartCount ?? 0,
    state: stateOf(status?.state),
    ...(last ? { lastTermination: terminationOf(last) } : {}),
    probeBudgetMs: role === 'app' || role === 'sidecar' ? probeBudgetMs(container) : 0,
    restarts: restartsOf(role, container.restartPolicy, podPolicy),
  };
}

function stateOf(state: KubeContainerState | undefined): ContainerState {
  if (state?.terminated) return { type: 'terminated', ...terminationOf(state.terminated) };
  if (state?.running) return { type: 'running', startedAtMs: timeOf(state.running.startedAt) ?? 0 };
  if (state?.waiting) {
    return {
      type: 'waiting',
      reason: state.waiting.reason ?? '',
      ...optionalText('message', state.waiting.message),
    };
  }
  return { type: 'unknown' };
}

function terminationOf(terminated: KubeTerminated): Termination {
  return {
    reason: terminated.reason ?? '',
    ...optionalText('message', terminated.message),
    exitCode: terminated.exitCode ?? 0,
    ...(terminated.signal ? { signal: terminated.signal } : {}),
    // kubelet writes 1970-01-01 where it has no time: the same as 0.
    startedAtMs: timeOf(terminated.startedAt) ?? 0,
    finishedAtMs: timeOf(terminated.finishedAt) ?? 0,
    ...optionalText('containerId', terminated.containerID),
  };
}

/**
 * A container's own restartPolicy wins over the pod's: `Always` makes an init container a sidecar, and since Kubernetes
 * 1.34 (ContainerRestartRules) any container may set one. An init container that is done is never run again, so `Always`
 * of the pod means "until it succeeds" there. Ephemeral containers are never restarted.
 */
function restartsOf(role: ContainerRole, own: string | undefined, podPolicy: string): ContainerRecord['restarts'] {
  if (role === 'ephemeral') return 'never';
  const policy = own ?? podPolicy;
  if (policy === 'Never') return 'never';
  return policy === 'OnFailure' || role === 'init' ? 'on-failure' : 'always';
}

/**
 * Startup first, then readiness: readiness is not asked before startup has passed. Each may take its initial delay and
 * `failureThreshold` (for a pass: `successThreshold`) periods; defaults of the API: period 10 s, failureThreshold 3,
 * successThreshold 1 (kubernetes.io/docs, "Configure Probes").
 */
function probeBudgetMs(container: KubeContainer): number {
  const startup = container.startupProbe;
  const readiness = container.readinessProbe;
  const startupSeconds = startup ? delayOf(startup) + periodOf(startup) * (startup.failureThreshold ?? 3) : 0;
  if (!readiness) return startupSeconds * 1000;
  const attempts = Math.max(readiness.failureThreshold ?? 3, readiness.successThreshold ?? 1);
  // Both delays count from the container's start.
  return (Math.max(startupSeconds, delayOf(readiness)) + periodOf(readiness) * attempts) * 1000;
}

function delayOf(probe: KubeProbe): number {
  return probe.initialDelaySeconds ?? 0;
}

function periodOf(probe: KubeProbe): number {
  // A probe that hangs takes its timeout, when that is longer than the period.
  return Math.max(probe.periodSeconds ?? 10, probe.timeoutSeconds ?? 1);
}

function phaseOf(phase: string | undefined): PodRecord['phase'] {
  switch (phase) {
    case 'Pending':
    case 'Running':
    case 'Succeeded':
    case 'Failed':
      return phase;
    case undefined:
    case '':
      // A pod without status was created a moment ago.
      return 'Pending';
    default:
      return 'Unknown';
  }
}

/** Ms since the epoch, or undefined when absent or no date. */
function timeOf(text: string | null | undefined): number | undefined {
  if (!text) return undefined;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}

function asArray<T>(list: readonly T[] | null | undefined): readonly T[] {
  return Array.isArray(list) ? (list as readonly T[]) : [];
}

function optionalText<K extends string>(key: K, value: string | undefined): Partial<Record<K, string>> {
  const fields: Partial<Record<K, string>> = {};
  if (typeof value !== 'string' || value === '') return fields;
  fields[key] = value.length > maxTextLength ? `${value.slice(0, maxTextLength - 1)}…` : value;
  return fields;
}
