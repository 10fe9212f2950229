import type { CaseFile } from '../../model/case-file.ts';
import type { KubeObject } from '../../model/kube-objects.ts';
import { isLabelKey, isLabelValue, isObjectName } from './check-pod-spec.ts';
import { canBeSeen, checkNamespace, findTarget, readTarget } from './find-target.ts';
import type { Target } from './find-target.ts';
import { at, listAt, textAt } from './json.ts';
import { containersOf, findObject, isSaidMissing } from './known-objects.ts';
import type { Arguments } from './read-arguments.ts';

/** Why a command that only reads would fail, or would show what nobody should see. */
export function checkRead(given: Arguments, file: CaseFile): string[] {
  if (given.verb === 'explain') return given.words.length === 1 ? [] : ['it explains nothing'];
  if (given.verb === 'events')
    return given.namespace === undefined && !given.flags.has('all-namespaces') ? ['it names no namespace'] : [];
  if (given.verb === 'logs') return checkLogs(given, file);
  const top = given.verb.startsWith('top ') ? (given.verb.includes('pod') ? 'Pod' : 'Node') : undefined;
  const named =
    top !== undefined && given.words.length === 0 ? { kind: top, name: undefined } : readTarget(given.words, top);
  if ('problem' in named) return [named.problem];
  const { kind, name } = named;
  if (kind === 'Secret' && given.verb === 'get' && given.flags.has('output'))
    return ['it would show what is in a Secret'];
  const scope = given.flags.has('all-namespaces') ? undefined : checkNamespace(kind, given);
  if (scope !== undefined) return [scope];
  if (name === undefined) return given.verb === 'wait' ? ['it names no object'] : [];
  const unseen = canBeSeen(kind, name, given, file);
  return unseen === undefined ? [] : [unseen];
}

function checkLogs(given: Arguments, file: CaseFile): string[] {
  const words = (given.words[0] ?? '').includes('/') ? given.words : ['pod', ...given.words];
  const target = findTarget({ ...given, words }, file);
  if ('problem' in target) return [target.problem];
  const names = containersOf(target.object).map((one) => one.name);
  const container = given.flags.get('container')?.[0] ?? target.rest[0];
  if (container !== undefined && !names.includes(container))
    return [`${target.kind} ${target.name} has no container ${container}`];
  return [];
}

/** Why `kubectl label`, `annotate` or `taint` would fail or do nothing. A taint may only be taken away. */
export function checkMarks(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  if (target.rest.length === 0) return ['it sets nothing'];
  return target.rest.flatMap((word) =>
    given.verb === 'taint' ? checkTaint(word, target) : checkMark(word, target, given),
  );
}

function checkMark(word: string, target: Target, given: Arguments): string[] {
  const equals = word.indexOf('=');
  const key = equals < 0 ? word.replace(/-$/u, '') : word.slice(0, equals);
  const labels = given.verb === 'label';
  const present = labels ? target.object.metadata?.labels : target.object.metadata?.annotations;
  const old = present?.[key];
  if (!isLabelKey(key)) return [`${key} is no valid key`];
  if (equals < 0) {
    if (!word.endsWith('-')) return [`${word} sets nothing`];
    return old === undefined ? [`${target.kind} ${target.name} has no ${key}`] : [];
  }
  const value = word.slice(equals + 1);
  if (labels && !isLabelValue(value)) return [`${value} is no valid value of a label`];
  if (old === value) return ['it would change nothing'];
  return old !== undefined && !given.flags.has('overwrite') ? [`${key} is set already and needs --overwrite`] : [];
}

function checkTaint(word: string, target: Target): string[] {
  const match = /^([^=:]{1,253})(?:=([^:]{0,63}))?(?::(\w{1,20}))?-$/u.exec(word);
  if (target.kind !== 'Node' || match === null) return ['a taint may only be taken away from a node'];
  const found = listAt(target.object.spec, 'taints').some(
    (taint) => textAt(taint, 'key') === match[1] && (match[3] === undefined || textAt(taint, 'effect') === match[3]),
  );
  return found ? [] : [`Node ${target.name} has no such taint`];
}

/** Why `kubectl uncordon` would do nothing. */
export function checkUncordon(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file, 'Node');
  if ('problem' in target) return [target.problem];
  return at(target.object.spec, 'unschedulable') === true ? [] : [`Node ${target.name} is not cordoned`];
}

const recreating = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'ReplicationController']);

/** Why a pod must not be deleted: only one that its controller creates again may go, one at a time. */
export function checkDeletePod(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  if (target.rest.length > 0) return ['it deletes more than one pod'];
  const controller = controllerOf(target.object);
  return controller !== undefined && recreating.has(controller)
    ? []
    : [`nothing would create the pod ${target.name} again`];
}

function controllerOf(pod: KubeObject): string | undefined {
  return pod.metadata?.ownerReferences?.find((owner) => owner.controller === true)?.kind;
}

/** Why something must not, or could not, be created. Made-up contents of a ConfigMap or Secret are never verified. */
export function checkCreate(given: Arguments, file: CaseFile): string[] {
  const name = given.words.find((word) => !['generic', 'tls', 'docker-registry'].includes(word));
  if (name === undefined || !isObjectName(name)) return ['it has no valid name'];
  switch (given.verb) {
    case 'create serviceaccount':
      if (given.namespace !== file.workload.namespace) return ['it names another namespace'];
      return isSaidMissing(file, 'ServiceAccount', name) ? [] : [`nothing says that ServiceAccount ${name} is missing`];
    case 'create job': {
      const [kind, cronJob = ''] = (given.flags.get('from')?.[0] ?? '').split('/');
      if (kind !== 'cronjob' && kind !== 'cj') return ['only a CronJob can be run again'];
      const source: KubeObject | undefined = findObject(file, 'CronJob', cronJob, given.namespace);
      if (source === undefined) return [`CronJob ${cronJob} is not among the objects of this case`];
      return findObject(file, 'Job', name, given.namespace) === undefined ? [] : [`there is a Job ${name} already`];
    }
    case 'create priorityclass':
      return ['the right priority is not known'];
    default:
      return ['the right contents are not known'];
  }
}
