import { isTypingSlip } from '../lib/typing-slip.ts';
import type { KubeObject, KubePod } from '../model/kube-objects.ts';

/** Pods that are kept for one Service, and for the image. */
const keptLimit = 3;

/** Pods that a Service which selects none was likely meant for: they have a label of its selector, and its name or nearly. */
export function likelySelected(service: KubeObject, pods: readonly KubePod[]): KubePod[] {
  const { selector = {} } = (service.spec ?? {}) as { selector?: Readonly<Record<string, string>> };
  const name = service.metadata?.name ?? '';
  const isMeant = (pod: KubePod): boolean =>
    Object.entries(selector).some(([key, wanted]) => {
      const value = pod.metadata?.labels?.[key];
      if (value === undefined) return false;
      return value === name || isTypingSlip(value, wanted) || pod.metadata?.name?.startsWith(`${name}-`) === true;
    });
  return pods.filter(isMeant).slice(0, keptLimit);
}

/** Pods that run the image which this pod cannot pull, with another tag or with a name that differs by a slip. */
export function runsLikelyImage(pod: KubePod | undefined, pods: readonly KubePod[]): KubePod[] {
  const wanted = new Set(unpulled(pod));
  if (wanted.size === 0) return [];
  const isAlike = (image: string): boolean =>
    [...wanted].some((one) => repository(one) === repository(image) || isTypingSlip(one, image));
  return pods
    .filter((other) => (other.spec?.containers ?? []).some(({ image }) => image !== undefined && isAlike(image)))
    .slice(0, keptLimit);
}

function unpulled(pod: KubePod | undefined): string[] {
  const statuses = [...(pod?.status?.initContainerStatuses ?? []), ...(pod?.status?.containerStatuses ?? [])];
  const containers = [...(pod?.spec?.initContainers ?? []), ...(pod?.spec?.containers ?? [])];
  return statuses
    .filter(({ state }) => state?.waiting?.reason?.includes('Image') === true)
    .flatMap(({ name }) => containers.find((one) => one.name === name)?.image ?? []);
}

// Without tag and digest; a colon before a slash belongs to the registry's port.
function repository(image: string): string {
  return image.replace(/@.*$/u, '').replace(/:[^/:]*$/u, '');
}
