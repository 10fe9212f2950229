/**
 * One resource of one scope, followed for ever. States and the ways between them (StreamState says what each means):
 *
 *   idle ──start──► streaming ──list complete──► watching ──ended──► connecting ──headers──► watching
 *                    │     ▲                        │
 *   the server cannot│     └──resourceVersion lost──┘  (410, history went back, an event that cannot be read)
 *   stream a list    ▼
 *                 listing ──last page──► connecting
 *
 *   any of them ──error──► waiting or refused ──delay──► where it was
 *   any of them ──stop()──► stopped
 *
 * `resourceVersion` undefined means that the list is to be taken, otherwise it is where the watch goes on. There is one
 * request of the loop at a time, all in one async function: nothing of an old connection can arrive after its end.
 */
import { createBackoff } from '../lib/backoff.ts';
import { createPause } from '../lib/pause.ts';
import { systemTimers } from '../lib/timers.ts';
import { toAppError } from '../model/errors.ts';
import type { KubeObject } from '../model/kube-objects.ts';
import { createHistoryProbe } from './history-probe.ts';
import { listInPages } from './paged-list.ts';
import { decide, type Decision, type Ending } from './reflector-decision.ts';
import { defaultStreamSettings, type StreamDependencies } from './reflector-settings.ts';
import { createStreamReport } from './stream-report.ts';
import type { ReflectorSource, ReflectorTarget } from './reflector-target.ts';
import type { StreamStatus } from './stream-status.ts';
import { openWatchSession, type SessionEnd, type WatchSession } from './watch-session.ts';

export interface Reflector {
  readonly start: () => void;
  /** Resolves when nothing more will be handed over and no connection is open. */
  readonly stop: () => Promise<void>;
  readonly status: () => StreamStatus;
  /** A list is under way. */
  readonly syncing: () => boolean;
}

const progressEveryMs = 1_000;
const initialEventsEnd = 'k8s.io/initial-events-end';

export function createReflector(
  dependencies: StreamDependencies,
  source: ReflectorSource,
  target: ReflectorTarget,
): Reflector {
  const { client, now, random, log } = dependencies;
  const timers = dependencies.timers ?? systemTimers;
  const settings = { ...defaultStreamSettings, ...dependencies.settings };
  const report = createStreamReport(source, now, log);
  const backoff = createBackoff({
    firstMs: settings.firstRetryMs,
    baseMs: settings.backoffBaseMs,
    factor: 2,
    capMs: settings.backoffCapMs,
    resetAfterMs: settings.backoffResetMs,
    now,
    random,
  });
  const stopping = new AbortController();
  let loop: Promise<void> | undefined;
  let session: WatchSession | undefined;
  const pause = createPause(timers);

  let resourceVersion: string | undefined;
  let pagedUntilMs = -Infinity;
  let sync: { objects: number; plainBookmarks: number; toldAtMs: number; readonly startedAtMs: number } | undefined;
  let repeated = { key: '', count: 0 };
  let listedAtMs = -Infinity;

  const probe = createHistoryProbe({
    client,
    path: source.path,
    now,
    timers,
    settings,
    signal: stopping.signal,
    position: () => resourceVersion,
    watching: () => session !== undefined && sync === undefined,
    onAnswer: report.probed,
    onBehind: () => session?.cut('history'),
  });

  const stopped = (): boolean => stopping.signal.aborted;

  async function run(): Promise<void> {
    while (!stopped()) {
      const ending = resourceVersion === undefined ? await takeList() : await watch();
      if (ending !== undefined && !stopped()) await recover(ending);
    }
  }

  function takeList(): Promise<Ending | undefined> {
    sync = { objects: 0, plainBookmarks: 0, toldAtMs: now(), startedAtMs: now() };
    guarded(() => target.beginSync());
    return now() < pagedUntilMs ? takePages() : watch();
  }

  async function takePages(): Promise<Ending | undefined> {
    report.enter('listing');
    const startedAtMs = now();
    try {
      const version = await listInPages({
        client,
        path: source.path,
        fieldSelector: source.fieldSelector,
        pageSize: settings.pageSize,
        signal: stopping.signal,
        onItem: (item) => deliver(item, true),
        sliceBytes: settings.sliceBytes,
        yieldTurn: async () => {
          report.alive();
          await timers.yieldTurn();
          return !stopped();
        },
        pause: async (error) => {
          await pause.wait(Math.max(backoff.next(), error.retryAfterMs ?? 0));
          return !stopped();
        },
      });
      if (version !== undefined && !stopped()) completeSync(version);
      return undefined;
    } catch (thrown) {
      const error = toAppError(thrown);
      return ending({ why: 'failed', error, lines: 0, durationMs: now() - startedAtMs }, 'sync', 'pages');
    }
  }

  /** Opens a watch; while no resourceVersion is known, one that begins with the list. */
  async function watch(): Promise<Ending | undefined> {
    report.enter(sync === undefined ? 'connecting' : 'streaming');
    report.counts.watches += 1;
    const lifeMs = settings.minWatchMs * (1 + random());
    let openedAtMs = Infinity;
    session = openWatchSession({
      client,
      request: {
        path: source.path,
        query: {
          watch: true,
          allowWatchBookmarks: true,
          timeoutSeconds: Math.ceil(lifeMs / 1000),
          fieldSelector: source.fieldSelector,
          ...(resourceVersion === undefined
            ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' }
            : { resourceVersion }),
        },
      },
      now,
      timers,
      maxLineBytes: settings.maxLineBytes,
      sliceBytes: settings.sliceBytes,
      lifeMs: lifeMs + 5_000,
      stallMs: () => (sync === undefined ? settings.stallMs : settings.syncStallMs),
      quiet: {
        afterMs: settings.syncWarnMs,
        tell: () => {
          if (sync !== undefined) report.quiet();
        },
      },
      onOpen: () => {
        openedAtMs = now();
        if (sync === undefined) report.enter('watching');
      },
      onEvent,
    });
    const end = await session.done;
    session = undefined;
    if (end.why === 'stopped') return undefined;
    // Failures before a watch that worked say nothing about what has ended it.
    if (end.why !== 'stalled' && now() - openedAtMs >= settings.provenMs) backoff.reset();
    if (end.why === 'closed' && sync === undefined && end.durationMs < lifeMs - 10_000) report.endedEarly();
    return ending({ ...end, why: end.why }, sync === undefined ? 'watch' : 'sync', 'stream');
  }

  function onEvent(type: string, object: KubeObject): void {
    report.working();
    const version = object.metadata?.resourceVersion;
    if (type === 'BOOKMARK') {
      if (version === undefined || version === '') return;
      report.bookmark();
      if (sync === undefined) moveTo(version);
      else if (object.metadata?.annotations?.[initialEventsEnd] === 'true') completeSync(version);
      // A server that took our request for a plain watch sends bookmarks, but never the mark.
      else if ((sync.plainBookmarks += 1) >= 2) session?.cut('stalled');
      return;
    }
    if (!['ADDED', 'MODIFIED', 'DELETED'].includes(type) || object.kind !== source.kind) {
      report.counts.skipped += 1;
      return;
    }
    if (type === 'DELETED') {
      report.counts.events += 1;
      guarded(() => target.remove(object));
    } else deliver(object, sync !== undefined);
    // The list's objects come in no order of their versions; only its end mark tells where the watch stands.
    if (sync === undefined && version !== undefined && version !== '') moveTo(version);
  }

  function deliver(object: KubeObject, initial: boolean): void {
    report.counts.events += 1;
    guarded(() => {
      if (!target.upsert(object, initial)) report.counts.skipped += 1;
    });
    if (sync === undefined) return;
    sync.objects += 1;
    if (sync.objects % 256 === 0 && now() - sync.toldAtMs >= progressEveryMs) {
      sync.toldAtMs = now();
      const objects = sync.objects;
      guarded(() => target.progress?.(objects));
    }
  }

  function moveTo(version: string): void {
    if (version === resourceVersion) return;
    resourceVersion = version;
    probe.progressed();
  }

  function completeSync(version: string): void {
    if (sync === undefined) return;
    const info = { objects: sync.objects, elapsedMs: now() - sync.startedAtMs };
    sync = undefined;
    listedAtMs = now();
    moveTo(version);
    report.synced(info);
    guarded(() => target.endSync(info));
  }

  /** A fault of the taker must not end the stream, nor make it bring the same object for ever. */
  function guarded(call: () => void): void {
    try {
      call();
    } catch (thrown) {
      report.targetFailed(toAppError(thrown));
    }
  }

  function ending(
    end: Omit<SessionEnd, 'why'> & { readonly why: Ending['why'] },
    phase: Ending['phase'],
    transport: Ending['transport'],
  ): Ending {
    const key = `${phase} ${transport} ${end.why} ${end.error?.code ?? ''} ${resourceVersion ?? ''}`;
    repeated = { key, count: repeated.key === key ? repeated.count + 1 : 1 };
    return { ...end, phase, transport, repeats: repeated.count, sinceListMs: now() - listedAtMs };
  }

  async function recover(ended: Ending): Promise<void> {
    const decision = decide(ended, settings.shortWatchMs);
    report.ended(ended, settings.shortWatchMs);
    // A server restored from a backup accepts a watch from its future and stays silent: ask before watching on.
    if (ended.why === 'stalled' && decision.next === 'resume' && (await probe.ask()) === 'behind') {
      report.wentBack();
      resourceVersion = undefined;
      return;
    }
    if (ended.why === 'history') report.wentBack();
    if (decision.next !== 'resume') resourceVersion = undefined;
    if (decision.next === 'paged') pagedUntilMs = now() + settings.pagedForMs;
    const delayMs = delayOf(decision);
    if (delayMs === 0) return;
    report.enter(decision.delay === 'slow' ? 'refused' : 'waiting');
    await pause.wait(delayMs);
  }

  function delayOf(decision: Decision): number {
    const asked = decision.atLeastMs ?? 0;
    if (decision.delay === 'none') return asked;
    if (decision.delay === 'slow') return Math.max(asked, settings.refusedMs * (1 + random()));
    const own = backoff.next();
    // A server that names a time (1 s while it starts) should not be left alone for much longer than that.
    return asked === 0 ? own : Math.max(asked, Math.min(own, 4 * asked));
  }

  return {
    start: () => {
      if (loop !== undefined || stopped()) return;
      probe.start();
      loop = run();
    },
    stop: async () => {
      stopping.abort();
      probe.stop();
      session?.cut('stopped');
      pause.end();
      await loop;
      report.enter('stopped');
    },
    status: report.status,
    syncing: () => sync !== undefined,
  };
}
