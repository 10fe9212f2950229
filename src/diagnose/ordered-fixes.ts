import type { CaseFile } from '../model/case-file.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { CaseView } from './case-view.ts';
import { kubectl } from './kubectl.ts';
import type { Finding, ProposedFix } from './rule.ts';
import { verifyFixes } from './verify.ts';
import type { Change } from './what-changed.ts';

const mostFixes = 5;

/**
 * All fixes of a case, verified, in the order to show them: as the rule gives them, then the way back to the revision before.
 * When the rule's first fix has no command that holds and the roll-back has one, the roll-back comes first: it can be run now.
 */
export function orderedFixes(
  found: Pick<Finding, 'fixes' | 'causedBy'>,
  change: Change | undefined,
  view: CaseView,
  file: CaseFile,
): readonly Fix[] {
  // Another object's failure is not undone by an earlier template.
  const [back] = change?.fix === undefined || found.causedBy !== undefined ? [] : verifyFixes([change.fix], file);
  const own = distinct(verifyFixes(found.fixes, file));
  const backFirst = back?.verified === true && own[0]?.verified !== true;
  const fixes = back === undefined ? own : distinct(backFirst ? [back, ...own] : [...own, back]);
  const shown = fixes.slice(0, mostFixes);
  const follow = followUp(shown, view);
  return follow === undefined ? shown : [...shown.slice(0, mostFixes - 1), ...verifyFixes([follow], file)];
}

/**
 * A StatefulSet waits for a pod that never became ready instead of replacing it by one of the corrected template
 * (kubernetes.io/docs/concepts/workloads/controllers/statefulset, "Forced rollback").
 */
function followUp(fixes: readonly Fix[], view: CaseView): ProposedFix | undefined {
  const name = view.pod?.metadata?.name;
  const policy = (view.owner?.spec as { readonly podManagementPolicy?: string } | undefined)?.podManagementPolicy;
  if (view.target.kind !== 'StatefulSet' || name === undefined || policy === 'Parallel') return undefined;
  const changesTemplate = fixes.some((fix) =>
    / (?:set (?:env|image|resources|serviceaccount)|patch|rollout undo) statefulset\//u.test(fix.command ?? ''),
  );
  if (!changesTemplate || isReady(view)) return undefined;
  return {
    summary: `After a change of the template delete pod ${name}: a StatefulSet does not replace a pod that never became ready`,
    command: kubectl(view.namespace, 'delete', 'pod', name),
  };
}

function isReady(view: CaseView): boolean {
  return view.pod?.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

function distinct(fixes: readonly Fix[]): Fix[] {
  const seen = new Set<string>();
  return fixes.filter((fix) => {
    const key = fix.command ?? fix.summary;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
