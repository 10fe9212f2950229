import type { CaseFile } from '../model/case-file.ts';
import type { Fix } from '../model/diagnosis.ts';
import type { ProposedFix } from './rule.ts';
import { checkCreate, checkDeletePod, checkMarks, checkRead, checkUncordon } from './verify/check-other.ts';
import { checkPatch } from './verify/check-patch.ts';
import { checkRollout, checkScale } from './verify/check-rollout.ts';
import { checkSet } from './verify/check-set.ts';
import { readArguments } from './verify/read-arguments.ts';
import type { Arguments } from './verify/read-arguments.ts';
import { shellWords } from './verify/shell-words.ts';

/** What a check of one command found. */
export interface Verification {
  readonly verified: boolean;
  /** Why not, in words; empty when verified. */
  readonly reasons: readonly string[];
}

/** Stands in a command for what only a person knows. */
export const placeholder = 'REPLACE_ME';

type Check = (given: Arguments, file: CaseFile) => string[];

const checks: readonly (readonly [prefix: string, check: Check])[] = [
  ['set selector', () => ['set selector cannot be checked']],
  ['set ', checkSet],
  ['patch', checkPatch],
  ['rollout ', checkRollout],
  ['scale', checkScale],
  ['label', checkMarks],
  ['annotate', checkMarks],
  ['taint', checkMarks],
  ['uncordon', checkUncordon],
  ['delete pod', checkDeletePod],
  ['create ', checkCreate],
];

/**
 * Whether a command holds for the live objects of a case: one plain kubectl command with an allowed verb and flags, whose
 * object, namespace, container and path exist, and whose change applies in memory and would be accepted. A command with
 * `REPLACE_ME` in it is never verified. Never throws.
 */
export function verifyCommand(command: string, file: CaseFile): Verification {
  let reasons: readonly string[];
  try {
    reasons = problemsOf(command, file);
  } catch {
    // An object of an odd shape (a bundle may be written by hand) cannot bear a command out.
    reasons = ['the objects of this case cannot be read'];
  }
  return { verified: reasons.length === 0, reasons };
}

/** Checks the command of every fix; one that does not hold stays, unverified. */
export function verifyFixes(fixes: readonly ProposedFix[], file: CaseFile): readonly Fix[] {
  return fixes.map((fix) => ({
    ...fix,
    verified: fix.command !== undefined && verifyCommand(fix.command, file).verified,
  }));
}

function problemsOf(command: string, file: CaseFile): string[] {
  if (command.includes(placeholder)) return ['something is left to fill in'];
  const split = shellWords(command);
  if ('problem' in split) return [split.problem];
  const given = readArguments(split.words);
  if ('problem' in given) return [given.problem];
  const check = checks.find(([prefix]) => given.verb.startsWith(prefix))?.[1] ?? checkRead;
  return check(given, file);
}
