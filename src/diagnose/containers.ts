import type { Failure } from '../model/failure.ts';
import type { KubeContainer, KubeContainerStatus, KubePod, KubePodSpec } from '../model/kube-objects.ts';
import type { ContainerRole } from '../model/pod-record.ts';

/** Init and sidecar containers, then the app's, then ephemeral ones, each with its role. */
export function allContainers(
  spec: KubePodSpec | undefined,
): readonly { readonly spec: KubeContainer; readonly role: ContainerRole }[] {
  return [
    ...list(spec?.initContainers).map((one) => ({
      spec: one,
      role: one.restartPolicy === 'Always' ? ('sidecar' as const) : ('init' as const),
    })),
    ...list(spec?.containers).map((one) => ({ spec: one, role: 'app' as const })),
    ...list(spec?.ephemeralContainers).map((one) => ({ spec: one, role: 'ephemeral' as const })),
  ];
}

/** A container of a pod spec by name. */
export function findContainer(spec: KubePodSpec | undefined, name: string | undefined): KubeContainer | undefined {
  return allContainers(spec).find((one) => one.spec.name === name)?.spec;
}

/** All container statuses, init ones first. */
export function allStatuses(pod: KubePod | undefined): readonly KubeContainerStatus[] {
  return [
    ...list(pod?.status?.initContainerStatuses),
    ...list(pod?.status?.containerStatuses),
    ...list(pod?.status?.ephemeralContainerStatuses),
  ];
}

/** The status of a container by name. */
export function findStatus(pod: KubePod | undefined, name: string | undefined): KubeContainerStatus | undefined {
  return allStatuses(pod).find((one) => one.name === name);
}

/** The container to look at: the failure's; else the one that ended badly or waits, else the only one. */
export function focusContainer(
  failure: Failure,
  pod: KubePod | undefined,
  spec: KubePodSpec | undefined,
): string | undefined {
  if (failure.container !== undefined) return failure.container;
  const statuses = allStatuses(pod);
  const worst =
    statuses.find((one) => (one.state?.terminated?.exitCode ?? 0) !== 0) ??
    statuses.find((one) => (one.lastState?.terminated?.exitCode ?? 0) !== 0) ??
    statuses.find((one) => one.state?.waiting !== undefined && one.state.waiting.reason !== 'PodInitializing') ??
    statuses.find((one) => one.state?.running !== undefined && one.ready === false);
  if (worst?.name !== undefined) return worst.name;
  const apps = list(spec?.containers);
  return apps.length === 1 ? apps[0]?.name : undefined;
}

function list<T>(value: readonly T[] | undefined): readonly T[] {
  const all: unknown = value;
  return Array.isArray(all) ? (all as readonly T[]).filter((one) => typeof one === 'object' && one !== null) : [];
}
