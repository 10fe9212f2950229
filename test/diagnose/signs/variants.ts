import type { LogCase } from '../log-case.ts';

/** A log, and the words of which the root cause must hold one of each group; `never` must not stand in it. */
export interface Variant {
  readonly log: string;
  readonly groups: readonly (readonly string[])[];
  readonly never?: readonly string[];
  readonly about?: LogCase;
}

/** Shorthand: title, log, groups (a string is a group of one), what else. */
export function variant(
  log: string,
  groups: readonly (string | readonly string[])[],
  more: Omit<Variant, 'log' | 'groups'> = {},
): Variant {
  return { log, groups: groups.map((group) => (typeof group === 'string' ? [group] : group)), ...more };
}

export const absent = ['not set', 'missing', 'unset', 'undefined', 'KeyError', 'not defined'] as const;
export const notFound = ['not found', 'does not exist', 'No such', 'missing', 'not exist', 'ENOENT'] as const;
