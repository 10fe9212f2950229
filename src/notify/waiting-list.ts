import type { Alert, AlertType } from '../model/alert.ts';
import { coalesce } from './coalesce.ts';
import type { Outbox } from './outbox.ts';
import { victimIndex } from './queue-policy.ts';
import type { MessageForm } from './sink.ts';

/** A message that waits for one destination. */
export interface Waiting {
  readonly alert: Alert;
  /** Types of all alerts that this message stands for. */
  readonly covers: readonly AlertType[];
  readonly form: MessageForm;
  /** How often it was refused in every form. */
  readonly refusals: number;
  /** Not before this time, ms since the epoch. */
  readonly dueAtMs: number;
  /** Its name in the outbox. */
  readonly file: string | undefined;
  /** Came from disk or waited behind the gate: the state must confirm that it is still untold. */
  readonly doubtful: boolean;
}

/** The unsent messages of one destination, in order, at most one per id, mirrored in the outbox. */
export interface WaitingList {
  readonly size: number;
  /** Appends an alert, or merges it with the unsent one of its id. */
  add(alert: Alert, dueAtMs: number): void;
  /** Puts a message that failed back to the front, merged with what came meanwhile. */
  putBack(waiting: Waiting): void;
  /** The first message that is due; `undefined` when none is. */
  firstDue(nowMs: number): Waiting | undefined;
  nextDueAtMs(): number | undefined;
  /** When that happened which the oldest message tells. */
  oldestAtMs(): number | undefined;
  /** Takes a message out of the list, its file stays. */
  take(waiting: Waiting): void;
  /** The message is told or given up: its file goes, too. */
  forget(waiting: Waiting): void;
  withdraw(id: string): Waiting | undefined;
  /** Marks all as doubtful and reads from the outbox what is not in memory. `taken` is the one in flight. */
  reread(taken: Waiting | undefined): void;
}

export interface WaitingListParts {
  readonly sink: string;
  readonly outbox: Outbox | undefined;
  readonly maxQueued: number;
  /** Hears of each message that is given up unsent. */
  readonly onDropped: (waiting: Waiting, why: string) => void;
}

export function createWaitingList(parts: WaitingListParts): WaitingList {
  let list: readonly Waiting[] = [];

  const stored = (waiting: Waiting): Waiting => {
    const { alert, covers } = waiting;
    const file = parts.outbox?.put({ sink: parts.sink, alert, covers }, waiting.file);
    return { ...waiting, file: file ?? waiting.file };
  };
  const forget = (waiting: Waiting): void => {
    list = list.filter((one) => one !== waiting);
    if (waiting.file !== undefined) parts.outbox?.remove(waiting.file);
  };
  const drop = (waiting: Waiting, why: string): void => {
    forget(waiting);
    parts.onDropped(waiting, why);
  };
  /** Two unsent messages of one id become one in the older one's place, or none. */
  const merge = (
    older: Waiting,
    newer: Pick<Waiting, 'alert' | 'covers' | 'dueAtMs' | 'file'>,
  ): Waiting | undefined => {
    const alert = coalesce(older.alert, newer.alert);
    const covers = [...new Set([...older.covers, ...newer.covers])];
    if (newer.file !== undefined && newer.file !== older.file) parts.outbox?.remove(newer.file);
    if (alert === undefined) {
      drop({ ...older, covers }, 'over before it was sent');
      return undefined;
    }
    const dueAtMs = Math.min(older.dueAtMs, newer.dueAtMs);
    return stored({ ...older, alert, covers, dueAtMs, form: 'full' });
  };

  const putBack = (waiting: Waiting): void => {
    const newer = list.find((one) => one.alert.id === waiting.alert.id);
    list = list.filter((one) => one !== newer);
    const one = newer === undefined ? waiting : merge(waiting, newer);
    if (one !== undefined) list = [one, ...list];
  };

  return {
    get size() {
      return list.length;
    },
    add: (alert, dueAtMs) => {
      const older = list.find((one) => one.alert.id === alert.id);
      if (older !== undefined) {
        const one = merge(older, { alert, covers: [alert.type], dueAtMs, file: undefined });
        list = list.flatMap((waiting) => (waiting === older ? (one ?? []) : waiting));
        return;
      }
      list = [
        ...list,
        stored({ alert, covers: [alert.type], form: 'full', refusals: 0, dueAtMs, file: undefined, doubtful: false }),
      ];
      while (list.length > parts.maxQueued) {
        const victim = list[victimIndex(list.map((one) => one.alert))];
        if (victim === undefined) break;
        drop(victim, 'the queue is full');
      }
    },
    putBack,
    firstDue: (nowMs) => list.find((one) => one.dueAtMs <= nowMs),
    nextDueAtMs: () => (list.length === 0 ? undefined : Math.min(...list.map((one) => one.dueAtMs))),
    oldestAtMs: () => (list.length === 0 ? undefined : Math.min(...list.map((one) => one.alert.atMs))),
    take: (waiting) => {
      list = list.filter((one) => one !== waiting);
    },
    forget,
    withdraw: (id) => {
      const found = list.find((one) => one.alert.id === id);
      if (found !== undefined) drop(found, 'told in another message');
      return found;
    },
    reread: (taken) => {
      list = list.map((one) => ({ ...one, doubtful: true }));
      const known = new Set([taken, ...list].map((one) => one?.file));
      const fromDisk = (parts.outbox?.list() ?? []).filter(
        ({ name, stored: kept }) => kept.sink === parts.sink && !known.has(name),
      );
      for (const { name, stored: kept } of fromDisk.toReversed()) {
        const { alert, covers } = kept;
        putBack({ alert, covers, form: 'full', refusals: 0, dueAtMs: 0, file: name, doubtful: true });
      }
    },
  };
}
