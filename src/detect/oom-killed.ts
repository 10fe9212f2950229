import type { ContainerRecord } from '../model/pod-record.ts';
import { historyOf, podFailure, type Finding, type Look } from './look.ts';
import { countingContainers, nodeTimeMs } from './pod-facts.ts';

/**
 * OOMKilled: kubelet said so of an instance that ended within the window. Exit code 137 alone is not OOM: liveness kills,
 * an overrun grace period, an eviction and kill -9 end with it as well.
 */
export function findOomKills(look: Look): Finding[] {
  const { record, settings } = look;
  return countingContainers(record).flatMap((container): Finding[] => {
    const ooms = historyOf(look, container)?.ooms ?? [];
    const latest = ooms.at(-1);
    if (latest === undefined || ooms.length < settings.oomMinCount) return [];
    if (look.atOnce && hasRecovered(look, container)) return [];
    const state = container.state.type === 'terminated' ? container.state : undefined;
    const termination = state?.reason === 'OOMKilled' ? state : container.lastTermination;
    return [
      {
        failure: podFailure(record, 'OOMKilled', {
          container,
          termination,
          sinceMs: latest.atMs,
          reason: 'OOMKilled',
          message: termination?.message,
          fact: true,
          instance: latest.id,
        }),
        recheckAtMs: latest.atMs + settings.oomWindowMs,
      },
    ];
  });
}

function hasRecovered({ record, nowMs, settings }: Look, { state, ready }: ContainerRecord): boolean {
  if (state.type !== 'running' || !ready) return false;
  return nowMs >= (nodeTimeMs(record, state.startedAtMs, nowMs) ?? nowMs) + settings.crashLoopUpMs;
}
