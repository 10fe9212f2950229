import type { CaseFile } from '../../model/case-file.ts';
import { asJson, checkChange } from './check-change.ts';
import { checkTypes } from './check-types.ts';
import { findTarget } from './find-target.ts';
import type { Json } from './json.ts';
import { isObject } from './json.ts';
import { applyOperations, readOperations } from './json-patch.ts';
import type { Arguments } from './read-arguments.ts';
import { kindSchemas } from './schema.ts';
import type { Schema } from './schema-type.ts';
import { childSchema, jsonMerge, strategicMerge } from './strategic-merge.ts';
import type { Patched } from './strategic-merge.ts';

/** Why `kubectl patch` would fail or do nothing: the object, the patch's form, its types, and the result are checked. */
export function checkPatch(given: Arguments, file: CaseFile): string[] {
  const target = findTarget(given, file);
  if ('problem' in target) return [target.problem];
  const schema = Object.hasOwn(kindSchemas, target.kind) ? kindSchemas[target.kind] : undefined;
  if (schema === undefined) return [`patches of a ${target.kind} cannot be checked`];
  const patch = parse(given.flags.get('patch')?.[0]);
  if (patch === undefined) return ['the patch is no valid JSON'];
  const before = asJson(target.object);
  const applied = apply(before, patch, given.flags.get('type')?.[0] ?? 'strategic', schema);
  if ('problems' in applied) return applied.problems;
  return checkChange(target.kind, before, applied.value);
}

function parse(text: string | undefined): Json | undefined {
  try {
    return JSON.parse(text ?? '') as Json;
  } catch {
    return undefined;
  }
}

function apply(
  before: Json,
  patch: Json,
  type: string,
  schema: Schema,
): { readonly value: Json } | { readonly problems: string[] } {
  if (type === 'json') return applyJsonPatch(before, patch, schema);
  if (!isObject(patch)) return { problems: ['the patch is no JSON object'] };
  const problems = checkTypes(patch, schema, '');
  if (problems.length > 0) return { problems };
  if (type === 'merge') return { value: jsonMerge(before, patch) };
  if (type !== 'strategic') return { problems: [`there is no patch type ${type}`] };
  return orProblems(strategicMerge(before, patch, schema));
}

function applyJsonPatch(
  before: Json,
  patch: Json,
  schema: Schema,
): { readonly value: Json } | { readonly problems: string[] } {
  const read = readOperations(patch);
  if ('problem' in read) return { problems: [read.problem] };
  const problems = read.operations.flatMap(({ path, value }) => {
    const where = schemaAt(schema, path);
    return where === undefined ? [`/${path.join('/')} is no known field`] : checkTypes(value, where, path.join('.'));
  });
  return problems.length > 0 ? { problems } : orProblems(applyOperations(before, read.operations));
}

function schemaAt(schema: Schema, path: readonly string[]): Schema | undefined {
  let here: Schema | undefined = schema;
  for (const key of path) here = childSchema(here, key);
  return here;
}

function orProblems(patched: Patched): { readonly value: Json } | { readonly problems: string[] } {
  return 'problem' in patched ? { problems: [patched.problem] } : patched;
}
