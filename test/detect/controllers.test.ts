import { describe, expect, test } from '@jest/globals';
import { causeOfPull, registryOf } from '../../src/detect/common-cause.ts';
import { detectEvent, withoutPodName } from '../../src/detect/detect-event.ts';
import { defaultDetectSettings as settings } from '../../src/detect/detect-settings.ts';
import { detectJob, detectRollout } from '../../src/detect/detect-workload.ts';
import type { KubeEvent, KubeWorkload } from '../../src/model/kube-objects.ts';
import { minutes, nowMs } from './pods.ts';

const iso = (agoMs: number): string => new Date(nowMs - agoMs).toISOString();

function event(more: Partial<KubeEvent>): KubeEvent {
  return {
    type: 'Warning',
    reason: 'FailedCreate',
    message: 'Error creating: pods "web-5d9f8c7b6-nksxq" is forbidden: exceeded quota: small, requested: pods=1',
    lastTimestamp: iso(10_000),
    involvedObject: { kind: 'ReplicaSet', name: 'web-5d9f8c7b6', namespace: 'shop', uid: 'uid-rs' },
    ...more,
  };
}

describe('CreateFailed', () => {
  test('nine events and the one that combines them say the same', () => {
    const texts = ['nksxq', 'j9rn7', '7ln9s'].map(
      (random) => `Error creating: pods "web-5d9f8c7b6-${random}" is forbidden: x`,
    );
    const combined = `(combined from similar events): ${texts[0] ?? ''}`;
    expect(new Set([...texts, combined].map(withoutPodName))).toEqual(
      new Set(['Error creating: pods "web-5d9f8c7b6-*" is forbidden: x']),
    );
  });

  test('names the controller and the quota', () => {
    expect(detectEvent(event({}), nowMs, settings).failures).toMatchObject([
      {
        kind: 'CreateFailed',
        subject: { kind: 'ReplicaSet', name: 'web-5d9f8c7b6' },
        sinceMs: nowMs - 10_000,
        commonCause: 'object:ResourceQuota/small',
        fact: false,
      },
    ]);
  });

  test('an ordinal of a StatefulSet is no random name', () => {
    const message =
      'create Pod rocket-0 in StatefulSet rocket failed error: pods "rocket-0" is forbidden: no PriorityClass with name urgent was found';
    expect(withoutPodName(message)).toBe(message);
    const [failure] = detectEvent(event({ message }), nowMs, settings).failures;
    expect(failure?.commonCause).toBe('priorityclass:urgent');
  });

  test.each([
    ['an old event', { lastTimestamp: iso(15 * minutes) }],
    ['an event of a pod', { involvedObject: { kind: 'Pod', name: 'x', namespace: 'shop' } }],
    ['another reason', { reason: 'SuccessfulDelete' }],
    [
      'two writers that met',
      {
        message:
          'Operation cannot be fulfilled: the object has been modified; please apply your changes to the latest version',
      },
    ],
  ])('%s says nothing', (_, more) => {
    expect(detectEvent(event(more), nowMs, settings)).toEqual({ failures: [] });
  });

  test('events of the new API carry their time in a series', () => {
    const old = event({
      lastTimestamp: null,
      eventTime: iso(20 * minutes),
      series: { count: 4, lastObservedTime: iso(1000) },
    });
    expect(detectEvent(old, nowMs, settings).failures).toMatchObject([{ sinceMs: nowMs - 1000 }]);
  });
});

describe('JobFailed', () => {
  const job = (status: KubeWorkload['status']): KubeWorkload => ({
    kind: 'Job',
    metadata: {
      name: 'nightly-29',
      namespace: 'shop',
      uid: 'uid-job',
      ownerReferences: [{ kind: 'CronJob', name: 'nightly', controller: true }],
    },
    status: { ...status },
  });
  const failed = {
    type: 'Failed',
    status: 'True',
    reason: 'BackoffLimitExceeded',
    message: 'x',
    lastTransitionTime: iso(60_000),
  };

  test('an event is a candidate, the Job itself decides', () => {
    const found = detectEvent(
      event({
        reason: 'BackoffLimitExceeded',
        involvedObject: { kind: 'Job', name: 'nightly-29', namespace: 'shop', uid: 'uid-job' },
      }),
      nowMs,
      settings,
    );
    expect(found).toMatchObject({ failures: [], jobFailed: { kind: 'JobFailed', fact: true, instance: 'uid-job' } });
  });

  test('by its condition, once for each Job', () => {
    expect(detectJob(job({ conditions: [failed] }), nowMs, settings).failures).toMatchObject([
      {
        kind: 'JobFailed',
        reason: 'BackoffLimitExceeded',
        fact: true,
        instance: 'uid-job',
        owner: { kind: 'CronJob', name: 'nightly' },
      },
    ]);
  });

  test('never a completed one', () => {
    const outcome = detectJob(
      job({
        completionTime: iso(5000),
        conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: iso(5000) }],
      }),
      nowMs,
      settings,
    );
    expect(outcome).toEqual({ failures: [], completedAtMs: nowMs - 5000 });
  });

  test('not while it runs, and not one of last week', () => {
    expect(detectJob(job({ active: 1, failed: 2 }), nowMs, settings)).toEqual({ failures: [] });
    const old = { ...failed, lastTransitionTime: iso(7 * 24 * 60 * minutes) };
    expect(detectJob(job({ conditions: [old] }), nowMs, settings)).toEqual({ failures: [] });
  });
});

describe('RolloutStuck', () => {
  const deployment = (status: KubeWorkload['status'], spec: KubeWorkload['spec'] = { replicas: 3 }): KubeWorkload => ({
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web', generation: 2 },
    spec: { ...spec },
    status: { observedGeneration: 2, ...status },
  });
  const exceeded = {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: 'x',
    lastTransitionTime: iso(1000),
  };
  const partly = { replicas: 4, updatedReplicas: 1, availableReplicas: 3 };

  test('when the Deployment says that its time is over', () => {
    expect(detectRollout(deployment({ ...partly, conditions: [exceeded] }), nowMs).failures).toMatchObject([
      { kind: 'RolloutStuck', subject: { kind: 'Deployment', name: 'web' }, fact: false },
    ]);
  });

  test('under way it is to be looked at again', () => {
    expect(detectRollout(deployment(partly, { replicas: 3, progressDeadlineSeconds: 120 }), nowMs)).toEqual({
      failures: [],
      recheckAtMs: nowMs + 2 * minutes,
    });
  });

  test.each([
    ['complete', deployment({ replicas: 3, updatedReplicas: 3, availableReplicas: 3, conditions: [exceeded] })],
    ['paused', deployment({ ...partly, conditions: [exceeded] }, { replicas: 3, paused: true })],
    ['scaled to 0', deployment({ conditions: [exceeded] }, { replicas: 0 })],
  ])('%s is none', (_, one) => {
    expect(detectRollout(one, nowMs)).toEqual({ failures: [] });
  });

  test('a status of the generation before says nothing yet', () => {
    const stale = deployment({ ...partly, observedGeneration: 1, conditions: [exceeded] });
    expect(detectRollout(stale, nowMs).failures).toEqual([]);
  });
});

describe('common causes in texts', () => {
  test.each([
    ['nginx', 'docker.io'],
    ['library/nginx:1', 'docker.io'],
    ['localhost/app', 'localhost'],
    ['registry.example.com/a/b:1', 'registry.example.com'],
    ['10.0.0.1:5000/a@sha256:00', '10.0.0.1:5000'],
  ])('%s is pulled from %s', (image, host) => {
    expect(registryOf(image)).toBe(host);
  });

  test.each([
    'dial tcp 10.0.0.1:443: connect: connection refused',
    'dial tcp: lookup registry.example.com on 10.96.0.10:53: no such host',
    'pulling from host registry.example.com failed with status code [manifests 1]: 500 Internal Server Error',
    'pulling from host registry.example.com failed with status code [manifests 1]: 429 Too Many Requests',
    'toomanyrequests: You have reached your pull rate limit',
    'net/http: TLS handshake timeout',
  ])('the registry is to blame: %s', (message) => {
    expect(causeOfPull('registry.example.com/a:1', message)).toBe('registry:registry.example.com');
  });

  test.each([
    'registry.example.com/a:1: not found',
    'failed with status code [manifests 1]: 401 Unauthorized',
    'failed with status code [manifests 500]: 403 Forbidden',
    'no match for platform in manifest',
  ])('the registry is not to blame: %s', (message) => {
    expect(causeOfPull('registry.example.com/a:1', message)).toBeUndefined();
  });
});
