import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { detectSnapshot } from '../../src/detect/detect-now.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { FailureKind } from '../../src/model/failure.ts';
import type { KubeEvent, KubePod, KubeWorkload } from '../../src/model/kube-objects.ts';

/** What the recordings' keys call a failure, in our words. */
const kindsOf: Readonly<Record<string, readonly FailureKind[]>> = {
  'crash-loop': ['CrashLoopBackOff'],
  'oom-killed': ['OOMKilled'],
  'image-pull': ['ImagePull'],
  'config-error': ['ConfigError'],
  unschedulable: ['Pending'],
  'volume-mount': ['VolumeMount'],
  'create-failed': ['CreateFailed'],
  'probe-failing': ['NotReady', 'CrashLoopBackOff'],
  'init-failed': ['CrashLoopBackOff', 'ConfigError', 'ImagePull'],
  'job-failed': ['JobFailed'],
  evicted: ['Evicted'],
  failed: ['Failed', 'RolloutStuck', 'NotReady'],
};

interface Key {
  readonly failure_kind: string;
  readonly accept_kinds?: readonly string[];
  readonly container?: string | null;
  readonly category: string;
}

const corpus = join(import.meta.dirname, '../corpus');
const scenarios = readdirSync(corpus).filter((name) => existsSync(join(corpus, name, 'key.json')));
const read = (...path: string[]): unknown => JSON.parse(readFileSync(join(corpus, ...path), 'utf8'));
const items = (...path: string[]): unknown[] =>
  existsSync(join(corpus, ...path)) ? (read(...path) as { items: unknown[] }).items : [];

describe('recorded failures, looked at once', () => {
  test('there are recordings', () => {
    expect(scenarios.length).toBeGreaterThan(70);
  });

  test.each(scenarios)('%s', (scenario) => {
    const key = read(scenario, 'key.json') as Key;
    const { recordedAt } = read(scenario, 'recorded', 'meta.json') as { recordedAt: string };
    const failures = detectSnapshot(
      {
        pods: (items(scenario, 'recorded', 'pods.json') as KubePod[]).flatMap((pod) => projectPod(pod) ?? []),
        events: items(scenario, 'recorded', 'events.json') as KubeEvent[],
        workloads: items(scenario, 'recorded', 'workload.json') as KubeWorkload[],
      },
      Date.parse(recordedAt),
      defaultDetectSettings,
    );
    const found = new Set(failures.map(({ kind }) => kind));
    const wanted = (key.accept_kinds ?? [key.failure_kind]).flatMap((name) => kindsOf[name] ?? []);
    if (key.failure_kind === 'none') {
      // A young pending pod is excused when it is asked for at once; the daemon waits.
      expect([...found]).toEqual(key.category === 'control_young_pending' ? ['Pending'] : []);
      return;
    }
    expect([...found].filter((kind) => wanted.includes(kind))).not.toEqual([]);
    const named = failures.flatMap(({ container }) => container ?? []);
    if (key.container && named.length > 0) expect(named).toContain(key.container);
  });
});
