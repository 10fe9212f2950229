import { createApiClient } from '../../src/kubernetes/api-client.ts';
import { createPodStream, type PodStream } from '../../src/kubernetes/pod-stream.ts';
import type { StreamSettings } from '../../src/kubernetes/reflector-settings.ts';
import type { WatchScope } from '../../src/kubernetes/watch-scope.ts';
import type { PodRecord, PodRef } from '../../src/model/pod-record.ts';
import { createManualClock, until, type ManualClock } from './manual-clock.ts';
import { watchLine } from './kube-json.ts';
import { startScriptedApiServer, type Exchange, type ScriptedApiServer } from './scripted-api-server.ts';

/** A pod stream against a scripted server, with everything written down that it told. */
export interface FollowedPods {
  readonly server: ScriptedApiServer;
  readonly clock: ManualClock;
  readonly stream: PodStream;
  /** `+name` upsert, `+name!` initial upsert, `-name` seen removal, `-name?` removal that was not seen. */
  readonly told: string[];
  readonly records: PodRecord[];
  readonly removed: { readonly ref: PodRef; readonly last: PodRecord | undefined }[];
  readonly syncs: { readonly scope: string; readonly pods: number }[];
  readonly progress: number[];
  readonly warnings: string[];
  readonly infos: string[];
  /** Names of pods that the handler tracks; all when absent. */
  trackOnly: Set<string> | undefined;
  /** Thrown by the handler for a pod of this name. */
  failOn: string | undefined;
  /** Answers the first list by a stream with these pods, up to the mark; returns the watch that goes on. */
  readonly syncWith: (version: string, ...pods: readonly unknown[]) => Promise<Exchange>;
  /** Sends a bookmark and waits until it, and so everything sent before it, was taken in. */
  readonly bookmark: (watch: Exchange, version: string) => Promise<void>;
  /** Waits until the stream pauses, then lets the pause pass. */
  readonly passPause: (ms?: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function followPods(
  options: { readonly scope?: WatchScope; readonly settings?: Partial<StreamSettings>; readonly start?: boolean } = {},
): Promise<FollowedPods> {
  const server = await startScriptedApiServer();
  const clock = createManualClock();
  const client = createApiClient(server.connection);
  const told: string[] = [];
  const records: PodRecord[] = [];
  const removed: FollowedPods['removed'] = [];
  const syncs: FollowedPods['syncs'] = [];
  const progress: number[] = [];
  const warnings: string[] = [];
  const infos: string[] = [];
  const stream = createPodStream({
    client,
    scope: options.scope ?? { kind: 'namespace', namespace: 'shop' },
    handler: {
      upsert: (record, { initial }) => {
        if (record.name === followed.failOn) throw new Error(`cannot take ${record.name}`);
        told.push(`+${record.name}${initial ? '!' : ''}`);
        records.push(record);
        return followed.trackOnly?.has(record.name) ?? true;
      },
      remove: (ref, { finalStateUnknown, last }) => {
        told.push(`-${ref.name}${finalStateUnknown ? '?' : ''}`);
        removed.push({ ref, last });
      },
      synced: (scope, { pods }) => void syncs.push({ scope, pods }),
      progress: (_, pods) => void progress.push(pods),
    },
    now: clock.now,
    timers: clock.timers,
    random: () => 0.5,
    log: { info: (message) => void infos.push(message), warn: (message) => void warnings.push(message) },
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  });
  const followed: FollowedPods = {
    server,
    clock,
    stream,
    told,
    records,
    removed,
    syncs,
    progress,
    warnings,
    infos,
    trackOnly: undefined,
    failOn: undefined,
    syncWith: async (version, ...pods) => {
      const before = syncs.length;
      const watch = await server.request();
      watch.lines(...pods.map(watchLine.added), watchLine.end(version));
      await until('the list is complete', () => syncs.length > before);
      return watch;
    },
    bookmark: async (watch, version) => {
      clock.advance(1);
      watch.lines(watchLine.bookmark(version));
      await until('the bookmark came', () => stream.status().lastBookmarkAgeSeconds === 0);
    },
    passPause: async (ms = 2_000) => {
      await until('the stream pauses', () => ['waiting', 'refused'].includes(stream.status().state));
      clock.advance(ms);
    },
    close: async () => {
      await stream.stop();
      await client.close();
      await server.close();
    },
  };
  if (options.start !== false) stream.start();
  return followed;
}
