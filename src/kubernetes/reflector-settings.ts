import type { Timers } from '../lib/timers.ts';
import type { ApiClient } from './api-client.ts';

/** Numbers of a stream; the defaults suit a real cluster. */
export interface StreamSettings {
  /** Objects per page of the fallback list; client-go's pager uses 500 (tools/pager/pager.go). */
  readonly pageSize: number;
  /** A watch lives this long at least and twice as long at most, drawn anew each time (client-go reflector.go: 5–10 min). */
  readonly minWatchMs: number;
  /** Silence after which a watch is dead; the server sends a bookmark about every 60 s. */
  readonly stallMs: number;
  /** Silence after which a streamed initial list is given up for a paged one. */
  readonly syncStallMs: number;
  /** Silence during a sync that is worth a warning (client-go reflector.go: 10 s). */
  readonly syncWarnMs: number;
  /** A watch that ends sooner, without an event, is "very short" (client-go reflector.go). */
  readonly shortWatchMs: number;
  /** Without progress of the resourceVersion for so long, the server is asked for its own. */
  readonly progressMs: number;
  /** … and so often in any case. */
  readonly probeEveryMs: number;
  /** How long a server that refused to stream the initial list is not asked again. */
  readonly pagedForMs: number;
  /** Delay between attempts while the server refuses us (401, 403, 404). */
  readonly refusedMs: number;
  /** A longer line is no object: etcd takes at most 1.5 MiB of protobuf for one, and JSON is a few times that. */
  readonly maxLineBytes: number;
  /** Bytes parsed in one turn of the event loop; JSON.parse takes about 5 ms for 1 MiB. */
  readonly sliceBytes: number;
  /** Delays between failed attempts (client-go reflector.go: 800 ms, doubled, reset after 2 min), 30 s at most. */
  readonly backoffBaseMs: number;
  readonly backoffCapMs: number;
  readonly backoffResetMs: number;
  /** A watch that was open for so long has worked: what comes after it begins with the shortest delay again. */
  readonly provenMs: number;
  /** The first retry comes fast: a server under load keeps only about 75 s of history. */
  readonly firstRetryMs: number;
}

export const defaultStreamSettings: StreamSettings = {
  pageSize: 500,
  minWatchMs: 300_000,
  stallMs: 90_000,
  syncStallMs: 60_000,
  syncWarnMs: 10_000,
  shortWatchMs: 1_000,
  progressMs: 180_000,
  probeEveryMs: 600_000,
  pagedForMs: 3_600_000,
  refusedMs: 30_000,
  maxLineBytes: 16 * 1024 * 1024,
  sliceBytes: 512 * 1024,
  backoffBaseMs: 800,
  backoffCapMs: 15_000,
  backoffResetMs: 120_000,
  provenMs: 5_000,
  firstRetryMs: 500,
};

/** Where a stream tells people about changes of its state. */
export interface StreamLog {
  readonly info: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly warn: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
}

/** What every stream is given. */
export interface StreamDependencies {
  readonly client: ApiClient;
  /** Clock in ms, steady or wall: only differences are used. */
  readonly now: () => number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly log: StreamLog;
  readonly timers?: Timers;
  readonly settings?: Partial<StreamSettings>;
}
