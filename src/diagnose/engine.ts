import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Evidence } from '../model/evidence.ts';
import type { Failure } from '../model/failure.ts';
import { bestVerdict } from './best-verdict.ts';
import type { Verdict } from './best-verdict.ts';
import { viewCase } from './case-view.ts';
import type { CaseView } from './case-view.ts';
import { secretMask } from './mask-secrets.ts';
import { ruleBook } from './rules/book.ts';
import type { Cite, Rule } from './rule.ts';
import { orderedFixes } from './ordered-fixes.ts';
import { unknownCause } from './unknown-cause.ts';
import { whatChanged } from './what-changed.ts';

// One workload rarely fails in more than two containers; the rest would only repeat them.
const mostViews = 4;
const mostEvidence = 12;

/**
 * The root cause of a case by the rule book alone: pure, deterministic, a few milliseconds. Of all rules that apply the best
 * one speaks (order: see `ranks`); when none applies the confidence is `unknown` and the facts are shown.
 */
export function diagnose(file: CaseFile, book: readonly Rule[] = ruleBook): Diagnosis {
  try {
    return explain(file, book);
  } catch {
    return explain(withoutObjects(file), book);
  }
}

// Objects of an odd shape (a bundle may be written by hand, or cut) must not cost the whole answer: the failure stands.
function withoutObjects({ nowMs, workload, failures, logs, gaps }: CaseFile): CaseFile {
  const gap = { source: 'objects of this case', why: 'they have a shape that cannot be read' };
  return {
    nowMs,
    workload,
    failures,
    pods: [],
    neighbours: [],
    events: [],
    logs,
    owners: [],
    cluster: [],
    gaps: [...gaps, gap],
  };
}

function explain(file: CaseFile, book: readonly Rule[]): Diagnosis {
  const views = viewsOf(file);
  const verdicts = views.map((view) => bestVerdict(view, book));
  const best = pick(verdicts);
  const view = best?.view ?? views[0];
  const found = best?.finding ?? unknownCause(view);
  const changed = whatChanged(view);
  const mask = secretMask(file);
  return {
    rootCause: mask(found.rootCause),
    confidence: found.confidence,
    source: 'rules',
    evidence: number(found.cites, file).map((fact) => ({ ...fact, text: mask(fact.text) })),
    fixes: orderedFixes(found, changed, view, file).map((fix) => ({ ...fix, summary: mask(fix.summary) })),
    ...(changed && { changed: mask(changed.text) }),
    ...(best && { rule: best.rule.id }),
    ...(best?.finding.causedBy && { causedBy: best.finding.causedBy }),
  };
}

// One view for each container that fails, the telling failure first.
function viewsOf(file: CaseFile): readonly [CaseView, ...CaseView[]] {
  const [first, ...others] = file.failures;
  const seen = new Set([first.container]);
  const rest: CaseView[] = [];
  for (const failure of others) {
    if (seen.has(failure.container) || rest.length + 1 >= mostViews) continue;
    seen.add(failure.container);
    rest.push(viewCase(withFirst(file, failure)));
  }
  return [viewCase(file), ...rest];
}

function withFirst(file: CaseFile, failure: Failure): CaseFile {
  const pod = file.pods.find((one) => failure.pod !== undefined && one.metadata?.name === failure.pod.name) ?? file.pod;
  return { ...file, ...(pod && { pod }), failures: [failure, ...file.failures.filter((one) => one !== failure)] };
}

// The first failure's cause, unless only another one's is known for certain.
function pick(verdicts: readonly (Verdict | undefined)[]): Verdict | undefined {
  const known = verdicts.filter((one) => one !== undefined);
  return (
    known.find((one) => one.rule.rank !== 'fallback' && one.finding.confidence !== 'low') ??
    known.find((one) => one.rule.rank !== 'fallback') ??
    known[0]
  );
}

function number(cites: readonly Cite[], file: CaseFile): Evidence[] {
  const facts = new Map<string, Cite>();
  for (const cite of cites) facts.set(`${cite.source}\u0000${cite.text}`, cite);
  const shown: Omit<Evidence, 'id'>[] = [...facts.values()].slice(0, mostEvidence);
  const gaps = file.gaps.map((gap) => ({ source: gap.source, text: gap.why, missing: true }));
  return [...shown, ...gaps].map((fact, index) => ({ id: `E${String(index + 1)}`, ...fact }));
}
