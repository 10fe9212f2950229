import { causeOfMessage } from './common-cause.ts';
import { afterDelay, historyOf, podFailure, type Finding, type Look } from './look.ts';
import { countingContainers, latestTermination } from './pod-facts.ts';
import { stuckWaiting } from './stuck-waiting.ts';

/** ConfigError: the container cannot be created or its program cannot be started, for configErrorDelayMs. */
export function findConfigErrors(look: Look): Finding[] {
  const { record, nowMs, settings } = look;
  if (record.phase === 'Failed') return [];
  return countingContainers(record).flatMap((container): Finding[] => {
    const waiting = stuckWaiting(container);
    if (waiting?.on !== 'config') return [];
    const sinceMs = historyOf(look, container)?.stuck?.sinceMs ?? nowMs;
    return [
      afterDelay(look, sinceMs, settings.configErrorDelayMs, () =>
        podFailure(record, 'ConfigError', {
          container,
          termination: latestTermination(container),
          sinceMs,
          reason: waiting.reason,
          message: waiting.message,
          commonCause: causeOfMessage(waiting.message),
        }),
      ),
    ];
  });
}
