import { describe, expect, test } from '@jest/globals';
import { isTypingSlip } from '../../src/lib/typing-slip.ts';

describe('one slip of the fingers', () => {
  test.each([
    ['catalog', 'catalgo'],
    ['databse', 'database'],
    ['stock', 'stocks'],
    ['uri', 'url'],
    ['sotck', 'stock'],
  ])('%s and %s', (a, b) => {
    expect(isTypingSlip(a, b)).toBe(true);
    expect(isTypingSlip(b, a)).toBe(true);
  });

  test.each([
    ['stock', 'stock'],
    ['host', 'port'],
    ['node1', 'node2'],
    ['db', 'dv'],
    ['orders', 'ordering'],
    ['abcd', 'badc'],
    ['', 'abc'],
  ])('%s and %s are two names, or the same', (a, b) => {
    expect(isTypingSlip(a, b)).toBe(false);
    expect(isTypingSlip(b, a)).toBe(false);
  });
});
