import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { composeStormAlert } from '../../src/notify/compose-storm.ts';
import { consoleText, createConsoleSink } from '../../src/notify/console-sink.ts';
import { displayWidth, wrapText } from '../../src/notify/wrap-text.ts';
import { alert, settings, storm, tenOhTwo } from './samples.ts';

describe('the console', () => {
  test('shows an alert as Slack does', async () => {
    const written: string[] = [];
    const sink = createConsoleSink({ write: (text) => void written.push(text), columns: 100 });
    expect(await sink.send(alert())).toEqual({ outcome: 'sent' });
    expect(written.join('').split('\n')).toEqual([
      '🛑 CrashLoopBackOff in orders-api (production)',
      'Root Cause: container app exits at start: environment variable DATABASE_URL is not set (E2, E5)',
      'Suggested Fix: Set DATABASE_URL',
      '  $ kubectl set env deployment/orders-api -n production DATABASE_URL=REPLACE_ME',
      '3 of 5 pods · 4 restarts in 6 min · since 10:02 UTC · began 90 s after rollout 42 (image 1.4.1 →',
      '  1.5.0) · confidence high · SEV-2 · cluster prod-eu · #a1b2c3',
      '│ E5 pod orders-api-84d58c8b99-9mpbq: container app exited with code 1',
      '│ $ kubectl logs orders-api-84d58c8b99-9mpbq -c app --previous -n production',
      '│ 1 log line kept in the cluster (SHARE_LOGS=off)',
      '',
      '',
    ]);
  });

  test('a storm has its rows', () => {
    const lines = consoleText(
      composeStormAlert({ type: 'storm-opened', atMs: tenOhTwo, storm: storm(12) }, settings),
      120,
    );
    expect(lines[0]).toBe('🚨 36 pods failing in 12 workloads (5 namespaces)');
    expect(lines).toContain('│ +2 more');
  });

  test('corrections are not shown', () => {
    expect(createConsoleSink({ write: () => undefined, columns: 80 }).accepts?.(alert('amended'))).toBe(false);
  });

  test('nothing in an alert moves the cursor or the colours', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const shown = consoleText(
          alert('opened', { rootCause: `\u001b[2J${text}`, facts: [text], notes: [text], proofCommand: text }),
          80,
        ).join('\n');
        expect(shown.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});

describe('wrapping', () => {
  test('keeps to the width, whatever the script, and loses nothing but blanks', () => {
    const word = fc.constantFrom('pod', 'コンテナ', 'é', '👩‍👩‍👧', 'a'.repeat(90), 'x-y');
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), fc.integer({ min: 20, max: 100 }), (words, columns) => {
        const lines = wrapText(words.join(' '), columns, '  ');
        for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
        expect(lines.join('').replaceAll(' ', '')).toBe(words.join(''));
      }),
    );
  });

  test.each([
    ['abc', 3],
    ['日本', 4],
    ['🛑', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('%s is %d columns wide', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});
