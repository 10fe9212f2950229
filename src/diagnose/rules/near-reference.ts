import { isTypingSlip } from '../../lib/typing-slip.ts';
import type { KubePod } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { jsonPatch } from '../kubectl.ts';
import type { ProposedFix } from '../rule.ts';
import { usesOf } from './references.ts';
import { hasTemplate } from './signs/common-fixes.ts';

/**
 * Corrects the name of a ConfigMap or Secret that is missing, to one that differs by a slip of the fingers and that a ready
 * pod uses: it exists, then, though it cannot be read here. Empty when there is none.
 */
export function correctName(view: CaseView, kind: string, wrong: string): readonly ProposedFix[] {
  const right = usedByReadyPods(view, kind).find(({ name }) => isTypingSlip(name, wrong))?.name;
  if (right === undefined) return [];
  const paths = usesOf(view.template?.spec, kind, wrong).map(({ namePath }) => namePath);
  const summary = `Use ${kind} ${right}, which other pods use; ${wrong} looks misspelt`;
  return replaceAt(view, paths, wrong, right, summary);
}

/** The same for a key that a ConfigMap or Secret does not have. */
export function correctKey(view: CaseView, kind: string, name: string, wrong: string): readonly ProposedFix[] {
  const keys = usedByReadyPods(view, kind).flatMap((use) => (use.name === name ? (use.key ?? []) : []));
  const right = keys.find((key) => isTypingSlip(key, wrong));
  if (right === undefined) return [];
  const uses = usesOf(view.template?.spec, kind, name).filter(({ key }) => key === wrong);
  const paths = uses.flatMap(({ keyPath }) => keyPath ?? []);
  const summary = `Use the key ${right} of ${kind} ${name}, as other pods do; ${wrong} looks misspelt`;
  return replaceAt(view, paths, wrong, right, summary);
}

function usedByReadyPods(view: CaseView, kind: string) {
  const pods = [...view.file.pods, ...view.file.neighbours].filter(isReady);
  return pods.flatMap(({ spec }) => usesOf(spec, kind));
}

function isReady(pod: KubePod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

function replaceAt(
  view: CaseView,
  paths: readonly string[],
  wrong: string,
  right: string,
  summary: string,
): readonly ProposedFix[] {
  if (!hasTemplate(view.target) || paths.length === 0) return [{ summary }];
  const base = view.target.kind === 'CronJob' ? '/spec/jobTemplate/spec/template/spec' : '/spec/template/spec';
  const operations = [...new Set(paths)].flatMap((path) => [
    { op: 'test' as const, path: base + path, value: wrong },
    { op: 'replace' as const, path: base + path, value: right },
  ]);
  return [{ summary, command: jsonPatch(view.target, operations) }];
}
