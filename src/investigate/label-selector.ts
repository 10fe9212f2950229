import type { KubeLabelSelector, KubeSelectorRequirement } from '../model/kube-objects.ts';

type Labels = Readonly<Record<string, string>>;

/**
 * A label selector in the text form of list requests; undefined for an empty or unreadable one, which must not be taken
 * as "everything".
 */
export function selectorText(selector: KubeLabelSelector | undefined): string | undefined {
  const parts = Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  for (const requirement of selector?.matchExpressions ?? []) {
    const part = requirementText(requirement);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.length === 0 ? undefined : parts.join(',');
}

/** The text form of a Service's plain selector; undefined when it selects nothing. */
export function equalityText(labels: Labels | undefined): string | undefined {
  return selectorText({ matchLabels: labels ?? {} });
}

function requirementText({ key, operator, values }: KubeSelectorRequirement): string | undefined {
  if (!key) return undefined;
  const list = (values ?? []).join(',');
  if (operator === 'In') return `${key} in (${list})`;
  if (operator === 'NotIn') return `${key} notin (${list})`;
  if (operator === 'Exists') return key;
  return operator === 'DoesNotExist' ? `!${key}` : undefined;
}

/** Whether labels satisfy a selector in text form, as the API server would decide. */
export function matchesSelector(text: string, labels: Labels | undefined): boolean {
  return splitRequirements(text).every((part) => matchesRequirement(part, labels ?? {}));
}

// A comma inside "in (a,b)" does not separate requirements.
function splitRequirements(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = '';
  for (const char of text) {
    if (char === '(') depth++;
    if (char === ')') depth--;
    if (char === ',' && depth === 0) {
      parts.push(part);
      part = '';
    } else part += char;
  }
  parts.push(part);
  return parts.map((p) => p.trim()).filter((p) => p !== '');
}

function matchesRequirement(part: string, labels: Labels): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(part);
  if (set) {
    const [, key = '', operator, list = ''] = set;
    const value = labels[key];
    const found = value !== undefined && list.split(',').includes(value);
    return operator === 'in' ? found : !found;
  }
  const pair = /^([^=!]+)(=|==|!=)([^=]*)$/.exec(part);
  if (pair) {
    const [, key = '', operator, value = ''] = pair;
    return operator === '!=' ? labels[key] !== value : labels[key] === value;
  }
  return part.startsWith('!') ? labels[part.slice(1)] === undefined : labels[part] !== undefined;
}
