import type {
  KubeObject,
  KubePod,
  KubePodSpec,
  KubeSelectorRequirement,
  KubeToleration,
} from '../../model/kube-objects.ts';
import { parseQuantity } from '../quantity.ts';
import type { CaseView } from '../case-view.ts';

/** A node's taint. */
export interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
}

interface NodeSpec {
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
}

interface NodeStatus {
  readonly allocatable?: Readonly<Record<string, string>>;
  readonly conditions?: readonly {
    readonly type?: string;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
    readonly lastTransitionTime?: string;
  }[];
}

export function nodeName(node: KubeObject): string {
  return node.metadata?.name ?? '';
}

export function nodeSpec(node: KubeObject): NodeSpec {
  return (node.spec as NodeSpec | undefined) ?? {};
}

export function nodeStatus(node: KubeObject): NodeStatus {
  return (node.status as NodeStatus | undefined) ?? {};
}

/** What a node can give in all of a resource, in plain numbers; 0 when it has none. */
export function allocatable(node: KubeObject, resource: string): number {
  return parseQuantity(nodeStatus(node).allocatable?.[resource]) ?? 0;
}

/** The node that can give most of a resource, of those that let the pod in. */
export function largestNode(view: CaseView, resource: string): KubeObject | undefined {
  const open = eligibleNodes(view);
  return mostOf(open.length > 0 ? open : view.objects('Node'), resource);
}

/** The node that can give most of a resource, of some. */
export function mostOf(nodes: readonly KubeObject[], resource: string): KubeObject | undefined {
  return [...nodes].sort((a, b) => allocatable(b, resource) - allocatable(a, resource))[0];
}

/** What the scheduler counts for a pod: the sum over its containers, or the largest init container if that is more. */
export function requestOf(spec: KubePodSpec | undefined, resource: string): number {
  const of = (container: { readonly resources?: { readonly requests?: object; readonly limits?: object } }): number => {
    const requests = container.resources?.requests as Readonly<Record<string, string>> | undefined;
    const limits = container.resources?.limits as Readonly<Record<string, string>> | undefined;
    return parseQuantity(requests?.[resource] ?? limits?.[resource]) ?? 0;
  };
  const inits = spec?.initContainers ?? [];
  const sidecars = inits.filter((one) => one.restartPolicy === 'Always').reduce((sum, one) => sum + of(one), 0);
  const apps = (spec?.containers ?? []).reduce((sum, one) => sum + of(one), 0) + sidecars;
  const init = Math.max(0, ...inits.filter((one) => one.restartPolicy !== 'Always').map(of));
  return Math.max(apps, init) + (parseQuantity(spec?.overhead?.[resource]) ?? 0);
}

/** What known pods on a node have reserved; other pods may be there too. */
export function knownRequests(view: CaseView, node: KubeObject, resource: string): number {
  return podsOn(view, nodeName(node)).reduce((sum, pod) => sum + requestOf(pod.spec, resource), 0);
}

/** Pods of the case on a node. */
export function podsOn(view: CaseView, node: string): readonly KubePod[] {
  const done = new Set(['Succeeded', 'Failed']);
  return [...view.file.pods, ...view.file.neighbours].filter(
    (pod) => pod.spec?.nodeName === node && !done.has(pod.status?.phase ?? ''),
  );
}

/** Taints that keep a pod away. */
export function untolerated(node: KubeObject, tolerations: readonly KubeToleration[] = []): readonly Taint[] {
  return (nodeSpec(node).taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((one) => tolerates(one, taint)),
  );
}

function tolerates(toleration: KubeToleration, taint: Taint): boolean {
  if (toleration.effect && toleration.effect !== taint.effect) return false;
  if (toleration.key && toleration.key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return toleration.key === taint.key && (toleration.value ?? '') === (taint.value ?? '');
}

/** The nodes whose taints, labels and state let the pod in; what they have free is another matter. */
export function eligibleNodes(view: CaseView): readonly KubeObject[] {
  const spec = view.podSpec;
  return view
    .objects('Node')
    .filter(
      (node) =>
        nodeSpec(node).unschedulable !== true &&
        untolerated(node, spec?.tolerations).length === 0 &&
        isSelected(node, spec),
    );
}

/** Whether a node has the labels that a pod's nodeSelector and required node affinity want. */
export function isSelected(node: KubeObject, spec: KubePodSpec | undefined): boolean {
  const labels = node.metadata?.labels ?? {};
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return (
    Object.entries(spec?.nodeSelector ?? {}).every(([key, value]) => labels[key] === value) &&
    (terms.length === 0 || terms.some((term) => (term.matchExpressions ?? []).every((one) => meets(labels, one))))
  );
}

/** `dedicated=batch:NoSchedule`. */
export function taintWords(taint: Taint): string {
  return `${taint.key}${taint.value ? `=${taint.value}` : ''}:${taint.effect}`;
}

/** Whether a set of labels meets a requirement of a selector. */
export function meets(labels: Readonly<Record<string, string>>, requirement: KubeSelectorRequirement): boolean {
  const { key = '', operator, values = [] } = requirement;
  const value = labels[key];
  switch (operator ?? '') {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

/** `acme.example/rack in (a, b)`. */
export function requirementWords({ key = '', operator, values = [] }: KubeSelectorRequirement): string {
  const list = values.join(', ');
  switch (operator ?? '') {
    case 'In':
      return values.length === 1 ? `${key}=${list}` : `${key} in (${list})`;
    case 'NotIn':
      return `${key} not in (${list})`;
    case 'Exists':
      return `${key} present`;
    case 'DoesNotExist':
      return `${key} absent`;
    default:
      return `${key} ${operator === 'Gt' ? '>' : operator === 'Lt' ? '<' : (operator ?? '')} ${list}`;
  }
}

/** Whether a label selector matches labels; an empty one matches all. */
export function selects(
  selector:
    | {
        readonly matchLabels?: Readonly<Record<string, string>>;
        readonly matchExpressions?: readonly KubeSelectorRequirement[];
      }
    | undefined,
  labels: Readonly<Record<string, string>> = {},
): boolean {
  if (selector === undefined) return false;
  const byLabels = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value);
  return byLabels && (selector.matchExpressions ?? []).every((one) => meets(labels, one));
}

/** `app=duet, tier in (a, b)`. */
export function selectorWords(selector: Parameters<typeof selects>[0]): string {
  return [
    ...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`),
    ...(selector?.matchExpressions ?? []).map(requirementWords),
  ].join(', ');
}
