import type { Redactor } from '../../lib/redaction/redact.ts';
import type { CaseFile } from '../../model/case-file.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { ModelAnswer } from './answer-schema.ts';
import type { Brief } from './brief.ts';
import { checkAnswer } from './check-answer.ts';
import type { CheckedAnswer } from './check-answer.ts';
import type { Consultation } from './consult.ts';
import { isUnsure, mergeOpinion, missingNote, withNote } from './merge-opinion.ts';

/** One case on its way through the stages. */
export interface OpinionCase {
  readonly file: CaseFile;
  readonly rules: Diagnosis;
  readonly brief: Brief;
}

/** The models of both stages; the same name twice makes one stage. */
export interface Stages {
  readonly first: string;
  readonly second: string;
}

/** What asking came to. */
export interface Opinion {
  readonly diagnosis: Diagnosis;
  /** The answer that was taken, for the memory; absent when there was none. */
  readonly answer?: ModelAnswer;
  /** Why there is none. */
  readonly why?: string;
  /** Why parts of it were thrown out. */
  readonly dropped: readonly string[];
}

/** No answer: the rules alone, and why. */
export function noOpinion(rules: Diagnosis, why: string): Opinion {
  return { diagnosis: withNote(rules, missingNote(why)), why, dropped: [] };
}

/** An answer as a diagnosis, checked against the case as it is now. */
export function judge(answer: ModelAnswer, { file, rules, brief }: OpinionCase, redact: Redactor): Opinion {
  const checked = checkAnswer(answer, brief, file, redact);
  return { diagnosis: mergeOpinion(rules, checked), answer, dropped: checked.dropped };
}

/**
 * Asks the small model where the rules are sure, and the strong one only when it says otherwise; where the rules are unsure
 * the strong one at once. So most cases cost one call of the small model.
 */
export async function formOpinion(
  about: OpinionCase,
  stages: Stages,
  ask: (model: string) => Promise<Consultation>,
  redact: Redactor,
): Promise<Opinion> {
  const { file, rules, brief } = about;
  const strongFirst = isUnsure(rules);
  const first = await ask(strongFirst ? stages.second : stages.first);
  if ('why' in first) return noOpinion(rules, first.why);
  const opinion = judge(first.answer, about, redact);
  if (strongFirst || stages.first === stages.second) return opinion;
  if (!disagrees(checkAnswer(first.answer, brief, file, redact))) return opinion;
  const second = await ask(stages.second);
  // Without the strong one, the small one's doubt is still worth showing.
  if ('why' in second) return opinion;
  const stronger = judge(second.answer, about, redact);
  return { ...stronger, dropped: [...opinion.dropped, ...stronger.dropped] };
}

/** Only what is borne out counts as another opinion. */
function disagrees({ agrees, cause }: CheckedAnswer): boolean {
  return !agrees && cause !== undefined;
}
