import type { Confidence } from '../model/diagnosis.ts';
import type { CaseView } from './case-view.ts';
import { ranks } from './rule.ts';
import type { Finding, Rule } from './rule.ts';

/** A rule's finding for one view. */
export interface Verdict {
  readonly view: CaseView;
  readonly rule: Rule;
  readonly finding: Finding;
}

/** The best finding of a book for one view. */
export function bestVerdict(view: CaseView, book: readonly Rule[]): Verdict | undefined {
  let best: Verdict | undefined;
  for (const rule of book) {
    if (rule.kinds && !rule.kinds.includes(view.failure.kind)) continue;
    if (best && !couldBeat(rule, best)) continue;
    const finding = explainSafely(rule, view);
    if (finding && (!best || beats(rule, finding, best))) best = { view, rule, finding };
  }
  return best;
}

// One rule that stumbles over an odd object must not take the others' answers with it.
function explainSafely(rule: Rule, view: CaseView): Finding | undefined {
  try {
    return rule.explain(view);
  } catch {
    return undefined;
  }
}

function couldBeat(rule: Rule, best: Verdict): boolean {
  return ranks.indexOf(rule.rank) <= ranks.indexOf(best.rule.rank);
}

function beats(rule: Rule, finding: Finding, best: Verdict): boolean {
  const byRank = ranks.indexOf(rule.rank) - ranks.indexOf(best.rule.rank);
  if (byRank !== 0) return byRank < 0;
  return weight(finding.confidence) > weight(best.finding.confidence);
}

const weights: Readonly<Record<Confidence, number>> = { high: 3, medium: 2, low: 1, unknown: 0 };

function weight(confidence: Confidence): number {
  return weights[confidence];
}
