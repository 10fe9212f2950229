import { expect, test } from '@jest/globals';
import { createBackoff } from '../../src/lib/backoff.ts';

function setup(random: number) {
  let nowMs = 0;
  const backoff = createBackoff({
    firstMs: 500,
    baseMs: 800,
    factor: 2,
    capMs: 30_000,
    resetAfterMs: 120_000,
    now: () => nowMs,
    random: () => random,
  });
  return { backoff, pass: (ms: number) => (nowMs += ms) };
}

test('the first delay is short, the others double up to the cap', () => {
  const { backoff } = setup(0);
  expect(Array.from({ length: 8 }, backoff.next)).toEqual([0, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
});

test('jitter adds up to the delay itself', () => {
  const { backoff } = setup(0.5);
  expect(Array.from({ length: 4 }, backoff.next)).toEqual([250, 1_200, 2_400, 4_800]);
});

test('two quiet minutes after the end of the last delay begin anew, less do not', () => {
  const { backoff, pass } = setup(0);
  backoff.next();
  backoff.next();
  pass(800 + 120_000);
  expect(backoff.next()).toBe(1_600);
  pass(1_600 + 120_001);
  expect(backoff.next()).toBe(0);
});

test('reset forgets', () => {
  const { backoff } = setup(0);
  backoff.next();
  backoff.next();
  backoff.reset();
  expect([backoff.next(), backoff.next()]).toEqual([0, 800]);
});
