import { describe } from '../kubectl.ts';
import type { Rule } from '../rule.ts';
import { specPatch } from './proposed-commands.ts';

/** A pod whose containers are ready and that waits for a condition which a controller should set. */
export const readinessGate: Rule = {
  id: 'probe/readiness-gate',
  rank: 'exact',
  explain: (view) => {
    const conditions = view.pod?.status?.conditions ?? [];
    const ready = conditions.find((one) => one.type === 'Ready');
    const containersReady = conditions.find((one) => one.type === 'ContainersReady');
    if (ready?.status !== 'False' || containersReady?.status !== 'True') return undefined;
    const open = (view.pod?.spec?.readinessGates ?? [])
      .map((gate) => gate.conditionType ?? '')
      .filter((type) => conditions.find((one) => one.type === type)?.status !== 'True');
    if (open.length === 0) return undefined;
    const set = conditions.find((one) => one.type === open[0]);
    const name = view.pod?.metadata?.name ?? '';
    const state =
      set === undefined
        ? 'no controller has set that condition'
        : `that condition is ${set.status ?? 'Unknown'}${set.message ? ` (${set.message})` : ''}`;
    return {
      rootCause: `Pod ${name} has the readiness gate ${open.join(', ')} (readinessGates), and ${state}, so it is not Ready although its containers are.`,
      confidence: 'high',
      cites: [{ source: 'condition Ready', text: `${ready.reason ?? ''}: ${ready.message ?? ''}` }],
      fixes: [
        { summary: `Bring back the controller that sets ${open[0] ?? ''} (a load balancer's or service mesh's)` },
        specPatch(view, 'Or remove readinessGates from the pod template, if nothing sets it any more', {
          readinessGates: null,
        }),
        { summary: 'Look at the pod', command: describe({ kind: 'Pod', name, namespace: view.namespace }) },
      ],
    };
  },
};
