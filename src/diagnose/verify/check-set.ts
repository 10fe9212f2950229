import type { CaseFile } from '../../model/case-file.ts';
import { asJson, checkChange, podSpecPath } from './check-change.ts';
import { isEnvironmentName, isImage, isObjectName, quantity } from './check-pod-spec.ts';
import { findTarget } from './find-target.ts';
import type { Target } from './find-target.ts';
import type { Json, JsonObject } from './json.ts';
import { at, isObject, listAt, textAt } from './json.ts';
import { canBeSeen } from './find-target.ts';
import type { Arguments } from './read-arguments.ts';

/** Why `kubectl set env|image|resources|serviceaccount` would fail or do nothing. */
export function checkSet(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  const path = podSpecPath(target.kind);
  if (path === undefined) return [`a ${target.kind} has no pod template`];
  if (target.kind === 'Job') return ["a Job's template cannot be changed"];
  const change = changeOf(given, target, file);
  if ('problem' in change) return [change.problem];
  const before = asJson(target.object);
  const spec = at(before, ...path);
  if (!isObject(spec)) return [`${target.kind} ${target.name} has no pod template`];
  const after = replaceAt(before, path, change.apply(spec));
  return checkChange(target.kind, before, after);
}

type Change = { readonly apply: (spec: JsonObject) => JsonObject } | { readonly problem: string };

function changeOf(given: Arguments, target: Target, file: CaseFile): Change {
  switch (given.verb) {
    case 'set env':
      return environmentChange(given, target);
    case 'set image':
      return imageChange(target);
    case 'set resources':
      return resourceChange(given, target);
    default: {
      const name = target.rest[0] ?? '';
      const unseen = isObjectName(name) ? canBeSeen('ServiceAccount', name, given, file) : `${name} is no valid name`;
      if (unseen !== undefined && name !== 'default') return { problem: unseen };
      return { apply: (spec) => ({ ...spec, serviceAccountName: name, serviceAccount: name }) };
    }
  }
}

function environmentChange(given: Arguments, target: Target): Change {
  const settings = [...target.rest, ...(given.flags.get('env') ?? [])];
  if (settings.length === 0) return { problem: 'it sets nothing' };
  const chosen = chosenContainers(given, target);
  if ('problem' in chosen) return chosen;
  for (const setting of settings) {
    const name = setting.includes('=') ? setting.slice(0, setting.indexOf('=')) : setting.replace(/-$/u, '');
    if (!isEnvironmentName(name)) return { problem: `${JSON.stringify(name)} is no valid name of a variable` };
    if (!setting.includes('=') && !setting.endsWith('-')) return { problem: `${setting} sets nothing` };
  }
  const apply = (container: JsonObject): JsonObject => {
    let env = [...listAt(container, 'env')];
    for (const setting of settings) {
      const equals = setting.indexOf('=');
      const name = equals < 0 ? setting.slice(0, -1) : setting.slice(0, equals);
      const entry = { name, value: setting.slice(equals + 1) };
      const index = env.findIndex((one) => textAt(one, 'name') === name);
      if (equals < 0) env = env.filter((one) => textAt(one, 'name') !== name);
      else if (index < 0) env.push(entry);
      else env[index] = entry;
    }
    return { ...container, env };
  };
  return { apply: (spec) => mapContainers(spec, chosen.names, apply) };
}

function imageChange(target: Target): Change {
  const images = new Map<string, string>();
  for (const setting of target.rest) {
    const equals = setting.indexOf('=');
    const [name, image] = [setting.slice(0, Math.max(equals, 0)), setting.slice(equals + 1)];
    if (equals < 1) return { problem: `${setting} names no container` };
    if (!isImage(image)) return { problem: `${image} is no valid image name` };
    if (!containerNames(target).includes(name))
      return { problem: `${target.kind} ${target.name} has no container ${name}` };
    images.set(name, image);
  }
  if (images.size === 0) return { problem: 'it sets nothing' };
  const apply = (container: JsonObject): JsonObject => ({
    ...container,
    image: images.get(textAt(container, 'name') ?? ''),
  });
  return { apply: (spec) => mapContainers(spec, [...images.keys()], apply) };
}

function resourceChange(given: Arguments, target: Target): Change {
  const chosen = chosenContainers(given, target);
  if ('problem' in chosen) return chosen;
  const lists: Record<string, Record<string, string>> = {};
  for (const kind of ['limits', 'requests'] as const) {
    for (const pair of (given.flags.get(kind) ?? []).join(',').split(',')) {
      if (pair === '') continue;
      const [resource = '', amount = ''] = pair.split('=');
      if (resource === '' || quantity(amount) === undefined)
        return { problem: `${pair} is no valid amount of a resource` };
      (lists[kind] ??= {})[resource] = amount;
    }
  }
  if (Object.keys(lists).length === 0) return { problem: 'it sets nothing' };
  const apply = (container: JsonObject): JsonObject => {
    const resources: Record<string, Json | undefined> = {};
    for (const kind of ['limits', 'requests']) {
      const old = at(container, 'resources', kind);
      resources[kind] = { ...(isObject(old) ? old : {}), ...lists[kind] };
    }
    return { ...container, resources };
  };
  return { apply: (spec) => mapContainers(spec, chosen.names, apply) };
}

function chosenContainers(
  given: Arguments,
  target: Target,
): { readonly names: readonly string[] } | { readonly problem: string } {
  const names = containerNames(target);
  const wanted = given.flags.get('containers')?.[0] ?? '*';
  if (wanted === '*') return { names };
  return names.includes(wanted)
    ? { names: [wanted] }
    : { problem: `${target.kind} ${target.name} has no container ${wanted}` };
}

function containerNames(target: Target): string[] {
  const spec = at(asJson(target.object), ...(podSpecPath(target.kind) ?? []));
  return [...listAt(spec, 'initContainers'), ...listAt(spec, 'containers')].map((one) => textAt(one, 'name') ?? '');
}

function mapContainers(
  spec: JsonObject,
  names: readonly string[],
  change: (container: JsonObject) => JsonObject,
): JsonObject {
  const map = (list: readonly Json[]): Json[] =>
    list.map((one) => (isObject(one) && names.includes(textAt(one, 'name') ?? '') ? change(one) : one));
  return {
    ...spec,
    ...(spec.initContainers !== undefined && { initContainers: map(listAt(spec, 'initContainers')) }),
    containers: map(listAt(spec, 'containers')),
  };
}

function replaceAt(value: Json, path: readonly string[], replacement: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined || !isObject(value)) return replacement;
  return { ...value, [key]: replaceAt(value[key] ?? {}, rest, replacement) };
}
