import type { ContainerRole, PodRef } from './pod-record.ts';
import type { ObjectRef } from './workload.ts';

/** Every kind of failure, in the words people see. */
export const failureKinds = [
  'CrashLoopBackOff',
  'OOMKilled',
  'ImagePull',
  'ConfigError',
  'Pending',
  'VolumeMount',
  'CreateFailed',
  'NotReady',
  'JobFailed',
  'Evicted',
  'Failed',
  'RolloutStuck',
] as const;
export type FailureKind = (typeof failureKinds)[number];

/** Failures of one workload in one class are one incident. */
export type FailureClass = 'run' | 'image' | 'schedule' | 'readiness' | 'create' | 'job' | 'gone';

/** The class of each kind. */
export const classOfKind: Readonly<Record<FailureKind, FailureClass>> = {
  CrashLoopBackOff: 'run',
  OOMKilled: 'run',
  ConfigError: 'run',
  ImagePull: 'image',
  Pending: 'schedule',
  VolumeMount: 'schedule',
  NotReady: 'readiness',
  RolloutStuck: 'readiness',
  CreateFailed: 'create',
  JobFailed: 'job',
  Evicted: 'gone',
  Failed: 'gone',
};

/**
 * The reason of a NotReady whose init container is still running: Kubernetes' own word for what the app containers wait for
 * meanwhile (kubelet: pkg/kubelet/kubelet_pods.go).
 */
export const initializingReason = 'PodInitializing';

/** One thing wrong with one container, pod or workload now. Times are ms since the epoch. */
export interface Failure {
  readonly kind: FailureKind;
  /** The object that shows it: a pod, or for CreateFailed, JobFailed and RolloutStuck the controller. */
  readonly subject: ObjectRef & { readonly namespace: string };
  readonly pod?: PodRef;
  /** The pod's controlling owner, as far as the pod itself names it. */
  readonly owner?: ObjectRef;
  readonly templateHash?: string;
  readonly container?: string;
  readonly containerRole?: ContainerRole;
  readonly nodeName?: string;
  /** When it began, as far as the objects tell. */
  readonly sinceMs: number;
  /** Kubernetes' own reason (ErrImagePull, Unschedulable, Error …) and text, unredacted. */
  readonly reason: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly signal?: number;
  readonly restartCount: number;
  /** Restarts seen inside the window, where that is what made it a failure. */
  readonly restartsInWindow?: number;
  /** A fact stays true when the pod heals (OOMKilled, Evicted, JobFailed, Failed). */
  readonly fact: boolean;
  /** What makes a fact countable only once: container id, pod uid or Job uid. */
  readonly instance?: string;
  /**
   * A cause outside the workload that other workloads may share, readable from the objects alone:
   * `node:NAME`, `registry:HOST`, `object:Secret/NAME` (missing, in the namespace), `storageclass:NAME` …
   */
  readonly commonCause?: string;
}
