import { jsonPatch, kubectl, patch, templatePatch } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { messageRule } from './message-rule.ts';
import { schedulingMessages, schedulingRule } from './scheduling-message.ts';

const gated: Rule = {
  id: 'scheduling/gate',
  rank: 'exact',
  explain: (view) => {
    const gates = (view.pod?.spec?.schedulingGates ?? []).map((gate) => gate.name ?? '');
    if (gates.length === 0 || view.pod?.spec?.nodeName !== undefined) return undefined;
    const condition = view.pod?.status?.conditions?.find((one) => one.type === 'PodScheduled');
    const name = view.pod?.metadata?.name ?? '';
    const several = gates.length > 1;
    return {
      rootCause: `Pod ${name} is held back by its scheduling gate${several ? 's' : ''} ${gates.join(', ')} (SchedulingGated): the controller that should remove ${several ? 'them' : 'it'} has not done so.`,
      confidence: 'high',
      cites: [{ source: `pod ${name}`, text: condition?.message ?? `schedulingGates: ${gates.join(', ')}` }],
      fixes: [
        { summary: `Run the controller that removes the scheduling gate ${gates[0] ?? ''}` },
        {
          summary: 'Or remove the gates from this pod',
          command: jsonPatch({ kind: 'Pod', name, namespace: view.namespace }, [
            { op: 'remove', path: '/spec/schedulingGates' },
          ]),
        },
      ],
    };
  },
};

const noScheduler: Rule = {
  id: 'scheduling/unknown-scheduler',
  rank: 'exact',
  explain: (view) => {
    const scheduler = view.pod?.spec?.schedulerName;
    if (view.pod === undefined || scheduler === undefined || scheduler === 'default-scheduler') return undefined;
    if (view.pod.spec?.nodeName !== undefined || view.pod.status?.phase !== 'Pending') return undefined;
    if (schedulingMessages(view).length > 0 || (view.pod.spec?.schedulingGates ?? []).length > 0) return undefined;
    const body = templatePatch(view.target.kind, { schedulerName: 'default-scheduler' });
    return {
      rootCause: `Pod ${view.pod.metadata?.name ?? ''} waits for the scheduler ${scheduler} (schedulerName), and no such scheduler picks it up: it has neither a PodScheduled condition nor events.`,
      confidence: 'high',
      cites: [
        { source: `pod ${view.pod.metadata?.name ?? ''}`, text: `schedulerName ${scheduler}, no condition, no event` },
      ],
      fixes: [
        { summary: 'Use the default scheduler', ...(body !== undefined && { command: patch(view.target, body) }) },
        { summary: `Or run the scheduler ${scheduler}` },
      ],
    };
  },
};

const noNodes = schedulingRule({
  id: 'no-nodes',
  pattern: /no nodes available to schedule pods|0\/0 nodes are available/u,
  say: (_match, _view, { pod }) => ({
    rootCause: `${pod}: the cluster has no nodes available.`,
    confidence: 'high',
    fixes: [{ summary: 'Add a node' }, { summary: 'See the nodes', command: kubectl(undefined, 'get', 'nodes') }],
  }),
});

const resourceClaim = schedulingRule({
  id: 'resource-claim',
  rank: 'object',
  pattern:
    /resourceclaim "([^"]{1,253})" not found|resourceclaim(?:template)?s?(?:\.resource\.k8s\.io)? "([^"]{1,253})" not found|cannot allocate all claims|waiting for dynamic resource|could not find device class "?([\w./-]{1,253})/iu,
  say: (match, view, { pod, others }) => {
    const name = match[1] ?? match[2] ?? match[3];
    return {
      rootCause:
        name === undefined
          ? `${pod}: no node can allocate the devices of its resource claims (cannot allocate all claims)${others}.`
          : `${pod}: the resource claim or device class ${name} does not exist (not found)${others}.`,
      confidence: 'high',
      fixes: [
        { summary: 'Create the claim, or install the driver that offers the devices' },
        {
          summary: 'See the claims',
          command: kubectl(view.namespace, 'describe', 'pod', view.pod?.metadata?.name ?? ''),
        },
      ],
    };
  },
});

const nodeNameMismatch = schedulingRule({
  id: 'node-name',
  pattern: /didn't match the requested node name/u,
  say: (_match, view, { pod }) => ({
    rootCause: `${pod}: no node has the name ${view.podSpec?.nodeName ?? ''} that its spec asks for (nodeName).`,
    confidence: 'high',
    fixes: [{ summary: 'Correct or remove nodeName in the pod template' }],
  }),
});

const unknownReason = messageRule({
  id: 'scheduling/unschedulable',
  rank: 'general',
  messages: schedulingMessages,
  pattern: /([^\n]{5,600})/u,
  say: (match, view) => ({
    rootCause: `Pod ${view.pod?.metadata?.name ?? view.failure.subject.name} cannot be scheduled: ${(match[1] ?? '').slice(0, 400)}`,
    confidence: 'medium',
    fixes: [
      {
        summary: 'Look at the pod',
        command: kubectl(view.namespace, 'describe', 'pod', view.pod?.metadata?.name ?? view.failure.subject.name),
      },
    ],
  }),
});

const neverScheduled: Rule = {
  id: 'scheduling/no-scheduler-runs',
  rank: 'fallback',
  kinds: ['Pending'],
  explain: (view: CaseView) => {
    if (view.pod === undefined || view.pod.spec?.nodeName !== undefined || schedulingMessages(view).length > 0)
      return undefined;
    return {
      rootCause: `Pod ${view.pod.metadata?.name ?? ''} is Pending and no scheduler has looked at it yet (no PodScheduled condition, no event): the scheduler does not run or is behind.`,
      confidence: 'low',
      cites: [{ source: `pod ${view.pod.metadata?.name ?? ''}`, text: 'no condition PodScheduled' }],
      fixes: [
        {
          summary: 'See whether the scheduler runs',
          command: kubectl('kube-system', 'get', 'pods', '-l', 'component=kube-scheduler'),
        },
      ],
    };
  },
};

/** Gates, other schedulers, no nodes, resource claims, and what no other rule knows. */
export const schedulingOtherRules: readonly Rule[] = [
  gated,
  noScheduler,
  noNodes,
  resourceClaim,
  nodeNameMismatch,
  unknownReason,
  neverScheduled,
];
