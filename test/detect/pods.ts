import type {
  ContainerRecord,
  ContainerState,
  PodCondition,
  PodRecord,
  Termination,
} from '../../src/model/pod-record.ts';

/** The moment at which test pods are looked at. */
export const nowMs = Date.parse('2026-03-01T12:00:00Z');
export const seconds = 1000;
export const minutes = 60_000;
export const hours = 3_600_000;

export function terminated(more: Partial<Termination> = {}): Termination {
  return {
    reason: 'Error',
    exitCode: 1,
    startedAtMs: nowMs - 40 * seconds,
    finishedAtMs: nowMs - 30 * seconds,
    containerId: 'containerd://one',
    ...more,
  };
}

export function exited(more: Partial<Termination> = {}): ContainerState {
  return { type: 'terminated', ...terminated(more) };
}

export function waiting(reason: string, message?: string): ContainerState {
  return { type: 'waiting', reason, ...(message === undefined ? {} : { message }) };
}

export function running(startedAtMs: number): ContainerState {
  return { type: 'running', startedAtMs };
}

/** An app container that runs and is ready unless told otherwise. */
export function container(more: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    name: 'app',
    role: 'app',
    image: 'registry.example.com/shop/app:1',
    ready: (more.state?.type ?? 'running') === 'running',
    restartCount: 0,
    state: running(nowMs - 3 * hours),
    probeBudgetMs: 0,
    restarts: 'always',
    ...more,
  };
}

export function condition(
  type: string,
  status: PodCondition['status'],
  more: Partial<PodCondition> = {},
): PodCondition {
  return { type, status, changedAtMs: nowMs - 3 * hours, ...more };
}

/** A pod of Deployment web, three hours old, on a node; its conditions as its containers say, not ready since 30 s. */
export function pod(more: Partial<PodRecord> = {}): PodRecord {
  const containers = more.containers ?? [container()];
  const ready = containers.every(
    ({ ready, role, state }) => ready || role === 'ephemeral' || (role === 'init' && state.type === 'terminated'),
  );
  const createdAtMs = more.createdAtMs ?? nowMs - 3 * hours;
  const status = ready ? 'True' : 'False';
  const changedAtMs = ready ? createdAtMs : Math.max(createdAtMs, nowMs - 30 * seconds);
  return {
    uid: 'uid-web-1',
    namespace: 'shop',
    name: 'web-5d9f8c7b6-abcde',
    resourceVersion: '1',
    createdAtMs,
    phase: 'Running',
    startedAtMs: createdAtMs,
    nodeName: 'worker-1',
    owner: { kind: 'ReplicaSet', name: 'web-5d9f8c7b6', namespace: 'shop' },
    templateHash: '5d9f8c7b6',
    marks: {},
    mirror: false,
    schedulingGated: false,
    conditions: [
      condition('PodScheduled', 'True', { changedAtMs: createdAtMs }),
      condition('ContainersReady', status, { changedAtMs }),
      condition('Ready', status, { changedAtMs, ...(ready ? {} : { reason: 'ContainersNotReady' }) }),
    ],
    containers,
    ...more,
  };
}

/** The same without its node: what the scheduler has not placed. */
export function unplaced(more: Partial<PodRecord> & { readonly createdAtMs: number }): PodRecord {
  return without(
    pod({
      phase: 'Pending',
      containers: [container({ state: { type: 'unknown' } })],
      ...more,
    }),
    'nodeName',
    'startedAtMs',
  );
}

/** A pod of a Job: nothing restarts it. */
export function jobPod(more: Partial<PodRecord> = {}): PodRecord {
  return pod({ owner: { kind: 'Job', name: 'nightly-29', namespace: 'shop', uid: 'uid-job' }, ...more });
}

/** The record without some of what may be absent. */
export function without(record: PodRecord, ...keys: readonly (keyof PodRecord)[]): PodRecord {
  const entries = Object.entries(record).filter(([key]) => !keys.some((one) => one === key));
  return Object.fromEntries(entries) as unknown as PodRecord;
}
