import type { CaseView } from '../case-view.ts';
import { kubectl, patch, templatePatch } from '../kubectl.ts';
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
