import { describe, expect, test } from '@jest/globals';
import { createLogger } from '../../src/telemetry/logger.ts';

function capture(format: 'json' | 'text', level: 'info' | 'debug' = 'info') {
  const lines: string[] = [];
  const logger = createLogger({
    level,
    format,
    redact: (text) => text.replaceAll('s3cret', '***'),
    write: (line) => lines.push(line),
    now: () => Date.UTC(2026, 0, 2, 3, 4, 5),
  });
  return { logger, lines };
}

describe('createLogger', () => {
  test('json: one object a line, with the fields beside the message', () => {
    const { logger, lines } = capture('json');
    logger.info('It runs', { incident: 'a1b2c3', count: 2 });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/\n$/);
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      time: '2026-01-02T03:04:05.000Z',
      level: 'info',
      message: 'It runs',
      incident: 'a1b2c3',
      count: 2,
    });
  });

  test('text: one line, line breaks folded', () => {
    const { logger, lines } = capture('text');
    logger.warn('first\nsecond', { code: 'API_GONE', why: 'two words' });
    expect(lines).toEqual(['2026-01-02T03:04:05.000Z WARN  first | second code=API_GONE why="two words"\n']);
  });

  test('redacts the message, the fields, nested values and errors', () => {
    const { logger, lines } = capture('json');
    logger.error('has s3cret', { a: 's3cret', b: { c: ['s3cret'] }, d: new Error('s3cret') });
    expect(lines.join()).not.toContain('s3cret');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ message: 'has ***', a: '***', b: { c: ['***'] }, d: '***' });
  });

  test('keeps silent below its level', () => {
    const { logger, lines } = capture('json');
    logger.debug('detail');
    expect(lines).toEqual([]);
    const verbose = capture('json', 'debug');
    verbose.logger.debug('detail');
    expect(verbose.lines).toHaveLength(1);
  });
});
