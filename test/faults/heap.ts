// node --expose-gc test/faults/heap.ts: 10,000 failures come and go through the real observer, tracker and monitor. Prints the
// heap in use before and after as JSON; exits 1 when it has not come back within a tenth.
import { createMonitor } from '../../src/app/monitor.ts';
import { createObserver } from '../../src/app/observer.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import type { ClusterReader } from '../../src/investigate/cluster-reader.ts';
import { createOwnerResolver } from '../../src/kubernetes/owner-resolver.ts';
import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { KubePod } from '../../src/model/kube-objects.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';
import { defaultTrackSettings } from '../../src/track/track-settings.ts';
import { createTracker } from '../../src/track/tracker.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

const failures = 10_000;
const batch = 500;
/** As many fill every cache that has a limit (2,000 owners, 5,000 told messages). */
const warmUp = 5_000;
const settings = { ...defaultTrackSettings, stormIncidents: 0 };

const clock = createManualClock(Date.UTC(2026, 0, 1));
const living = new Map<string, KubePod>();
const tracked = new Set<string>();
let opened = 0;
let resolved = 0;
let made = 0;
const errors: unknown[] = [];

const owners = createOwnerResolver(
  {
    get: ({ kind, name }) => {
      const object = kind === 'Namespace' ? { metadata: { name } } : living.get(name);
      return Promise.resolve(object === undefined ? { gap: 'not found', reason: 'not-found' } : { ok: object });
    },
  },
  { now: clock.now },
);
const observer = createObserver({
  settings: defaultDetectSettings,
  owners,
  reader: { listPods: () => Promise.resolve({ gap: 'not asked', reason: 'not-found' }) } as unknown as ClusterReader,
  project: (pod) => projectPod(pod as KubePod),
  tracker: () => monitor.tracker(),
  onObserved: () => monitor.pump(),
  onJobFailed: () => undefined,
  onFailureSeen: () => undefined,
  onError: (error) => errors.push(error),
  track: ({ uid }) => tracked.add(uid),
  untrack: ({ uid }) => tracked.delete(uid),
  now: clock.now,
  timers: clock.timers,
});
const monitor = createMonitor({
  createTracker: () =>
    createTracker(settings, {
      cluster: 'heap',
      newId: () =>
        Math.floor(Math.random() * 0x1000000)
          .toString(16)
          .padStart(6, '0'),
    }),
  observer,
  desk: () => ({
    take: (transition) => {
      if (transition.type === 'opened') opened += 1;
      if (transition.type === 'resolved') resolved += 1;
    },
    readEarly: () => undefined,
    queueSize: () => 0,
    oldestAgeMs: () => 0,
    idle: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  }),
  state: undefined,
  otherLines: () => undefined,
  takeOtherLine: () => false,
  canAct: () => true,
  onTransition: () => undefined,
  onError: (error) => errors.push(error),
  now: clock.now,
  timers: clock.timers,
});

function failingPod(name: string): KubePod {
  const at = new Date(clock.now()).toISOString();
  return {
    metadata: { uid: `uid-${name}`, name, namespace: 'heap', creationTimestamp: at, resourceVersion: '1' },
    spec: { containers: [{ name: 'app', image: 'registry.invalid/app:1' }] },
    status: {
      phase: 'Running',
      startTime: at,
      conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
      containerStatuses: [
        {
          name: 'app',
          ready: false,
          restartCount: 5,
          image: 'registry.invalid/app:1',
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'x'.repeat(500) } },
          lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: at, containerID: `c-${name}` } },
        },
      ],
    },
  };
}

function comes(pod: KubePod): PodRecord {
  const record = projectPod(pod);
  if (record === undefined) throw new Error('the pod has no identity');
  living.set(record.name, pod);
  if (observer.upsert(record)) tracked.add(record.uid);
  return record;
}

async function idle(): Promise<void> {
  while (observer.queueSize() > 0) await clock.timers.yieldTurn();
  await clock.timers.yieldTurn();
}

async function passSlowly(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 30_000) {
    clock.advance(30_000);
    await idle();
  }
}

async function comeAndGo(count: number): Promise<void> {
  for (let done = 0; done < count; done += batch) {
    const records = Array.from({ length: batch }, () => comes(failingPod(`pod-${(made += 1)}`)));
    await idle();
    await passSlowly(60_000);
    for (const record of records) {
      living.delete(record.name);
      observer.remove(record);
    }
    await idle();
    await passSlowly(settings.reopenWindowMs + 600_000);
  }
}

function heapMiB(): number {
  const collect = globalThis.gc;
  if (collect === undefined) throw new Error('run it with node --expose-gc');
  for (let times = 0; times < 4; times += 1) {
    collect();
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

await monitor.begin();
monitor.synced(undefined);
await idle();
await comeAndGo(warmUp);
const beforeMiB = heapMiB();
await comeAndGo(failures);
const afterMiB = heapMiB();
const left = monitor.tracker()?.incidents({ includeResolved: true }).length ?? -1;
const holds = afterMiB <= beforeMiB * 1.1 && opened === made && resolved === made && left === 0 && errors.length === 0;
console.log(
  JSON.stringify({
    beforeMiB: Math.round(beforeMiB * 100) / 100,
    afterMiB: Math.round(afterMiB * 100) / 100,
    opened,
    resolved,
    left,
    errors: errors.length,
  }),
);
process.exit(holds ? 0 : 1);
