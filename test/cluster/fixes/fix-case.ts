import type { KubeObject } from '../kube.ts';

/** A pod as far as these cases look at it. */
export interface SeenPod extends KubeObject {
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly lastTransitionTime?: string;
    }[];
    readonly containerStatuses?: readonly SeenContainer[];
    readonly initContainerStatuses?: readonly SeenContainer[];
  };
}

interface SeenContainer {
  readonly ready: boolean;
  readonly restartCount: number;
  readonly state?: {
    readonly waiting?: { readonly reason?: string };
    readonly running?: { readonly startedAt?: string };
  };
}

/** A workload as far as these cases look at it. */
export interface SeenWorkload extends KubeObject {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly desiredNumberScheduled?: number;
    readonly updatedNumberScheduled?: number;
    readonly numberReady?: number;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** What is there of a workload at one moment; pods that are leaving are left out. */
export interface Seen {
  readonly workload: SeenWorkload;
  readonly pods: readonly SeenPod[];
  /** Messages of Warning events about the pods. */
  readonly warnings: readonly string[];
}

/** One failure that is made on the cluster, and the answer that is wanted. */
export interface FixCase {
  /** The workload and the value of its pods' label `app`. */
  readonly name: string;
  readonly namespace: string;
  /** What is applied at first; the workload is the last one. */
  readonly objects: readonly KubeObject[];
  /** Merge patch of the workload, made when it is healthy: the rollout that breaks it. */
  readonly rollout?: object;
  /** Whether it fails by now, as the cluster shows it. */
  readonly fails: (seen: Seen) => boolean;
  /** Whether it works after the fix; by default when all wanted pods are of the present template and stay Ready. */
  readonly heals?: (seen: Seen) => boolean;
  /** Ask about the failing pod instead of the workload. */
  readonly askAboutPod?: true;
  /** Kind of the incident. */
  readonly kind: string;
  /** The rule that is to speak. */
  readonly rule: string;
  /** What the root cause must say. */
  readonly cause: readonly RegExp[];
  /** What the first verified command must be; it is run as printed. For REPLACE_ME cases: a command that is not verified. */
  readonly command: RegExp;
}

/** Some container restarted. */
export function restarts({ pods }: Seen): boolean {
  return containersOf(pods).some(({ restartCount }) => restartCount > 0);
}

/** Some container waits for one of the reasons. */
export function waitsFor(reason: RegExp): FixCase['fails'] {
  return ({ pods }) => containersOf(pods).some(({ state }) => reason.test(state?.waiting?.reason ?? ''));
}

/** Some container runs for 10 s and is not ready. */
export function staysUnready({ pods }: Seen): boolean {
  return containersOf(pods).some(({ ready, state }) => !ready && ageMs(state?.running?.startedAt) > 10_000);
}

/** Kubelet told of it, which may be seconds later than the status shows it: it writes few events a second. */
export function warns(message: RegExp): FixCase['fails'] {
  return ({ warnings }) => warnings.some((one) => message.test(one));
}

/** The scheduler finds no node for some pod. */
export function unschedulable({ pods }: Seen): boolean {
  return pods.some(({ status }) =>
    status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable'),
  );
}

/** The API server refuses the pods. */
export function refused({ workload }: Seen): boolean {
  return (
    workload.status?.conditions?.some(({ type, status }) => type === 'ReplicaFailure' && status === 'True') === true
  );
}

/** Some pod has this phase. */
export function hasPhase(phase: string): FixCase['fails'] {
  return ({ pods }) => pods.some(({ status }) => status?.phase === phase);
}

// Longer than a crash takes, so that a pod that flashes Ready between two crashes does not count.
const steadyMs = 8_000;

/** All wanted pods are of the present template, and Ready for a while. */
export function isHealthy({ workload, pods }: Seen): boolean {
  const { spec, status, metadata } = workload;
  if (status === undefined || status.observedGeneration !== metadata.generation) return false;
  const wanted = workload.kind === 'DaemonSet' ? status.desiredNumberScheduled : (spec?.replicas ?? 1);
  const updated = workload.kind === 'DaemonSet' ? status.updatedNumberScheduled : status.updatedReplicas;
  const ready = workload.kind === 'DaemonSet' ? status.numberReady : status.readyReplicas;
  return (
    wanted !== undefined &&
    wanted > 0 &&
    updated === wanted &&
    ready === wanted &&
    pods.length === wanted &&
    pods.every(isSteady)
  );
}

function isSteady({ status }: SeenPod): boolean {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  return ready?.status === 'True' && ageMs(ready.lastTransitionTime) >= steadyMs;
}

function containersOf(pods: readonly SeenPod[]): SeenContainer[] {
  return pods.flatMap(({ status }) => [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]);
}

function ageMs(time: string | undefined): number {
  return time === undefined ? 0 : Date.now() - Date.parse(time);
}
