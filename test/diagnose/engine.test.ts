import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../src/diagnose/engine.ts';
import type { Finding, Rule } from '../../src/diagnose/rule.ts';
import { explain, logCase } from './log-case.ts';

function rule(id: string, rank: Rule['rank'], confidence: Finding['confidence'] = 'high'): Rule {
  return { id, rank, explain: () => ({ rootCause: id, confidence, cites: [{ source: 'test', text: id }], fixes: [] }) };
}

describe('the order of rules', () => {
  test('the rank decides first', () => {
    const book = [rule('a', 'fallback'), rule('b', 'specific'), rule('c', 'object', 'low'), rule('d', 'exact')];
    expect(diagnose(logCase(''), book).rootCause).toBe('c');
  });

  test('within a rank the confidence, then the place', () => {
    const book = [rule('a', 'exact', 'medium'), rule('b', 'exact'), rule('c', 'exact')];
    expect(diagnose(logCase(''), book).rule).toBe('b');
  });

  test('a rule for other kinds of failure stays silent', () => {
    const book: Rule[] = [{ ...rule('a', 'object'), kinds: ['Pending'] }, rule('b', 'fallback')];
    expect(diagnose(logCase(''), book).rule).toBe('b');
  });

  test('a rule that throws does not silence the others', () => {
    const broken: Rule = {
      ...rule('a', 'object'),
      explain: () => {
        throw new TypeError('odd object');
      },
    };
    expect(diagnose(logCase(''), [broken, rule('b', 'general')]).rule).toBe('b');
  });
});

describe('what a diagnosis holds', () => {
  test('evidence is numbered, equal facts once, gaps at the end', () => {
    const cites = ['x', 'x', 'y'].map((text) => ({ source: 'test', text }));
    const one: Rule = {
      ...rule('a', 'exact'),
      explain: () => ({ rootCause: 'a', confidence: 'high', cites, fixes: [] }),
    };
    const { evidence } = diagnose(logCase('', { more: { gaps: [{ source: 'nodes', why: 'forbidden' }] } }), [one]);
    expect(evidence.map(({ id, text }) => `${id} ${text}`)).toEqual(['E1 x', 'E2 y', 'E3 forbidden']);
    expect(evidence[2]?.missing).toBe(true);
  });

  test('unknown stays unknown, with the facts', () => {
    const { confidence, evidence, rule: by } = diagnose(logCase('shop: one\nshop: two'), []);
    expect(confidence).toBe('unknown');
    expect(by).toBeUndefined();
    expect(evidence.some(({ text }) => text.includes('shop: two'))).toBe(true);
  });

  test('secrets of the pod spec are masked wherever the log repeats them', () => {
    const env = [{ name: 'DB_PASSWORD', value: 'tulip-harbour-55' }];
    const found = explain('FATAL: invalid value "tulip-harbour-55" for DB_PASSWORD', { container: { env } });
    expect(JSON.stringify(found)).not.toContain('tulip-harbour-55');
    expect(found.rootCause).toContain('DB_PASSWORD');
  });

  test('a second failing container is told when the first one is unclear', () => {
    const file = logCase('');
    const failure = { ...file.failures[0], container: 'proxy' };
    const log = {
      pod: 'shop-1',
      container: 'proxy',
      instance: 'current' as const,
      text: 'FATAL: PROXY_KEY is not set',
      truncated: false,
    };
    const { rootCause } = diagnose({ ...file, failures: [file.failures[0], failure], logs: [...file.logs, log] });
    expect(rootCause).toContain('PROXY_KEY');
    expect(rootCause).toContain('container proxy');
  });
});
