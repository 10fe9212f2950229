import type { Confidence, Diagnosis, Fix } from '../../model/diagnosis.ts';
import type { Evidence } from '../../model/evidence.ts';
import type { CheckedAnswer } from './check-answer.ts';

const mostFixes = 5;

/** A diagnosis with one more note. */
export function withNote(diagnosis: Diagnosis, note: string): Diagnosis {
  return { ...diagnosis, notes: [...(diagnosis.notes ?? []), note] };
}

/** Why there is no opinion, for people. */
export function missingNote(why: string): string {
  return `The model's opinion is missing: ${why}`;
}

/** Whether the rules leave room for somebody else's cause. */
export function isUnsure({ confidence }: Diagnosis): boolean {
  return confidence === 'unknown' || confidence === 'low';
}

/**
 * Rules and model together. Agreed: the rules' words, source `both`. Disagreed: the model's cause leads only where the rules
 * are unsure and every sentence of it held; else the rules lead and the model's cause stands beside it.
 */
export function mergeOpinion(rules: Diagnosis, answer: CheckedAnswer): Diagnosis {
  const fixes = answer.agrees ? mergeFixes(rules.fixes, answer.fixes) : rules.fixes;
  if (answer.cause === undefined) {
    if (answer.agrees && rules.confidence === 'unknown')
      return withNote(rules, 'The model does not see the cause either');
    if (fixes.length > rules.fixes.length) return { ...rules, source: 'both', fixes };
    const why = answer.dropped.length === 0 ? 'it named no evidence' : 'the facts do not bear out what it said';
    return withNote(rules, missingNote(why));
  }
  if (answer.agrees && rules.confidence !== 'unknown') return { ...rules, source: 'both', fixes };
  const { evidence, ids } = addEvidence(rules.evidence, answer.evidence);
  const cause = `${answer.cause.replace(/[.!?]$/u, '')} (${ids.join(', ')})`;
  if (!isUnsure(rules) || !answer.whole) return { ...rules, evidence, otherOpinion: cause };
  const led: Diagnosis = {
    ...withoutVerdict(rules),
    rootCause: `${cause}.`,
    confidence: atMostMedium(answer.confidence),
    source: 'model',
    evidence,
    fixes: mergeFixes(answer.fixes, rules.fixes),
  };
  return rules.confidence === 'unknown' ? led : withNote(led, `The rules think otherwise: ${rules.rootCause}`);
}

function withoutVerdict(rules: Diagnosis): Diagnosis {
  const { rootCause, confidence, source, evidence, fixes, changed, notes } = rules;
  return {
    rootCause,
    confidence,
    source,
    evidence,
    fixes,
    ...(changed === undefined ? {} : { changed }),
    ...(notes === undefined ? {} : { notes }),
  };
}

// A model that was asked because nobody knew is not to be trusted like a rule that matched.
function atMostMedium(confidence: Confidence): Confidence {
  return confidence === 'high' || confidence === 'medium' ? 'medium' : 'low';
}

/** The rules' evidence keeps its ids; what the model cites beyond it is added under the next ones. */
function addEvidence(
  known: readonly Evidence[],
  cited: readonly Evidence[],
): { readonly evidence: readonly Evidence[]; readonly ids: readonly string[] } {
  const evidence = [...known];
  const ids = cited.map((item) => {
    const same = known.find(({ id, source, text }) => id === item.id && source === item.source && text === item.text);
    if (same !== undefined) return same.id;
    const id = `E${String(evidence.length + 1)}`;
    evidence.push({ ...item, id });
    return id;
  });
  return { evidence, ids };
}

function mergeFixes(first: readonly Fix[], second: readonly Fix[]): readonly Fix[] {
  const seen = new Set(first.map(({ command, summary }) => command ?? summary.toLowerCase()));
  const more = second.filter(({ command, summary }) => !seen.has(command ?? summary.toLowerCase()));
  return [...first, ...more].slice(0, mostFixes);
}
