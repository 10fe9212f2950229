import type { Json } from './json.ts';
import { isList, isObject, sameJson } from './json.ts';
import type { Patched } from './strategic-merge.ts';

/** One operation of RFC 6902, as far as fixes use it (`move` and `copy` are refused). */
interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'test';
  readonly path: readonly string[];
  readonly value: Json | undefined;
}

/** The operations of a JSON patch, or why it is none. */
export function readOperations(
  patch: Json,
): { readonly operations: readonly Operation[] } | { readonly problem: string } {
  if (!isList(patch) || patch.length === 0) return { problem: 'a JSON patch is a list of operations' };
  const operations: Operation[] = [];
  for (const entry of patch) {
    const { op, path, value } = isObject(entry) ? entry : {};
    if (op !== 'add' && op !== 'remove' && op !== 'replace' && op !== 'test')
      return { problem: `the operation ${JSON.stringify(op ?? null)} cannot be checked` };
    if (typeof path !== 'string' || !path.startsWith('/')) return { problem: 'an operation has no path' };
    if (op !== 'remove' && value === undefined) return { problem: `the operation at ${path} has no value` };
    const keys = path
      .slice(1)
      .split('/')
      .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
    operations.push({ op, path: keys, value });
  }
  return { operations };
}

/** Applies a JSON patch; every path must exist as the operation needs it. */
export function applyOperations(live: Json, operations: readonly Operation[]): Patched {
  let value = live;
  for (const operation of operations) {
    const next = applyAt(value, operation, operation.path);
    if ('problem' in next) return next;
    value = next.value;
  }
  return { value };
}

function applyAt(here: Json, operation: Operation, path: readonly string[]): Patched {
  const [key, ...rest] = path;
  const where = `/${operation.path.join('/')}`;
  if (key === undefined) return { problem: `${where} is not a place` };
  if (isList(here)) return applyInList(here, operation, key, rest, where);
  if (!isObject(here)) return { problem: `the path ${where} does not exist` };
  const exists = Object.hasOwn(here, key) && here[key] !== undefined;
  if (rest.length > 0) {
    const inner = here[key];
    if (!exists || inner === undefined) return { problem: `the path ${where} does not exist` };
    const next = applyAt(inner, operation, rest);
    return 'problem' in next ? next : { value: { ...here, [key]: next.value } };
  }
  if (operation.op !== 'add' && !exists) return { problem: `the path ${where} does not exist` };
  if (operation.op === 'test') return testAt(here, here[key], operation, where);
  if (operation.op === 'remove') {
    return { value: Object.fromEntries(Object.entries(here).filter(([name]) => name !== key)) };
  }
  return { value: { ...here, [key]: operation.value } };
}

function applyInList(
  here: readonly Json[],
  operation: Operation,
  key: string,
  rest: readonly string[],
  where: string,
): Patched {
  const index = key === '-' ? here.length : /^(?:0|[1-9]\d{0,5})$/u.test(key) ? Number(key) : -1;
  const inner = here[index];
  const adds = operation.op === 'add' && rest.length === 0;
  if (index < 0 || (inner === undefined && !(adds && index === here.length)))
    return { problem: `the path ${where} does not exist` };
  if (rest.length > 0) {
    const next = applyAt(inner ?? null, operation, rest);
    return 'problem' in next ? next : { value: here.with(index, next.value) };
  }
  if (operation.op === 'test') return testAt(here, inner, operation, where);
  const replacement = operation.op === 'remove' ? [] : [operation.value ?? null];
  return { value: here.toSpliced(index, operation.op === 'add' ? 0 : 1, ...replacement) };
}

function testAt(here: Json, found: Json | undefined, operation: Operation, where: string): Patched {
  return sameJson(found, operation.value) ? { value: here } : { problem: `the test at ${where} fails` };
}
