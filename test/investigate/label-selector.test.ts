import { describe, expect, test } from '@jest/globals';
import { equalityText, matchesSelector, selectorText } from '../../src/investigate/label-selector.ts';

const every = {
  matchLabels: { app: 'web', 'app.kubernetes.io/part-of': 'shop' },
  matchExpressions: [
    { key: 'tier', operator: 'In', values: ['a', 'b'] },
    { key: 'zone', operator: 'NotIn', values: ['x'] },
    { key: 'here', operator: 'Exists' },
    { key: 'gone', operator: 'DoesNotExist' },
  ],
};
const fits = { app: 'web', 'app.kubernetes.io/part-of': 'shop', tier: 'b', here: '' };

describe('label selectors', () => {
  test('are written as the API takes them', () => {
    expect(selectorText(every)).toBe('app=web,app.kubernetes.io/part-of=shop,tier in (a,b),zone notin (x),here,!gone');
  });

  test('that select nothing, or cannot be read, are none at all', () => {
    expect([selectorText(undefined), selectorText({}), equalityText(undefined), equalityText({})]).toEqual(
      Array(4).fill(undefined),
    );
    expect(selectorText({ matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'Gt' }] })).toBeUndefined();
  });

  test.each([
    [fits, true],
    [{ ...fits, app: 'api' }, false],
    [{ ...fits, tier: 'c' }, false],
    [{ ...fits, zone: 'y' }, true],
    [{ ...fits, zone: 'x' }, false],
    [{ ...fits, gone: '1' }, false],
    [{ ...fits, tier: undefined }, false],
    [undefined, false],
  ])('%j fits: %s', (labels, expected) => {
    expect(matchesSelector(selectorText(every) ?? '', labels as Record<string, string> | undefined)).toBe(expected);
  });

  test('tells a difference', () => {
    expect([
      matchesSelector('a!=b', { a: 'c' }),
      matchesSelector('a!=b', { a: 'b' }),
      matchesSelector('a!=b', {}),
    ]).toEqual([true, false, true]);
  });
});
