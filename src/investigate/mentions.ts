import type { KubeContainer, KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';

/** How much of a log's beginning and end is searched for names, in UTF-16 units. */
const searchedHead = 32_768;
const searchedTail = 131_072;

/** Names and addresses that settings, events and logs of a workload speak of. */
export interface Mentions {
  /** Host names as written, lower case, from settings (environment, arguments, probes). */
  readonly settings: ReadonlySet<string>;
  /** The same from logs and events, where plain words stand between them. */
  readonly texts: ReadonlySet<string>;
}

/** A Service that is spoken of; the strongest mention first when sorted by `weight`. */
export interface NamedService {
  readonly service: KubeObject;
  readonly weight: number;
}

// Host names, dotted or not, and IP addresses with a port cut off; also what stands behind @ or // in a URL.
const hostLike = /[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9-]{1,63}){0,8}/gi;
const ipv6 = /[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7}/gi;
/** `orders-db.shop.svc` in any text: a Service with its namespace. */
const qualified = /\b([a-z](?:[a-z0-9-]{0,61}[a-z0-9])?)\.([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\.svc\b/gi;

/** Collects what a pod's settings, its events and its logs name. */
export function collectMentions(
  pod: KubePod | undefined,
  events: readonly KubeEvent[],
  logs: readonly string[],
): Mentions {
  const settings = new Set<string>();
  for (const text of settingTexts(pod)) addHosts(text, settings);
  const texts = new Set<string>();
  for (const event of events) addHosts(event.message ?? '', texts);
  for (const log of logs) for (const part of ends(log)) addHosts(part, texts);
  return { settings, texts };
}

/** Services of other namespaces that are named in full (`NAME.NAMESPACE.svc`). */
export function foreignServices(
  pod: KubePod | undefined,
  logs: readonly string[],
  namespace: string,
): { readonly name: string; readonly namespace: string }[] {
  const found = new Map<string, { name: string; namespace: string }>();
  for (const text of [...settingTexts(pod), ...logs.flatMap(ends)]) {
    for (const [, name = '', other = ''] of text.matchAll(qualified)) {
      if (other.toLowerCase() !== namespace) {
        const service = { name: name.toLowerCase(), namespace: other.toLowerCase() };
        found.set(`${service.namespace}/${service.name}`, service);
      }
    }
  }
  return [...found.values()];
}

/** The Services that are spoken of, strongest mention first. A name in a setting weighs more than a word in a log. */
export function namedServices(services: readonly KubeObject[], mentions: Mentions): NamedService[] {
  return services
    .map((service) => ({ service, weight: weightOf(service, mentions) }))
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
}

/** Whether a log or an event names this pod's address. */
export function isNamedPod(pod: KubePod, mentions: Mentions): boolean {
  const ip = pod.status?.podIP?.toLowerCase();
  return ip !== undefined && ip !== '' && (mentions.texts.has(ip) || mentions.settings.has(ip));
}

function weightOf(service: KubeObject, mentions: Mentions): number {
  const name = service.metadata?.name ?? '';
  const ip = (service.spec as { clusterIP?: string } | undefined)?.clusterIP?.toLowerCase();
  const address = ip !== undefined && ip !== '' && ip !== 'none' ? ip : undefined;
  if (address !== undefined && (mentions.settings.has(address) || mentions.texts.has(address))) return 4;
  if (mentions.settings.has(name)) return 3;
  if (!mentions.texts.has(name)) return 0;
  return name.includes('-') ? 2 : 1;
}

function settingTexts(pod: KubePod | undefined): string[] {
  const containers: readonly KubeContainer[] = [...(pod?.spec?.initContainers ?? []), ...(pod?.spec?.containers ?? [])];
  return containers.flatMap((container) => [
    ...(container.env ?? []).map((variable) => variable.value ?? ''),
    ...(container.command ?? []),
    ...(container.args ?? []),
    ...[container.livenessProbe, container.readinessProbe, container.startupProbe].flatMap((probe) => [
      probe?.httpGet?.host ?? '',
      ...(probe?.exec?.command ?? []),
    ]),
  ]);
}

function ends(text: string): string[] {
  return text.length <= searchedHead + searchedTail ? [text] : [text.slice(0, searchedHead), text.slice(-searchedTail)];
}

// A dotted name counts whole and by its first label, so that `orders-db.shop.svc.cluster.local` finds orders-db.
function addHosts(text: string, into: Set<string>): void {
  for (const [host] of text.matchAll(hostLike)) {
    const name = host.toLowerCase();
    into.add(name);
    const dot = name.indexOf('.');
    if (dot > 0) into.add(name.slice(0, dot));
  }
  if (text.includes('::') || text.includes('[')) for (const [ip] of text.matchAll(ipv6)) into.add(ip.toLowerCase());
}
