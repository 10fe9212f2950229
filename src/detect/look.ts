import type { Failure, FailureKind } from '../model/failure.ts';
import type { ContainerRecord, PodRecord, Termination } from '../model/pod-record.ts';
import type { DetectSettings } from './detect-settings.ts';
import type { ContainerHistory, PodHistory } from './pod-history.ts';

/** One look at a pod: everything that a kind of failure is judged by. */
export interface Look {
  readonly record: PodRecord;
  readonly history: PodHistory | undefined;
  readonly nowMs: number;
  readonly settings: DetectSettings;
  /** `diagnose`: one look is all there is, so waiting times do not apply. */
  readonly atOnce: boolean;
}

/** A failure, or the moment when the passing of time alone may make one (or end one). */
export interface Finding {
  readonly failure?: Failure;
  readonly recheckAtMs?: number;
}

export function historyOf(look: Look, container: ContainerRecord): ContainerHistory | undefined {
  return look.history?.containers[container.name];
}

/** A failure of this pod (or container) with what all kinds have in common. */
export function podFailure(
  record: PodRecord,
  kind: FailureKind,
  details: {
    readonly sinceMs: number;
    readonly reason: string;
    readonly message?: string | undefined;
    readonly container?: ContainerRecord | undefined;
    readonly termination?: Termination | undefined;
    readonly restartsInWindow?: number | undefined;
    readonly fact?: boolean;
    readonly instance?: string | undefined;
    readonly commonCause?: string | undefined;
  },
): Failure {
  const { container, termination, message, restartsInWindow, instance, commonCause } = details;
  const { namespace, name, uid, owner, templateHash, nodeName } = record;
  return {
    kind,
    subject: { kind: 'Pod', name, namespace, uid },
    pod: { namespace, name, uid },
    ...(owner === undefined ? {} : { owner }),
    ...(templateHash === undefined ? {} : { templateHash }),
    ...(container === undefined ? {} : { container: container.name, containerRole: container.role }),
    ...(nodeName === undefined ? {} : { nodeName }),
    sinceMs: details.sinceMs,
    reason: details.reason,
    ...(message === undefined ? {} : { message }),
    ...(termination === undefined ? {} : { exitCode: termination.exitCode }),
    ...(termination?.signal === undefined ? {} : { signal: termination.signal }),
    restartCount: container?.restartCount ?? 0,
    ...(restartsInWindow === undefined ? {} : { restartsInWindow }),
    fact: details.fact ?? false,
    ...(instance === undefined ? {} : { instance }),
    ...(commonCause === undefined ? {} : { commonCause }),
  };
}

/** The failure once it has stood for `delayMs` since `sinceMs`; until then the moment when it will have. */
export function afterDelay(look: Look, sinceMs: number, delayMs: number, failure: () => Failure): Finding {
  const dueMs = sinceMs + delayMs;
  return look.atOnce || look.nowMs >= dueMs ? { failure: failure() } : { recheckAtMs: dueMs };
}
