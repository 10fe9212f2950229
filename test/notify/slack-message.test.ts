import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Alert, AlertType } from '../../src/model/alert.ts';
import { jsonBytes, slackMessage } from '../../src/notify/slack/message.ts';
import { escapeAndCut } from '../../src/notify/slack/escape.ts';
import { composeStormAlert } from '../../src/notify/compose-storm.ts';
import { activeTokens, payloadProblem } from '../fakes/slack-limits.ts';
import { alert, settings, storm, tenOhTwo } from './samples.ts';

const types: readonly AlertType[] = [
  'opened',
  'reopened',
  'worse',
  'reminder',
  'recovered',
  'amended',
  'storm-opened',
  'storm-updated',
  'storm-closed',
  'test',
];
const forms = ['full', 'blocks', 'text'] as const;
const sizes = ['root', 'compact'] as const;

const hostile = [
  '<!channel> look',
  '<!here|x>',
  '<!everyone>',
  '<@U123456>',
  '<#C123|general>',
  '<!subteam^S1>',
  '<https://evil.example|ok>',
  '&lt;!channel&gt;',
  '&amp;lt;',
  '```\nend\n```',
  '*bold* _it_ ~st~ `c`',
  ':fire: :+1:',
  '@channel @here',
  '\u202Eesrever\u202C',
  '\u001b[31mred\u001b[0m',
  '\u0000\u0007\b',
  '\ud800',
  '\udc00x',
  '👩‍👩‍👧‍👦'.repeat(40),
  'x'.repeat(5_000),
  '漢字'.repeat(2_000),
  '&'.repeat(3_000),
  '<'.repeat(3_000),
  '\n'.repeat(500),
  '"\\'.repeat(800),
  '',
  ' ',
  '\u200b',
  '[link](http://x)',
  '<mailto:a@b.co>',
  '${x}',
  '{"type":"broadcast"}',
];

function everywhere(text: string, type: AlertType): Alert {
  const fix = { summary: text, command: text, verified: false };
  return alert(type, {
    headline: text,
    rootCause: text,
    reason: text,
    fix,
    otherFixes: [fix, fix, fix],
    facts: [text, text, text],
    notes: [text, text, text, text, text],
    evidence: Array.from({ length: 20 }, (_, index) => ({ id: `E${index}`, source: text, text })),
    logLines: Array.from({ length: 30 }, () => text),
    proofCommand: text,
    rows: Array.from({ length: 10 }, () => ({ id: 'abcdef', text })),
    more: 5,
    cluster: text,
    namespace: text,
    workload: text,
  });
}

function check(message: ReturnType<typeof slackMessage>): void {
  const json = JSON.stringify(message);
  expect(payloadProblem(JSON.parse(json), Buffer.byteLength(json))).toBeUndefined();
  expect(jsonBytes(message)).toBeLessThanOrEqual(9_000);
  expect(message.text.trim()).not.toBe('');
  expect(activeTokens(message)).toEqual([]);
  expect(json).not.toMatch(/[\u202A-\u202E\u2066-\u2069]|\\u001b/u);
  expect(json.isWellFormed()).toBe(true);
  expect(json).not.toMatch(/\\ud[89a-f]/iu);
  expect(message.text).not.toMatch(/&(?!amp;|lt;|gt;)/u);
}

describe('every message', () => {
  test.each(hostile)('keeps the limits and pings nobody with %j in every field', (text) => {
    for (const type of ['opened', 'recovered', 'storm-closed'] as const)
      for (const form of forms) for (const size of sizes) check(slackMessage(everywhere(text, type), form, size));
  });

  test('keeps them with any text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 400 }),
      fc.constantFrom(...hostile),
      fc.array(fc.constantFrom(...hostile), { maxLength: 5 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom(...types),
        fc.constantFrom(...forms),
        fc.constantFrom(...sizes),
        (value, type, form, size) => {
          check(slackMessage(everywhere(value, type), form, size));
        },
      ),
      { numRuns: 150 },
    );
  });

  test('begins with a section that holds the headline', () => {
    expect(slackMessage(alert()).blocks?.[0]).toEqual({
      type: 'section',
      text: { type: 'mrkdwn', text: '🛑 *CrashLoopBackOff in orders-api (production)*' },
    });
  });

  test('turns green when it is over', () => {
    const { blocks, attachments } = slackMessage(alert('recovered'));
    expect(blocks).toHaveLength(1);
    expect(attachments?.[0]?.color).toBe('#2e9e6b');
    expect(JSON.stringify(attachments)).toContain('DATABASE_URL');
  });

  test('says it all in its text', () => {
    const { text } = slackMessage(alert());
    for (const part of [
      'CrashLoopBackOff in orders-api (production)',
      'DATABASE_URL is not set',
      'kubectl set env',
      'SEV-2',
      '#a1b2c3',
    ])
      expect(text).toContain(part);
  });
});

describe('commands', () => {
  test('are never cut: one that is too long is left out', () => {
    const command = `kubectl patch deployment x -p '${'y'.repeat(2_000)}'`;
    const json = JSON.stringify(
      slackMessage(alert('opened', { fix: { summary: 'Patch it', command, verified: true } })).blocks,
    );
    expect(json).toContain('Patch it (its command is too long for a message)');
    expect(json).not.toContain('yyyy');
  });
});

describe('a storm', () => {
  test('has its rows and the number of the rest in one message', () => {
    const digest = slackMessage(
      composeStormAlert({ type: 'storm-opened', atMs: tenOhTwo, storm: storm(500) }, settings),
    );
    const json = JSON.stringify(digest);
    expect(json).toContain('#000009');
    expect(json).toContain('+490 more');
    check(digest);
  });
});

describe('cutting', () => {
  test('never inside an entity or a code point', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('&', '<', 'a', '👩', '漢', '>'), { maxLength: 40 }),
        fc.integer({ min: 8, max: 60 }),
        (parts, limit) => {
          const cut = escapeAndCut(parts.join(''), limit);
          expect(cut.length).toBeLessThanOrEqual(limit);
          expect(cut).not.toMatch(/&(?!amp;|lt;|gt;)/u);
          expect(cut.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});
