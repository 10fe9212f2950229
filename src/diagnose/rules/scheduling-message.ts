import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { eventMessages, messageRule } from './message-rule.ts';
import type { Message, Said } from './message-rule.ts';
import { isSelected, nodeName, taintWords, untolerated } from './nodes.ts';

/** What the scheduler last said of the pod: its PodScheduled condition, then FailedScheduling events. */
export function schedulingMessages(view: CaseView): readonly Message[] {
  const condition = view.pod?.status?.conditions?.find((one) => one.type === 'PodScheduled' && one.status === 'False');
  if (
    view.pod?.spec?.nodeName !== undefined ||
    (view.pod !== undefined && view.pod.status?.phase !== 'Pending' && condition === undefined)
  )
    return [];
  const said = condition?.message;
  return [
    ...(said === undefined || said === '' ? [] : [{ source: 'condition PodScheduled', text: said }]),
    ...eventMessages(view, 'FailedScheduling'),
  ];
}

/** The part of the scheduler's message that tells the reasons, without what preemption could not do. */
function reasonsOf(message: string): string {
  const end = message.search(/\.? ?(?:no new claims to deallocate, )?preemption: /u);
  return end < 0 ? message : message.slice(0, end);
}

interface SchedulingRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly rank?: Rule['rank'];
  readonly say: (match: RegExpExecArray, view: CaseView, context: Context) => Said | undefined;
}

/** What every sentence about scheduling may need. */
export interface Context {
  /** `Pod web-1 cannot be scheduled`. */
  readonly pod: string;
  /** `0/3 nodes`, as the scheduler counts. */
  readonly nodes: number;
  /** The other reasons that it names, ` (other nodes: …)`; empty when there is only one. */
  readonly others: string;
}

/** A rule about one reason of the scheduler. */
export function schedulingRule({ id, pattern, rank = 'exact', say }: SchedulingRule): Rule {
  return messageRule({
    id: `scheduling/${id}`,
    rank,
    messages: schedulingMessages,
    // What stands after "preemption:" repeats reasons and would mislead.
    pattern,
    say: (match, view, message) => {
      const reasons = reasonsOf(message.text);
      if (match.index >= reasons.length) return undefined;
      return say(match, view, {
        pod: `Pod ${view.pod?.metadata?.name ?? view.failure.subject.name} cannot be scheduled`,
        nodes: Number(/\b0\/(\d{1,6}) nodes/u.exec(reasons)?.[1] ?? view.objects('Node').length),
        others: otherReasons(view, reasons, match[0]),
      });
    },
  });
}

// "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {a: b}."
function otherReasons(view: CaseView, reasons: string, known: string): string {
  const list = reasons.replace(/^\d+\/\d+ nodes are available: /u, '').split(/, (?=\d+ )/u);
  const others = list
    .filter((reason) => !reason.includes(known))
    .map((reason) => named(view, reason.replace(/\.$/u, '')));
  return others.length === 0 || list.length < 2 ? '' : ` (the other nodes: ${others.join('; ')})`;
}

// The scheduler counts nodes; which ones it means, their taints and labels tell.
function named(view: CaseView, reason: string): string {
  const nodes = view.objects('Node');
  const spec = view.podSpec;
  if (reason.includes('untolerated taint')) {
    const tainted = nodes.flatMap((node) => {
      const taints = untolerated(node, spec?.tolerations);
      return taints.length === 0
        ? []
        : [`node ${nodeName(node)} has the untolerated taint ${taints.map(taintWords).join(', ')}`];
    });
    return tainted.length === 0 ? reason : tainted.slice(0, 3).join(', ');
  }
  if (/node (?:affinity|selector)/u.test(reason)) {
    const unfit = nodes.filter((node) => !isSelected(node, spec)).map(nodeName);
    return unfit.length === 0
      ? reason
      : `node ${unfit.slice(0, 3).join(', ')} does not match the pod's node affinity or selector`;
  }
  return reason;
}
