import type { Redactor } from '../../lib/redaction/redact.ts';
import type { CaseFile } from '../../model/case-file.ts';
import type { Diagnosis } from '../../model/diagnosis.ts';
import type { Evidence } from '../../model/evidence.ts';
import { applyLogSharing } from '../../model/log-quote.ts';
import type { LogSharing } from '../../model/log-quote.ts';
import { viewCase } from '../case-view.ts';
import { caseFacts } from './case-facts.ts';
import { speaksToItsReader } from './injection-signs.ts';
import { estimateTokens } from './token-estimate.ts';

/** One numbered fact: as it is, for a diagnosis, and as the model sees it. */
export interface BriefFact {
  readonly evidence: Evidence;
  readonly source: string;
  /** Redacted, log sharing applied. */
  readonly text: string;
  /** It reads like an instruction to whoever reads it: shown, but nothing may rest on it. */
  readonly suspect: boolean;
}

/** All that the model is told about one case; what leaves is in it and nothing else. */
export interface Brief {
  readonly workload: { readonly kind: string; readonly name: string; readonly namespace: string };
  readonly kinds: readonly string[];
  readonly container?: string;
  readonly rules: {
    readonly rootCause: string;
    readonly confidence: string;
    readonly rule?: string;
    readonly changed?: string;
  };
  readonly facts: readonly BriefFact[];
  /** What could not be read, and why. */
  readonly gaps: readonly string[];
  /** Facts that found no room. */
  readonly leftOut: number;
}

/** What decides what leaves. */
export interface BriefSettings {
  readonly redact: Redactor;
  readonly sharing: LogSharing;
}

/** Tokens for all facts together, and for one of them. */
const factsTokens = 6000;
const factTokens = 500;
const mostGaps = 10;
/** Of a longer log only the end is looked at; the rules have seen the rest. */
const mostLogCharacters = 200_000;

/** Builds the brief: the rules' evidence under its own ids, then further facts, as many as fit, the most telling first. */
export function buildBrief(file: CaseFile, rules: Diagnosis, settings: BriefSettings): Brief {
  const clean = (text: string): string => settings.redact(applyLogSharing(settings.redact(text), settings.sharing));
  const known = rules.evidence.filter((item) => item.missing !== true);
  const facts: BriefFact[] = [];
  const seen = new Set<string>();
  let tokens = 0;
  let leftOut = 0;

  function add(evidence: Evidence): boolean {
    const source = clean(evidence.source).slice(0, 300);
    const text = cutToTokens(clean(evidence.text), factTokens);
    // Under SHARE_LOGS=off nothing is left of a log line.
    if (/^[\s\u2026]*$/u.test(text)) return false;
    const key = text.toLowerCase().replace(/\s+/gu, ' ');
    if (seen.has(key)) return false;
    const size = estimateTokens(source + text) + 12;
    if (tokens + size > factsTokens) {
      leftOut += 1;
      return false;
    }
    seen.add(key);
    tokens += size;
    facts.push({ evidence, source, text, suspect: speaksToItsReader(`${source} ${text}`) });
    return true;
  }

  for (const item of known) add(item);
  let next = rules.evidence.length + 1;
  for (const fact of caseFacts(viewCase(withCleanLogs(file, settings.redact)), settings.sharing)) {
    if (add({ id: `E${String(next)}`, ...fact })) next += 1;
  }
  const [failure] = file.failures;
  return {
    workload: { kind: file.workload.kind, name: clean(file.workload.name), namespace: clean(file.workload.namespace) },
    kinds: [...new Set(file.failures.map(({ kind }) => kind))],
    ...(failure.container === undefined ? {} : { container: clean(failure.container) }),
    rules: {
      rootCause: clean(rules.rootCause),
      confidence: rules.confidence,
      ...(rules.rule === undefined ? {} : { rule: rules.rule }),
      ...(rules.changed === undefined ? {} : { changed: clean(rules.changed) }),
    },
    facts,
    gaps: [
      ...(settings.sharing === 'off' && file.logs.length > 0
        ? ['logs: the rules have read them, their text is not shared']
        : []),
      ...file.gaps.slice(0, mostGaps).map(({ source, why }) => clean(`${source}: ${why}`).slice(0, 200)),
    ],
    leftOut,
  };
}

/** A key block spans lines: once a log is taken apart, its lines no longer look like a secret. */
function withCleanLogs(file: CaseFile, redact: Redactor): CaseFile {
  return { ...file, logs: file.logs.map((log) => ({ ...log, text: redact(log.text.slice(-mostLogCharacters)) })) };
}

/** Keeps the beginning and the end of a long text: errors stand at either. */
function cutToTokens(text: string, most: number): string {
  if (estimateTokens(text) <= most) return text;
  const points = Array.from(text);
  let keep = Math.min(points.length, most * 3);
  while (keep > 0 && estimateTokens(points.slice(0, keep).join('')) > most) keep = Math.floor(keep * 0.9);
  const head = Math.ceil(keep / 2);
  return `${points.slice(0, head).join('')} … ${points.slice(points.length - (keep - head)).join('')}`;
}
