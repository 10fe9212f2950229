import type { KubeContainerStatus, KubePod } from '../model/kube-objects.ts';

/** A restart this recent makes a ready pod suspect: longer than kubelet's back-off ceiling of 5 min. */
const flappingMs = 10 * 60_000;

/** Names of containers a pod declares, init containers first, with what kubelet says of each. */
export function containersOf(
  pod: KubePod,
): { readonly name: string; readonly init: boolean; readonly status?: KubeContainerStatus }[] {
  const statuses = new Map(
    [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])].map((s) => [s.name, s]),
  );
  const named = (init: boolean) => (container: { readonly name?: string }) => {
    const name = container.name ?? '';
    const status = statuses.get(name);
    return status ? { name, init, status } : { name, init };
  };
  return [
    ...(pod.spec?.initContainers ?? []).map(named(true)),
    ...(pod.spec?.containers ?? []).map(named(false)),
  ].filter(({ name }) => name !== '');
}

function isReady(pod: KubePod): boolean {
  return pod.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false;
}

/** Neither leaving nor completed, and not ready, failed, or restarted within the last 10 min. */
export function looksFailing(pod: KubePod, nowMs: number): boolean {
  if (pod.metadata?.deletionTimestamp) return false;
  if (pod.status?.phase === 'Succeeded') return false;
  if (!isReady(pod)) return true;
  return containersOf(pod).some(({ status }) => {
    const endedAtMs = Date.parse(status?.lastState?.terminated?.finishedAt ?? '');
    return (status?.restartCount ?? 0) > 0 && nowMs - endedAtMs < flappingMs;
  });
}

/** How much a container is to be suspected: 0 is not at all. A failed exit weighs more than a mere wait. */
export function suspicion(status: KubeContainerStatus | undefined): number {
  if (!status) return 0;
  const now = status.state;
  const exit = now?.terminated?.exitCode;
  if (exit !== undefined && exit !== 0) return 4;
  if (now?.waiting?.reason === 'CrashLoopBackOff') return 4;
  if ((status.lastState?.terminated?.exitCode ?? 0) !== 0) return 3;
  if ((status.restartCount ?? 0) > 0) return 2;
  if (now?.running && !status.ready) return 1;
  return 0;
}

/** Whether a container has, or had, an instance whose log can exist. */
export function hasStarted(status: KubeContainerStatus | undefined): boolean {
  if (!status) return false;
  return status.state?.running !== undefined || status.state?.terminated !== undefined || hasEarlier(status);
}

/** Whether an instance before the present one is known. */
export function hasEarlier(status: KubeContainerStatus | undefined): boolean {
  return (status?.restartCount ?? 0) > 0 || status?.lastState?.terminated !== undefined;
}
