import { causeOfMessage } from './common-cause.ts';
import { afterDelay, podFailure, type Finding, type Look } from './look.ts';
import { conditionOf, schedulingTimeMs } from './pod-facts.ts';

/**
 * Pending: unschedulable for pendingDelayMs. A scheduling gate is somebody's wish to wait; a schedulerName that nobody
 * serves leaves no condition at all.
 */
export function findPending(look: Look): Finding[] {
  const { record, settings } = look;
  if (record.phase !== 'Pending' || record.schedulingGated || record.nodeName !== undefined) return [];
  const scheduled = conditionOf(record, 'PodScheduled');
  if (scheduled?.status === 'True') return [];
  const sinceMs = schedulingTimeMs(record);
  return [
    afterDelay(look, sinceMs, settings.pendingDelayMs, () =>
      podFailure(record, 'Pending', {
        sinceMs,
        reason: scheduled?.reason ?? 'NotScheduled',
        message:
          scheduled?.message ??
          `no scheduler has looked at it (schedulerName ${record.schedulerName ?? 'default-scheduler'})`,
        commonCause: causeOfMessage(scheduled?.message),
      }),
    ),
  ];
}
