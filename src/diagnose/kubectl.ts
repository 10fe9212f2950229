import type { KubeResources } from '../model/kube-objects.ts';
import type { ObjectRef } from '../model/workload.ts';

const plainWord = /^[A-Za-z0-9_%+=:,./@-]+$/u;

/** One word as a POSIX shell reads it back unchanged: bare where that is safe, in single quotes otherwise. */
export function shellWord(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `kubectl -n NAMESPACE words…`, each word quoted as needed; without a namespace for cluster-scoped objects. */
export function kubectl(namespace: string | undefined, ...words: readonly string[]): string {
  const scope = namespace === undefined ? [] : ['-n', namespace];
  return ['kubectl', ...scope, ...words].map(shellWord).join(' ');
}

/** `deployment/orders-api`, as kubectl takes it. */
function resourceName(target: ObjectRef): string {
  return `${target.kind.toLowerCase()}/${target.name}`;
}

/** Sets one environment variable of one container. */
export function setEnv(target: ObjectRef, container: string, name: string, value: string): string {
  return kubectl(target.namespace, 'set', 'env', resourceName(target), '-c', container, `${name}=${value}`);
}

/** Sets the image of one container (an init container too). */
export function setImage(target: ObjectRef, container: string, image: string): string {
  return kubectl(target.namespace, 'set', 'image', resourceName(target), `${container}=${image}`);
}

/** Sets limits and requests of one container; what is not named stays. */
export function setResources(target: ObjectRef, container: string, resources: KubeResources): string {
  const list = (values: Readonly<Record<string, string>> | undefined): string =>
    Object.entries(values ?? {})
      .map(([name, quantity]) => `${name}=${quantity}`)
      .join(',');
  const limits = list(resources.limits);
  const requests = list(resources.requests);
  const flags = [limits && `--limits=${limits}`, requests && `--requests=${requests}`].filter((flag) => flag !== '');
  return kubectl(target.namespace, 'set', 'resources', resourceName(target), '-c', container, ...flags);
}

/** A strategic merge patch (kubectl's default) of one object. */
export function patch(target: ObjectRef, body: unknown): string {
  return kubectl(target.namespace, 'patch', resourceName(target), '-p', JSON.stringify(body));
}

/** A JSON patch of one object: for atomic lists (arguments), where only one element changes. */
export function jsonPatch(
  target: ObjectRef,
  operations: readonly {
    readonly op: 'add' | 'remove' | 'replace' | 'test';
    readonly path: string;
    readonly value?: unknown;
  }[],
): string {
  return kubectl(target.namespace, 'patch', resourceName(target), '--type=json', '-p', JSON.stringify(operations));
}

/**
 * The body that changes the pod template of a workload: `podSpec` wrapped as the kind needs it. Undefined for a kind without
 * a template that can change (a Job's is immutable).
 */
export function templatePatch(kind: string, podSpec: unknown): unknown {
  if (kind === 'CronJob') return { spec: { jobTemplate: { spec: { template: { spec: podSpec } } } } };
  if (['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController'].includes(kind))
    return { spec: { template: { spec: podSpec } } };
  return undefined;
}

/** Goes back to an earlier revision of a Deployment, StatefulSet or DaemonSet. */
export function rolloutUndo(target: ObjectRef, revision: number): string {
  return kubectl(target.namespace, 'rollout', 'undo', resourceName(target), `--to-revision=${revision}`);
}

/** Starts all pods of a Deployment, StatefulSet or DaemonSet anew, one after the other. */
export function rolloutRestart(target: ObjectRef): string {
  return kubectl(target.namespace, 'rollout', 'restart', resourceName(target));
}

/** Sets the number of replicas. */
export function scale(target: ObjectRef, replicas: number): string {
  return kubectl(target.namespace, 'scale', resourceName(target), `--replicas=${replicas}`);
}

/** Shows an object with its events. */
export function describe(target: ObjectRef): string {
  return kubectl(target.namespace, 'describe', target.kind.toLowerCase(), target.name);
}

/** Shows the log of one container. */
export function logs(pod: ObjectRef, container: string, previous = false): string {
  return kubectl(pod.namespace, 'logs', pod.name, '-c', container, ...(previous ? ['--previous'] : []));
}
