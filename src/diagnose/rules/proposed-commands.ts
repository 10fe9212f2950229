import type { KubeVolume } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { kubectl, patch, templatePatch } from '../kubectl.ts';
import { formatBytes, parseQuantity } from '../quantity.ts';
import type { ProposedFix } from '../rule.ts';

/** Commands that create a missing ConfigMap or Secret; its contents are for a person to fill in. */
export function createObject(view: CaseView, kind: string, name: string, keys: readonly string[]): ProposedFix {
  const words = kind === 'Secret' ? ['secret', 'generic'] : ['configmap'];
  const contents = (keys.length > 0 ? keys : ['REPLACE_ME']).map((key) => `--from-literal=${key}=REPLACE_ME`);
  return {
    summary: `Create ${kind} ${name}${keys.length > 0 ? ` with ${keys.length > 1 ? 'the keys' : 'the key'} ${keys.join(', ')}` : ''}`,
    command: kubectl(view.namespace, 'create', ...words, name, ...contents),
  };
}

/** A strategic patch of one container in the workload's template. */
export function containerPatch(view: CaseView, container: string, summary: string, change: object): ProposedFix {
  const list =
    view.podSpec?.initContainers?.some((one) => one.name === container) === true ? 'initContainers' : 'containers';
  const body = templatePatch(view.target.kind, { [list]: [{ name: container, ...change }] });
  return body === undefined ? { summary } : { summary, command: patch(view.target, body) };
}

/** A patch of the pod spec in the workload's template. */
export function specPatch(view: CaseView, summary: string, spec: object): ProposedFix {
  const body = templatePatch(view.target.kind, spec);
  return body === undefined ? { summary } : { summary, command: patch(view.target, body) };
}

/** Twice the sizeLimit of an emptyDir; undefined where it has none, or its memory would not fit into the container's limit. */
export function largerEmptyDir(view: CaseView, volume: KubeVolume | undefined): ProposedFix | undefined {
  const limit = parseQuantity(volume?.emptyDir?.sizeLimit);
  if (volume?.name === undefined || limit === undefined || limit === 0) return undefined;
  const memory = volume.emptyDir?.medium === 'Memory';
  const room = parseQuantity(view.spec?.resources?.limits?.memory);
  if (memory && room !== undefined && room < limit * 3) return undefined;
  const sizeLimit = formatBytes(limit * 2);
  return specPatch(
    view,
    `Raise the sizeLimit of emptyDir ${volume.name}, to ${sizeLimit} for example${memory ? ' (it counts as memory)' : ''}`,
    { volumes: [{ name: volume.name, emptyDir: { sizeLimit } }] },
  );
}
