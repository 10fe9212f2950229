import { AppError, toAppError, type ErrorCode } from '../model/errors.ts';
import type { Timers } from '../lib/timers.ts';
import type { LeaseApi } from './lease-api.ts';
import { createStateLease, type StateLease } from './state-lease.ts';
import { pack, spread, unpack, type StateLine } from './state-shards.ts';

/** What an earlier leader left. */
interface LoadedState {
  readonly records: readonly { readonly json: string }[];
  /** What could not be read or will not be kept, in words for the log. */
  readonly warnings: readonly AppError[];
}

/** What became of one write. */
export interface StateWritten {
  readonly records: number;
  /** Packed bytes over all Leases. */
  readonly bytes: number;
  /** Keys for which there was no room. */
  readonly dropped: readonly string[];
}

/** State that survives restarts and changes of leader without a database: annotations of Leases of our own. */
export interface StateStore {
  /**
   * Reads the state and fences it: whatever an earlier leader still tries to write afterwards is refused. To be called
   * once at the beginning of each term. Reads until it succeeds or leadership is gone; never rejects; what is damaged or
   * forbidden is a warning.
   */
  load(): Promise<LoadedState>;
  /** Has the newest records written: soon, at most once a second, and only what changed. `snapshot` is called then. */
  save(snapshot: () => readonly StateLine[]): void;
  /**
   * Writes what waits to be written. Resolves to false when that may still succeed later; what can never be kept (no
   * permission, no room) does not hold anybody up. Never rejects.
   */
  flush(): Promise<boolean>;
  /** The highest term that ever wrote, plus one: for a leadership Lease that is created anew. 0 when nothing is there. */
  nextTerm(): Promise<number>;
}

export interface StateStoreParts {
  readonly api: LeaseApi;
  readonly namespace: string;
  /** Unique for this process start, as in the leadership Lease. */
  readonly identity: string;
  /** Leadership, asked right before every write, and leaseTransitions of its Lease. */
  readonly isLeader: () => boolean;
  readonly transitions: () => number;
  readonly now: () => number;
  readonly timers: Timers;
  readonly onWritten?: (written: StateWritten) => void;
  /** A write failed: it is tried again, except for LEASE_LOST. */
  readonly onError: (error: AppError) => void;
  /** Default `podmedic-state-`. */
  readonly prefix?: string;
}

/** Leases over which the state is spread, named by prefix and number; the chart creates as many. */
const stateLeaseCount = 4;
const shortestPauseMs = 1000;
const longestPauseMs = 30_000;
const readAgainMs = 500;
/** An API server that has just started forbids everything for a few seconds, until it has read the roles. */
const forbiddenReads = 10;
/** A state that cannot be kept at all must not keep people from hearing of anything. */
const hopeless: ReadonlySet<ErrorCode> = new Set(['API_FORBIDDEN', 'API_NOT_FOUND', 'API_REJECTED', 'STATE_FULL']);

export function createStateStore(parts: StateStoreParts): StateStore {
  const { identity, timers, now } = parts;
  const prefix = parts.prefix ?? 'podmedic-state-';
  const leases = Array.from({ length: stateLeaseCount }, (_, index) =>
    createStateLease(parts.api, parts.namespace, `${prefix}${index}`),
  );
  /** What each Lease holds, so that only changes are written; undefined: unknown. */
  const held = new Map<StateLease, string>();
  let term = 0;
  let waiting: (() => readonly StateLine[]) | undefined;
  let writing: Promise<void> | undefined;
  let cancelTimer: (() => void) | undefined;
  let lastWriteMs = -Infinity;
  let failures = 0;
  let lastFailure: ErrorCode | undefined;
  let loads = 0;

  /** Reads every Lease and the terms in which they were written; what cannot be read is a warning. */
  async function readAll(warnings: AppError[]): Promise<StateLease[]> {
    const readable: StateLease[] = [];
    for (const lease of leases) {
      try {
        await lease.read();
        readable.push(lease);
      } catch (thrown) {
        warnings.push(toAppError(thrown));
      }
    }
    return readable;
  }

  /**
   * Reads until an answer came for every Lease: who begins without what was told tells all of it again. Given up when
   * leadership is gone, or when another load has begun.
   */
  async function readForTerm(
    turn: number,
  ): Promise<{ readonly readable: StateLease[]; readonly warnings: AppError[] }> {
    for (let reads = 1; ; reads += 1) {
      const warnings: AppError[] = [];
      const readable = await readAll(warnings);
      const passes = warnings.some(
        ({ code }) => !hopeless.has(code) || (code === 'API_FORBIDDEN' && reads < forbiddenReads),
      );
      if (!passes || !parts.isLeader() || turn !== loads) return { readable, warnings };
      if (reads === 1) for (const warning of warnings) parts.onError(warning);
      await new Promise<void>((resolve) => timers.after(readAgainMs, resolve));
    }
  }

  /** The term to write in: that of the leadership Lease, or beyond the state's own where that Lease was made anew. */
  function termNow(): number {
    const seen = leases.map((lease) => lease.fence()).filter((fence) => fence !== undefined);
    const others = seen.filter(({ writer }) => writer !== identity).map(({ term: theirs }) => theirs + 1);
    return Math.max(parts.transitions(), ...others);
  }

  async function claimOne(lease: StateLease, warnings: AppError[]): Promise<string[]> {
    try {
      if (!parts.isLeader()) throw new AppError('LEASE_LOST', 'no longer the leader: the state was not taken over');
      await lease.claim({ term, writer: identity });
    } catch (thrown) {
      warnings.push(toAppError(thrown));
    }
    try {
      const payload = lease.payload();
      return payload === undefined ? [] : await unpack(payload);
    } catch (thrown) {
      const why = toAppError(thrown).message;
      warnings.push(new AppError('STATE_UNREADABLE', `${lease.name} is damaged and was left out: ${why}`));
      return [];
    }
  }

  async function writeAll(snapshot: () => readonly StateLine[]): Promise<void> {
    const lines = snapshot();
    const shards = spread(lines, leases.length);
    const dropped: string[] = [];
    let bytes = 0;
    for (const [index, lease] of leases.entries()) {
      const shard = await pack(shards[index] ?? []);
      dropped.push(...shard.dropped);
      bytes += shard.packed.length;
      if (held.get(lease) === shard.plain) continue;
      if (!parts.isLeader()) throw new AppError('LEASE_LOST', 'no longer the leader: the state was not written');
      held.delete(lease);
      await lease.write(shard.packed, { term, writer: identity });
      held.set(lease, shard.plain);
    }
    parts.onWritten?.({ records: lines.length - dropped.length, bytes, dropped });
  }

  function stopTimer(): void {
    cancelTimer?.();
    cancelTimer = undefined;
  }

  function plan(): void {
    if (writing || cancelTimer || !waiting) return;
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.max(0, failures - 1));
    const delayMs = Math.max(0, lastWriteMs + pauseMs - now());
    // A clock that was set back must not hold up a write.
    cancelTimer = timers.after(Math.min(delayMs, pauseMs), () => {
      cancelTimer = undefined;
      void write();
    });
  }

  async function write(): Promise<void> {
    const snapshot = waiting;
    if (!snapshot) return;
    waiting = undefined;
    lastWriteMs = now();
    writing = attempt(snapshot, loads);
    await writing;
    writing = undefined;
    plan();
  }

  async function attempt(snapshot: () => readonly StateLine[], turn: number): Promise<void> {
    try {
      await writeAll(snapshot);
      failures = 0;
      lastFailure = undefined;
    } catch (thrown) {
      const error = toAppError(thrown);
      parts.onError(error);
      failures += 1;
      lastFailure = error.code;
      // What an earlier leadership had to say must not be written over what another leader wrote since.
      if (error.code !== 'LEASE_LOST' && turn === loads) waiting ??= snapshot;
    }
  }

  return {
    load: async () => {
      const turn = (loads += 1);
      stopTimer();
      waiting = undefined;
      await writing;
      held.clear();
      failures = 0;
      const { readable, warnings } = await readForTerm(turn);
      term = termNow();
      const records = await Promise.all(readable.map((lease) => claimOne(lease, warnings)));
      return { records: records.flat().map((json) => ({ json })), warnings };
    },
    save: (snapshot) => {
      waiting = snapshot;
      plan();
    },
    flush: async () => {
      stopTimer();
      await writing;
      // A write that failed planned its next try; the last one is made now.
      stopTimer();
      await write();
      return lastFailure === undefined || hopeless.has(lastFailure);
    },
    nextTerm: async () => {
      await readAll([]);
      const terms = leases.flatMap((lease) => lease.fence()?.term ?? []);
      return terms.length === 0 ? 0 : Math.max(...terms) + 1;
    },
  };
}
