import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { eventMessages, failureMessages, messageRule } from './message-rule.ts';
import type { Message, Said } from './message-rule.ts';

/** What controllers say when they cannot create pods (or a CronJob its Job, a StatefulSet its claims). */
function admissionMessages(view: CaseView): readonly Message[] {
  const events = eventMessages(view, 'FailedCreate', 'FailedDaemonPod');
  const own = view.failure.kind === 'CreateFailed' ? failureMessages(view) : [];
  const conditions = (view.owner?.status?.conditions ?? [])
    .filter((one) => one.type === 'ReplicaFailure' && one.status === 'True')
    .map((one) => ({ source: `condition ReplicaFailure`, text: one.message ?? '' }));
  if (view.failure.kind !== 'CreateFailed' && view.failure.kind !== 'RolloutStuck') return [];
  return [...own, ...events, ...conditions];
}

interface AdmissionRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly rank?: Rule['rank'];
  readonly say: (match: RegExpExecArray, view: CaseView, who: string) => Said | undefined;
}

/** A rule about one reason why a pod is not admitted; `who` is `Deployment web`. */
export function admissionRule({ id, pattern, rank = 'object', say }: AdmissionRule): Rule {
  return messageRule({
    id: `admission/${id}`,
    rank,
    messages: admissionMessages,
    pattern,
    say: (match, view) => say(match, view, `${view.target.kind} ${view.target.name}`),
  });
}

/** `3 of 5 pods are missing`, from the owner's status. */
export function missingPods(view: CaseView): number {
  const wanted = view.owner?.spec?.replicas ?? view.owner?.status?.desiredNumberScheduled ?? 1;
  return Math.max(1, wanted - (view.owner?.status?.replicas ?? 0));
}
