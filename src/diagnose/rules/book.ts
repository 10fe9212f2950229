import type { Rule } from '../rule.ts';
import { clusterRules } from './cluster-rules.ts';
import { dependencyRules } from './dependency.ts';
import { exitRules } from './exit-codes.ts';
import { initializingRules, waitingRules } from './initializing.ts';
import { logRules } from './log-rules.ts';
import { outOfMemoryRules } from './out-of-memory.ts';
import { notReadyRules, unlessProbeIsWrong } from './probe-dependency.ts';
import { wrongProbeRules } from './probe.ts';

const ownCause: readonly Rule[] = [
  ...outOfMemoryRules,
  ...clusterRules,
  ...initializingRules,
  ...logRules,
  ...exitRules,
];

// `behind` explains the pod at the other end of a broken connection.
function rulesOver(behind: readonly Rule[]): readonly Rule[] {
  const dependencies = unlessProbeIsWrong(dependencyRules(behind, ownCause), wrongProbeRules);
  return [...dependencies, ...notReadyRules(dependencies), ...waitingRules(dependencies), ...ownCause];
}

/**
 * All rules. Their rank decides first, then the confidence of what they found, then their place in this list
 * (see `ranks` in rule.ts). A chain of broken dependencies is followed over two of them: web, api, database.
 */
export const ruleBook: readonly Rule[] = rulesOver(rulesOver(ownCause));
