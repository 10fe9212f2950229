import { LRUCache } from 'lru-cache';
import type { ModelAnswer } from './answer-schema.ts';
import type { Brief } from './brief.ts';
import { withoutNumbers } from './evidence-hash.ts';

/** Answers by state of the evidence, so that the same evidence is asked about once. */
export interface AnswerMemory {
  /** An answer as if it had been given about `brief`: its evidence ids are those of the same facts there. */
  recall(key: string, brief: Brief): ModelAnswer | undefined;
  keep(key: string, answer: ModelAnswer, brief: Brief): void;
}

interface Kept {
  readonly answer: ModelAnswer;
  /** The masked text of each fact that could be cited, by its id at the time. */
  readonly facts: ReadonlyMap<string, string>;
}

const mostAnswers = 500;
/** A cause that stands for a week is asked about again: programs and models change. */
const keptMs = 7 * 24 * 3_600_000;

/** Creates a memory of at most 500 answers, a few KiB each. */
export function createAnswerMemory(now: () => number): AnswerMemory {
  const kept = new LRUCache<string, Kept>({ max: mostAnswers, ttl: keptMs, ttlResolution: 0, perf: { now } });
  return {
    recall(key, brief) {
      const found = kept.get(key);
      if (found === undefined) return undefined;
      const idOf = new Map(brief.facts.map(({ evidence, source, text }) => [masked(source, text), evidence.id]));
      // An id whose fact is gone becomes one that no fact has, so that what rests on it falls.
      const renamed = (ids: readonly string[]): string[] =>
        ids.map((id) => idOf.get(found.facts.get(id.trim()) ?? '') ?? 'gone');
      const { answer } = found;
      return {
        ...answer,
        cause: answer.cause.map((claim) => ({ ...claim, evidence: renamed(claim.evidence) })),
        fixes: answer.fixes.map((fix) => ({ ...fix, evidence: renamed(fix.evidence) })),
      };
    },
    keep(key, answer, brief) {
      const facts = new Map(brief.facts.map(({ evidence, source, text }) => [evidence.id, masked(source, text)]));
      kept.set(key, { answer, facts });
    },
  };
}

function masked(source: string, text: string): string {
  return withoutNumbers(`${source}\n${text}`);
}
