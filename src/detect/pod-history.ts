import type { PodRecord } from '../model/pod-record.ts';

/** What was seen of one container before: a few numbers. */
export interface ContainerHistory {
  /** restartCount as it was first seen at a time, oldest first; the first is the base of the window. */
  readonly restarts: readonly { readonly atMs: number; readonly count: number }[];
  /** OOM kills by container id and when they were seen. */
  readonly ooms: readonly { readonly id: string; readonly atMs: number }[];
  /** Since when it waits for an image, or for a configuration that works. */
  readonly stuck?: { readonly on: 'image' | 'config'; readonly sinceMs: number };
}

/** What must be remembered of a pod between two looks at it; kept only of pods that are not plainly healthy. */
export interface PodHistory {
  readonly uid: string;
  readonly containers: Readonly<Record<string, ContainerHistory>>;
}

/**
 * The history after seeing `record` at `nowMs`; call it before detectPod, with the result of the call before.
 * Undefined when there is nothing to remember.
 */
export function updateHistory(
  history: PodHistory | undefined,
  record: PodRecord,
  nowMs: number,
  windowMs: number,
): PodHistory | undefined {
  void history;
  void record;
  void nowMs;
  void windowMs;
  return undefined;
}
