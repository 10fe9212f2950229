import type { KubeObject } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { setResources } from '../kubectl.ts';
import { parseQuantity } from '../quantity.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { admissionRule } from './admission-message.ts';

interface LimitSpec {
  readonly limits?: readonly {
    readonly type?: string;
    readonly max?: Readonly<Record<string, string>>;
    readonly min?: Readonly<Record<string, string>>;
    readonly maxLimitRequestRatio?: Readonly<Record<string, string>>;
  }[];
}

/** The LimitRange that sets a bound. */
function limitRangeWith(
  view: CaseView,
  bound: 'max' | 'min' | 'maxLimitRequestRatio',
  resource: string,
): KubeObject | undefined {
  return view
    .objects('LimitRange')
    .find(
      (one) =>
        (one.spec as LimitSpec | undefined)?.limits?.some((limit) => limit[bound]?.[resource] !== undefined) === true,
    );
}

/** The container whose limit or request is on the wrong side of a bound. */
function offender(view: CaseView, resource: string, bound: number, above: boolean): string | undefined {
  return view.containers.find((container) => {
    const values = [container.resources?.limits?.[resource], container.resources?.requests?.[resource]].map(
      parseQuantity,
    );
    return values.some((value) => value !== undefined && (above ? value > bound : value < bound));
  })?.name;
}

const bounds = admissionRule({
  id: 'limit-range',
  pattern:
    /(maximum|minimum) (\S{1,100}) usage per (Container|Pod|PersistentVolumeClaim) is (\S{1,40}?)(?:,|\.)?\s{1,2}(?:but )?(limit|request|[Nn]o (?:limit|request) is specified)(?: is (\S{1,40}))?/u,
  say: (match, view, who) => {
    const [, side = '', resource = '', scope = '', bound = '', what = '', given] = match;
    const above = side === 'maximum';
    const range = limitRangeWith(view, above ? 'max' : 'min', resource);
    const container = offender(view, resource, parseQuantity(bound) ?? 0, above);
    const asked = given === undefined ? what.toLowerCase() : `a ${what} of ${given.replace(/[.,\]]+$/u, '')}`;
    const name = range?.metadata?.name;
    return {
      rootCause: `LimitRange${name === undefined ? '' : ` ${name}`} of namespace ${view.namespace} allows ${above ? 'at most (maximum)' : 'no less than (minimum)'} ${bound} ${resource} per ${scope}, but ${container === undefined || scope !== 'Container' ? who : `container ${container} of ${who}`} has ${asked}, so its pods are refused.`,
      confidence: 'high',
      fixes: limitFixes(view, container ?? view.containers[0]?.name, resource, bound, above, what),
    };
  },
});

function limitFixes(
  view: CaseView,
  container: string | undefined,
  resource: string,
  bound: string,
  above: boolean,
  what: string,
): ProposedFix[] {
  const fixes: ProposedFix[] = [];
  if (container !== undefined) {
    const spec = view.specOf(container)?.resources;
    const limit = parseQuantity(bound) ?? 0;
    const request = parseQuantity(spec?.requests?.[resource]);
    const old = parseQuantity(spec?.limits?.[resource]);
    const limits = above || what.includes('limit') || (old !== undefined && old < limit);
    const requests = above
      ? request !== undefined && request > limit
      : what.includes('request') || request === undefined || request < limit;
    fixes.push({
      summary: `${above ? 'Lower' : 'Raise'} the ${resource} of ${container} to ${bound}`,
      command: setResources(view.target, container, {
        ...(limits && { limits: { [resource]: bound } }),
        ...(requests && { requests: { [resource]: bound } }),
      }),
    });
  }
  fixes.push({ summary: `Or change the LimitRange, if ${view.target.name} really needs it` });
  return fixes;
}

const ratio = admissionRule({
  id: 'limit-range-ratio',
  pattern:
    /(\S{1,100}) max limit to request ratio per (Container|Pod) is (\S{1,20}?),? but (?:provided ratio is (\d+(?:\.\d+)?)|no (?:request|limit) is specified)/u,
  say: (match, view, who) => ({
    rootCause: `LimitRange ${limitRangeWith(view, 'maxLimitRequestRatio', match[1] ?? '')?.metadata?.name ?? ''} of namespace ${view.namespace} allows a ${match[1] ?? ''} limit of at most ${match[3] ?? ''} times the request per ${match[2] ?? ''} (max limit to request ratio); ${who} has ${match[4] === undefined ? 'none stated' : String(Number(match[4]))}.`,
    confidence: 'high',
    fixes: [{ summary: 'Raise the request or lower the limit until they fit' }],
  }),
});

/** What a LimitRange refuses. */
export const limitsRules: readonly Rule[] = [bounds, ratio];
