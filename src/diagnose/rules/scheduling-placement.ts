import type { KubePodSpec } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { kubectl, scale } from '../kubectl.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { meets, nodeName, nodeSpec, podsOn, requirementWords, taintWords, untolerated } from './nodes.ts';
import { specPatch } from './proposed-commands.ts';
import { schedulingAffinityRules } from './scheduling-affinity.ts';
import { schedulingRule } from './scheduling-message.ts';

const taint = schedulingRule({
  id: 'untolerated-taint',
  pattern: /(?:untolerated taint(?:\(s\))?|had taints? )(?: ?\{([^:}]{1,253}): ?([^}]{0,63})\})?/u,
  say: (match, view, { pod, nodes, others }) => {
    const tainted = view.objects('Node').flatMap((node) => {
      const taints = untolerated(node, view.podSpec?.tolerations).filter(
        (one) => match[1] === undefined || one.key === match[1],
      );
      return taints.length > 0 ? [{ node, taints }] : [];
    });
    const first = tainted[0]?.taints[0];
    const key = first?.key ?? match[1];
    const trouble = key === undefined ? undefined : troubles[key];
    const where = tainted
      .map(({ node }) => nodeName(node))
      .slice(0, 3)
      .join(', ');
    if (trouble !== undefined) {
      return {
        rootCause: `${pod}: ${where === '' ? `${nodes} node(s)` : `node ${where}`} ${trouble} and has the taint ${key ?? ''}, which the pod does not tolerate${others}.`,
        confidence: 'high',
        fixes: [{ summary: 'Bring the node back in order; Kubernetes takes the taint away by itself' }],
        ...(tainted[0] && { causedBy: { kind: 'Node', name: nodeName(tainted[0].node) } }),
      };
    }
    const words =
      first === undefined
        ? key === undefined
          ? 'a taint'
          : `the taint ${key}${match[2] ? `=${match[2]}` : ''}`
        : `the taint ${(tainted[0]?.taints ?? []).map(taintWords).join(', ')}`;
    const near = view.podSpec?.tolerations?.find((one) => one.key === key && one.operator !== 'Exists');
    const only = near === undefined ? '' : `; it tolerates ${near.key ?? ''}=${near.value ?? ''} only`;
    return {
      rootCause: `${pod}: ${where === '' ? `${nodes} node(s)` : `node ${where}`} ${tainted.length > 1 ? 'have' : 'has'} ${words}, and the pod has no toleration for it (untolerated taint)${only}${others}.`,
      confidence: 'high',
      fixes:
        first === undefined
          ? [{ summary: 'Add a toleration for the taint' }]
          : [
              specPatch(view, `Let the pods tolerate ${(tainted[0]?.taints ?? []).map(taintWords).join(', ')}`, {
                tolerations: [
                  ...(view.template?.spec?.tolerations ?? []),
                  ...(tainted[0]?.taints ?? []).map((one) => ({
                    key: one.key,
                    operator: one.value ? 'Equal' : 'Exists',
                    ...(one.value && { value: one.value }),
                    effect: one.effect,
                  })),
                ],
              }),
              {
                summary: 'Or take the taint away, if the node is meant for all pods',
                command: kubectl(
                  undefined,
                  'taint',
                  'nodes',
                  nodeName(tainted[0]?.node ?? {}),
                  ...(tainted[0]?.taints ?? []).map((one) => `${one.key}:${one.effect}-`),
                ),
              },
            ],
    };
  },
});

// https://kubernetes.io/docs/reference/labels-annotations-taints/
const troubles: Readonly<Record<string, string>> = {
  'node.kubernetes.io/not-ready': 'is not ready',
  'node.kubernetes.io/unreachable': 'is unreachable',
  'node.kubernetes.io/memory-pressure': 'is under memory pressure',
  'node.kubernetes.io/disk-pressure': 'is under disk pressure',
  'node.kubernetes.io/pid-pressure': 'has too many processes (PID pressure)',
  'node.kubernetes.io/network-unavailable': 'has no network',
  'node.cloudprovider.kubernetes.io/uninitialized': 'is not yet initialized by its cloud provider',
};

const cordoned = schedulingRule({
  id: 'cordoned',
  pattern: /node\(s\) were unschedulable|\{node\.kubernetes\.io\/unschedulable: ?\}/u,
  say: (_match, view, { pod, nodes, others }) => {
    const names = view
      .objects('Node')
      .filter((node) => nodeSpec(node).unschedulable === true)
      .map(nodeName);
    return {
      rootCause: `${pod}: ${names.length > 0 ? `node ${names.join(', ')} is` : `${nodes} node(s) are`} cordoned (unschedulable)${others}.`,
      confidence: 'high',
      fixes: names.slice(0, 1).map((name) => ({
        summary: `Let node ${name} take pods again, if its maintenance is over`,
        command: kubectl(undefined, 'uncordon', name),
      })),
    };
  },
});

const nodeSelection = schedulingRule({
  id: 'node-selector',
  pattern: /didn't match (?:Pod's )?node (?:affinity\/selector|affinity|selector)|didn't match Pod's node affinity/iu,
  say: (_match, view, { pod, nodes, others }) => {
    const list = view.objects('Node');
    const labels = list.map((node) => node.metadata?.labels ?? {});
    const selector = Object.entries(view.podSpec?.nodeSelector ?? {});
    const missing = selector.filter(([key, value]) => !labels.some((one) => one[key] === value));
    const wanted = missing.length > 0 ? missing : selector;
    if (wanted.length > 0) {
      const words = wanted.map(([key, value]) => `${key}=${value}`).join(', ');
      const seen = wanted.flatMap(([key]) =>
        [...new Set(labels.flatMap((one) => one[key] ?? []))].map((value) => `${key}=${value}`),
      );
      return {
        rootCause: `${pod}: its nodeSelector wants the label ${words}, which ${nodes === 1 ? 'the only node does not have' : `none of ${nodes} nodes has`}${seen.length > 0 ? ` (there is ${seen.slice(0, 3).join(', ')})` : ''}: no node matches the node selector${others}.`,
        confidence: 'high',
        fixes: selectorFixes(view, wanted[0] ?? ['', ''], labels, list.map(nodeName)),
      };
    }
    const terms = requiredTerms(view.podSpec);
    const failing = terms.flatMap((term) => term.filter((one) => !labels.some((set) => meets(set, one))));
    const unmet = (failing.length > 0 ? failing : terms.flat()).map(requirementWords);
    return {
      rootCause: `${pod}: its required node affinity ${unmet.length > 0 ? `(${[...new Set(unmet)].slice(0, 4).join('; ')}) ` : ''}matches no label of ${nodes === 1 ? 'the only node' : `the ${nodes} nodes`}: no node matches the node affinity${others}.`,
      confidence: 'high',
      fixes: affinityFixes(view, list.map(nodeName), failing[0]),
    };
  },
});

function requiredTerms(spec: KubePodSpec | undefined) {
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms.map((term) => term.matchExpressions ?? []);
}

function selectorFixes(
  view: CaseView,
  [key, value]: readonly [string, string],
  labels: readonly Readonly<Record<string, string>>[],
  nodes: readonly string[],
): ProposedFix[] {
  const present = [...new Set(labels.flatMap((one) => one[key] ?? []))];
  const fixes: ProposedFix[] = [];
  if (present.length === 1 && present[0] !== undefined)
    fixes.push(
      specPatch(view, `Select the label that there is: ${key}=${present[0]}`, { nodeSelector: { [key]: present[0] } }),
    );
  if (nodes.length === 1 && nodes[0] !== undefined)
    fixes.push({
      summary: 'Label the node, if it is meant to run these pods',
      command: kubectl(
        undefined,
        'label',
        'node',
        nodes[0],
        `${key}=${value}`,
        ...(present.length > 0 ? ['--overwrite'] : []),
      ),
    });
  else
    fixes.push({
      summary: 'Label a node that is meant to run these pods',
      command: kubectl(undefined, 'label', 'node', 'REPLACE_ME', `${key}=${value}`),
    });
  fixes.push(specPatch(view, 'Or drop the selector', { nodeSelector: { [key]: null } }));
  return fixes;
}

function affinityFixes(
  view: CaseView,
  nodes: readonly string[],
  requirement: { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] } | undefined,
): ProposedFix[] {
  const fixes: ProposedFix[] = [];
  if (requirement?.key !== undefined && (requirement.operator === 'In' || requirement.operator === 'Exists'))
    fixes.push({
      summary: 'Label a node that is meant to run these pods',
      command: kubectl(
        undefined,
        'label',
        'node',
        nodes.length === 1 ? (nodes[0] ?? '') : 'REPLACE_ME',
        `${requirement.key}=${requirement.values?.[0] ?? 'true'}`,
      ),
    });
  fixes.push(
    specPatch(view, 'Or drop the required node affinity', {
      affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: null } },
    }),
  );
  return fixes;
}

const hostPort = schedulingRule({
  id: 'host-port',
  pattern: /didn't have free ports for the requested pod ports/u,
  say: (_match, view, { pod, nodes, others }) => {
    const ports = view.containers
      .flatMap((one) => (one.ports ?? []).map((port) => ({ container: one.name ?? '', host: hostPortOf(view, port) })))
      .filter((one) => one.host !== undefined);
    const taken = view
      .objects('Node')
      .flatMap((node) =>
        podsOn(view, nodeName(node)).filter(
          (other) =>
            other !== view.pod &&
            (other.spec?.containers ?? []).some((one) =>
              (one.ports ?? []).some((port) =>
                ports.some(({ host }) => host === (port as { hostPort?: number }).hostPort),
              ),
            ),
        ),
      );
    const list = [...new Set(ports.map((one) => String(one.host)))].join(', ');
    const replicas = view.owner?.spec?.replicas ?? 1;
    const by = taken
      .map((one) => one.metadata?.name ?? '')
      .slice(0, 2)
      .join(', ');
    return {
      rootCause: `${pod}: it wants host port ${list}, which is already in use on ${nodes === 1 ? 'the only node' : `all ${nodes} nodes`}${by === '' ? '' : ` by pod ${by}`}: no free ports (hostPort)${others}.`,
      confidence: 'high',
      fixes: [
        { summary: 'Drop hostPort and reach the pods through a Service' },
        ...(replicas > nodes && nodes > 0
          ? [{ summary: `Or run one replica per node: ${nodes}`, command: scale(view.target, nodes) }]
          : []),
      ],
    };
  },
});

function hostPortOf(view: CaseView, port: { readonly containerPort?: number }): number | undefined {
  return (
    (port as { readonly hostPort?: number }).hostPort ??
    (view.podSpec?.hostNetwork === true ? port.containerPort : undefined)
  );
}

/** Taints, selectors, affinities, spread, ports. */
export const schedulingPlacementRules: readonly Rule[] = [
  hostPort,
  ...schedulingAffinityRules,
  nodeSelection,
  cordoned,
  taint,
];
