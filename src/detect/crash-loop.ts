import type { ContainerRecord } from '../model/pod-record.ts';
import { historyOf, podFailure, type Finding, type Look } from './look.ts';
import { countingContainers, exitTimeMs, isDone, isInBackOff, latestTermination, nodeTimeMs } from './pod-facts.ts';
import { restartsInWindow, type ContainerHistory } from './pod-history.ts';

/**
 * CrashLoopBackOff: restarts rose by crashLoopRestarts within the window, or that many restarts and in back-off now. Never a
 * lifetime count alone, and never without a recent exit.
 */
export function findCrashLoops(look: Look): Finding[] {
  if (look.record.phase === 'Failed') return [];
  return countingContainers(look.record).flatMap((container) => findIn(look, container));
}

function findIn(look: Look, container: ContainerRecord): Finding[] {
  const { record, nowMs, settings } = look;
  // An init container that failed once or twice and then succeeded is done.
  if (container.restarts === 'never' || isDone(container)) return [];
  const termination = latestTermination(container);
  const exitedAtMs = exitTimeMs(record, termination, nowMs);
  const windowEndsMs = (exitedAtMs ?? nowMs) + settings.crashLoopWindowMs;
  const history = historyOf(look, container);
  if (nowMs >= windowEndsMs && history?.backingOff !== true) return [];

  const inWindow = restartsInWindow(history, container.restartCount);
  const many = container.restartCount >= settings.crashLoopRestarts;
  const looping = look.atOnce
    ? container.restartCount > 0 || isInBackOff(container)
    : inWindow >= settings.crashLoopRestarts || (many && isInBackOff(container));
  const upSinceMs =
    container.state.type === 'running' ? (nodeTimeMs(record, container.state.startedAtMs, nowMs) ?? nowMs) : undefined;
  const settledAtMs = upSinceMs === undefined ? undefined : upSinceMs + settings.crashLoopUpMs;
  const settled = settledAtMs !== undefined && nowMs >= settledAtMs && (look.atOnce || isUp(container));
  if (!looping || settled) return [];

  return [
    {
      failure: podFailure(record, 'CrashLoopBackOff', {
        container,
        termination,
        sinceMs: beganAtMs(look, history) ?? exitedAtMs ?? nowMs,
        reason: termination?.reason ?? 'CrashLoopBackOff',
        message: termination?.message,
        restartsInWindow: inWindow,
      }),
      recheckAtMs: windowEndsMs,
    },
    ...(settledAtMs === undefined ? [] : [{ recheckAtMs: settledAtMs }]),
  ];
}

/** The first restart that was seen; where several were there at first sight, all of them since the pod was made. */
function beganAtMs({ record }: Look, history: ContainerHistory | undefined): number | undefined {
  const [base, first] = history?.restarts ?? [];
  if (base === undefined || first === undefined) return undefined;
  return base.count === 0 && first.count > 1 ? record.createdAtMs : first.atMs;
}

/** Init containers are never ready. */
function isUp(container: ContainerRecord): boolean {
  return container.role === 'init' || container.ready;
}
