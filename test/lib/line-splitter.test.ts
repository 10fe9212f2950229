import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter } from '../../src/lib/line-splitter.ts';

function split(chunks: readonly Buffer[]): string[] {
  const splitter = createLineSplitter(1_000_000);
  const lines: string[] = [];
  for (const chunk of chunks) splitter.push(chunk, (line) => lines.push(line.toString('utf8')));
  return lines;
}

describe('lines', () => {
  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat(50)), (texts, cuts) => {
        const lines = texts.map((text) => text.replaceAll('\n', ''));
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        const chunks: Buffer[] = [];
        let start = 0;
        for (const length of [...cuts, bytes.length]) {
          chunks.push(bytes.subarray(start, start + length));
          start += length;
        }
        expect(split(chunks)).toEqual(lines);
      }),
    );
  });

  test('that have not ended are kept back', () => {
    const splitter = createLineSplitter(100);
    const lines: string[] = [];
    splitter.push(Buffer.from('a\nbc'), (line) => lines.push(line.toString()));
    expect(lines).toEqual(['a']);
    expect(splitter.openBytes()).toBe(2);
    splitter.push(Buffer.from('d\n'), (line) => lines.push(line.toString()));
    expect(lines).toEqual(['a', 'bcd']);
    expect(splitter.openBytes()).toBe(0);
  });

  test('that grow beyond the limit are told', () => {
    const splitter = createLineSplitter(10);
    expect(splitter.push(Buffer.from('12345678'), () => undefined)).toBe(true);
    expect(splitter.push(Buffer.from('9abcdef'), () => undefined)).toBe(false);
  });
});
