import type { Failure } from '../model/failure.ts';
import type { PodRecord } from '../model/pod-record.ts';
import { findConfigErrors } from './config-error.ts';
import { findCrashLoops } from './crash-loop.ts';
import type { DetectSettings } from './detect-settings.ts';
import { findFailedPod } from './failed-pod.ts';
import { findImagePulls } from './image-pull.ts';
import type { Finding, Look } from './look.ts';
import { findLeftBehind, findNotReady } from './not-ready.ts';
import { findOomKills } from './oom-killed.ts';
import { findPending } from './pending.ts';
import type { PodHistory } from './pod-history.ts';
import { findVolumeMounts } from './volume-mount.ts';

/** What is wrong with a pod, and when to look again. */
export interface Detection {
  readonly failures: readonly Failure[];
  /** When the passing of time alone may change the answer. */
  readonly recheckAtMs?: number;
  /** Whether the pod's record must be kept: it fails, or time or another restart may make it fail. */
  readonly watch: boolean;
}

/** What is wrong with a pod now. `history` comes from updateHistory, called with the same record and time. */
export function detectPod(
  record: PodRecord,
  history: PodHistory | undefined,
  nowMs: number,
  settings: DetectSettings,
): Detection {
  const leaving = record.deletedAtMs !== undefined;
  const findings = findAll({ record, history, nowMs, settings, atOnce: false });
  const rechecks = [
    ...findings.flatMap(({ recheckAtMs }) => recheckAtMs ?? []),
    ...(leaving ? [] : expiryOf(history, settings)),
  ].filter((atMs) => atMs > nowMs);
  const failures = findings.flatMap(({ failure }) => failure ?? []);
  const starting = record.phase === 'Pending' && !record.schedulingGated;
  return {
    failures,
    ...(rechecks.length > 0 ? { recheckAtMs: Math.min(...rechecks) } : {}),
    watch: failures.length > 0 || rechecks.length > 0 || (starting && !leaving),
  };
}

/** All findings of one look; a pod that is leaving has none, unless it cannot leave. */
export function findAll(look: Look): Finding[] {
  if (look.record.phase === 'Succeeded') return [];
  if (look.record.deletedAtMs !== undefined) return findLeftBehind(look);
  const oomKills = findOomKills(look);
  const configErrors = findConfigErrors(look);
  const telling = [
    ...oomKills,
    ...configErrors,
    ...findCrashLoops(look),
    ...findImagePulls(look),
    ...findPending(look),
    ...findVolumeMounts(look),
    // A pod that ended because of an OOM kill is told as that.
    ...(oomKills.some(({ failure }) => failure !== undefined) ? [] : findFailedPod(look)),
  ];
  // Whatever else is wrong with the pod says more than "not ready".
  const explained = telling.some(({ failure }) => failure !== undefined && !isPast(failure, look));
  return explained ? telling : [...telling, ...findNotReady(look)];
}

/** An OOM kill that its container has survived does not explain why the pod is not ready now. */
function isPast(failure: Failure, look: Look): boolean {
  if (failure.kind !== 'OOMKilled') return false;
  return look.record.containers.some(({ name, state }) => name === failure.container && state.type === 'running');
}

/** When something remembered falls out of its window, and with it perhaps the record. */
function expiryOf(history: PodHistory | undefined, settings: DetectSettings): number[] {
  return Object.values(history?.containers ?? {}).flatMap(({ restarts, ooms }) => [
    ...restarts.slice(1).map(({ atMs }) => atMs + settings.crashLoopWindowMs),
    ...ooms.map(({ atMs }) => atMs + settings.oomWindowMs),
  ]);
}
