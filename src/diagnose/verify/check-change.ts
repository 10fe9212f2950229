import type { KubeObject } from '../../model/kube-objects.ts';
import { checkPodSpec, quantity } from './check-pod-spec.ts';
import type { Json } from './json.ts';
import { at, isObject, listAt, sameJson, textAt } from './json.ts';

/** A Kubernetes object as JSON. */
export function asJson(object: KubeObject): Json {
  return object as unknown as Json;
}

/** Why the API server would refuse the change from one state of an object to another, or why it would not help. */
export function checkChange(kind: string, before: Json, after: Json): string[] {
  if (sameJson(before, after)) return ['it would change nothing'];
  const problems: string[] = [];
  const path = podSpecPath(kind);
  if (path !== undefined && at(after, ...path) !== undefined) problems.push(...checkPodSpec(at(after, ...path)));
  if (kind === 'Pod') problems.push(...checkPodChange(at(before, 'spec'), at(after, 'spec')));
  if (kind === 'PersistentVolumeClaim') problems.push(...checkClaimChange(before, after));
  if (kind === 'Service') problems.push(...checkService(after));
  const replicas = at(after, 'spec', 'replicas');
  if (typeof replicas === 'number' && replicas < 0) problems.push('the number of replicas would be negative');
  if (['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].includes(kind)) problems.push(...checkSelector(after));
  return problems;
}

/** Where the pod spec of a kind stands. */
export function podSpecPath(kind: string): readonly string[] | undefined {
  if (kind === 'Pod') return ['spec'];
  if (kind === 'CronJob') return ['spec', 'jobTemplate', 'spec', 'template', 'spec'];
  if (['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind))
    return ['spec', 'template', 'spec'];
  return undefined;
}

// Of a running pod's spec only these may change (https://kubernetes.io/docs/concepts/workloads/pods/#pod-update-and-replacement).
function checkPodChange(before: Json | undefined, after: Json | undefined): string[] {
  if (!isObject(before) || !isObject(after)) return [];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const problems: string[] = [];
  for (const key of keys) {
    if (sameJson(before[key], after[key])) continue;
    if (key === 'activeDeadlineSeconds') continue;
    if (
      key === 'tolerations' &&
      listAt(before, key).every((one) => listAt(after, key).some((other) => sameJson(one, other)))
    )
      continue;
    if (
      key === 'schedulingGates' &&
      listAt(after, key).every((one) => listAt(before, key).some((other) => sameJson(one, other)))
    )
      continue;
    if ((key === 'containers' || key === 'initContainers') && onlyImagesDiffer(listAt(before, key), listAt(after, key)))
      continue;
    problems.push(`spec.${key} of a pod cannot be changed`);
  }
  return problems;
}

function onlyImagesDiffer(before: readonly Json[], after: readonly Json[]): boolean {
  const rest = (container: Json): Json =>
    isObject(container) ? Object.fromEntries(Object.entries(container).filter(([key]) => key !== 'image')) : container;
  return sameJson(before.map(rest), after.map(rest));
}

function checkClaimChange(before: Json, after: Json): string[] {
  const old = quantity(at(before, 'spec', 'resources', 'requests', 'storage'));
  const wanted = quantity(at(after, 'spec', 'resources', 'requests', 'storage'));
  const problems: string[] = [];
  if (old !== undefined && wanted !== undefined && wanted < old) problems.push('a claim cannot shrink');
  const bound = at(before, 'spec', 'volumeName') !== undefined;
  const fixed = ['storageClassName', 'volumeName', 'accessModes'].filter(
    (key) => !sameJson(at(before, 'spec', key), at(after, 'spec', key)),
  );
  if (bound && fixed.length > 0) problems.push(`spec.${fixed.join(', spec.')} of a bound claim cannot be changed`);
  if (!bound && old !== wanted) problems.push('only a bound claim can grow');
  const settable = fixed.filter((key) => at(before, 'spec', key) !== undefined);
  if (!bound && settable.length > 0) problems.push(`spec.${settable.join(', spec.')} of a claim cannot be changed`);
  return problems;
}

function checkService(after: Json): string[] {
  const bad = listAt(after, 'spec', 'ports').some((port) => {
    const number = at(port, 'port');
    return typeof number !== 'number' || number < 1 || number > 65535;
  });
  return bad ? ['the Service would have an invalid port'] : [];
}

function checkSelector(after: Json): string[] {
  const wanted = at(after, 'spec', 'selector', 'matchLabels');
  const labels = at(after, 'spec', 'template', 'metadata', 'labels');
  if (!isObject(wanted) || !isObject(labels)) return [];
  const lost = Object.entries(wanted).some(([key, value]) => textAt(labels, key) !== value);
  return lost ? ["the template's labels would no longer match the selector"] : [];
}
