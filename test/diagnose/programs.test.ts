import { describe, expect, test } from '@jest/globals';
import { readPrograms } from '../recorded/programs.ts';
import { explain } from './log-case.ts';

describe.each(readPrograms('test/recorded/programs'))('%s', (_, cases) => {
  test.each(cases.map((one) => [`${one.id} ${one.program}: ${one.family}`, one] as const))('%s', (_title, one) => {
    const { command = [], env = [], exitCode, log } = one;
    const { rootCause, rule } = explain(log, {
      exitCode,
      reason: exitCode === 0 ? 'Completed' : 'Error',
      container: { command, env },
    });
    const lower = rootCause.toLowerCase();
    const missing = one.must_mention.filter((group) => !group.some((word) => lower.includes(word.toLowerCase())));
    const claimed = one.must_not_claim.filter((word) => lower.includes(word.toLowerCase()));
    expect({ rootCause, rule, missing, claimed }).toEqual({ rootCause, rule, missing: [], claimed: [] });
  });
});
