import type { KubeObject, KubePod, KubeWorkload } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import type { Endpoint } from '../logs/endpoint.ts';

/** A Service as far as the rules read it. */
export interface KubeService extends KubeObject {
  readonly spec?: {
    readonly selector?: Readonly<Record<string, string>>;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
    readonly type?: string;
    readonly externalName?: string;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port?: number;
      readonly targetPort?: number | string;
      readonly protocol?: string;
    }[];
  };
}

interface KubeEndpointSlice extends KubeObject {
  readonly endpoints?:
    | readonly { readonly addresses?: readonly string[]; readonly conditions?: { readonly ready?: boolean | null } }[]
    | null;
}

/** The Service that a host name or address means; undefined for hosts outside the namespace. */
export function serviceOf(view: CaseView, endpoint: Endpoint): KubeService | undefined {
  const services = view.objects('Service') as readonly KubeService[];
  const { host } = endpoint;
  if (host === undefined) return undefined;
  const byAddress = services.find((one) => one.spec?.clusterIP === host || one.spec?.clusterIPs?.includes(host));
  if (byAddress) return byAddress;
  const [first = '', ...rest] = host.split('.');
  const suffix = rest.join('.');
  const inCluster = rest.length === 0 || /^[a-z0-9-]+(?:\.svc(?:\.[a-z0-9.-]+)?)?$/.test(suffix);
  if (!inCluster) return undefined;
  // `pod.service`, as StatefulSets name their pods.
  const namespace = rest[0] ?? view.namespace;
  const named = services.find(
    (one) => one.metadata?.name === first && (one.metadata.namespace ?? view.namespace) === namespace,
  );
  return (
    named ??
    services.find((one) => one.metadata?.name === rest[0] && rest.length > 0 && first.startsWith(rest[0] ?? ''))
  );
}

/** The pods that a Service selects, of those that are known here. */
export function podsBehind(view: CaseView, service: KubeService): readonly KubePod[] {
  const selector = Object.entries(service.spec?.selector ?? {});
  if (selector.length === 0) return [];
  const pods = view.objects('Pod') as readonly KubePod[];
  return pods.filter(
    (pod) =>
      pod.metadata?.deletionTimestamp === undefined &&
      selector.every(([key, value]) => pod.metadata?.labels?.[key] === value),
  );
}

/** The workload whose pods a Service selects, when it is known here. */
export function workloadBehind(view: CaseView, service: KubeService): KubeWorkload | undefined {
  const selector = Object.entries(service.spec?.selector ?? {});
  const workloads = [...view.objects('Deployment'), ...view.objects('StatefulSet')] as readonly KubeWorkload[];
  return workloads.find(
    (one) =>
      one !== view.owner &&
      selector.length > 0 &&
      selector.every(([key, value]) => one.spec?.template?.metadata?.labels?.[key] === value),
  );
}

/** Ready and other endpoints of a Service by its EndpointSlices; undefined when none was read. */
export function endpointsOf(
  view: CaseView,
  service: KubeService,
): { readonly ready: number; readonly all: number } | undefined {
  const slices = (view.objects('EndpointSlice') as readonly KubeEndpointSlice[]).filter(
    (one) => one.metadata?.labels?.['kubernetes.io/service-name'] === service.metadata?.name,
  );
  if (slices.length === 0) return undefined;
  const endpoints = slices.flatMap((slice) => slice.endpoints ?? []);
  return { ready: endpoints.filter((one) => one.conditions?.ready !== false).length, all: endpoints.length };
}

/** `app=db,tier=x`. */
export function selectorText(selector: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(selector ?? {})
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}

/** A pod that carries some of the selector's keys with other values: what the selector was likely meant for. */
export function nearlySelected(view: CaseView, service: KubeService): KubePod | undefined {
  const keys = Object.keys(service.spec?.selector ?? {});
  const name = service.metadata?.name ?? '';
  const pods = (view.objects('Pod') as readonly KubePod[]).filter((pod) => !view.file.pods.includes(pod));
  return (
    pods.find((pod) => keys.some((key) => pod.metadata?.labels?.[key] === name)) ??
    pods.find((pod) => pod.metadata?.name?.startsWith(`${name}-`)) ??
    pods.find((pod) => keys.some((key) => (pod.metadata?.labels?.[key] ?? '').includes(name)))
  );
}
