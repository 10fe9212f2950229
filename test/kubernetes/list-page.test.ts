import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createListPage } from '../../src/kubernetes/list-page.ts';
import type { KubeObject } from '../../src/model/kube-objects.ts';
import { listJson } from '../fakes/kube-json.ts';

function read(text: string, chunkBytes: number) {
  const items: KubeObject[] = [];
  const page = createListPage((item) => items.push(item));
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    if (!page.push(bytes.subarray(start, start + chunkBytes))) return { items, facts: undefined };
  }
  return { items, facts: page.end() };
}

describe('a page', () => {
  test('gives the same objects however its bytes are cut', () => {
    const item = fc.record({
      metadata: fc.record({ name: fc.string({ unit: 'grapheme' }), labels: fc.dictionary(fc.string(), fc.string()) }),
      spec: fc.record({ list: fc.array(fc.record({ metadata: fc.string() })) }),
    });
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 1, max: 200 }), (items, chunkBytes) => {
        // As JSON has it: no prototypes, no undefined.
        const expected = JSON.parse(JSON.stringify(items)) as unknown;
        const { items: found, facts } = read(`${JSON.stringify(listJson('7', items, 'next'))}\n`, chunkBytes);
        expect(found).toEqual(expected);
        expect(facts).toEqual({ resourceVersion: '7', continueToken: 'next' });
      }),
    );
  });

  test('without objects is one, and the last has no token', () => {
    expect(read(JSON.stringify(listJson('7', [])), 10)).toEqual({
      items: [],
      facts: { resourceVersion: '7', continueToken: undefined },
    });
  });

  test('whose objects hold what looks like a boundary is not taken apart wrongly', () => {
    const trap = { metadata: { name: 'a' }, spec: { list: [{ x: 1 }, { metadata: { name: 'inner' } }] } };
    expect(read(JSON.stringify(listJson('7', [trap])), 1_000).facts).toBeUndefined();
    const quoted = { metadata: { name: 'a', annotations: { note: '},{"metadata":{' } }, spec: {} };
    expect(read(JSON.stringify(listJson('7', [quoted])), 1_000).items).toEqual([quoted]);
  });

  test.each([
    ['null for items', '{"metadata":{"resourceVersion":"7"},"items":null}'],
    ['no version', '{"metadata":{},"items":[]}'],
    ['items first', '{"items":[{"metadata":{"name":"a"}}],"metadata":{"resourceVersion":"7"}}'],
    ['no JSON', '<html>"items":[</html>'],
    ['an end that is missing', '{"metadata":{"resourceVersion":"7"},"items":[{"metadata":{"name":"a"'],
  ])('with %s has to be read as a whole', (_, text) => {
    expect(read(text, 1_000).facts).toBeUndefined();
  });
});
