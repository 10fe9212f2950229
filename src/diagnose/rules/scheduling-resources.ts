import type { KubeContainer } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { scale, setResources } from '../kubectl.ts';
import { formatResource, parseQuantity } from '../quantity.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import {
  allocatable,
  eligibleNodes,
  knownRequests,
  largestNode,
  nodeName,
  podsOn,
  requestOf,
  untolerated,
  mostOf,
} from './nodes.ts';
import { schedulingRule } from './scheduling-message.ts';

/** The container that asks for most of a resource, with the text of its request. */
function largestRequest(
  view: CaseView,
  resource: string,
): { readonly container: KubeContainer; readonly text: string; readonly amount: number } | undefined {
  const all = view.containers.flatMap((container) => {
    const text = container.resources?.requests?.[resource] ?? container.resources?.limits?.[resource];
    const amount = parseQuantity(text);
    return text === undefined || amount === undefined ? [] : [{ container, text, amount }];
  });
  return all.sort((a, b) => b.amount - a.amount)[0];
}

const names: Readonly<Record<string, string>> = {
  cpu: 'CPU',
  memory: 'memory',
  'ephemeral-storage': 'ephemeral storage',
};

function amountWords(resource: string, text: string): string {
  return resource === 'cpu' || resource === 'memory' || resource === 'ephemeral-storage'
    ? `${text} ${names[resource] ?? resource}`
    : `${text} ${resource}`;
}

const insufficient = schedulingRule({
  id: 'insufficient-resource',
  pattern: /Insufficient ([a-z0-9][\w./-]{0,200}?)(?=,|\.? |\.?$)/u,
  say: (match, view, { pod, nodes, others }) => {
    const resource = (match[1] ?? '').replace(/\.$/u, '');
    if (resource === 'pods') return tooMany(view, pod, nodes, others);
    const total = requestOf(view.podSpec, resource);
    const largest = largestRequest(view, resource);
    const best = largestNode(view, resource);
    const most = best === undefined ? undefined : allocatable(best, resource);
    // A node that has the resource but keeps the pod away by a taint is the nearer cause.
    const richest = mostOf(view.objects('Node'), resource);
    if (resource.includes('/') && richest !== undefined && allocatable(richest, resource) >= total && total > 0)
      if (untolerated(richest, view.podSpec?.tolerations).length > 0) return undefined;
    const asked = largest === undefined ? `its request for ${resource}` : amountWords(resource, largest.text);
    const inAll = largest !== undefined && total > largest.amount ? ` (${formatResource(resource, total)} in all)` : '';
    const who = largest?.container.name === undefined ? '' : ` for container ${largest.container.name}`;
    return {
      rootCause: `${pod}: it requests ${asked}${who}${inAll}, ${whatThereIs(view, resource, total, most, best && nodeName(best), nodes)}: Insufficient ${resource}${others}.`,
      confidence: 'high',
      fixes: [
        ...lowerRequest(view, resource, largest),
        {
          summary:
            most === 0
              ? `Add a node that offers ${resource} (with its device plugin)`
              : `Add a node with more free ${names[resource] ?? resource}`,
        },
      ],
      cites:
        best === undefined
          ? []
          : [
              {
                source: `node ${nodeName(best)}`,
                text: `allocatable ${resource}: ${formatResource(resource, most ?? 0)}`,
              },
            ],
    };
  },
});

function whatThereIs(
  view: CaseView,
  resource: string,
  total: number,
  most: number | undefined,
  node: string | undefined,
  nodes: number,
): string {
  if (most === undefined || node === undefined) return `and none of ${nodes} nodes has that much free`;
  if (most === 0) return `a resource that no node offers`;
  const only =
    (eligibleNodes(view).length || view.objects('Node').length) === 1 ? `node ${node}` : `the largest node, ${node},`;
  if (total > most) return `but ${only} has only ${formatResource(resource, most)} in all`;
  return `but no node has that much left: other pods have requested the rest of the ${formatResource(resource, most)} of ${only.replace(/,$/u, '')}`;
}

/** A request that fits: half of what the best node has left of known pods, and at most a quarter of the whole node. */
function lowerRequest(
  view: CaseView,
  resource: string,
  largest: { readonly container: KubeContainer; readonly amount: number } | undefined,
): ProposedFix[] {
  const best = largestNode(view, resource);
  if (
    largest?.container.name === undefined ||
    best === undefined ||
    view.target.kind === 'Job' ||
    view.target.kind === 'Pod'
  )
    return [];
  const whole = allocatable(best, resource);
  const fits = Math.min((whole - knownRequests(view, best, resource)) / 2, whole / 4, largest.amount / 2);
  const value = niceQuantity(resource, fits);
  if (value === undefined) return [];
  return [
    {
      summary: `Lower the ${names[resource] ?? resource} request of ${largest.container.name}, to ${value} for example (what it needs, at most ${formatResource(resource, whole)})`,
      command: setResources(view.target, largest.container.name, { requests: { [resource]: value } }),
    },
  ];
}

function niceQuantity(resource: string, amount: number): string | undefined {
  if (resource === 'cpu') {
    const millis = Math.floor((amount * 1000) / 50) * 50;
    return millis < 50 ? undefined : millis % 1000 === 0 ? String(millis / 1000) : `${millis}m`;
  }
  if (resource === 'memory' || resource === 'ephemeral-storage') {
    const mebibytes = 2 ** Math.floor(Math.log2(Math.max(amount / 2 ** 20, 1)));
    return mebibytes < 16 ? undefined : mebibytes >= 1024 ? `${mebibytes / 1024}Gi` : `${mebibytes}Mi`;
  }
  return undefined;
}

function tooMany(view: CaseView, pod: string, nodes: number, others: string) {
  const best = largestNode(view, 'pods');
  const limit = best === undefined ? '' : ` (${formatResource('pods', allocatable(best, 'pods'))} pods)`;
  const known = best === undefined ? 0 : podsOn(view, nodeName(best)).length;
  return {
    rootCause: `${pod}: Too many pods, ${nodes === 1 || eligibleNodes(view).length === 1 ? `node ${best === undefined ? '' : `${nodeName(best)} `}runs` : 'the nodes run'} as many pods as allowed${limit}${others}.`,
    confidence: 'high' as const,
    fixes: [
      { summary: "Add a node, or raise maxPods in the nodes' kubelet configuration" },
      ...(view.owner?.spec?.replicas !== undefined && view.owner.spec.replicas > 1 && known > 1
        ? [{ summary: 'Or run fewer replicas', command: scale(view.target, view.owner.status?.readyReplicas ?? 1) }]
        : []),
    ],
  };
}

/** CPU, memory, extended resources, and the number of pods. */
export const schedulingResourceRules: readonly Rule[] = [
  insufficient,
  schedulingRule({
    id: 'too-many-pods',
    pattern: /Too many pods/u,
    say: (_match, view, { pod, nodes, others }) => tooMany(view, pod, nodes, others),
  }),
];
