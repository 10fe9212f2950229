import type { CaseFile } from '../../model/case-file.ts';
import type { KubeObject } from '../../model/kube-objects.ts';
import type { Arguments } from './read-arguments.ts';
import { findObject, isClusterScoped, isReferred, isSaidMissing, kindOf } from './known-objects.ts';

/** The one object that a command is about, and the words after it. */
export interface Target {
  readonly kind: string;
  readonly name: string;
  readonly object: KubeObject;
  readonly rest: readonly string[];
}

/** What a command names, before it is looked up. */
export interface NamedTarget {
  readonly kind: string;
  readonly name: string | undefined;
  readonly rest: readonly string[];
}

/** Reads `KIND/NAME …` or `KIND NAME …`; `fixedKind` where the verb itself tells the kind. */
export function readTarget(words: readonly string[], fixedKind?: string): NamedTarget | { readonly problem: string } {
  const [first, second, ...others] = words;
  if (first === undefined) return { problem: 'it names no object' };
  if (fixedKind !== undefined) return { kind: fixedKind, name: first, rest: words.slice(1) };
  const slash = first.indexOf('/');
  const kind = kindOf(slash < 0 ? first : first.slice(0, slash));
  if (kind === undefined || first.includes(',')) return { problem: `${first} is no kind of object that is known here` };
  if (slash >= 0) return { kind, name: first.slice(slash + 1), rest: words.slice(1) };
  return { kind, name: second, rest: others };
}

/** The object in the case file that a command is about, or why there is none. */
export function findTarget(
  given: Arguments,
  file: CaseFile,
  fixedKind?: string,
): Target | { readonly problem: string } {
  const named = readTarget(given.words, fixedKind);
  if ('problem' in named) return named;
  const { kind, name, rest } = named;
  if (name === undefined || name === '') return { problem: 'it names no object' };
  const scope = checkNamespace(kind, given);
  if (scope !== undefined) return { problem: scope };
  const object = findObject(file, kind, name, given.namespace);
  if (object === undefined) return { problem: `${kind} ${name} is not among the objects of this case` };
  if (object.metadata?.deletionTimestamp !== undefined) return { problem: `${kind} ${name} is being deleted` };
  return { kind, name, object, rest };
}

/** Why a command would act in the wrong namespace; undefined when it names one or needs none. */
export function checkNamespace(kind: string, given: Arguments): string | undefined {
  if (isClusterScoped(kind)) return undefined;
  return given.namespace === undefined ? 'it names no namespace' : undefined;
}

/** Whether an object can be looked at: it is in the case, or it cannot be read here but is referred to and not said to be missing. */
export function canBeSeen(kind: string, name: string, given: Arguments, file: CaseFile): string | undefined {
  if (findObject(file, kind, name, given.namespace) !== undefined) return undefined;
  const unreadable = ['ConfigMap', 'Secret', 'ServiceAccount'].includes(kind);
  if (
    unreadable &&
    given.namespace === file.workload.namespace &&
    isReferred(file, kind, name) &&
    !isSaidMissing(file, kind, name)
  )
    return undefined;
  return `${kind} ${name} is not among the objects of this case`;
}
