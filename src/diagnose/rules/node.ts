import { describe } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite, Rule } from '../rule.ts';
import { eventMessages } from './message-rule.ts';
import { nodeName, nodeStatus } from './nodes.ts';

const notReady: Rule = {
  id: 'node/not-ready',
  rank: 'object',
  explain: (view) => {
    const { pod, node } = view;
    const name = pod?.spec?.nodeName;
    if (pod === undefined || name === undefined) return undefined;
    const ready = node === undefined ? undefined : nodeStatus(node).conditions?.find((one) => one.type === 'Ready');
    const lost = ready !== undefined && ready.status !== 'True';
    const said = view.eventsWith('NodeNotReady').at(-1);
    const podReady = pod.status?.conditions?.find((one) => one.type === 'Ready');
    // The controller marks pods of a lost node not ready while their containers still count as ready.
    const marked =
      podReady?.status === 'False' &&
      pod.status?.conditions?.find((one) => one.type === 'ContainersReady')?.status === 'True' &&
      (pod.spec?.readinessGates ?? []).length === 0;
    if (!lost && !(marked && (ready === undefined || said !== undefined))) return undefined;
    if (!lost && ready?.status === 'True' && said === undefined) return undefined;
    const silent = ready?.status === 'Unknown' || ready?.message?.includes('stopped posting') === true;
    const why =
      ready === undefined
        ? 'its node controller says NodeNotReady'
        : silent
          ? 'its kubelet stopped posting node status (the machine, its network or its kubelet is down)'
          : (ready.message ?? ready.reason ?? '');
    const cites: Cite[] =
      ready === undefined
        ? []
        : [{ source: `node ${name}`, text: `Ready ${ready.status ?? ''}: ${ready.message ?? ''}` }];
    if (said !== undefined) cites.push({ source: 'event NodeNotReady', text: said.message ?? '' });
    return {
      rootCause: `Node ${name} is not ready (NotReady): ${why}; pod ${pod.metadata?.name ?? ''} runs there and is not Ready with it.`,
      confidence: lost ? 'high' : 'medium',
      cites,
      fixes: [
        { summary: `Bring node ${name} back (machine, network, kubelet, container runtime)` },
        { summary: 'Look at the node', command: describe({ kind: 'Node', name }) },
      ],
      causedBy: { kind: 'Node', name },
    };
  },
};

const pressure: Rule = {
  id: 'node/pressure',
  rank: 'fallback',
  explain: (view) => {
    const { node } = view;
    if (node === undefined) return undefined;
    const bad = nodeStatus(node).conditions?.find((one) => one.status === 'True' && one.type !== 'Ready');
    if (bad === undefined) return undefined;
    return {
      rootCause: `Node ${nodeName(node)}, where the pod runs, has the condition ${bad.type ?? ''}: ${bad.message ?? ''}.`,
      confidence: 'low',
      cites: [{ source: `node ${nodeName(node)}`, text: `${bad.type ?? ''}: ${bad.message ?? ''}` }],
      fixes: [{ summary: 'Look at the node', command: describe({ kind: 'Node', name: nodeName(node) }) }],
    };
  },
};

const statusUnknown: Rule = {
  id: 'node/container-status-unknown',
  rank: 'specific',
  explain: (view: CaseView) => {
    if (view.exit?.reason !== 'ContainerStatusUnknown') return undefined;
    const node = view.pod?.spec?.nodeName ?? '';
    const restart = eventMessages(view, 'Rebooted', 'Starting').find((one) => /reboot/iu.test(one.text));
    return {
      rootCause: `Container ${view.container ?? ''} was lost by its node ${node} (ContainerStatusUnknown): the node restarted or its container runtime lost the container${restart === undefined ? '' : ' (the node was rebooted)'}.`,
      confidence: 'medium',
      cites: [
        { source: `last state of container ${view.container ?? ''}`, text: view.exit.message ?? view.exit.reason },
        ...(restart === undefined ? [] : [{ source: restart.source, text: restart.text }]),
      ],
      fixes: [{ summary: 'Look at the node', command: describe({ kind: 'Node', name: node }) }],
    };
  },
};

/** The pod's node is the cause. */
export const nodeRules: readonly Rule[] = [notReady, statusUnknown, pressure];
