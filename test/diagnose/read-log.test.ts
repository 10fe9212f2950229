import { describe, expect, test } from '@jest/globals';
import { cleanLine } from '../../src/diagnose/logs/clean-line.ts';
import { findEndpoint } from '../../src/diagnose/logs/endpoint.ts';
import { parseLines } from '../../src/diagnose/logs/parse-line.ts';
import { pickLogs } from '../../src/diagnose/logs/pick-log.ts';
import { readLog } from '../../src/diagnose/logs/read-log.ts';
import { logCase } from './log-case.ts';

const raw = { pod: 'p', container: 'c', instance: 'current' as const, truncated: false };

describe('lines', () => {
  test.each([
    ['2026-01-01T10:00:00.123Z ERROR cannot start', 'error', 'cannot start'],
    ['2026-01-01 10:00:00,123 - shop - CRITICAL - no key', 'fatal', 'no key'],
    ['[2026-01-01 10:00:00 +0000] [7] [INFO] Booting worker', 'info', 'Booting worker'],
    ['2026/01/01 10:00:00 [emerg] 1#1: unknown directive', 'fatal', '1#1: unknown directive'],
    ['E0101 10:00:00.123456       1 main.go:5] no lease', 'error', 'no lease'],
    ['1:M 01 Jan 2026 10:00:00.123 # Fatal error loading the DB', undefined, 'Fatal error loading the DB'],
    ['{"level":50,"msg":"boot failed","err":{"message":"no disk"}}', 'error', 'boot failed: no disk'],
    ['{"severity":"CRITICAL","message":"no disk"}', 'fatal', 'no disk'],
    ['level=warn msg="slow start" took=3s', 'warn', 'slow start'],
    ['2026-01-01 10:00:00.1 UTC [1] FATAL:  data directory is old', 'fatal', 'data directory is old'],
    ['shop: plain words', undefined, 'shop: plain words'],
    ['Error: listen EADDRINUSE', 'error', 'Error: listen EADDRINUSE'],
    ['0 errors found in INFO section', undefined, '0 errors found in INFO section'],
  ])('%s', (text, level, message) => {
    const [line] = parseLines(text, 0);
    expect(line?.level).toBe(level);
    expect(line?.message).toBe(message);
  });

  test('colours, control characters and forged quote marks go', () => {
    expect(cleanLine('\u001b[1;31mFATAL\u001b[0m \u0000x\u202e\uE0A1y\uE0A2 ')).toBe('FATAL xy');
  });

  test('of a wide line the ends and the first trouble stay', () => {
    const wide = `start ${'a'.repeat(30_000)} error: disk gone ${'b'.repeat(30_000)} end`;
    const clean = cleanLine(wide);
    expect(clean.length).toBeLessThanOrEqual(4096);
    expect(clean).toMatch(/^start .*error: disk gone.* end$/);
  });
});

describe('logs', () => {
  test("kubelet's excuse is no log", () => {
    expect(readLog({ ...raw, text: 'unable to retrieve container logs for containerd://1c15' })).toBeUndefined();
    expect(readLog({ ...raw, text: 'rpc error: code = Unavailable desc = dial tcp 10.0.0.1:1' })?.lines).toHaveLength(
      1,
    );
  });

  test('a huge log keeps its beginning and its end', () => {
    const log = readLog({ ...raw, text: Array.from({ length: 50_000 }, (_, i) => `line ${String(i)}`).join('\n') });
    expect(log?.lines[0]?.text).toBe('line 0');
    expect(log?.lines.at(-1)?.text).toBe('line 49999');
    expect(log?.lines.length).toBeLessThanOrEqual(2000);
  });

  test('running again: the previous instance; waiting: the current one; unreadable: the other', () => {
    const file = logCase('now');
    const previous = { ...raw, pod: 'shop-1', container: 'app', instance: 'previous' as const, text: 'before' };
    const both = { ...file, logs: [...file.logs, previous] };
    const [failure] = file.failures;
    const first = (state: object, logs = both.logs): string | undefined =>
      pickLogs(
        { ...both, logs },
        'app',
        { restartCount: 3, lastState: { terminated: { exitCode: 1 } }, state },
        failure,
      )[0]?.lines[0]?.text;
    expect(first({ running: {} })).toBe('before');
    expect(first({ waiting: { reason: 'CrashLoopBackOff' } })).toBe('now');
    expect(first({ terminated: { exitCode: 1 } })).toBe('now');
    const gone = { ...previous, text: 'unable to retrieve container logs for containerd://9' };
    expect(first({ running: {} }, [...file.logs, gone])).toBe('now');
  });

  test('a current log that has only the beginning of the previous one is a new start', () => {
    const file = logCase('boot\n');
    const previous = {
      ...raw,
      pod: 'shop-1',
      container: 'app',
      instance: 'previous' as const,
      text: 'boot\nFATAL no key\n',
    };
    const [failure] = file.failures;
    const logs = pickLogs(
      { ...file, logs: [...file.logs, previous] },
      'app',
      { state: { waiting: {} }, restartCount: 3 },
      failure,
    );
    expect(logs[0]?.instance).toBe('previous');
  });
});

describe('endpoints', () => {
  test.each([
    ['dial tcp 10.0.0.1:5432: connect: connection refused', '10.0.0.1', 5432],
    ['dial tcp [fd00::1]:443: i/o timeout', 'fd00::1', 443],
    ['connection to server at "db" (10.1.1.1), port 5433 failed', 'db', 5433],
    ['postgres://u:p@ledger-db:5432/x', 'ledger-db', 5432],
    ["HTTPConnectionPool(host='pricing', port=80)", 'pricing', 80],
    ["Can't connect to MySQL server on 'wp-db' (111)", 'wp-db', undefined],
    ['Failed to connect to geo-api port 8000 after 2 ms', 'geo-api', 8000],
    ['connect ECONNREFUSED ::1:3306', '::1', 3306],
  ])('%s', (text, host, port) => {
    expect(findEndpoint(text)).toEqual({ host, ...(port !== undefined && { port }) });
  });

  test.each(['at /srv/app/main.js:12:30', 'main.py:12: error', 'exit:12', 'started at 10:00:00'])(
    'none in %s',
    (text) => {
      expect(findEndpoint(text)).toBeUndefined();
    },
  );
});
