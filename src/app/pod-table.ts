import { detectPod, type Detection } from '../detect/detect.ts';
import type { DetectSettings } from '../detect/detect-settings.ts';
import { updateHistory, type PodHistory } from '../detect/pod-history.ts';
import type { PodRecord, PodRef } from '../model/pod-record.ts';

/** A pod that is kept: its newest record, and what must be remembered of it. */
interface Entry {
  readonly record: PodRecord;
  readonly history: PodHistory | undefined;
  /** Left the cluster; it is kept until that was observed. */
  readonly gone: boolean;
}

/** A kept pod as it stands now. */
export interface PodLook {
  readonly record: PodRecord;
  readonly gone: boolean;
  readonly detection: Detection;
}

/**
 * The pods that fail, that a timer watches, or whose workload is followed; all others leave nothing behind, so that memory
 * grows with failures and not with pods.
 */
export interface PodTable {
  /** Takes in a pod's newest state; returns whether it is kept now and was put into the queue. */
  upsert(record: PodRecord): boolean;
  /** Marks a kept pod as gone. */
  remove(ref: PodRef): boolean;
  /** The newest state of a kept pod, judged at this moment. */
  look(uid: string): PodLook | undefined;
  /** Forgets a pod. */
  forget(uid: string): void;
  uids(): string[];
  /** Records that are kept and not gone. */
  records(): PodRecord[];
  readonly size: number;
}

/** Creates an empty table. `isFollowed` tells whether every pod of this pod's workload must be kept. */
export function createPodTable(
  settings: DetectSettings,
  now: () => number,
  isFollowed: (record: PodRecord) => boolean,
): PodTable {
  const entries = new Map<string, Entry>();

  function judge(
    record: PodRecord,
    earlier: PodHistory | undefined,
  ): { history: PodHistory | undefined; detection: Detection } {
    const nowMs = now();
    const history = updateHistory(earlier, record, nowMs, settings);
    return { history, detection: detectPod(record, history, nowMs, settings) };
  }

  return {
    upsert(record) {
      const earlier = entries.get(record.uid);
      const { history, detection } = judge(record, earlier?.history);
      if (earlier === undefined && !detection.watch && !isFollowed(record)) return false;
      entries.set(record.uid, { record, history, gone: false });
      return true;
    },
    remove({ uid }) {
      const entry = entries.get(uid);
      if (entry === undefined) return false;
      entries.set(uid, { ...entry, gone: true });
      return true;
    },
    look(uid) {
      const entry = entries.get(uid);
      if (entry === undefined) return undefined;
      const { history, detection } = judge(entry.record, entry.history);
      entries.set(uid, { ...entry, history });
      return { record: entry.record, gone: entry.gone, detection };
    },
    forget: (uid) => void entries.delete(uid),
    uids: () => [...entries.keys()],
    records: () => [...entries.values()].filter(({ gone }) => !gone).map(({ record }) => record),
    get size() {
      return entries.size;
    },
  };
}
