import { describe, expect, test } from '@jest/globals';
import { explain } from './log-case.ts';
import { hardVariants } from './signs/hard-variants.ts';
import { programVariants } from './signs/program-variants.ts';

// A pattern that walks exponentially would not end within jest's limit for one test.
describe('lines made to be slow', () => {
  const units = [
    'a',
    'a.',
    '/a',
    ' ',
    '"',
    '{"a":',
    'level=a ',
    'A_B_',
    '--a',
    '1.2.3.4:',
    'at x.y(',
    'x::y',
    '([',
    'error: ',
    'missing required env variable ',
    'connect to host port ',
    "'a' ",
    'KEY ',
  ];
  test.each(units)('%j', (unit) => {
    const line = unit.repeat(Math.ceil(8000 / unit.length));
    const { confidence } = explain(`${line}\nshop: fatal: ${line}\n${line} failed`);
    expect(['high', 'medium', 'low', 'unknown']).toContain(confidence);
  });
});

describe('lines of two kinds of characters in turn', () => {
  const kinds = ['a', 'A', '1', '_', '-', '.', '/', ' ', ':', '"', "'", '=', '(', ')', '[', '|', ',', '@', '\t', '+'];
  test.each(kinds)('%j with every other', (one) => {
    for (const other of kinds) {
      const line = `${one}${other}`.repeat(2000);
      const { confidence } = explain(
        `x ${line}\nshop: fatal: cannot read ${line}!\npanic: ${line} not set\n  at ${line}`,
      );
      expect(['high', 'medium', 'low', 'unknown']).toContain(confidence);
    }
  });
});

describe('logs cut, mixed and broken at random', () => {
  // A small linear congruential generator: the same logs on every run.
  let seed = 7;
  const next = (below: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed % below;
  };
  const logs = [...Object.values(hardVariants), ...Object.values(programVariants)].map(({ log }) => log);

  test('always an answer', () => {
    for (let round = 0; round < 300; round += 1) {
      let log = logs[next(logs.length)] ?? '';
      for (let change = 0; change < 6; change += 1) {
        const at = next(log.length + 1);
        log = log.slice(0, at) + String.fromCharCode(next(0x3000)) + log.slice(at + next(9));
      }
      const { rootCause } = explain(log);
      expect(rootCause.length).toBeGreaterThan(10);
    }
  });
});
