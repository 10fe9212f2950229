/**
 * What a stream does:
 * - `idle`: not started yet
 * - `streaming`: takes the initial list as a stream (WatchList)
 * - `listing`: takes the initial list in pages
 * - `connecting`: knows the past and asks for a watch that goes on from there
 * - `watching`: holds a watch, all of the past known
 * - `waiting`: pauses before it tries again
 * - `refused`: as waiting, but the server will not let us in until somebody changes something (401, 403, 404)
 * - `stopped`: for good
 */
export type StreamState =
  'idle' | 'streaming' | 'listing' | 'connecting' | 'watching' | 'waiting' | 'refused' | 'stopped';

/** How one stream fares, for health and metrics. Counts are since the start of the process. */
export interface StreamStatus {
  /** `pods` or `events`. */
  readonly resource: string;
  /** `*` for all. */
  readonly namespace: string;
  readonly state: StreamState;
  /** True from the first complete sync on. */
  readonly synced: boolean;
  /** Since the last event, bookmark or successful probe; absent before the first. */
  readonly lastEventAgeSeconds?: number;
  readonly lastBookmarkAgeSeconds?: number;
  /** Why it waits, while it waits or until it works again. */
  readonly lastError?: { readonly code: string; readonly message: string };
  /** Complete syncs after the first. */
  readonly relists: number;
  /** Watches that were opened. */
  readonly watches: number;
  /** Watches that ended within a second without any event. */
  readonly shortWatches: number;
  /** Watches that the server ended long before their time; often the sign of a slow reader. */
  readonly earlyEnds: number;
  /** Times that the server fell silent. */
  readonly stalls: number;
  /** Times that our place in the history had expired. */
  readonly gone: number;
  /** Times that the server's history had gone back behind ours. */
  readonly historyResets: number;
  readonly parseErrors: number;
  /** Objects of another kind or without identity. */
  readonly skipped: number;
  /** Objects handed over. */
  readonly events: number;
  /** The server's resourceVersion less ours at the last probe; absent before the first. */
  readonly rvLag?: number;
  readonly lastSyncMs?: number;
}

/** The counters of StreamStatus, to be counted up. */
export interface StreamCounts {
  relists: number;
  watches: number;
  shortWatches: number;
  earlyEnds: number;
  stalls: number;
  gone: number;
  historyResets: number;
  parseErrors: number;
  skipped: number;
  events: number;
}

export function zeroCounts(): StreamCounts {
  return {
    relists: 0,
    watches: 0,
    shortWatches: 0,
    earlyEnds: 0,
    stalls: 0,
    gone: 0,
    historyResets: 0,
    parseErrors: 0,
    skipped: 0,
    events: 0,
  };
}
