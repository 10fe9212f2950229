import { join } from 'node:path';
import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';
import type { ClusterReader, Listing, LogRequest, LogText, Reading } from './cluster-reader.ts';
import { isSafeName, readTail } from './bundle-files.ts';
import { matchesSelector } from './label-selector.ts';

/** The objects of a recording. */
export interface RecordedObjects {
  readonly pods: readonly KubePod[];
  readonly events: readonly KubeEvent[];
  /** Everything else, by its own `kind`. */
  readonly others: readonly KubeObject[];
}

/** A reader that answers from a recording in memory, and for logs from `dir`/logs. */
export function createBundleReader(dir: string, recorded: RecordedObjects): ClusterReader {
  const absent: Reading<never> = { gap: 'not in the bundle', reason: 'not-found' };
  const ofKind = (kind: string): readonly KubeObject[] =>
    kind === 'Pod' ? recorded.pods : recorded.others.filter((object) => object.kind === kind);
  const find = (kind: string, namespace: string | undefined, name: string): KubeObject | undefined =>
    ofKind(kind).find((object) => object.metadata?.name === name && isIn(object, namespace));
  const list = <T extends KubeObject>(
    objects: readonly T[],
    query: { readonly namespace?: string; readonly selector?: string; readonly limit: number },
  ): Listing<T> => {
    const { namespace, selector, limit } = query;
    const found = objects.filter(
      (object) =>
        isIn(object, namespace) && (selector === undefined || matchesSelector(selector, object.metadata?.labels)),
    );
    return { items: found.slice(0, limit), truncated: found.length > limit };
  };
  return {
    getPod: (namespace, name) => {
      const pod = find('Pod', namespace, name);
      return Promise.resolve(pod ? { ok: pod as KubePod } : absent);
    },
    listPods: (namespace, query) => Promise.resolve({ ok: list(recorded.pods, { namespace, ...query }) }),
    eventsOf: ({ kind, name, namespace }, limit) => {
      const about = recorded.events.filter(
        ({ involvedObject }) =>
          involvedObject?.name === name &&
          involvedObject.kind === kind &&
          (namespace === undefined || (involvedObject.namespace ?? namespace) === namespace),
      );
      return Promise.resolve({ ok: { items: about.slice(-limit), truncated: about.length > limit } });
    },
    log: (request) => readRecordedLog(dir, request),
    get: ({ kind, name, namespace }) => {
      const object = find(kind, namespace, name);
      return Promise.resolve(object ? { ok: object } : absent);
    },
    list: (query) => Promise.resolve({ ok: list(ofKind(query.kind), query) }),
  };
}

function isIn(object: KubeObject, namespace: string | undefined): boolean {
  return namespace === undefined || (object.metadata?.namespace ?? namespace) === namespace;
}

async function readRecordedLog(dir: string, request: LogRequest): Promise<Reading<LogText>> {
  const { pod, container, previous, tailLines, limitBytes } = request;
  if (!isSafeName(pod) || !isSafeName(container)) return { gap: 'not a name of a pod or container', reason: 'invalid' };
  const base = join(dir, 'logs', pod, previous ? `${container}.previous` : container);
  try {
    const log = await readTail(`${base}.log`, tailLines, limitBytes);
    if (log) return { ok: log };
    const error = await readTail(`${base}.error`, 3, 2000);
    if (!error) return { gap: 'not in the bundle', reason: 'not-found' };
    return { gap: error.text.trim() || 'the log could not be read', reason: reasonOf(error.text) };
  } catch {
    return { gap: 'the log file of the bundle cannot be read', reason: 'unavailable' };
  }
}

function reasonOf(error: string): 'not-started' | 'forbidden' | 'unavailable' {
  if (/is waiting to start|previous terminated container .* not found/.test(error)) return 'not-started';
  return /forbidden/i.test(error) ? 'forbidden' : 'unavailable';
}
