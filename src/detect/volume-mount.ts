import { afterDelay, podFailure, type Finding, type Look } from './look.ts';
import { conditionOf, countingContainers, schedulingTimeMs } from './pod-facts.ts';

// Volumes and sandbox take seconds.
const usualStartMs = 20_000;

/**
 * VolumeMount: on a node, but no container was started for volumeMountDelayMs. kubelet mounts the volumes and makes the
 * sandbox first; once the condition PodReadyToStartContainers is true both are done. It becomes true only after the first
 * image was pulled, too, so that a pull which takes long looks the same here; the events tell it apart.
 */
export function findVolumeMounts(look: Look): Finding[] {
  const { record, settings } = look;
  if (record.phase !== 'Pending' || record.nodeName === undefined) return [];
  if (conditionOf(record, 'PodReadyToStartContainers')?.status === 'True') return [];
  const untouched = countingContainers(record).every(
    ({ state, lastTermination }) =>
      lastTermination === undefined &&
      (state.type === 'unknown' ||
        (state.type === 'waiting' && ['ContainerCreating', 'PodInitializing', ''].includes(state.reason))),
  );
  if (!untouched) return [];
  const sinceMs = schedulingTimeMs(record);
  if (look.atOnce && look.nowMs < sinceMs + usualStartMs) return [];
  return [
    afterDelay(look, sinceMs, settings.volumeMountDelayMs, () =>
      podFailure(record, 'VolumeMount', {
        sinceMs,
        reason: 'ContainerCreating',
        message:
          record.startedAtMs === undefined
            ? `the kubelet of node ${record.nodeName ?? ''} has not picked the pod up`
            : 'no container was started: a volume is not mounted or the sandbox cannot be made',
      }),
    ),
  ];
}
