/**
 * Causes outside a workload that other workloads may share, as far as the objects' own texts name them. Objects of the
 * namespace read `object:Kind/NAME`, everything else is the same for the whole cluster.
 */

/** Texts of containerd, CRI-O and Docker for a registry that does not answer or does not want to (not: wrong name, no login). */
const registryTroubles =
  /connection refused|no such host|server misbehaving|i\/o timeout|context deadline exceeded|Client\.Timeout|TLS handshake timeout|network is unreachable|no route to host|connection reset|unexpected EOF|: EOF\b|x509:|failed with status code \[[^\]]*\]: (?:429|5\d\d)|unexpected status(?: code)?[^\n]{0,200}: (?:429|5\d\d)|received unexpected HTTP status: (?:429|5\d\d)|too ?many ?requests/i;

/** The registry of an image reference: its first part if that looks like a host, else Docker Hub (distribution/reference). */
export function registryOf(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  return first === 'localhost' || /[.:]/.test(first) ? first : 'docker.io';
}

export function causeOfPull(image: string, message: string): string | undefined {
  return registryTroubles.test(message) ? `registry:${registryOf(image)}` : undefined;
}

const missingObjects: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/\bsecrets? "([^"]+)" not found/i, (name) => `object:Secret/${name}`],
  [/\bconfigmaps? "([^"]+)" not found/i, (name) => `object:ConfigMap/${name}`],
  [/couldn't find key \S+ in ConfigMap [^\s/]+\/(\S+)/i, (name) => `object:ConfigMap/${name}`],
  [/couldn't find key \S+ in Secret [^\s/]+\/(\S+)/i, (name) => `object:Secret/${name}`],
  [/\bpersistentvolumeclaim "([^"]+)" not found/i, (name) => `object:PersistentVolumeClaim/${name}`],
  [/\bserviceaccount "([^"]+)" not found/i, (name) => `object:ServiceAccount/${name}`],
  [/exceeded quota: ([^\s,]+),/i, (name) => `object:ResourceQuota/${name}`],
  [/no PriorityClass with name (\S+) was found/i, (name) => `priorityclass:${name}`],
  [/failed calling webhook "([^"]+)"/i, (name) => `webhook:${name}`],
  [/storageclass\S* "([^"]+)" not found/i, (name) => `storageclass:${name}`],
];

/** An object that a message says is missing, full or not answering. */
export function causeOfMessage(message: string | undefined): string | undefined {
  if (message === undefined) return undefined;
  for (const [pattern, cause] of missingObjects) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined) return cause(name);
  }
  return undefined;
}

/**
 * Reasons of a failed pod that lie with its node: graceful shutdown says Terminated (NodeShutdown before 1.21), a kubelet
 * that comes back and no longer admits the pod says the rest.
 */
const nodeReasons =
  /^(?:Terminated|NodeShutdown|Shutdown|NodeLost|NodeAffinity|Preempting|OutOf\w+|UnexpectedAdmissionError)$/;

/** `The node was low on resource: memory` is the node's; a full emptyDir or a container over its own limit is not. */
export function causeOfFailedPod(
  reason: string,
  message: string | undefined,
  nodeName: string | undefined,
): string | undefined {
  if (nodeName === undefined) return undefined;
  const byPressure = reason === 'Evicted' && /\bnode (?:was low on resource|had condition)/i.test(message ?? '');
  return byPressure || nodeReasons.test(reason) ? `node:${nodeName}` : undefined;
}
