import type { KubePod } from '../model/kube-objects.ts';
import type { CaseView } from './case-view.ts';
import { rolloutUndo } from './kubectl.ts';
import { revisionsOf } from './revisions.ts';
import type { Revision } from './revisions.ts';
import type { ProposedFix } from './rule.ts';
import { templateDiff } from './template-diff.ts';

/** What changed before the failure began, in words, and the way back where there is one. */
export interface Change {
  /** `began 90 s after rollout 42 (image 1.4.1 → 1.5.0)`. */
  readonly text: string;
  /** Each difference of the template, e.g. `env REGION removed`; empty after a mere restart. */
  readonly differences: readonly string[];
  readonly fix?: ProposedFix;
}

// A failure that begins later than this after a rollout has another cause, as a rule; earlier only by the clocks' skew.
const longestDelayMs = 60 * 60 * 1000;
const skewMs = 10 * 1000;
const shownDifferences = 3;

/**
 * Compares the template of the failing revision (ReplicaSet or ControllerRevision) with the one before it. Undefined when
 * there is none, when the failure began before the rollout or more than an hour after it, or when newer pods are of another
 * revision than the failing one.
 */
export function whatChanged(view: CaseView): Change | undefined {
  try {
    return compare(view);
  } catch {
    // Templates of an odd shape (a bundle may be written by hand) tell no change, and must not cost the diagnosis.
    return undefined;
  }
}

function compare(view: CaseView): Change | undefined {
  const { owner, failure } = view;
  if (owner === undefined) return undefined;
  const revisions = revisionsOf(owner, view.file.owners);
  const present = revisions.at(-1);
  const previous = revisions.at(-2);
  if (present === undefined || previous === undefined || !isOf(view.pod, present)) return undefined;
  // A ReplicaSet that a roll-back took up again is older than the one it replaced: the time of that rollout is not known.
  const rolledOutAtMs = present.createdAtMs > previous.createdAtMs ? present.createdAtMs : undefined;
  const delayMs = rolledOutAtMs === undefined ? undefined : failure.sinceMs - rolledOutAtMs;
  if (delayMs !== undefined && (delayMs < -skewMs || delayMs > longestDelayMs)) return undefined;

  const differences = templateDiff(previous.template, present.template);
  const when = delayMs === undefined ? 'after' : `${inWords(Math.max(0, delayMs))} after`;
  const what = differences.length === 0 ? 'a restart' : summarize(differences);
  const text = `began ${when} rollout ${present.number} (${what})`;
  if (differences.length === 0 || neverWorked(view, previous)) return { text, differences };
  const fix = {
    summary: `Go back to revision ${previous.number}, the one before (undoes: ${summarize(differences)})`,
    command: rolloutUndo(view.target, previous.number),
  };
  return { text, differences, fix };
}

function summarize(differences: readonly string[]): string {
  const shown = differences.slice(0, shownDifferences).join(', ');
  const more = differences.length - shownDifferences;
  return more > 0 ? `${shown} and ${more} more` : shown;
}

function isOf(pod: KubePod | undefined, revision: Revision): boolean {
  const labels = pod?.metadata?.labels ?? {};
  const hash = labels['pod-template-hash'] ?? labels['controller-revision-hash'];
  return hash === undefined || revision.name === hash || revision.name.endsWith(`-${hash}`);
}

// Going back helps little when the pods of the revision before are not ready either.
function neverWorked(view: CaseView, previous: Revision): boolean {
  const former = view.file.pods.filter((pod) => pod !== view.pod && hasRevision(pod) && isOf(pod, previous));
  return former.length > 0 && former.every((pod) => !isReady(pod));
}

function hasRevision(pod: KubePod): boolean {
  const labels = pod.metadata?.labels ?? {};
  return (labels['pod-template-hash'] ?? labels['controller-revision-hash']) !== undefined;
}

function isReady(pod: KubePod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

function inWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
