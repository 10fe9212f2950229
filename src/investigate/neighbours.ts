import type { ContainerLog } from '../model/case-file.ts';
import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Collector } from './collector.ts';
import { equalityText, matchesSelector } from './label-selector.ts';
import { likelySelected, refersAlike, runsLikelyImage } from './likely-meant.ts';
import { collectMentions, foreignServices, isNamedPod, namedServices } from './mentions.ts';
import { looksFailing } from './pod-condition.ts';

/** Services whose pods are looked at, Services of other namespaces, and neighbours that are kept. */
const serviceLimit = 5;
const foreignLimit = 2;
const neighbourLimit = 20;
const podsPerService = 5;
const workloadLimit = 100;

/** What the search for a neighbour at fault goes by. */
export interface Surroundings {
  readonly namespace: string;
  readonly nowMs: number;
  readonly pod?: KubePod;
  readonly own: readonly KubePod[];
  readonly events: readonly KubeEvent[];
  readonly logs: readonly ContainerLog[];
  /** Pods of the namespace that were listed, the workload's own among them. */
  readonly listed: readonly KubePod[];
  /** False when the namespace holds more pods than were listed. */
  readonly listedAll: boolean;
  readonly services: readonly KubeObject[];
}

export interface Neighbours {
  /** Pods that a setting or a log speaks of, first; then pods that share a claim or host port; then others that fail. */
  readonly pods: readonly KubePod[];
  /** Those of `pods` that are spoken of. */
  readonly named: readonly KubePod[];
  /** Services of other namespaces that are spoken of. */
  readonly foreign: readonly KubeObject[];
  /** Deployments and StatefulSets that should make the pods of a Service which has none. */
  readonly idle: readonly KubeObject[];
}

/** Finds the pods around a workload that may be the cause of its failure. */
export async function findNeighbours(
  around: Surroundings,
  reader: ClusterReader,
  collector: Collector,
): Promise<Neighbours> {
  const logTexts = around.logs.map((log) => log.text);
  const mentions = collectMentions(around.pod, around.events, logTexts);
  const own = new Set(around.own.map(idOf));
  const isOther = (pod: KubePod): boolean => !own.has(idOf(pod));
  const services = namedServices(around.services, mentions)
    .map(({ service }) => service)
    .filter((service) => !selectsAny(service, around.own))
    .slice(0, serviceLimit);
  const [foreign, ...behind] = await Promise.all([
    readForeign(foreignServices(around.pod, logTexts, around.namespace).slice(0, foreignLimit), reader, collector),
    ...services.map((service) => podsBehind(service, around, reader, collector)),
  ]);
  const named = distinct([
    ...behind.flat(),
    ...foreign.pods,
    ...around.listed.filter((pod) => isNamedPod(pod, mentions)),
  ]).filter(isOther);
  const sharing = around.listed.filter((pod) => isOther(pod) && sharesWith(pod, around.pod));
  const failing = around.listed.filter((pod) => isOther(pod) && looksFailing(pod, around.nowMs));
  const others = around.listed.filter(isOther);
  const meant = services.filter((_service, index) => behind[index]?.length === 0);
  const likely = [
    ...meant.flatMap((service) => likelySelected(service, others)),
    ...runsLikelyImage(around.pod, others),
    ...refersAlike(around.pod, others),
  ];
  const idle = await workloadsBehind(meant, around.namespace, reader, collector);
  return {
    idle,
    pods: distinct([...named, ...likely, ...sharing, ...failing]).slice(0, neighbourLimit),
    named,
    foreign: foreign.services,
  };
}

async function podsBehind(
  service: KubeObject,
  around: Surroundings,
  reader: ClusterReader,
  collector: Collector,
): Promise<readonly KubePod[]> {
  const selector = serviceSelector(service);
  if (selector === undefined) return [];
  if (around.listedAll) {
    const pods = around.listed.filter((pod) => matchesSelector(selector, pod.metadata?.labels));
    return failingFirst(pods, around.nowMs).slice(0, podsPerService);
  }
  const namespace = service.metadata?.namespace ?? around.namespace;
  const listing = await collector.take(`pods of service ${service.metadata?.name ?? ''}`, (signal) =>
    reader.listPods(namespace, { selector, limit: neighbourLimit }, { signal }),
  );
  return failingFirst(listing?.items ?? [], around.nowMs).slice(0, podsPerService);
}

// A Service without pods is mostly one whose workload was scaled to 0, or cannot make its pods.
async function workloadsBehind(
  services: readonly KubeObject[],
  namespace: string,
  reader: ClusterReader,
  collector: Collector,
): Promise<readonly KubeObject[]> {
  const selectors = services.flatMap((service) => serviceSelector(service) ?? []);
  if (selectors.length === 0) return [];
  const listed = await Promise.all(
    ['Deployment', 'StatefulSet'].map(async (kind) => {
      const listing = await collector.take(`${kind.toLowerCase()}s`, (signal) =>
        reader.list({ kind, namespace, limit: workloadLimit }, { signal }),
      );
      return (listing?.items ?? []).map((item) => (item.kind ? item : { ...item, kind }));
    }),
  );
  return listed
    .flat()
    .filter((one) => selectors.some((selector) => matchesSelector(selector, templateLabels(one))))
    .slice(0, serviceLimit);
}

function templateLabels(workload: KubeObject): Readonly<Record<string, string>> | undefined {
  const { template } = (workload.spec ?? {}) as {
    template?: { metadata?: { labels?: Readonly<Record<string, string>> } };
  };
  return template?.metadata?.labels;
}

async function readForeign(
  names: readonly { readonly name: string; readonly namespace: string }[],
  reader: ClusterReader,
  collector: Collector,
): Promise<{ services: KubeObject[]; pods: KubePod[] }> {
  const found = await Promise.all(
    names.map(async ({ name, namespace }) => {
      const service = await collector.take(`service ${namespace}/${name}`, (signal) =>
        reader.get({ kind: 'Service', name, namespace }, { signal }),
      );
      const selector = service && serviceSelector(service);
      if (!service || selector === undefined) return { service, pods: [] };
      const pods = await collector.take(`pods of service ${namespace}/${name}`, (signal) =>
        reader.listPods(namespace, { selector, limit: podsPerService }, { signal }),
      );
      return { service, pods: pods?.items ?? [] };
    }),
  );
  return {
    services: found.flatMap(({ service }) => (service ? [service] : [])),
    pods: found.flatMap(({ pods }) => [...pods]),
  };
}

function serviceSelector(service: KubeObject): string | undefined {
  return equalityText((service.spec as { selector?: Record<string, string> } | undefined)?.selector);
}

function selectsAny(service: KubeObject, pods: readonly KubePod[]): boolean {
  const selector = serviceSelector(service);
  return selector !== undefined && pods.some((pod) => matchesSelector(selector, pod.metadata?.labels));
}

// A claim that only one pod may mount, or a port of the node, explains why the other one waits.
function sharesWith(other: KubePod, pod: KubePod | undefined): boolean {
  if (!pod) return false;
  const claims = claimsOf(pod);
  if (claimsOf(other).some((claim) => claims.includes(claim))) return true;
  const ports = hostPortsOf(pod);
  return ports.length > 0 && hostPortsOf(other).some((port) => ports.includes(port));
}

/** Names of the claims that a pod mounts. */
export function claimsOf(pod: KubePod): string[] {
  return (pod.spec?.volumes ?? []).flatMap(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? []);
}

function hostPortsOf(pod: KubePod): number[] {
  return (pod.spec?.containers ?? []).flatMap((container) =>
    (container.ports ?? []).flatMap((port) => (port as { hostPort?: number }).hostPort ?? []),
  );
}

function failingFirst(pods: readonly KubePod[], nowMs: number): KubePod[] {
  const rank = (pod: KubePod): number => (looksFailing(pod, nowMs) ? 0 : 1);
  return [...pods].sort((a, b) => rank(a) - rank(b));
}

function idOf(pod: KubePod): string {
  return `${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}`;
}

/** The pods, each once. */
export function distinct(pods: readonly KubePod[]): KubePod[] {
  return [...new Map(pods.map((pod) => [idOf(pod), pod])).values()];
}
