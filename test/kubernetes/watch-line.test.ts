import { describe, expect, test } from '@jest/globals';
import { parseWatchLine } from '../../src/kubernetes/watch-line.ts';

const parse = (text: string) => parseWatchLine(Buffer.from(text));
/** As the API server orders the fields of a pod. */
const podLine = (annotation: string, managed: string, spec = '{"containers":[]}') =>
  `{"type":"ADDED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","annotations":{"note":${JSON.stringify(annotation)}},"managedFields":${managed}},"spec":${spec},"status":{"phase":"Running"}}}`;
const managed =
  '[{"manager":"kubelet","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:labels":{"k:{\\"a\\":1}":{}}},"f:spec":{"f:containers":{}}}}]';

describe('managedFields', () => {
  test('is left out and all else stays', () => {
    expect(parse(podLine('x', managed))).toEqual({
      type: 'ADDED',
      object: {
        kind: 'Pod',
        apiVersion: 'v1',
        metadata: { name: 'a', annotations: { note: 'x' } },
        spec: { containers: [] },
        status: { phase: 'Running' },
      },
    });
  });

  test.each([
    ['the beginning', ',"managedFields":['],
    ['the end', ']},"spec":{'],
    ['both', ',"managedFields":[]},"spec":{'],
  ])('%s of it within an annotation is text', (_, text) => {
    expect(parse(podLine(text, managed))?.object.metadata?.annotations).toEqual({ note: text });
    expect(parse(podLine(text, managed))?.object.spec).toEqual({ containers: [] });
  });

  test('where the fields come in another order, nothing is lost', () => {
    const line = `{"type":"ADDED","object":{"metadata":{"name":"a","managedFields":[{"manager":"x"}],"uid":"u"},"spec":{"nodeName":"n","volumes":[{"a":[{"b":1}]}]},"status":{"x":[{}]},"extra":[{"y":{"z":[]},"spec":{}}]}}`;
    const object = parse(line)?.object;
    expect(object?.metadata?.uid).toBe('u');
    expect(object?.spec).toMatchObject({ nodeName: 'n' });
  });
});

test.each(['', '{', 'null', '1', '[]', '{"type":"ADDED"}', '{"object":{}}', '{"type":1,"object":{}}', '\u0000'])(
  '%j is no event',
  (text) => {
    expect(parse(text)).toBeUndefined();
  },
);
