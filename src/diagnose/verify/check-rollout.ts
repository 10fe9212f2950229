import type { CaseFile } from '../../model/case-file.ts';
import type { KubeObject, KubeWorkload } from '../../model/kube-objects.ts';
import { revisionsOf } from '../revisions.ts';
import { findTarget } from './find-target.ts';
import { at } from './json.ts';
import type { Arguments } from './read-arguments.ts';

const rollable = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

/** Why `kubectl rollout …` would fail or do nothing. */
export function checkRollout(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  if (target.rest.length > 0) return ['it names more than one object'];
  if (!rollable.has(target.kind)) return [`a ${target.kind} has no rollouts`];
  const workload: KubeWorkload = target.object as KubeWorkload;
  const paused = workload.spec?.paused === true;
  switch (given.verb) {
    case 'rollout undo':
      return paused ? ['the rollout is paused'] : checkRevision(given, file, workload);
    case 'rollout restart':
      return paused ? ['the rollout is paused'] : [];
    case 'rollout resume':
      return paused ? [] : ['the rollout is not paused'];
    default:
      return [];
  }
}

function checkRevision(given: Arguments, file: CaseFile, workload: KubeWorkload): string[] {
  const revisions = revisionsOf(workload, file.owners);
  const text = given.flags.get('to-revision')?.[0];
  const wanted = text === undefined ? revisions.at(-2) : revisions.find((one) => String(one.number) === text);
  if (text !== undefined && !/^[1-9]\d{0,9}$/u.test(text)) return [`${text} is no revision`];
  if (wanted === undefined)
    return [text === undefined ? 'there is no earlier revision' : `there is no revision ${text}`];
  return wanted === revisions.at(-1) ? [`revision ${String(wanted.number)} is the present one`] : [];
}

/** Why `kubectl scale` would fail, or destroy data. */
export function checkScale(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  if (!['Deployment', 'StatefulSet', 'ReplicaSet'].includes(target.kind)) return [`a ${target.kind} cannot be scaled`];
  const text = given.flags.get('replicas')?.[0] ?? '';
  if (!/^\d{1,5}$/u.test(text)) return ['it names no number of replicas'];
  const present = at(target.object.spec, 'replicas') ?? 1;
  if (Number(text) === present) return ['it would change nothing'];
  if (Number(text) < Number(present) && deletesClaims(target.object))
    return ['scaling down would delete the claims of the StatefulSet'];
  return [];
}

function deletesClaims(object: KubeObject): boolean {
  return at(object.spec, 'persistentVolumeClaimRetentionPolicy', 'whenScaled') === 'Delete';
}
