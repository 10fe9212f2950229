import { describe, expect, test } from '@jest/globals';
import { defaultDetectSettings as settings } from '../../src/detect/detect-settings.ts';
import { detectPod, type Detection } from '../../src/detect/detect.ts';
import { updateHistory, type PodHistory } from '../../src/detect/pod-history.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';
import {
  condition,
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
  unplaced,
  waiting,
  without,
} from './pods.ts';

/** First sight, without history. */
function look(record: PodRecord, atMs = nowMs): Detection {
  return detectPod(record, updateHistory(undefined, record, atMs, settings), atMs, settings);
}

const kinds = (detection: Detection): string[] => detection.failures.map(({ kind }) => kind);

/** Looks one after the other, as a stream brings them. */
function follow(...steps: readonly (readonly [PodRecord, number])[]): Detection {
  let history: PodHistory | undefined;
  let last: Detection = { failures: [], watch: false };
  for (const [record, atMs] of steps) {
    history = updateHistory(history, record, atMs, settings);
    last = detectPod(record, history, atMs, settings);
  }
  return last;
}

describe('CrashLoopBackOff', () => {
  const loop = (restartCount: number, state = waiting('CrashLoopBackOff'), finishedAgoMs = 30 * seconds) =>
    pod({
      containers: [
        container({ restartCount, state, lastTermination: terminated({ finishedAtMs: nowMs - finishedAgoMs }) }),
      ],
    });

  test('three restarts and in back-off', () => {
    const [failure] = look(loop(3)).failures;
    expect(failure).toMatchObject({ kind: 'CrashLoopBackOff', container: 'app', exitCode: 1, fact: false });
    expect(kinds(look(loop(2)))).toEqual([]);
  });

  test('back-off mostly reads terminated, exit code 0 too', () => {
    expect(kinds(look(loop(3, exited())))).toEqual(['CrashLoopBackOff']);
    expect(kinds(look(loop(3, exited({ exitCode: 0, reason: 'Completed' }))))).toEqual(['CrashLoopBackOff']);
  });

  test('init containers and native sidecars loop as well', () => {
    const init = container({ name: 'migrate', role: 'init', restarts: 'on-failure', restartCount: 3, state: exited() });
    const app = container({ state: waiting('PodInitializing') });
    const failures = look(pod({ phase: 'Pending', containers: [init, app] })).failures;
    expect(failures).toMatchObject([{ kind: 'CrashLoopBackOff', container: 'migrate', containerRole: 'init' }]);
    const sidecar = container({ name: 'mesh', role: 'sidecar', restartCount: 4, state: exited() });
    expect(look(pod({ containers: [sidecar, container()] })).failures).toMatchObject([
      { kind: 'CrashLoopBackOff', container: 'mesh', containerRole: 'sidecar' },
    ]);
  });

  test('a lifetime count alone is none', () => {
    const lastTermination = terminated({ finishedAtMs: nowMs - 7 * 24 * hours });
    expect(kinds(look(pod({ containers: [container({ restartCount: 40, lastTermination })] })))).toEqual([]);
  });

  test('at first sight the last exit must lie within 15 min', () => {
    expect(kinds(look(loop(9, waiting('CrashLoopBackOff'), 15 * minutes - seconds)))).toEqual(['CrashLoopBackOff']);
    expect(kinds(look(loop(9, waiting('CrashLoopBackOff'), 15 * minutes)))).toEqual([]);
  });

  test('a loop that was seen to loop stays one while its container waits', () => {
    const record = loop(3);
    expect(kinds(follow([record, nowMs], [record, nowMs + hours]))).toEqual(['CrashLoopBackOff']);
  });

  const up = (restartCount: number, startedAtMs: number) =>
    pod({
      containers: [
        container({
          restartCount,
          state: running(startedAtMs),
          lastTermination: terminated({ finishedAtMs: startedAtMs - seconds, exitCode: 137 }),
        }),
      ],
    });

  test('restarts that rose by three within 15 min, though it reads Running and Ready', () => {
    const steps = [0, 1, 2, 3].map(
      (count) => [up(count, nowMs + count * 4 * minutes), nowMs + count * 4 * minutes] as const,
    );
    expect(kinds(follow(...steps))).toEqual(['CrashLoopBackOff']);
    expect(kinds(follow(...steps.slice(0, 3)))).toEqual([]);
  });

  test('three restarts in more than 15 min are none', () => {
    const steps = [0, 1, 2, 3].map(
      (count) => [up(count, nowMs + count * 8 * minutes), nowMs + count * 8 * minutes] as const,
    );
    expect(kinds(follow(...steps))).toEqual([]);
  });

  test('it ends when the container has been up and ready for 2 min', () => {
    const record = pod({ ...up(3, nowMs - 10 * seconds), createdAtMs: nowMs - 5 * minutes });
    const detection = look(record);
    expect(kinds(detection)).toEqual(['CrashLoopBackOff']);
    expect(detection.recheckAtMs).toBe(nowMs - 10 * seconds + 2 * minutes);
    expect(kinds(look(record, nowMs - 10 * seconds + 2 * minutes))).toEqual([]);
  });

  test('never for a container that nothing restarts', () => {
    expect(
      kinds(look(pod({ containers: [container({ restarts: 'never', restartCount: 3, state: exited() })] }))),
    ).toEqual([]);
  });

  test('a count that falls starts anew', () => {
    const lost = up(1, nowMs + 8 * minutes);
    expect(kinds(follow([up(5, nowMs), nowMs], [lost, nowMs + 8 * minutes]))).toEqual([]);
  });
});

describe('OOMKilled', () => {
  const killed = (more = {}) => terminated({ reason: 'OOMKilled', exitCode: 137, ...more });

  test('once, as a fact with its container id, even when the container runs again', () => {
    const record = pod({
      containers: [container({ restartCount: 1, state: running(nowMs - 20 * seconds), lastTermination: killed() })],
    });
    expect(look(record).failures).toMatchObject([{ kind: 'OOMKilled', fact: true, instance: 'containerd://one' }]);
  });

  test('not after 15 min', () => {
    const at = (agoMs: number) =>
      look(
        pod({ containers: [container({ restartCount: 1, lastTermination: killed({ finishedAtMs: nowMs - agoMs }) })] }),
      );
    expect(kinds(at(15 * minutes - seconds))).toEqual(['OOMKilled']);
    expect(kinds(at(15 * minutes))).toEqual([]);
  });

  test('a child killed for memory: kubelet says OOMKilled with the main process own exit code', () => {
    const record = pod({ containers: [container({ restartCount: 1, lastTermination: killed({ exitCode: 1 }) })] });
    expect(look(record).failures).toMatchObject([{ kind: 'OOMKilled', exitCode: 1 }]);
  });

  test.each([
    ['a liveness kill', { exitCode: 137, reason: 'Error' }],
    ['kill -9 from inside', { exitCode: 137, reason: 'Error', signal: 9 }],
    ['a graceful end', { exitCode: 143, reason: 'Error' }],
  ])('%s is none', (_, more) => {
    expect(
      kinds(look(pod({ containers: [container({ restartCount: 1, lastTermination: terminated(more) })] }))),
    ).toEqual([]);
  });

  test('of a pod that ended for it, it is told instead of Failed', () => {
    const containers = [container({ restarts: 'never', state: exited({ reason: 'OOMKilled', exitCode: 137 }) })];
    expect(kinds(look(jobPod({ phase: 'Failed', containers })))).toEqual(['OOMKilled']);
    expect(kinds(look(pod({ phase: 'Failed', containers })))).toEqual(['OOMKilled']);
  });

  test('oomMinCount counts instances within the window', () => {
    const two = { ...settings, oomMinCount: 2 };
    const first = pod({ containers: [container({ restartCount: 1, lastTermination: killed() })] });
    const history = updateHistory(undefined, first, nowMs, two);
    expect(kinds(detectPod(first, history, nowMs, two))).toEqual([]);
    const second = pod({
      containers: [
        container({
          restartCount: 2,
          lastTermination: killed({ containerId: 'containerd://two', finishedAtMs: nowMs + minutes }),
        }),
      ],
    });
    const later = updateHistory(history, second, nowMs + minutes, two);
    expect(detectPod(second, later, nowMs + minutes, two).failures).toMatchObject([{ instance: 'containerd://two' }]);
  });
});

describe('ImagePull', () => {
  const pulling = (reason: string, message?: string) =>
    pod({
      phase: 'Pending',
      createdAtMs: nowMs - 10 * seconds,
      containers: [container({ state: waiting(reason, message) })],
    });

  test.each(['InvalidImageName', 'ErrImageNeverPull'])('%s at once', (reason) => {
    expect(look(pulling(reason)).failures).toMatchObject([{ kind: 'ImagePull', reason }]);
  });

  test.each(['ErrImagePull', 'ImagePullBackOff', 'ImageInspectError', 'RegistryUnavailable'])(
    '%s after 60 s',
    (reason) => {
      const detection = look(pulling(reason));
      expect(kinds(detection)).toEqual([]);
      expect(detection.watch).toBe(true);
      const dueMs = nowMs - 10 * seconds + minutes;
      expect(detection.recheckAtMs).toBe(dueMs);
      expect(kinds(follow([pulling(reason), nowMs], [pulling(reason), dueMs]))).toEqual(['ImagePull']);
    },
  );

  test('seen to begin, it counts from there, over the change of reasons', () => {
    const creating = pod({
      phase: 'Pending',
      createdAtMs: nowMs - 5 * minutes,
      containers: [container({ state: waiting('ContainerCreating') })],
    });
    const steps = [
      [creating, nowMs - seconds],
      [pulling('ErrImagePull'), nowMs],
      [pulling('ImagePullBackOff'), nowMs + 12 * seconds],
    ] as const;
    expect(kinds(follow(...steps, [pulling('ErrImagePull'), nowMs + 59 * seconds]))).toEqual([]);
    expect(kinds(follow(...steps, [pulling('ErrImagePull'), nowMs + minutes]))).toEqual(['ImagePull']);
  });

  const refused =
    'failed to do request: Head "https://registry.example.com/v2/": dial tcp: connect: connection refused';

  test('names the registry where the registry is the cause, and keeps it over the back-off of older kubelets', () => {
    const bare = 'Back-off pulling image "registry.example.com/shop/app:1"';
    const detection = follow(
      [pulling('ErrImagePull', refused), nowMs],
      [pulling('ImagePullBackOff', bare), nowMs + minutes],
    );
    expect(detection.failures).toMatchObject([{ commonCause: 'registry:registry.example.com', message: refused }]);
  });

  test('a name that is not there is the workload own', () => {
    const record = pulling('ErrImagePull', 'registry.example.com/shop/app:9: not found');
    expect(follow([record, nowMs], [record, nowMs + minutes]).failures[0]?.commonCause).toBeUndefined();
  });
});

describe('ConfigError', () => {
  const stuck = (state: ReturnType<typeof waiting>, more = {}) =>
    pod({ phase: 'Pending', createdAtMs: nowMs - 2 * seconds, containers: [container({ state, ...more })] });

  test.each(['CreateContainerConfigError', 'CreateContainerError', 'RunContainerError'])('%s after 30 s', (reason) => {
    const record = stuck(waiting(reason, 'secret "db" not found'));
    expect(look(record).recheckAtMs).toBe(nowMs + 28 * seconds);
    expect(look(record, nowMs + 28 * seconds).failures).toMatchObject([
      { kind: 'ConfigError', reason, commonCause: 'object:Secret/db' },
    ]);
  });

  test('a missing executable stays one failure over its three faces', () => {
    const start = terminated({ reason: 'StartError', exitCode: 128, startedAtMs: 0, finishedAtMs: nowMs });
    const faces = [
      stuck(waiting('RunContainerError', 'exec: "nope"'), { restartCount: 1, lastTermination: start }),
      stuck({ type: 'terminated', ...start }, { restartCount: 1 }),
      stuck(waiting('CrashLoopBackOff'), { restartCount: 2, lastTermination: start }),
    ];
    const steps = faces.map((face, index) => [face, nowMs + index * 15 * seconds] as const);
    expect(kinds(follow(...steps))).toEqual(['ConfigError']);
  });

  test('after a restart of a running container too', () => {
    const record = pod({
      containers: [
        container({
          restartCount: 1,
          state: waiting('CreateContainerConfigError'),
          lastTermination: terminated({ finishedAtMs: nowMs - minutes }),
        }),
      ],
    });
    expect(kinds(look(record))).toEqual(['ConfigError']);
  });
});

describe('Pending', () => {
  const unschedulable = (agoMs: number, more: Partial<PodRecord> = {}) =>
    unplaced({
      createdAtMs: nowMs - agoMs,
      conditions: [
        condition('PodScheduled', 'False', {
          reason: 'Unschedulable',
          message: '0/3 nodes are available: persistentvolumeclaim "data" not found.',
          changedAtMs: nowMs - agoMs,
        }),
      ],
      ...more,
    });

  test('unschedulable for 5 min', () => {
    expect(look(unschedulable(5 * minutes)).failures).toMatchObject([
      { kind: 'Pending', reason: 'Unschedulable', commonCause: 'object:PersistentVolumeClaim/data' },
    ]);
    const young = look(unschedulable(4 * minutes));
    expect(kinds(young)).toEqual([]);
    expect(young.recheckAtMs).toBe(nowMs + minutes);
  });

  test('a scheduler that nobody runs leaves no condition at all', () => {
    const record = unplaced({ createdAtMs: nowMs - 5 * minutes, conditions: [], schedulerName: 'nobody' });
    expect(look(record).failures).toMatchObject([{ kind: 'Pending', reason: 'NotScheduled' }]);
  });

  test('a gated pod waits because somebody wants it to', () => {
    const gated = unschedulable(hours, { schedulingGated: true });
    expect(look(gated)).toEqual({ failures: [], watch: false });
  });
});

describe('VolumeMount', () => {
  const creating = (agoMs: number, more: Partial<PodRecord> = {}) =>
    pod({
      phase: 'Pending',
      createdAtMs: nowMs - agoMs,
      containers: [container({ state: waiting('ContainerCreating') })],
      ...more,
    });

  test('on a node but not started for 5 min', () => {
    expect(look(creating(5 * minutes)).failures).toMatchObject([{ kind: 'VolumeMount', nodeName: 'worker-1' }]);
    expect(look(creating(4 * minutes)).recheckAtMs).toBe(nowMs + minutes);
  });

  test('a long pull is none: the sandbox stands', () => {
    const record = creating(20 * minutes);
    const conditions = [...record.conditions, condition('PodReadyToStartContainers', 'True')];
    expect(kinds(look({ ...record, conditions }))).toEqual([]);
  });

  test('an init container at work is none', () => {
    const containers = [
      container({
        name: 'init',
        role: 'init',
        restarts: 'on-failure',
        ready: false,
        state: running(nowMs - 20 * minutes),
      }),
      container({ state: waiting('PodInitializing') }),
    ];
    expect(kinds(look(creating(20 * minutes, { containers })))).toEqual([]);
  });
});

describe('NotReady', () => {
  const notReady = (agoMs: number, more: Partial<PodRecord> = {}, probeBudgetMs = 0) =>
    pod({
      createdAtMs: nowMs - agoMs,
      containers: [container({ ready: false, state: running(nowMs - agoMs), probeBudgetMs })],
      conditions: [condition('Ready', 'False', { reason: 'ContainersNotReady', changedAtMs: nowMs - agoMs })],
      ...more,
    });

  test('running but not ready for 10 min', () => {
    expect(look(notReady(10 * minutes)).failures).toMatchObject([{ kind: 'NotReady', container: 'app' }]);
    expect(look(notReady(9 * minutes))).toEqual({ failures: [], recheckAtMs: nowMs + minutes, watch: true });
  });

  test('its own probes may allow more', () => {
    expect(kinds(look(notReady(20 * minutes, {}, 30 * minutes)))).toEqual([]);
    expect(kinds(look(notReady(30 * minutes, {}, 30 * minutes)))).toEqual(['NotReady']);
  });

  test('pods of Jobs are not meant to be ready', () => {
    expect(kinds(look(notReady(hours, { owner: { kind: 'Job', name: 'x', namespace: 'shop' } })))).toEqual([]);
  });

  test('a lost node: only Ready is false, and the node is the cause', () => {
    const conditions = [
      condition('ContainersReady', 'True'),
      condition('Ready', 'False', { changedAtMs: nowMs - 10 * minutes }),
    ];
    expect(look(pod({ conditions })).failures).toMatchObject([
      { kind: 'NotReady', reason: 'NodeNotReady', commonCause: 'node:worker-1' },
    ]);
  });

  const onLostNode = (kind: string) =>
    pod({
      owner: { kind, name: 'store', namespace: 'shop' },
      deletedAtMs: nowMs - 5 * minutes,
      conditions: [condition('ContainersReady', 'True'), condition('Ready', 'False')],
    });

  test('a StatefulSet pod that cannot leave its lost node, 10 min after it should have', () => {
    const young = look(onLostNode('StatefulSet'));
    expect(young).toEqual({ failures: [], recheckAtMs: nowMs + 5 * minutes, watch: true });
    expect(look(onLostNode('StatefulSet'), nowMs + 5 * minutes).failures).toMatchObject([
      { kind: 'NotReady', reason: 'NodeNotReady', commonCause: 'node:worker-1' },
    ]);
  });

  test('others are replaced elsewhere', () => {
    expect(look(onLostNode('ReplicaSet'), nowMs + hours)).toEqual({ failures: [], watch: false });
  });

  test('a readiness gate that nobody opens is no lost node', () => {
    const conditions = [
      condition('ContainersReady', 'True'),
      condition('Ready', 'False', { reason: 'ReadinessGatesNotReady', changedAtMs: nowMs - 10 * minutes }),
    ];
    const [failure] = look(pod({ conditions })).failures;
    expect(failure).toMatchObject({ kind: 'NotReady', reason: 'ReadinessGatesNotReady' });
    expect(failure?.commonCause).toBeUndefined();
  });

  test('what says more takes its place', () => {
    const containers = [container({ restartCount: 5, state: exited() })];
    expect(kinds(look(pod({ containers })))).toEqual(['CrashLoopBackOff']);
  });

  test('a container that did its work does not make its pod fail', () => {
    const done = container({
      name: 'copy',
      restarts: 'on-failure',
      ready: false,
      state: exited({ exitCode: 0, reason: 'Completed' }),
    });
    expect(kinds(look(pod({ containers: [done, container({ name: 'web' })] })))).toEqual([]);
  });
});

describe('Evicted and Failed', () => {
  const failed = (more: Partial<PodRecord>, finishedAgoMs = minutes) =>
    pod({
      phase: 'Failed',
      containers: [
        container({ restarts: 'never', state: exited({ exitCode: 137, finishedAtMs: nowMs - finishedAgoMs }) }),
      ],
      conditions: [condition('Ready', 'False', { reason: 'PodFailed', changedAtMs: nowMs - finishedAgoMs })],
      ...more,
    });

  test.each([
    ['Evicted', 'The node was low on resource: memory.', 'Evicted', 'node:worker-1'],
    ['Evicted', 'Usage of EmptyDir volume "buffer" exceeds the limit "12Mi".', 'Evicted', undefined],
    ['Terminated', 'Pod was terminated in response to imminent node shutdown.', 'Failed', 'node:worker-1'],
    ['DeadlineExceeded', 'Pod was active on the node longer than the specified deadline', 'Failed', undefined],
    ['Preempting', 'Preempted in order to admit critical pod', 'Failed', 'node:worker-1'],
  ])('%s: %s', (reason, message, kind, commonCause) => {
    const [failure] = look(failed({ reason, message })).failures;
    expect(failure).toMatchObject({ kind, reason, fact: true, instance: 'uid-web-1' });
    expect(failure?.commonCause).toBe(commonCause);
  });

  test('a bare pod that ended with an error', () => {
    const bare = without(failed({}), 'owner', 'templateHash');
    expect(look(bare).failures).toMatchObject([{ kind: 'Failed', reason: 'Error', exitCode: 137, container: 'app' }]);
  });

  test('what lies there since last week is history', () => {
    expect(look(failed({ reason: 'Evicted' }, 7 * 24 * hours))).toEqual({ failures: [], watch: false });
  });

  test('pods of a Job are left to the Job', () => {
    expect(
      kinds(look(jobPod({ phase: 'Failed', containers: [container({ restarts: 'never', state: exited() })] }))),
    ).toEqual([]);
  });
});

describe('clocks that differ', () => {
  test('a node ahead of us: an exit in the future happened now', () => {
    const lastTermination = terminated({ reason: 'OOMKilled', finishedAtMs: nowMs + hours });
    const [failure] = look(pod({ containers: [container({ restartCount: 1, lastTermination })] })).failures;
    expect(failure).toMatchObject({ kind: 'OOMKilled', sinceMs: nowMs });
  });

  test('a node behind us: its lag shows between scheduling and start', () => {
    const lastTermination = terminated({ reason: 'OOMKilled', finishedAtMs: nowMs - minutes - 2 * hours });
    const record = pod({
      startedAtMs: nowMs - 5 * hours,
      containers: [container({ restartCount: 1, lastTermination })],
    });
    expect(look(record).failures).toMatchObject([{ kind: 'OOMKilled', sinceMs: nowMs - minutes }]);
  });
});
