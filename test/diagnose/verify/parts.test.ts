import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatBytes, formatCores, parseQuantity } from '../../../src/diagnose/quantity.ts';
import { kubectl, shellWord, templatePatch } from '../../../src/diagnose/kubectl.ts';
import { shellWords } from '../../../src/diagnose/verify/shell-words.ts';
import { verifyCommand } from '../../../src/diagnose/verify.ts';
import { jsonMerge, strategicMerge } from '../../../src/diagnose/verify/strategic-merge.ts';
import { kindSchemas } from '../../../src/diagnose/verify/schema.ts';
import { kubeCase } from '../kube-case.ts';

describe('shell words', () => {
  test('whatever is quoted comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 6 }),
        (words) => {
          expect(shellWords(words.map(shellWord).join(' '))).toEqual({ words });
        },
      ),
    );
  });

  test.each([
    ['a "b c" d', ['a', 'b c', 'd']],
    [String.raw`a\ b "x\"y"`, ['a b', 'x"y']],
    [`'it'\\''s'`, ["it's"]],
    ['  a\tb ', ['a', 'b']],
    [`''`, ['']],
  ])('%s', (command, words) => {
    expect(shellWords(command)).toEqual({ words });
  });

  test('checking any text as a command never throws, and verifies nothing by chance', () => {
    const file = kubeCase({ kind: 'Failed' });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(verifyCommand(text, file).verified).toBe(false);
        verifyCommand(`kubectl -n test patch deployment/shop -p ${shellWord(text)}`, file);
      }),
    );
  });

  test('any JSON as a patch never throws', () => {
    const file = kubeCase({ kind: 'Failed' });
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('json', 'merge', 'strategic'), (json, type) => {
        const command = kubectl('test', 'patch', 'deployment/shop', `--type=${type}`, '-p', json);
        expect(Array.isArray(verifyCommand(command, file).reasons)).toBe(true);
      }),
    );
  });
});

describe('quantities', () => {
  test.each([
    ['1', 1],
    ['500m', 0.5],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['2e3', 2000],
    ['.5', 0.5],
    ['100M', 1e8],
    ['1E', 1e18],
    ['0', 0],
  ])('%s', (text, value) => {
    expect(parseQuantity(text)).toBe(value);
  });

  test.each(['', 'lots', '1 Gi', '1GiB', '0x10', '1..2', undefined])('%s is none', (text) => {
    expect(parseQuantity(text)).toBeUndefined();
  });

  test('are written as people do', () => {
    expect([formatBytes(96 * 2 ** 20), formatBytes(1.5 * 2 ** 30), formatBytes(512)]).toEqual(['96Mi', '1.5Gi', '512']);
    expect([formatCores(0.25), formatCores(48), formatCores(1.5), formatCores(0)]).toEqual(['250m', '48', '1.5', '0']);
  });
});

describe('patches in memory', () => {
  const live = {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'a', image: '1', env: [{ name: 'X', value: '1' }], args: ['p', 'q'] },
            { name: 'b', image: '2' },
          ],
          nodeSelector: { disk: 'ssd' },
        },
      },
    },
  };

  test('a strategic patch merges lists by key, replaces atomic ones, and deletes by null', () => {
    const body = templatePatch('Deployment', {
      containers: [
        { name: 'a', env: [{ name: 'Y', value: '2' }], args: ['r'] },
        { name: 'b', $patch: 'delete' },
      ],
      nodeSelector: { disk: null },
    });
    expect(strategicMerge(live, body as never, kindSchemas.Deployment)).toEqual({
      value: {
        spec: {
          template: {
            spec: {
              containers: [
                {
                  name: 'a',
                  image: '1',
                  env: [
                    { name: 'X', value: '1' },
                    { name: 'Y', value: '2' },
                  ],
                  args: ['r'],
                },
              ],
              nodeSelector: {},
            },
          },
        },
      },
    });
  });

  test('a merge patch replaces lists', () => {
    expect(jsonMerge({ a: [1, 2], b: { c: 1, d: 2 } }, { a: [3], b: { c: null } })).toEqual({ a: [3], b: { d: 2 } });
  });
});
