import type { PodRecord } from '../model/pod-record.ts';
import type { PodSummary } from './observation.ts';

/** What tracking needs of a pod's record. */
export function summarizePod(record: PodRecord): PodSummary {
  const readyCondition = record.conditions.find((condition) => condition.type === 'Ready');
  const ready = readyCondition?.status === 'True';
  const starts = record.containers.flatMap((container) =>
    container.role !== 'ephemeral' && container.state.type === 'running' ? [container.state.startedAtMs] : [],
  );
  const stableSinceMs = Math.max(readyCondition?.changedAtMs ?? 0, ...starts);
  return {
    ref: { namespace: record.namespace, name: record.name, uid: record.uid },
    createdAtMs: record.createdAtMs,
    ready,
    leaving: record.deletedAtMs !== undefined,
    finished: record.phase === 'Succeeded' || record.phase === 'Failed',
    succeeded: record.phase === 'Succeeded',
    ...(ready ? { stableSinceMs } : {}),
    restarts: record.containers.reduce((sum, container) => sum + container.restartCount, 0),
    ignored: record.marks.ignore === 'true',
  };
}
