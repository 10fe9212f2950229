import type { PodRecord } from '../model/pod-record.ts';
import { causeOfFailedPod } from './common-cause.ts';
import { podFailure, type Finding, type Look } from './look.ts';
import { countingContainers, isJobPod, nodeTimeMs } from './pod-facts.ts';

/**
 * Evicted and Failed: the pod ended with phase Failed within factWindowMs. Pods of a Job are left to the Job's own condition.
 * A pod that is leaving may show phase Failed for a moment: it never gets here.
 */
export function findFailedPod(look: Look): Finding[] {
  const { record, nowMs, settings } = look;
  if (record.phase !== 'Failed' || isJobPod(record)) return [];
  const failedAtMs = failureTimeMs(record, nowMs);
  const forgottenAtMs = failedAtMs + settings.factWindowMs;
  // `diagnose` still tells of a bare pod: nothing has replaced it.
  const standsForItself = look.atOnce && record.owner === undefined;
  if (nowMs >= forgottenAtMs && !standsForItself) return [];
  const culprit = countingContainers(record).find(({ state }) => state.type === 'terminated' && state.exitCode !== 0);
  const termination = culprit?.state.type === 'terminated' ? culprit.state : undefined;
  const reason = record.reason ?? termination?.reason ?? 'Failed';
  const kind = reason === 'Evicted' ? 'Evicted' : 'Failed';
  return [
    {
      failure: podFailure(record, kind, {
        container: culprit,
        termination,
        sinceMs: failedAtMs,
        reason,
        message: record.message ?? termination?.message,
        fact: true,
        instance: record.uid,
        commonCause: causeOfFailedPod(reason, record.message, record.nodeName),
      }),
      recheckAtMs: forgottenAtMs,
    },
  ];
}

/** The latest of the containers' ends and the conditions' changes: status has no time of its own for the phase. */
function failureTimeMs(record: PodRecord, nowMs: number): number {
  const ends = countingContainers(record).map(({ state }) => (state.type === 'terminated' ? state.finishedAtMs : 0));
  const changes = record.conditions
    .filter(({ type }) => type === 'Ready' || type === 'DisruptionTarget')
    .map(({ changedAtMs }) => changedAtMs);
  return nodeTimeMs(record, Math.max(...ends, ...changes, record.startedAtMs ?? 0), nowMs) ?? record.createdAtMs;
}
