import type { Failure } from '../model/failure.ts';
import type { PodRecord } from '../model/pod-record.ts';
import type { DetectSettings } from './detect-settings.ts';
import type { PodHistory } from './pod-history.ts';

/** What is wrong with a pod, and when to look again. */
export interface Detection {
  readonly failures: readonly Failure[];
  /** When the passing of time alone may change the answer. */
  readonly recheckAtMs?: number;
  /** ReplicaSet pods that do not get ready: when to GET the Deployment for detectRollout. */
  readonly rolloutCheckAtMs?: number;
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
  void record;
  void history;
  void nowMs;
  void settings;
  return { failures: [], watch: false };
}
