import { createEventStream, type EventHandler } from '../kubernetes/event-stream.ts';
import { createPodStream, type PodHandler } from '../kubernetes/pod-stream.ts';
import type { StreamDependencies } from '../kubernetes/reflector-settings.ts';
import type { StreamStatus } from '../kubernetes/stream-status.ts';
import { scopeCovers, type WatchScope } from '../kubernetes/watch-scope.ts';
import type { PodRef } from '../model/pod-record.ts';

/** All streams of a run: pods and Warning events of each scope. */
export interface Streams {
  start(): void;
  stop(): Promise<void>;
  track(ref: PodRef): void;
  untrack(ref: PodRef): void;
  statuses(): readonly StreamStatus[];
  /** Pods of every scope were listed once. */
  podsSynced(): boolean;
  readonly scopes: readonly WatchScope[];
}

/** One scope for each namespace, or one for all of them; exclusions win. */
export function scopesOf(watched: readonly string[], excluded: readonly string[]): WatchScope[] {
  if (watched.includes('*')) return [{ kind: 'all', exclude: excluded }];
  return watched.filter((name) => !excluded.includes(name)).map((namespace) => ({ kind: 'namespace', namespace }));
}

/** Builds the streams; nothing is read before `start`. */
export function createStreams(
  scopes: readonly WatchScope[],
  dependencies: StreamDependencies,
  handlers: { readonly pods: PodHandler; readonly events: EventHandler },
): Streams {
  const pods = scopes.map((scope) => ({
    covers: scopeCovers(scope),
    stream: createPodStream({ ...dependencies, scope, handler: handlers.pods }),
  }));
  const events = scopes.map((scope) => createEventStream({ ...dependencies, scope, handler: handlers.events }));
  return {
    scopes,
    start() {
      for (const { stream } of pods) stream.start();
      for (const stream of events) stream.start();
    },
    stop: async () => {
      await Promise.all([...pods.map(({ stream }) => stream.stop()), ...events.map((stream) => stream.stop())]);
    },
    track(ref) {
      for (const { covers, stream } of pods) if (covers(ref.namespace)) stream.track(ref);
    },
    untrack(ref) {
      for (const { covers, stream } of pods) if (covers(ref.namespace)) stream.untrack(ref.uid);
    },
    statuses: () => [...pods.map(({ stream }) => stream.status()), ...events.map((stream) => stream.status())],
    podsSynced: () => pods.every(({ stream }) => stream.status().synced),
  };
}
