import { causeOfPull } from './common-cause.ts';
import { afterDelay, historyOf, podFailure, type Finding, type Look } from './look.ts';
import { countingContainers } from './pod-facts.ts';
import { hopelessImageReasons, stuckWaiting } from './stuck-waiting.ts';

/** ImagePull: a name that can never work at once, everything else after imagePullDelayMs. */
export function findImagePulls(look: Look): Finding[] {
  const { record, nowMs, settings } = look;
  return countingContainers(record).flatMap((container): Finding[] => {
    const waiting = stuckWaiting(container);
    if (waiting?.on !== 'image') return [];
    const stuck = historyOf(look, container)?.stuck;
    const sinceMs = stuck?.sinceMs ?? nowMs;
    const message = stuck?.message ?? waiting.message;
    const delayMs = hopelessImageReasons.has(waiting.reason) ? 0 : settings.imagePullDelayMs;
    return [
      afterDelay(look, sinceMs, delayMs, () =>
        podFailure(record, 'ImagePull', {
          container,
          sinceMs,
          reason: waiting.reason,
          message,
          commonCause: causeOfPull(container.image, message ?? ''),
        }),
      ),
    ];
  });
}
