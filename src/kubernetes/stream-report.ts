import type { AppError } from '../model/errors.ts';
import { isRefusal, type Ending } from './reflector-decision.ts';
import type { StreamLog } from './reflector-settings.ts';
import { zeroCounts, type StreamCounts, type StreamState, type StreamStatus } from './stream-status.ts';

/** Keeps a stream's status and tells people once per change, not once per attempt. */
export interface StreamReport {
  readonly counts: StreamCounts;
  readonly enter: (state: StreamState) => void;
  /** Something came from the server. */
  readonly alive: () => void;
  /** An event or bookmark came: whatever was wrong is over. */
  readonly working: () => void;
  readonly bookmark: () => void;
  /** A list is silent for long. */
  readonly quiet: () => void;
  readonly probed: (rvLag: number) => void;
  readonly synced: (info: { readonly objects: number; readonly elapsedMs: number }) => void;
  readonly ended: (ending: Ending, shortWatchMs: number) => void;
  /** The server ended a watch long before its time. */
  readonly endedEarly: () => void;
  /** The server's history is behind ours. */
  readonly wentBack: () => void;
  readonly targetFailed: (error: AppError) => void;
  readonly status: () => StreamStatus;
}

/** A connection that is cut now and then is the normal life of a watch; so many failures in a row are not. */
const failuresWorthTelling = 3;
const earlyEndsWorthTelling = 5;
const earlyEndsWindowMs = 300_000;

export function createStreamReport(
  source: { readonly resource: string; readonly namespace: string },
  now: () => number,
  log: StreamLog,
): StreamReport {
  const counts = zeroCounts();
  const what = source.namespace === '*' ? source.resource : `${source.resource} in namespace ${source.namespace}`;
  let state: StreamState = 'idle';
  let synced = false;
  let lastEventMs: number | undefined;
  let lastBookmarkMs: number | undefined;
  let lastError: { readonly code: string; readonly message: string } | undefined;
  let told: { readonly code: string; readonly atMs: number } | undefined;
  let failures = 0;
  let rvLag: number | undefined;
  let lastSyncMs: number | undefined;
  let earlyEnds: number[] = [];

  const ageSeconds = (timeMs: number): number => Math.max(0, now() - timeMs) / 1000;

  function alive(): void {
    lastEventMs = now();
  }

  function working(): void {
    lastEventMs = now();
    if (failures === 0 && lastError === undefined) return;
    failures = 0;
    lastError = undefined;
    if (told === undefined) return;
    log.info(`Watching ${what} again`, { afterSeconds: Math.round(ageSeconds(told.atMs)) });
    told = undefined;
  }

  function failed(error: { readonly code: string; readonly message: string }, refused: boolean): void {
    failures += 1;
    lastError = { code: error.code, message: error.message };
    if (told?.code === error.code || (!refused && failures < failuresWorthTelling)) return;
    told = { code: error.code, atMs: told?.atMs ?? now() };
    log.warn(`Cannot watch ${what}, will keep trying: ${error.message}`, { code: error.code });
  }

  return {
    counts,
    enter: (next) => {
      state = next;
    },
    alive,
    working,
    bookmark: () => {
      lastBookmarkMs = now();
    },
    quiet: () => log.warn(`The API server is slow to begin the list of ${what}`),
    probed: (lag) => {
      rvLag = lag;
      if (lag >= 0) alive();
    },
    synced: (info) => {
      if (synced) counts.relists += 1;
      synced = true;
      state = 'watching';
      lastSyncMs = info.elapsedMs;
      working();
      log.info(`Synced ${what}`, { objects: info.objects, elapsedMs: Math.round(info.elapsedMs) });
    },
    ended: (ending, shortWatchMs) => {
      switch (ending.why) {
        case 'closed':
          if (ending.phase === 'watch' && ending.durationMs < shortWatchMs && ending.lines === 0) {
            counts.shortWatches += 1;
            failed({ code: 'API_UNAVAILABLE', message: 'the API server ends each watch at once' }, false);
          }
          return;
        case 'overdue':
        case 'history':
          return;
        case 'stalled':
          counts.stalls += 1;
          failed({ code: 'TIMEOUT', message: 'the API server fell silent' }, false);
          return;
        case 'malformed':
          counts.parseErrors += 1;
          failed({ code: 'API_MALFORMED', message: 'the watch brought something that is no event' }, false);
          return;
        case 'failed': {
          const error = ending.error;
          if (error === undefined) return;
          if (error.code === 'API_GONE') counts.gone += 1;
          failed(error, isRefusal(error));
        }
      }
    },
    endedEarly: () => {
      counts.earlyEnds += 1;
      earlyEnds = [...earlyEnds.filter((timeMs) => now() - timeMs < earlyEndsWindowMs), now()];
      if (earlyEnds.length < earlyEndsWorthTelling) return;
      earlyEnds = [];
      log.warn(`The API server ended the watch of ${what} early ${earlyEndsWorthTelling} times within 5 minutes`, {
        hint: 'it does so to slow readers and when it restarts',
      });
    },
    wentBack: () => {
      counts.historyResets += 1;
      log.warn(
        `The API server's history of ${what} went back, as after a restored backup; taking the whole list again`,
      );
    },
    targetFailed: (error) => log.warn(`Could not take in an object of ${what}: ${error.message}`, { code: error.code }),
    status: () => ({
      resource: source.resource,
      namespace: source.namespace,
      state,
      synced,
      ...(lastEventMs === undefined ? {} : { lastEventAgeSeconds: ageSeconds(lastEventMs) }),
      ...(lastBookmarkMs === undefined ? {} : { lastBookmarkAgeSeconds: ageSeconds(lastBookmarkMs) }),
      ...(lastError === undefined ? {} : { lastError }),
      ...counts,
      ...(rvLag === undefined ? {} : { rvLag }),
      ...(lastSyncMs === undefined ? {} : { lastSyncMs }),
    }),
  };
}
