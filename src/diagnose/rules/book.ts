import type { Rule } from '../rule.ts';

/**
 * All rules. Their rank decides first, then the confidence of what they found, then their place in this list
 * (see `ranks` in rule.ts).
 */
export const ruleBook: readonly Rule[] = [];
