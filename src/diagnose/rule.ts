import type { Confidence } from '../model/diagnosis.ts';
import type { FailureKind } from '../model/failure.ts';
import type { ObjectRef } from '../model/workload.ts';
import type { CaseView } from './case-view.ts';

/**
 * The stated order: of all rules that apply, the highest rank wins; within a rank the higher confidence, then the earlier
 * place in the rule book.
 * - `object`: another object is the cause, and it is named (a dependency's pod, a missing Secret, a quota).
 * - `exact`: names the setting, file, line or number that must change.
 * - `specific`: names what went wrong and with what, not yet what to change.
 * - `general`: a fatal line or an event of no known family.
 * - `fallback`: only an exit code or a reason.
 */
export const ranks = ['object', 'exact', 'specific', 'general', 'fallback'] as const;
export type Rank = (typeof ranks)[number];

/** One fact that a finding rests on; the engine numbers them. Free text from a container's log goes through `quoteLog`. */
export interface Cite {
  readonly source: string;
  readonly text: string;
}

/** A fix as a rule proposes it; verify.ts decides whether its command holds. */
export interface ProposedFix {
  readonly summary: string;
  readonly command?: string;
}

/** What a rule found out. */
export interface Finding {
  /** What is, never what is not; one or two sentences with the names filled in. Free log text goes through `quoteLog`. */
  readonly rootCause: string;
  readonly confidence: Exclude<Confidence, 'unknown'>;
  readonly cites: readonly Cite[];
  /** The least invasive first. */
  readonly fixes: readonly ProposedFix[];
  /** The object whose own failure is the cause, when this workload only shows the symptom. */
  readonly causedBy?: ObjectRef;
}

/** One entry of the rule book. */
export interface Rule {
  /** `family/what-it-finds` in kebab-case. */
  readonly id: string;
  readonly rank: Rank;
  /** Kinds of failure it can explain; absent: any. */
  readonly kinds?: readonly FailureKind[];
  /** The finding, or undefined when the rule does not apply. Pure and fast; never throws on odd input. */
  readonly explain: (view: CaseView) => Finding | undefined;
}
