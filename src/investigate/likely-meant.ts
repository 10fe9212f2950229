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

/** Pods that refer to the ConfigMaps and Secrets of a pod which cannot start, or to ones whose names differ by a slip. */
export function refersAlike(pod: KubePod | undefined, pods: readonly KubePod[]): KubePod[] {
  if (pod === undefined || !waitsToStart(pod)) return [];
  const wanted = [...referred(pod)];
  const isAlike = (name: string): boolean => wanted.some((one) => one === name || isTypingSlip(one, name));
  return pods.filter((other) => [...referred(other)].some(isAlike)).slice(0, keptLimit);
}

function waitsToStart({ status }: KubePod): boolean {
  const statuses = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  return statuses.some(({ state }) => /Config|ContainerCreating|PodInitializing/u.test(state?.waiting?.reason ?? ''));
}

function referred({ spec }: KubePod): ReadonlySet<string> {
  const names = new Set<string | undefined>();
  for (const { env, envFrom } of [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])]) {
    for (const { configMapRef, secretRef } of envFrom ?? []) names.add(configMapRef?.name).add(secretRef?.name);
    for (const { valueFrom } of env ?? [])
      names.add(valueFrom?.configMapKeyRef?.name).add(valueFrom?.secretKeyRef?.name);
  }
  for (const { configMap, secret } of spec?.volumes ?? []) names.add(configMap?.name).add(secret?.secretName);
  return new Set([...names].filter((name) => name !== undefined && !injected.has(name)) as string[]);
}

// Every pod has it (kubernetes.io/docs/concepts/configuration/configmap, kube-root-ca.crt of the root CA publisher).
const injected: ReadonlySet<string> = new Set(['kube-root-ca.crt']);
