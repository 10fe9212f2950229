import { describe, expect, test } from '@jest/globals';
import { createObserver } from '../../src/app/observer.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import type { ClusterReader } from '../../src/investigate/cluster-reader.ts';
import { createOwnerResolver, type ObjectSource } from '../../src/kubernetes/owner-resolver.ts';
import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { KubePod } from '../../src/model/kube-objects.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import type { Observation } from '../../src/track/observation.ts';
import type { Tracker } from '../../src/track/tracker.ts';
import { createManualClock, until } from '../fakes/manual-clock.ts';

const lone: KubePod = {
  metadata: { uid: 'u1', name: 'lone', namespace: 'shop', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { containers: [{ name: 'app', image: 'app:1' }] },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: '2026-01-01T00:00:10Z' }],
    containerStatuses: [{ name: 'app', ready: true, restartCount: 0, state: { running: {} } }],
  },
};

/** An observer whose tracker follows these workloads, and what that tracker hears. */
function setUp(
  get: ObjectSource['get'],
  followed: readonly WorkloadRef[],
  listPods: ClusterReader['listPods'] = () => Promise.resolve({ gap: 'not asked', reason: 'not-found' }),
) {
  const clock = createManualClock(Date.UTC(2026, 0, 1, 1));
  const heard: Observation[] = [];
  const tracker: Partial<Tracker> = {
    observe: (observation) => heard.push(observation),
    remove: () => undefined,
    followed: () => [...followed],
    staleOwners: () => [],
  };
  const observer = createObserver({
    settings: defaultDetectSettings,
    owners: createOwnerResolver({ get }, { now: clock.now }),
    reader: { listPods } as unknown as ClusterReader,
    project: (pod) => projectPod(pod as KubePod),
    tracker: () => tracker as Tracker,
    onObserved: () => undefined,
    onJobFailed: () => undefined,
    onFailureSeen: () => undefined,
    onError: (error) => {
      throw error;
    },
    track: () => undefined,
    untrack: () => undefined,
    now: clock.now,
    timers: clock.timers,
  });
  return { observer, heard };
}

/** What a tracker that follows one bare pod hears, when nothing was seen of the pod before. */
async function heardOf(get: ObjectSource['get']): Promise<readonly Observation[]> {
  const { observer, heard } = setUp(get, [{ kind: 'Pod', name: 'lone', namespace: 'shop' }]);
  observer.followUp();
  await until('the pod was looked at', () => heard.length > 0);
  await observer.stop();
  return heard;
}

describe('a bare pod that a new leader took over from the state', () => {
  test('is read, so that its recovery shows though its status does not change any more', async () => {
    const [first] = await heardOf(({ kind }) => Promise.resolve({ ok: kind === 'Pod' ? lone : { metadata: {} } }));
    expect(first).toMatchObject({
      type: 'pods-listed',
      pods: [{ pod: { ref: { name: 'lone', uid: 'u1' }, ready: true }, failures: [] }],
    });
  });

  test('is known to be gone when there is none', async () => {
    const [first] = await heardOf(() => Promise.resolve({ gap: 'not found', reason: 'not-found' }));
    expect(first).toMatchObject({ type: 'pods-listed', owner: { exists: false }, pods: [] });
  });
});

test('a failure that was observed before the list was complete is not waited for again', async () => {
  const { observer, heard } = setUp(() => Promise.resolve({ ok: { metadata: {} } }), []);
  const waiting = { state: { waiting: { reason: 'CrashLoopBackOff' } }, ready: false, restartCount: 5 };
  const record = projectPod({
    ...lone,
    status: { phase: 'Running', containerStatuses: [{ name: 'app', ...waiting }] },
  });
  if (record === undefined) throw new Error('no record');
  expect(observer.upsert(record)).toBe(true);
  await until('the pod was looked at', () => heard.length > 0);
  await until('nothing waits', () => observer.queueSize() === 0);
  await observer.settled();
  expect(heard).toHaveLength(1);
  await observer.stop();
});

test('what the stream brings while a list is on its way counts for more than the list', async () => {
  const workload: WorkloadRef = { kind: 'ReplicaSet', name: 'web', namespace: 'shop', apiVersion: 'apps/v1' };
  const podOf = (name: string, restartCount: number): KubePod => ({
    metadata: {
      uid: `uid-${name}`,
      name,
      namespace: 'shop',
      creationTimestamp: '2026-01-01T00:00:00Z',
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'rs', controller: true }],
    },
    spec: { containers: [{ name: 'app', image: 'app:1' }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: restartCount === 0 ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'app',
          ready: restartCount === 0,
          restartCount,
          state: restartCount === 0 ? { running: {} } : { waiting: { reason: 'CrashLoopBackOff' } },
        },
      ],
    },
  });
  const listed: { answer?: () => void } = {};
  const names = ['steady', 'crashed-since'];
  const { observer, heard } = setUp(
    () =>
      Promise.resolve({
        ok: { kind: 'ReplicaSet', metadata: { name: 'web' }, spec: { selector: { matchLabels: { app: 'web' } } } },
      }),
    [workload],
    () =>
      new Promise((resolve) => {
        listed.answer = () => resolve({ ok: { items: names.map((name) => podOf(name, 0)), truncated: false } });
      }),
  );
  observer.followUp();
  await until('the list is asked for', () => listed.answer !== undefined);
  for (const name of ['crashed-since', 'made-since']) {
    const record = projectPod(podOf(name, 5));
    if (record === undefined) throw new Error('no record');
    expect(observer.upsert(record)).toBe(true);
  }
  listed.answer?.();
  await until('the list was observed', () => heard.some(({ type }) => type === 'pods-listed'));
  const list = heard.find((one) => one.type === 'pods-listed');
  const found = list?.pods.map(({ pod, failures }) => `${pod.ref.name}: ${failures.map(({ kind }) => kind).join()}`);
  expect(found?.sort()).toEqual(['crashed-since: CrashLoopBackOff', 'made-since: CrashLoopBackOff', 'steady: ']);
  await observer.stop();
});
