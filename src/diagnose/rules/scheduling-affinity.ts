import type { KubePodAffinityTerm } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { kubectl, patch, scale } from '../kubectl.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { selects, selectorWords } from './nodes.ts';
import { specPatch } from './proposed-commands.ts';
import { schedulingRule } from './scheduling-message.ts';

const antiAffinity = schedulingRule({
  id: 'pod-anti-affinity',
  pattern: /didn't match pod (?:affinity\/)?anti-affinity rules|didn't satisfy existing pods anti-affinity rules/u,
  say: (match, view, { pod, nodes, others }) => {
    const terms = view.podSpec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    if (match[0].includes('affinity/anti') && terms.length === 0) return undefined;
    const existing = match[0].includes('existing');
    const term = terms[0];
    const labels = view.template?.metadata?.labels ?? view.pod?.metadata?.labels;
    const own = term !== undefined && selects(term.labelSelector, labels);
    const replicas = view.owner?.spec?.replicas ?? 1;
    const rule =
      term === undefined
        ? 'pod anti-affinity of pods that run there'
        : `required pod anti-affinity (${termWords(term)})`;
    const what = own
      ? `allows one replica per ${domainWords(term.topologyKey)}; ${replicas} replicas on ${nodes} node(s) do not fit`
      : `keeps it away from ${nodes === 1 ? 'the only node' : `all ${nodes} nodes`}, where pods with these labels run${existing ? ' already' : ''}`;
    return {
      rootCause: `${pod}: its ${rule} ${what} (podAntiAffinity)${others}.`,
      confidence: 'high',
      fixes: antiAffinityFixes(view, own, replicas, nodes),
    };
  },
});

function antiAffinityFixes(view: CaseView, own: boolean, replicas: number, nodes: number): ProposedFix[] {
  const fixes: ProposedFix[] = [];
  if (own && nodes >= 1 && replicas > nodes)
    fixes.push({ summary: `Run as many replicas as there are nodes: ${nodes}`, command: scale(view.target, nodes) });
  if (own && replicas <= nodes && view.target.kind === 'Deployment')
    fixes.push({
      summary: 'Let a rollout stop an old pod before it starts a new one (maxSurge 0)',
      command: patch(view.target, { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } } }),
    });
  const terms = view.template?.spec?.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (terms !== undefined)
    fixes.push(
      specPatch(view, 'Prefer the spread instead of requiring it', {
        affinity: {
          podAntiAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: null,
            preferredDuringSchedulingIgnoredDuringExecution: terms.map((podAffinityTerm) => ({
              weight: 100,
              podAffinityTerm,
            })),
          },
        },
      }),
    );
  fixes.push({ summary: 'Or add a node' });
  return fixes;
}

const affinity = schedulingRule({
  id: 'pod-affinity',
  pattern: /didn't match pod affinity(?:\/anti-affinity)? rules/u,
  say: (_match, view, { pod, others }) => {
    const terms = view.podSpec?.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
    const words = terms.map(termWords).join('; ');
    return {
      rootCause: `${pod}: its required pod affinity wants to run beside pods with ${words === '' ? 'certain labels' : words}, and no such pod runs on any node (podAffinity)${others}.`,
      confidence: 'high',
      fixes: [
        { summary: `Start the pods that it wants to be near, or correct the labels in podAffinity` },
        specPatch(view, 'Or drop the required pod affinity', {
          affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: null } },
        }),
      ],
    };
  },
});

function termWords(term: KubePodAffinityTerm): string {
  return `${selectorWords(term.labelSelector)} per ${term.topologyKey ?? ''}`;
}

function domainWords(key: string | undefined): string {
  return key === 'kubernetes.io/hostname' ? 'node' : `node group (${key ?? ''})`;
}

const spread = schedulingRule({
  id: 'topology-spread',
  pattern: /didn't match pod topology spread constraints( \(missing required label\))?/u,
  say: (match, view, { pod, nodes, others }) => {
    const hard = (view.podSpec?.topologySpreadConstraints ?? []).filter(
      (one) => one.whenUnsatisfiable !== 'ScheduleAnyway',
    );
    const labels = view.objects('Node').map((node) => node.metadata?.labels ?? {});
    const absent = hard.find(
      (one) => labels.length > 0 && labels.every((set) => set[one.topologyKey ?? ''] === undefined),
    );
    const constraint = absent ?? hard[0];
    const key = constraint?.topologyKey ?? '';
    const cause =
      absent !== undefined || match[1] !== undefined
        ? `its topology spread constraint (DoNotSchedule) uses the label ${key}, which ${nodes === 1 ? 'the only node lacks' : 'nodes lack'} (missing required label)`
        : `its topology spread constraint (${key}, maxSkew ${constraint?.maxSkew ?? 1}, DoNotSchedule) leaves no node where another pod would keep the balance`;
    return {
      rootCause: `${pod}: ${cause}${others}.`,
      confidence: 'high',
      fixes: [
        specPatch(view, 'Let pods be scheduled where the spread cannot be kept: whenUnsatisfiable ScheduleAnyway', {
          topologySpreadConstraints: [{ topologyKey: key, whenUnsatisfiable: 'ScheduleAnyway' }],
        }),
        ...(key === 'kubernetes.io/hostname'
          ? []
          : [
              {
                summary: `Or label the nodes with ${key}`,
                command: kubectl(undefined, 'label', 'nodes', '--all', `${key}=REPLACE_ME`),
              },
            ]),
      ],
    };
  },
});

/** What pods ask of where other pods run. */
export const schedulingAffinityRules: readonly Rule[] = [spread, antiAffinity, affinity];
