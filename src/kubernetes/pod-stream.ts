import type { KubeObject, KubePod } from '../model/kube-objects.ts';
import type { PodRecord, PodRef } from '../model/pod-record.ts';
import { toAppError } from '../model/errors.ts';
import { projectPod } from './pod-projection.ts';
import { createReflector } from './reflector.ts';
import type { ReflectorTarget } from './reflector-target.ts';
import type { StreamDependencies } from './reflector-settings.ts';
import type { StreamStatus } from './stream-status.ts';
import { createTrackedPods } from './tracked-pods.ts';
import { scopeCovers, scopeName, scopePath, scopeSelector, type WatchScope } from './watch-scope.ts';

/** Who takes pods. Called in order and synchronously, so it only classifies and queues. */
export interface PodHandler {
  /**
   * A pod as it is now. `initial`: part of a first or repeated list, so a state and never a trigger. Answers whether the
   * stream must notice this pod's deletion (it is tracked).
   */
  readonly upsert: (record: PodRecord, context: { readonly initial: boolean }) => boolean;
  /**
   * A tracked pod is gone and is tracked no longer. `finalStateUnknown`: its end was not seen, only that it is no longer
   * there, or that another pod has its name; `last` is the latest that is known of it.
   */
  readonly remove: (ref: PodRef, context: { readonly finalStateUnknown: boolean; readonly last?: PodRecord }) => void;
  /** A list is complete, the first one and each repeated one. `scope`: the namespace, or `*`. */
  readonly synced: (scope: string, info: { readonly pods: number; readonly elapsedMs: number }) => void;
  /** Pods so far, at most once a second during a list. */
  readonly progress?: (scope: string, pods: number) => void;
}

/** The pods of one scope, followed for ever. */
export interface PodStream {
  readonly start: () => void;
  readonly stop: () => Promise<void>;
  /** Notice this pod's deletion as well, for instance a healthy sibling of one that fails. */
  readonly track: (ref: PodRef) => void;
  readonly untrack: (uid: string) => void;
  readonly status: () => StreamStatus & { readonly tracked: number };
}

/** A pod that is tracked just after its deletion passed by is found among so many that were deleted last. */
const rememberedDeletions = 1_000;

/** Follows pods. Memory grows with the tracked ones only. */
export function createPodStream(
  dependencies: StreamDependencies & { readonly scope: WatchScope; readonly handler: PodHandler },
): PodStream {
  const { scope, handler, client, log } = dependencies;
  const name = scopeName(scope);
  const covers = scopeCovers(scope);
  const tracked = createTrackedPods();
  const recentlyDeleted = new Set<string>();
  const stopping = new AbortController();
  /** Tracked pods that the list under way has shown, or that were first tracked during it. */
  let seen = new Set<string>();
  /** Tracked by name while a list was under way, which may have shown them before. */
  let unverified: PodRef[] = [];

  function drop(uid: string, finalStateUnknown: boolean, newest?: PodRecord): void {
    const pod = tracked.get(uid);
    if (pod === undefined) return;
    tracked.delete(uid);
    const last = newest ?? pod.last;
    handler.remove(pod.ref, { finalStateUnknown, ...(last === undefined ? {} : { last }) });
  }

  function rememberDeletion(uid: string): void {
    recentlyDeleted.add(uid);
    if (recentlyDeleted.size <= rememberedDeletions) return;
    for (const oldest of recentlyDeleted) {
      recentlyDeleted.delete(oldest);
      return;
    }
  }

  function projected(object: KubeObject): PodRecord | undefined {
    const record = projectPod(object as KubePod);
    return record !== undefined && covers(record.namespace) ? record : undefined;
  }

  const target: ReflectorTarget = {
    beginSync: () => {
      seen = new Set();
    },
    upsert: (object, initial) => {
      const record = projected(object);
      if (record === undefined) return false;
      // The same name with another uid is another pod, whose predecessor's deletion was missed.
      const namesake = tracked.named(record.namespace, record.name);
      if (namesake !== undefined && namesake.ref.uid !== record.uid) drop(namesake.ref.uid, true);
      if (handler.upsert(record, { initial })) {
        tracked.set({ namespace: record.namespace, name: record.name, uid: record.uid }, record);
        if (initial) seen.add(record.uid);
      } else tracked.delete(record.uid);
      return true;
    },
    remove: (object) => {
      const record = projected(object);
      if (record === undefined) return;
      seen.delete(record.uid);
      rememberDeletion(record.uid);
      drop(record.uid, false, record);
    },
    endSync: ({ objects, elapsedMs }) => {
      const missing = [...tracked.all()].filter((pod) => !seen.has(pod.ref.uid));
      seen = new Set();
      for (const pod of missing) drop(pod.ref.uid, true);
      handler.synced(name, { pods: objects, elapsedMs });
      const refs = unverified;
      unverified = [];
      for (const ref of refs) void verify(ref);
    },
    progress: (pods) => handler.progress?.(name, pods),
  };

  /** Asks for one pod whose deletion may have been missed. */
  async function verify(ref: PodRef): Promise<void> {
    const path = `/api/v1/namespaces/${encodeURIComponent(ref.namespace)}/pods/${encodeURIComponent(ref.name)}`;
    try {
      const pod = await client.json<KubePod>({ path, signal: stopping.signal });
      if (pod.metadata?.uid !== ref.uid) drop(ref.uid, true);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'API_NOT_FOUND') drop(ref.uid, true);
      // Whatever else it is, the next complete list will tell.
      else if (error.code !== 'ABORTED') unverified.push(ref);
    }
  }

  const reflector = createReflector(
    dependencies,
    {
      resource: 'pods',
      namespace: name,
      kind: 'Pod',
      path: scopePath(scope, 'pods'),
      fieldSelector: scopeSelector(scope),
    },
    target,
  );

  return {
    start: reflector.start,
    stop: async () => {
      stopping.abort();
      await reflector.stop();
    },
    track: (ref) => {
      if (tracked.get(ref.uid) !== undefined) return;
      tracked.set(ref, undefined);
      if (recentlyDeleted.has(ref.uid)) {
        // Not within the caller's own call: it is told as if the deletion came now.
        queueMicrotask(() => {
          try {
            drop(ref.uid, true);
          } catch (thrown) {
            log.warn(`Could not take in the end of pod ${ref.namespace}/${ref.name}: ${toAppError(thrown).message}`);
          }
        });
        return;
      }
      if (!reflector.syncing()) return;
      seen.add(ref.uid);
      unverified.push(ref);
    },
    untrack: tracked.delete,
    status: () => ({ ...reflector.status(), tracked: tracked.size() }),
  };
}
