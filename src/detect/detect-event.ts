import type { Failure } from '../model/failure.ts';
import type { KubeEvent } from '../model/kube-objects.ts';
import type { DetectSettings } from './detect-settings.ts';

/** What a Warning event says about its controller. */
export interface EventFinding {
  /** CreateFailed, random pod names taken out of the message; several events of one cause give equal failures. */
  readonly failures: readonly Failure[];
  /** A Job that says it failed: GET it and ask detectJob; take this one when it cannot be read. */
  readonly jobFailed?: Failure;
}

/** What a Warning event on a ReplicaSet, StatefulSet, DaemonSet or Job says; old events say nothing. */
export function detectEvent(event: KubeEvent, nowMs: number, settings: DetectSettings): EventFinding {
  void event;
  void nowMs;
  void settings;
  return { failures: [] };
}
