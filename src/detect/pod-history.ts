import type { ContainerRecord, PodRecord } from '../model/pod-record.ts';
import type { DetectSettings } from './detect-settings.ts';
import { countingContainers, exitTimeMs, isInBackOff, latestTermination, nodeTimeMs } from './pod-facts.ts';
import { stuckWaiting, type StuckWaiting } from './stuck-waiting.ts';

/** restartCount as it was first seen at a time. */
export interface RestartSample {
  readonly atMs: number;
  readonly count: number;
}

/** What was seen of one container before: a few numbers. */
export interface ContainerHistory {
  /** Oldest first; the first is the base from which restarts in the window are counted. Never empty. */
  readonly restarts: readonly RestartSample[];
  /** OOM kills within their window, by container id. */
  readonly ooms: readonly { readonly id: string; readonly atMs: number }[];
  /** In a loop that was proven by a recent exit, and not running since. */
  readonly backingOff: boolean;
  /** Since when it waits for an image, or for a configuration that works, and the last text that said why. */
  readonly stuck?: { readonly on: StuckWaiting['on']; readonly sinceMs: number; readonly message?: string };
}

/** What must be remembered of a pod between two looks at it; kept only of pods that are not plainly healthy. */
export interface PodHistory {
  readonly uid: string;
  readonly containers: Readonly<Record<string, ContainerHistory>>;
}

/** More would not change an answer: crashLoopRestarts is reached long before. */
const maxSamples = 24;
const maxMessageLength = 600;

/**
 * The history after seeing `record` at `nowMs`; call it before detectPod, with the result of the call before (of any
 * uid: another pod of the same name starts anew). Undefined when there is nothing to remember.
 */
export function updateHistory(
  history: PodHistory | undefined,
  record: PodRecord,
  nowMs: number,
  settings: DetectSettings,
): PodHistory | undefined {
  if (record.deletedAtMs !== undefined || record.phase === 'Succeeded') return undefined;
  const before = history?.uid === record.uid ? history : undefined;
  const containers: Record<string, ContainerHistory> = {};
  let worthKeeping = record.phase === 'Pending' && !record.schedulingGated;
  for (const container of countingContainers(record)) {
    const next = updateContainer(before?.containers[container.name], container, record, nowMs, settings);
    containers[container.name] = next;
    const restarted = next.restarts.length > 1 || restartsInWindow(next, container.restartCount) > 0;
    worthKeeping ||= restarted || next.backingOff || next.ooms.length > 0 || next.stuck !== undefined;
  }
  return worthKeeping ? { uid: record.uid, containers } : undefined;
}

/** Restarts within the window. */
export function restartsInWindow(history: ContainerHistory | undefined, restartCount: number): number {
  const base = history?.restarts[0]?.count ?? restartCount;
  return Math.max(0, restartCount - base);
}

function updateContainer(
  before: ContainerHistory | undefined,
  container: ContainerRecord,
  record: PodRecord,
  nowMs: number,
  settings: DetectSettings,
): ContainerHistory {
  const stuck = updateStuck(before, container, record, nowMs);
  const exitedAtMs = exitTimeMs(record, latestTermination(container), nowMs);
  const exitedLately = exitedAtMs !== undefined && exitedAtMs > nowMs - settings.crashLoopWindowMs;
  const inBackOff = container.restartCount >= settings.crashLoopRestarts && isInBackOff(container);
  return {
    restarts: updateRestarts(before, container, record, nowMs, settings.crashLoopWindowMs),
    backingOff: inBackOff && (exitedLately || before?.backingOff === true),
    ooms: updateOoms(before, container, record, nowMs, settings.oomWindowMs),
    ...(stuck === undefined ? {} : { stuck }),
  };
}

function updateRestarts(
  before: ContainerHistory | undefined,
  container: ContainerRecord,
  record: PodRecord,
  nowMs: number,
  windowMs: number,
): RestartSample[] {
  const count = container.restartCount;
  const samples = before ? [...before.restarts] : [baseAtFirstSight(container, record, nowMs, windowMs)];
  const last = samples.at(-1);
  // kubelet derives the count from dead containers that it still finds: it may fall.
  if (last === undefined || count < last.count) return [{ atMs: nowMs, count }];
  if (count > last.count) samples.push({ atMs: nowMs, count });
  // The base is the newest sample that is older than the window.
  while (samples.length > 1 && (samples[1]?.atMs ?? nowMs) <= nowMs - windowMs) samples.shift();
  while (samples.length > maxSamples) samples.splice(1, 1);
  return samples;
}

/** What the object itself proves about restarts before we saw it. */
function baseAtFirstSight(
  container: ContainerRecord,
  record: PodRecord,
  nowMs: number,
  windowMs: number,
): RestartSample {
  const count = container.restartCount;
  // A pod younger than the window had all its restarts within it.
  if (record.createdAtMs > nowMs - windowMs) return { atMs: record.createdAtMs, count: 0 };
  const exitedAtMs = exitTimeMs(record, container.lastTermination, nowMs);
  const restartedLately = count > 0 && exitedAtMs !== undefined && exitedAtMs > nowMs - windowMs;
  return restartedLately ? { atMs: exitedAtMs - 1, count: count - 1 } : { atMs: nowMs, count };
}

function updateOoms(
  before: ContainerHistory | undefined,
  container: ContainerRecord,
  record: PodRecord,
  nowMs: number,
  windowMs: number,
): ContainerHistory['ooms'] {
  const ooms = [...(before?.ooms ?? [])];
  const instances = [
    { termination: container.lastTermination, restart: container.restartCount - 1 },
    {
      termination: container.state.type === 'terminated' ? container.state : undefined,
      restart: container.restartCount,
    },
  ];
  for (const { termination, restart } of instances) {
    if (termination?.reason !== 'OOMKilled') continue;
    const id = termination.containerId ?? `${record.uid}/${container.name}/${restart}`;
    if (ooms.some((oom) => oom.id === id)) continue;
    ooms.push({ id, atMs: exitTimeMs(record, termination, nowMs) ?? nowMs });
  }
  return ooms.filter((oom) => oom.atMs > nowMs - windowMs).slice(-maxSamples);
}

function updateStuck(
  before: ContainerHistory | undefined,
  container: ContainerRecord,
  record: PodRecord,
  nowMs: number,
): ContainerHistory['stuck'] {
  const stuck = stuckWaiting(container);
  if (stuck === undefined) return undefined;
  const same = before?.stuck?.on === stuck.on ? before.stuck : undefined;
  const sinceMs = same?.sinceMs ?? (before ? nowMs : stuckSinceByObjects(container, record, nowMs));
  // Older kubelets give the cause with ErrImagePull only, and not with the ImagePullBackOff that follows.
  const bare = /^Back-off pulling image "[^"]*"$/.test(stuck.message ?? '');
  const message = (bare ? same?.message : undefined) ?? stuck.message ?? same?.message;
  return { on: stuck.on, sinceMs, ...(message === undefined ? {} : { message: message.slice(0, maxMessageLength) }) };
}

/** At first sight: it waits since whatever came before it was done, the pod's start, the init containers, its last run. */
function stuckSinceByObjects(container: ContainerRecord, record: PodRecord, nowMs: number): number {
  const initEnds = record.containers.flatMap((one) =>
    one.role === 'init' && container.role !== 'init' && one.state.type === 'terminated' ? [one.state.finishedAtMs] : [],
  );
  const times = [record.startedAtMs, container.lastTermination?.finishedAtMs, ...initEnds].map(
    (timeMs) => nodeTimeMs(record, timeMs, nowMs) ?? 0,
  );
  return Math.min(nowMs, Math.max(record.createdAtMs, ...times));
}
