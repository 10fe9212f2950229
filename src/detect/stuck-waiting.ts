import type { ContainerRecord, Termination } from '../model/pod-record.ts';

/** What a container that has not started waits for: its image, or a configuration that works. */
export interface StuckWaiting {
  readonly on: 'image' | 'config';
  readonly reason: string;
  readonly message?: string;
}

/** kubelet: pkg/kubelet/images/types.go (errors) and pkg/kubelet/container/sync_result.go. */
const imageReasons = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/** kubelet: pkg/kubelet/kuberuntime/kuberuntime_container.go and sync_result.go. */
const configReasons = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
  'PreCreateHookError',
  'PreStartHookError',
]);

/** Terminations that mean: the program never ran. containerd says StartError, dockershim and CRI-O ContainerCannotRun. */
const neverRan = new Set(['StartError', 'ContainerCannotRun']);

/** These can never work without a change of the pod, so they are told at once. */
export const hopelessImageReasons: ReadonlySet<string> = new Set(['InvalidImageName', 'ErrImageNeverPull']);

/**
 * What the container is stuck on. A missing executable shows RunContainerError, then terminated/StartError, then waiting
 * CrashLoopBackOff over a last StartError in turn: all of them are one thing.
 */
export function stuckWaiting(container: ContainerRecord): StuckWaiting | undefined {
  const { state, lastTermination } = container;
  if (state.type === 'terminated') return neverRan.has(state.reason) ? fromTermination(state) : undefined;
  if (state.type !== 'waiting') return undefined;
  const message = state.message === undefined ? {} : { message: state.message };
  if (imageReasons.has(state.reason)) return { on: 'image', reason: state.reason, ...message };
  if (configReasons.has(state.reason)) return { on: 'config', reason: state.reason, ...message };
  const lastNeverRan = lastTermination !== undefined && neverRan.has(lastTermination.reason);
  return state.reason === 'CrashLoopBackOff' && lastNeverRan ? fromTermination(lastTermination) : undefined;
}

function fromTermination(termination: Termination): StuckWaiting {
  const message = termination.message === undefined ? {} : { message: termination.message };
  return { on: 'config', reason: termination.reason, ...message };
}
