import type { ContainerLog } from '../model/case-file.ts';
import type { KubeEvent } from '../model/kube-objects.ts';
import type { ClusterReader, ObjectName } from './cluster-reader.ts';
import type { Collector } from './collector.ts';
import { readLog, type LogLimits, type LogRef } from './container-logs.ts';

/** Events that are read of one object. */
const eventsPerObject = 300;
/** Logs that are read for one case, and the text that is kept of all of them. */
const logLimit = 24;
const logBytesLimit = 8 * 1024 * 1024;

/** Logs and events of one case, each read at most once. */
export interface CaseReads {
  readLogs(namespace: string, wanted: readonly LogRef[], tailLines?: number): Promise<void>;
  readEvents(object: ObjectName): Promise<void>;
  logs(): readonly ContainerLog[];
  events(): readonly KubeEvent[];
}

/** Reads through `reader`; what fails is noted by `collector`. */
export function createCaseReads(reader: ClusterReader, collector: Collector, limits: LogLimits): CaseReads {
  const logs = new Map<string, ContainerLog | undefined>();
  const asked = new Set<string>();
  const events: KubeEvent[] = [];
  let keptBytes = 0;

  const readOne = async (namespace: string, ref: LogRef, tailLines: number): Promise<void> => {
    const key = `${namespace}/${ref.pod}/${ref.container}/${ref.instance}`;
    if (logs.has(key)) return;
    if (logs.size >= logLimit || keptBytes >= logBytesLimit) {
      collector.note(`log ${ref.container} of pod ${ref.pod}`, 'left out: enough logs were read for this case');
      return;
    }
    logs.set(key, undefined);
    const log = await readLog(namespace, ref, { ...limits, tailLines }, reader, collector);
    logs.set(key, log);
    keptBytes += log?.text.length ?? 0;
  };
  return {
    readLogs: async (namespace, wanted, tailLines = limits.tailLines) => {
      await Promise.all(wanted.map((ref) => readOne(namespace, ref, tailLines)));
    },
    readEvents: async (object) => {
      const key = `${object.kind}/${object.namespace ?? ''}/${object.name}`;
      if (asked.has(key)) return;
      asked.add(key);
      const source = `events of ${object.kind.toLowerCase()} ${object.name}`;
      const listing = await collector.take(source, (signal) => reader.eventsOf(object, eventsPerObject, { signal }));
      events.push(...(listing?.items ?? []));
    },
    logs: () => [...logs.values()].filter((log) => log !== undefined),
    events: () => events,
  };
}
