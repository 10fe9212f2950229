import { expect, test } from '@jest/globals';
import { defaultDetectSettings as settings } from '../../src/detect/detect-settings.ts';
import { detectPod } from '../../src/detect/detect.ts';
import { updateHistory } from '../../src/detect/pod-history.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';
import {
  container,
  exited,
  hours,
  jobPod,
  minutes,
  nowMs,
  pod,
  running,
  seconds,
  terminated,
  waiting,
} from './pods.ts';

const completed = { exitCode: 0, reason: 'Completed' };

const silent: readonly (readonly [string, PodRecord])[] = [
  ['a healthy pod', pod()],
  [
    'a pod that is leaving, 137',
    pod({
      deletedAtMs: nowMs + 30_000,
      phase: 'Failed',
      containers: [container({ state: exited({ exitCode: 137 }) })],
    }),
  ],
  [
    'a pod that is leaving, 143',
    pod({ deletedAtMs: nowMs, containers: [container({ state: exited({ exitCode: 143 }) })] }),
  ],
  [
    'a pod that is leaving in a crash loop',
    pod({ deletedAtMs: nowMs, containers: [container({ restartCount: 9, state: exited() })] }),
  ],
  [
    'a completed Job',
    jobPod({ phase: 'Succeeded', containers: [container({ restarts: 'never', state: exited(completed) })] }),
  ],
  ['a Job pod at work', jobPod()],
  [
    'a pod still initialising',
    pod({
      phase: 'Pending',
      createdAtMs: nowMs - hours,
      containers: [
        container({ name: 'init', role: 'init', restarts: 'on-failure', ready: false, state: running(nowMs - hours) }),
        container({ state: waiting('PodInitializing') }),
      ],
    }),
  ],
  [
    'an init container that failed twice and succeeded',
    pod({
      containers: [
        container({
          name: 'init',
          role: 'init',
          restarts: 'on-failure',
          restartCount: 3,
          ready: true,
          state: exited(completed),
          lastTermination: terminated(),
        }),
        container(),
      ],
    }),
  ],
  [
    'restarts of last week',
    pod({
      containers: [
        container({ restartCount: 12, lastTermination: terminated({ finishedAtMs: nowMs - 7 * 24 * hours }) }),
      ],
    }),
  ],
  [
    'one restart',
    pod({
      containers: [container({ restartCount: 1, state: running(nowMs - seconds), lastTermination: terminated() })],
    }),
  ],
  [
    '137 after a liveness kill, running again',
    pod({
      containers: [
        container({ restartCount: 2, state: running(nowMs - seconds), lastTermination: terminated({ exitCode: 137 }) }),
      ],
    }),
  ],
  [
    'a rolling update: a young pod, not ready yet',
    pod({
      createdAtMs: nowMs - 40 * seconds,
      containers: [container({ ready: false, state: running(nowMs - 30 * seconds), probeBudgetMs: 2 * minutes })],
    }),
  ],
  [
    'an ephemeral container that ended badly',
    pod({
      containers: [
        container(),
        container({
          name: 'debug',
          role: 'ephemeral',
          restarts: 'never',
          ready: false,
          state: exited({ exitCode: 137, reason: 'OOMKilled' }),
        }),
      ],
    }),
  ],
  [
    'a pod made a moment ago, without any status',
    pod({
      phase: 'Pending',
      createdAtMs: nowMs,
      conditions: [],
      containers: [container({ state: { type: 'unknown' } })],
    }),
  ],
];

test.each(silent)('%s', (_, record) => {
  const history = updateHistory(undefined, record, nowMs, settings);
  expect(detectPod(record, history, nowMs, settings).failures).toEqual([]);
});

test('a healthy pod leaves nothing behind and needs no second look', () => {
  expect(updateHistory(undefined, pod(), nowMs, settings)).toBeUndefined();
  expect(detectPod(pod(), undefined, nowMs, settings)).toEqual({ failures: [], watch: false });
});

test('a pod that restarted once is forgotten when its window is over', () => {
  const record = pod({
    containers: [container({ restartCount: 1, state: running(nowMs - seconds), lastTermination: terminated() })],
  });
  const history = updateHistory(undefined, record, nowMs, settings);
  const first = detectPod(record, history, nowMs, settings);
  expect(first.watch).toBe(true);
  expect(first.recheckAtMs).toBe(nowMs + 15 * minutes);
  const laterMs = nowMs + 15 * minutes;
  const later = updateHistory(history, record, laterMs, settings);
  expect(later).toBeUndefined();
  expect(detectPod(record, later, laterMs, settings).watch).toBe(false);
});
