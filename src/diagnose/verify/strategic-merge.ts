import type { Json, JsonObject } from './json.ts';
import { isList, isObject } from './json.ts';
import type { Schema } from './schema-type.ts';

/** An object after a patch, or why the patch cannot be applied. */
export type Patched = { readonly value: Json } | { readonly problem: string };

/**
 * Applies a strategic merge patch as the API server does: maps merge, lists merge by their key or are replaced, null deletes.
 * `$patch: delete` and `$patch: replace` are understood; other directives are refused.
 */
export function strategicMerge(live: Json | undefined, patch: Json, schema: Schema | undefined): Patched {
  if (isObject(patch)) return mergeObject(isObject(live) ? live : {}, patch, schema);
  if (isList(patch)) return mergeList(isList(live) ? live : [], patch, schema);
  return { value: patch };
}

function mergeObject(live: JsonObject, patch: JsonObject, schema: Schema | undefined): Patched {
  const directive = patch.$patch;
  const result: Record<string, Json | undefined> = directive === 'replace' ? {} : { ...live };
  for (const [key, change] of Object.entries(patch)) {
    if (key === '$patch') {
      if (directive !== 'replace' && directive !== 'merge')
        return { problem: `$patch: ${JSON.stringify(directive)} is not allowed here` };
      continue;
    }
    if (key.startsWith('$')) return { problem: `the directive ${key} cannot be checked` };
    if (change === undefined) continue;
    if (change === null) {
      result[key] = undefined;
      continue;
    }
    const merged = strategicMerge(result[key], change, childSchema(schema, key));
    if ('problem' in merged) return merged;
    result[key] = merged.value;
  }
  return { value: withoutGaps(result) };
}

function mergeList(live: readonly Json[], patch: readonly Json[], schema: Schema | undefined): Patched {
  const mergeKey = isListSchema(schema) ? schema.mergeKey : undefined;
  if (mergeKey === undefined) return { value: patch };
  let result = [...live];
  for (const change of patch) {
    if (!isObject(change)) return { problem: `a list that is merged by ${mergeKey} holds something else than objects` };
    const { $patch: directive, ...rest } = change;
    const key = change[mergeKey];
    if (directive === 'replace' && key === undefined) {
      result = [];
      continue;
    }
    if (key === undefined) return { problem: `an element of a list that is merged by ${mergeKey} has no ${mergeKey}` };
    const index = result.findIndex((item) => isObject(item) && item[mergeKey] === key);
    if (directive === 'delete') {
      if (index < 0) return { problem: `there is no element with ${mergeKey} ${JSON.stringify(key)} to delete` };
      result.splice(index, 1);
      continue;
    }
    if (directive !== undefined && directive !== 'merge')
      return { problem: `$patch: ${JSON.stringify(directive)} cannot be checked` };
    const merged = strategicMerge(result[index], rest, isListSchema(schema) ? schema.list : undefined);
    if ('problem' in merged) return merged;
    // Elements that a strategic merge adds come first (kubernetes/apimachinery pkg/util/strategicpatch); order has no meaning here.
    if (index < 0) result.push(merged.value);
    else result[index] = merged.value;
  }
  return { value: result };
}

/** Applies a JSON merge patch (RFC 7386): lists are replaced as a whole, null deletes. */
export function jsonMerge(live: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result: Record<string, Json | undefined> = isObject(live) ? { ...live } : {};
  for (const [key, change] of Object.entries(patch)) {
    if (change === undefined) continue;
    result[key] = change === null ? undefined : jsonMerge(result[key], change);
  }
  return withoutGaps(result);
}

/** The schema of a field, map entry or list element. */
export function childSchema(schema: Schema | undefined, key: string): Schema | undefined {
  if (schema === undefined || typeof schema === 'string') return undefined;
  if ('fields' in schema) return Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
  return 'map' in schema ? schema.map : schema.list;
}

function isListSchema(schema: Schema | undefined): schema is { readonly list: Schema; readonly mergeKey?: string } {
  return typeof schema === 'object' && 'list' in schema;
}

function withoutGaps(value: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
