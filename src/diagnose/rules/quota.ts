import type { CaseView } from '../case-view.ts';
import { patch, scale, setResources } from '../kubectl.ts';
import { formatResource, parseQuantity } from '../quantity.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { admissionRule, missingPods } from './admission-message.ts';

/** `pods=1,requests.cpu=500m` as pairs. */
function pairs(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(',').flatMap((pair) => {
      const [name = '', value = ''] = pair.trim().split('=');
      return name === '' ? [] : [[name, value] as const];
    }),
  );
}

const exceeded = admissionRule({
  id: 'quota-exceeded',
  pattern: /exceeded quota: ([^\s,]{1,253}), requested: (\S{1,400}), used: (\S{1,400}), limited: (\S{1,400})/u,
  say: (match, view, who) => {
    const [, quota = '', requested = '', used = '', limited = ''] = match;
    const limits = pairs(limited);
    const parts = [...pairs(requested)].map(
      ([name, value]) =>
        `${name}: ${pairs(used).get(name) ?? '?'} used + ${value} requested > ${limits.get(name) ?? '?'}`,
    );
    const wanted = view.owner?.spec?.replicas;
    return {
      rootCause: `ResourceQuota ${quota} is exceeded (exceeded quota): ${parts.join('; ')}. ${who}${wanted === undefined ? '' : ` wants ${wanted} pods and`} cannot create ${missingPods(view)} more pod${missingPods(view) === 1 ? '' : 's'} in namespace ${view.namespace}.`,
      confidence: 'high',
      fixes: quotaFixes(view, quota, pairs(requested), pairs(used)),
    };
  },
});

function quotaFixes(
  view: CaseView,
  quota: string,
  requested: ReadonlyMap<string, string>,
  used: ReadonlyMap<string, string>,
): ProposedFix[] {
  const fixes: ProposedFix[] = [];
  const running = view.owner?.status?.replicas ?? 0;
  if (running > 0 && ['Deployment', 'StatefulSet', 'ReplicaSet'].includes(view.target.kind))
    fixes.push({
      summary: `Run only the ${running} replicas that the quota allows`,
      command: scale(view.target, running),
    });
  const hard: Record<string, string> = {};
  for (const [name, amount] of requested) {
    const [each, now] = [parseQuantity(amount), parseQuantity(used.get(name))];
    if (each !== undefined && now !== undefined)
      hard[name] = formatResource(name.replace(/^(?:requests|limits)\./u, ''), now + each * missingPods(view));
  }
  if (Object.keys(hard).length > 0)
    fixes.push({
      summary: `Raise the quota to what ${view.target.name} needs: ${Object.entries(hard)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ')}`,
      command: patch({ kind: 'ResourceQuota', name: quota, namespace: view.namespace }, { spec: { hard } }),
    });
  return fixes;
}

const mustSpecify = admissionRule({
  id: 'quota-must-specify',
  pattern: /failed quota: ([^\s:]{1,253}): must specify ([^\n]{1,400})/u,
  say: (match, view, who) => {
    const wanted = (match[2] ?? '').replace(/"$/u, '');
    const resources = [
      ...new Set(
        [...wanted.matchAll(/\b(?:(limits|requests)\.)?(cpu|memory|ephemeral-storage)\b/gu)].map(
          (one) => `${one[1] ?? 'requests'}.${one[2] ?? ''}`,
        ),
      ),
    ];
    const named = [...wanted.matchAll(/ for: ([\w, -]{1,300})/gu)].flatMap((one) => (one[1] ?? '').split(/[,; ]+/u));
    const container =
      named.find((name) => view.specOf(name) !== undefined) ??
      view.containers.find((one) => one.resources?.requests === undefined)?.name ??
      view.containers[0]?.name;
    return {
      rootCause: `ResourceQuota ${match[1] ?? ''} demands that every container of namespace ${view.namespace} states ${resources.join(', ')}, and ${container === undefined ? 'a container' : `container ${container}`} of ${who} does not: failed quota, must specify ${wanted}.`,
      confidence: 'high',
      fixes:
        container === undefined
          ? []
          : [
              {
                summary: `State requests and limits of ${container}`,
                command: setResources(view.target, container, stated(resources)),
              },
              { summary: 'Or give the namespace a LimitRange with defaults' },
            ],
    };
  },
});

// A small container's usual size; a person adjusts it.
const modest: Readonly<Record<string, string>> = { cpu: '100m', memory: '128Mi', 'ephemeral-storage': '1Gi' };

function stated(resources: readonly string[]): { limits: Record<string, string>; requests: Record<string, string> } {
  const result: { limits: Record<string, string>; requests: Record<string, string> } = { limits: {}, requests: {} };
  for (const one of resources) {
    const [kind = '', resource = ''] = one.split('.');
    result[kind === 'limits' ? 'limits' : 'requests'][resource] = modest[resource] ?? '1';
  }
  return result;
}

/** Quotas that are used up, and what they demand. */
export const quotaRules: readonly Rule[] = [exceeded, mustSpecify];
