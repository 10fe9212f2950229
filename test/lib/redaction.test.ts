import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createRedactor } from '../../src/lib/redaction/redact.ts';
import { redactDeep } from '../../src/lib/redaction/redact-deep.ts';
import { innocentTexts, secretShapes } from './redaction-samples.ts';

const redact = createRedactor();

const frames: readonly (readonly [string, (text: string) => string])[] = [
  ['alone', (text) => text],
  ['in a line', (text) => `2026-11-20T10:02:00Z ERROR worker[7]: ${text}`],
  ['among lines', (text) => `starting\n${text}\nexiting with code 1`],
  ['in JSON', (text) => JSON.stringify({ level: 'error', msg: text })],
  ['twice in JSON', (text) => JSON.stringify({ log: JSON.stringify({ msg: `x\n${text}` }) })],
];

describe('secrets do not survive', () => {
  test('there are at least sixty shapes', () => {
    expect(new Set(secretShapes.map((shape) => shape.name)).size).toBeGreaterThanOrEqual(60);
  });

  for (const [place, frame] of frames) {
    test.each(secretShapes.map((shape) => [shape.name, shape] as const))(`${place}: %s`, (_, shape) => {
      const out = redact(frame(shape.text));
      for (const secret of shape.secrets) expect(out).not.toContain(secret);
      for (const kept of shape.keeps ?? []) expect(out).toContain(kept);
    });
  }

  test('split by colours, zero-width or control characters', () => {
    const key = 'AKIA' + 'IOSFODNN7EXAMPLQ';
    for (const hidden of [
      '\u001b[31m',
      '\u001b]8;;x\u0007',
      '\u200b',
      '\u2060',
      '\u0000',
      '\ufeff',
      '\u202e',
      '\\u001b[0m',
      '\u00ad',
    ])
      expect(redact(`got ${key.slice(0, 9)}${hidden}${key.slice(9)}!`)).toBe('got [redacted]!');
  });

  test('the quoted part of a text stays delimited', () => {
    expect(redact('said \uE0A1password=hunter2 rest of the log\uE0A2 then')).toBe(
      'said \uE0A1password=[redacted] rest of the log\uE0A2 then',
    );
    expect(redact('password=\uE0A1hunter2 rest\uE0A2')).toBe('password=\uE0A1[redacted]\uE0A2');
  });

  test('patterns of the user', () => {
    const own = createRedactor({ extraPatterns: ['ACME-\\d{6}', 'x*'] });
    expect(own('badge ACME-123456 of Bob')).toBe('badge [redacted] of Bob');
    expect(() => createRedactor({ extraPatterns: ['('] })).toThrow(SyntaxError);
  });

  test('switched off, text stays as it is', () => {
    expect(createRedactor({ enabled: false })('password=hunter2')).toBe('password=hunter2');
  });
});

describe('ordinary text stays', () => {
  test.each(innocentTexts)('%s', (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe('redactDeep', () => {
  test('members, name/value pairs, option lists and Secrets', () => {
    const pod = {
      kind: 'Pod',
      password: 'swordfish',
      spec: {
        env: [
          { name: 'DB_PASSWORD', value: 'amber' },
          { name: 'DB_HOST', value: 'ledger-db' },
        ],
        args: ['--token', 'zebra', '--port', '8080'],
      },
      secret: { kind: 'Secret', data: { a: 'aGVsbG8=' } },
      restarts: 4,
      nothing: null,
    };
    expect(redactDeep(pod, redact)).toEqual({
      kind: 'Pod',
      password: '[redacted]',
      spec: {
        env: [
          { name: 'DB_PASSWORD', value: '[redacted]' },
          { name: 'DB_HOST', value: 'ledger-db' },
        ],
        args: ['--token', '[redacted]', '--port', '8080'],
      },
      secret: { kind: 'Secret', data: { a: '[redacted]' } },
      restarts: 4,
      nothing: null,
    });
  });
});

describe('hostile input', () => {
  test('redacting twice changes nothing more', () => {
    const piece = fc.constantFrom(
      ...secretShapes.map((shape) => shape.text),
      ...innocentTexts,
      ' ',
      '\n',
      '"',
      "'",
      '=',
      ': ',
      '\\',
      '@',
      '://',
      '-----BEGIN ',
      '\uE0A1',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 6 }), (parts) => {
        const once = redact(parts.join(' '));
        expect(redact(once)).toBe(once);
      }),
      { numRuns: 300 },
    );
  });

  // Quadratic behaviour would take minutes here; jest's own limit of five seconds is the only clock.
  const seeds = [
    'a',
    'a.',
    'a@',
    'eyJ',
    'eyJa.',
    'sk-',
    'password=',
    'password="',
    'password=\'"',
    'key=',
    'token: x ',
    '-----BEGIN A-----',
    '-----BEGIN A-----\n',
    '-----END A-----',
    'http://',
    'http://a:',
    '://a@',
    '\u001b]',
    '\u001b[',
    'Bearer ',
    'mysql -p',
    '--token ',
    ' -u a:',
    '"data":{',
    'kind: Secret\ndata:\n',
    'A1b2',
    'SG.',
    '\\n',
    'x=',
    '1//',
    'login a password ',
    'cookie: a=',
    's.',
    'a:',
    'password>',
    '<password',
  ];
  test.each(seeds)('a megabyte of %j', (seed) => {
    const out = redact(seed.repeat(Math.ceil(1_000_000 / seed.length)));
    expect(typeof out).toBe('string');
  });
});
