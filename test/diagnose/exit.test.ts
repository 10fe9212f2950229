import { describe, expect, test } from '@jest/globals';
import { diagnose } from '../../src/diagnose/engine.ts';
import { explain, logCase } from './log-case.ts';

describe('memory', () => {
  const limited = { exitCode: 137, reason: 'OOMKilled', container: { resources: { limits: { memory: '96Mi' } } } };

  test('the main process', () => {
    const { rootCause, confidence, fixes } = explain('shop: loading', limited);
    expect(rootCause).toContain('memory limit of 96Mi (OOMKilled, exit code 137)');
    expect(confidence).toBe('high');
    expect(fixes[0]).toMatchObject({ verified: true, command: expect.stringContaining('memory=192Mi') as unknown });
  });

  test('a child process: the code is the program its own', () => {
    const { rootCause } = explain('shop: worker died', { ...limited, exitCode: 1 });
    expect(rootCause).toContain('child process');
  });

  test('a limit that is too small for any start', () => {
    const { rootCause } = explain('', { ...limited, container: { resources: { limits: { memory: '6Mi' } } } });
    expect(rootCause).toContain('too small even for starting');
  });

  test('growth that the log shows', () => {
    const log = [1, 2, 3, 4]
      .map((n) => `shop: partition ${String(n)} loaded, ${String(n * 5000)} rows kept in memory`)
      .join('\n');
    expect(explain(log, limited).rootCause).toContain('20000 rows');
  });

  test('without a limit', () => {
    const { rootCause, confidence } = explain('', { exitCode: 137, reason: 'OOMKilled' });
    expect(rootCause).toContain('OOMKilled');
    expect(confidence).toBe('medium');
  });
});

describe('exit codes, when the log says nothing', () => {
  test.each([
    [127, 'command not found'],
    [126, 'not executable'],
    [132, 'illegal instruction'],
    [134, 'SIGABRT'],
    [137, 'SIGKILL'],
    [139, 'segmentation fault'],
    [143, 'SIGTERM'],
    [3, 'code 3'],
  ])('%i', (exitCode, words) => {
    const { rootCause, confidence } = explain('shop: starting', { exitCode });
    expect(rootCause).toContain(words);
    expect(confidence).not.toBe('high');
  });

  test('a program that completes is started again and again', () => {
    const { rootCause, rule } = explain('job: 12 rows written, done', {
      exitCode: 0,
      reason: 'Completed',
      container: { command: ['/bin/job'] },
    });
    expect(rule).toBe('process/completes-and-restarts');
    expect(rootCause).toContain('exit code 0');
    expect(rootCause).toContain('/bin/job');
  });

  test('the termination message speaks when the log does not', () => {
    const file = logCase('');
    const ended = { exitCode: 1, reason: 'Error', message: 'quota file unreadable' };
    const pod = {
      ...file.pod,
      status: {
        ...file.pod?.status,
        containerStatuses: [{ name: 'app', restartCount: 3, state: { terminated: ended } }],
      },
    };
    expect(diagnose({ ...file, pod, pods: [pod] }).rootCause).toContain('quota file unreadable');
  });
});
