import { describe, expect, test } from '@jest/globals';
import { refusal } from '../../src/kubernetes/api-error.ts';
import { decide, type Ending } from '../../src/kubernetes/reflector-decision.ts';
import { AppError, type ErrorCode } from '../../src/model/errors.ts';

const base: Ending = {
  phase: 'watch',
  transport: 'stream',
  why: 'closed',
  lines: 5,
  durationMs: 300_000,
  repeats: 1,
  sinceListMs: 300_000,
};
const decideFor = (more: Partial<Ending>) => decide({ ...base, ...more }, 1_000);
const error = (code: ErrorCode) => new AppError(code, 'x');

describe('a watch', () => {
  test.each<[string, Partial<Ending>, string, string]>([
    ['that ended in good order', {}, 'resume', 'none'],
    ['that ended early but brought something', { durationMs: 10 }, 'resume', 'none'],
    ['that ended within a second with nothing', { durationMs: 10, lines: 0 }, 'resume', 'grow'],
    ['that fell silent', { why: 'stalled' }, 'resume', 'none'],
    ['that the server kept too long', { why: 'overdue' }, 'resume', 'none'],
    ['whose history went back', { why: 'history' }, 'resync', 'none'],
    ['that was cut', { why: 'failed', error: error('API_UNREACHABLE') }, 'resume', 'grow'],
    ['whose place expired', { why: 'failed', error: error('API_GONE') }, 'resync', 'none'],
    ['… just after a list', { why: 'failed', error: error('API_GONE'), sinceListMs: 9_999 }, 'resync', 'grow'],
    ['that is forbidden', { why: 'failed', error: error('API_FORBIDDEN'), repeats: 9 }, 'resume', 'slow'],
    ['whose request is rejected', { why: 'failed', error: error('API_REJECTED') }, 'resync', 'slow'],
    ['with an unknown fault', { why: 'failed', error: error('INTERNAL') }, 'resume', 'grow'],
    ['without an error', { why: 'failed' }, 'resume', 'grow'],
  ])('%s', (_, ending, next, delay) => {
    expect(decideFor(ending)).toEqual({ next, delay });
  });
});

describe('a list', () => {
  test.each<[string, Partial<Ending>, string, string]>([
    ['that ended early', {}, 'resync', 'grow'],
    ['that ended early again', { repeats: 2 }, 'paged', 'grow'],
    ['that fell silent', { why: 'stalled' }, 'paged', 'grow'],
    ['that the server cannot stream', { why: 'failed', error: error('API_REJECTED') }, 'paged', 'none'],
    [
      'that is rejected in pages too',
      { why: 'failed', error: error('API_REJECTED'), transport: 'pages' },
      'resync',
      'slow',
    ],
    ['that was cut', { why: 'failed', error: error('API_UNREACHABLE'), repeats: 9 }, 'resync', 'grow'],
    ['whose snapshot expired', { why: 'failed', error: error('API_GONE'), transport: 'pages' }, 'resync', 'grow'],
  ])('%s', (_, ending, next, delay) => {
    expect(decideFor({ phase: 'sync', ...ending })).toEqual({ next, delay });
  });
});

test('what the server asks for is heeded', () => {
  expect(decideFor({ why: 'failed', error: refusal('x', 429, undefined, '12') })).toEqual({
    next: 'resume',
    delay: 'grow',
    atLeastMs: 12_000,
  });
});
