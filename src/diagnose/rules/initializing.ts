import type { FailureKind } from '../../model/failure.ts';
import { quoteLog } from '../../model/log-quote.ts';
import { runningInitMs } from '../logs/sentence.ts';
import { findingOf } from '../logs/sign.ts';
import type { Rule } from '../rule.ts';
import { awaitedConnection, repeatedLine, waitingFinding } from './awaited-connection.ts';
import { explainedLog } from './log-rules.ts';
import { short } from './signs/common-fixes.ts';

const kinds: readonly FailureKind[] = ['NotReady', 'RolloutStuck'];

// From here on even an init container that says nothing is worth a word.
const longMs = 600_000;

/** The given rules about broken connections, for an init container that waits instead of failing. */
export function waitingRules(dependencyRules: readonly Rule[]): readonly Rule[] {
  return dependencyRules.map((rule) => ({
    id: rule.id.replace('/', '/init-waits-'),
    rank: rule.rank,
    kinds,
    explain: (view) => (runningInitMs(view) === undefined ? undefined : rule.explain(view)),
  }));
}

/** Init containers that go on and on: by what their log says, by what they wait for, by time alone. */
export const initializingRules: readonly Rule[] = [
  {
    id: 'init/log',
    rank: 'specific',
    kinds,
    explain: (view) => {
      const explained = runningInitMs(view) === undefined ? undefined : explainedLog(view);
      const last = view.log?.lines.at(-1)?.index ?? 0;
      // What stands further up did not keep it from going on.
      if (explained === undefined || explained.suspect.line.index < last - 5) return undefined;
      return { ...findingOf(view, explained), confidence: 'medium' };
    },
  },
  {
    id: 'init/awaited-connection',
    rank: 'specific',
    kinds,
    explain: (view) => awaitedConnection(view)?.base,
  },
  {
    id: 'init/repeated-line',
    rank: 'general',
    kinds,
    explain: (view) => {
      const line = runningInitMs(view) === undefined ? undefined : repeatedLine(view);
      if (line === undefined || !/wait|retry|not (?:yet |)(?:ready|available|up)|pending|sleep/iu.test(line.message))
        return undefined;
      const finding = waitingFinding(
        view,
        `It waits and says again and again ${quoteLog(short(line.message, 200))}`,
        [],
      );
      return { ...finding, confidence: 'low' };
    },
  },
  {
    id: 'init/long',
    rank: 'fallback',
    kinds,
    explain: (view) => {
      const ms = runningInitMs(view);
      if (ms === undefined || (ms < longMs && view.failure.kind === 'NotReady')) return undefined;
      return { ...waitingFinding(view, 'Its work is not done yet', []), confidence: 'low' };
    },
  },
];
