import { AppError } from '../model/errors.ts';
import type { StateStore } from '../kubernetes/state-leases.ts';
import type { Timers } from '../lib/timers.ts';
import type { StateRecord } from '../track/state-record.ts';
import type { Transition, Tracker } from '../track/tracker.ts';
import type { IncidentDesk } from './incident-desk.ts';
import type { Observer } from './observer.ts';

/** What the monitor needs of the rest. */
export interface MonitorParts {
  readonly createTracker: () => Tracker;
  readonly observer: Observer;
  readonly desk: () => IncidentDesk;
  /** Where the tracker's state is kept over restarts and changes of leader. */
  readonly state: Pick<StateStore, 'load' | 'save'> | undefined;
  /** Other lines that are kept with the tracker's, and who takes them over again (true: it was one of them). */
  readonly otherLines: () => StateRecord | undefined;
  readonly takeOtherLine: (json: string) => boolean;
  /** Whether this replica may act now; asked before every step. */
  readonly canAct: () => boolean;
  readonly onTransition: (transition: Transition) => void;
  readonly onError: (error: unknown) => void;
  /** The tracker's clock, ms since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
}

/** Runs the tracker while this replica leads: feeds it, wakes it in time, and hands on what happened. */
export interface Monitor {
  /** Starts leading: takes over the kept state, then observes everything that is known. */
  begin(): Promise<void>;
  /** Stops leading at once; what is kept in the tables stays warm. */
  end(): void;
  tracker(): Tracker | undefined;
  /** Resolves when everything that was known at the beginning of this leadership was observed. */
  whenTakenOver(): Promise<void>;
  /** A stream has all pods of these namespaces (all of them when undefined). */
  synced(namespaces: readonly string[] | undefined): void;
  /** Takes what is due and plans the next look. */
  pump(): void;
  /** Something that must be kept has changed. */
  changed(): void;
}

/** A look is taken at least this often, so that a clock that jumped does not strand a timer. */
const longestSleepMs = 60_000;
/** While incidents are open, for what must be read of their owners: nothing says when that is due. */
const followingSleepMs = 5_000;

/** Creates a monitor that does not lead yet. */
export function createMonitor(parts: MonitorParts): Monitor {
  const { now, timers, observer } = parts;
  let tracker: Tracker | undefined;
  let cancelWake: (() => void) | undefined;
  let turns = 0;
  /** What the streams have told so far, for a tracker that comes later. */
  let syncedAll = false;
  const syncedNamespaces = new Set<string>();
  let takenOver: Promise<void> = Promise.resolve();

  function pump(): void {
    cancelWake?.();
    cancelWake = undefined;
    if (tracker === undefined || !parts.canAct()) return;
    const transitions = tracker.tick(now());
    for (const transition of transitions) {
      parts.onTransition(transition);
      parts.desk().take(transition);
    }
    observer.followUp();
    if (transitions.length > 0) save();
    const wakeAtMs = tracker.nextWakeAtMs();
    const delayMs = wakeAtMs === undefined ? longestSleepMs : Math.max(1, wakeAtMs - now());
    const sleepMs = tracker.followed().length > 0 ? followingSleepMs : longestSleepMs;
    cancelWake = timers.after(Math.min(delayMs, sleepMs), pump);
  }

  function save(): void {
    const leading = tracker;
    if (leading === undefined) return;
    parts.state?.save(() => {
      const other = parts.otherLines();
      return other === undefined ? leading.snapshot() : [...leading.snapshot(), other];
    });
  }

  async function tellSynced(namespaces: readonly string[] | undefined): Promise<void> {
    await observer.settled();
    const leading = tracker;
    if (leading === undefined) return;
    leading.synced(namespaces, now());
    pump();
  }

  return {
    async begin() {
      const turn = (turns += 1);
      const fresh = parts.createTracker();
      const kept = await parts.state?.load();
      // Leadership may have gone, and even come back, while the state was read.
      if (!parts.canAct() || turn !== turns) return;
      for (const warning of kept?.warnings ?? []) parts.onError(warning);
      const records = (kept?.records ?? []).filter(({ json }) => !parts.takeOtherLine(json));
      const unreadable = fresh.restore(records, now());
      if (unreadable > 0)
        parts.onError(new AppError('STATE_UNREADABLE', `${unreadable} kept records could not be read`));
      tracker = fresh;
      observer.observeAll();
      observer.followUp();
      if (syncedAll) takenOver = tellSynced(undefined);
      else if (syncedNamespaces.size > 0) takenOver = tellSynced([...syncedNamespaces]);
      await takenOver;
      pump();
    },
    end() {
      turns += 1;
      tracker = undefined;
      cancelWake?.();
      cancelWake = undefined;
    },
    tracker: () => tracker,
    whenTakenOver: () => takenOver,
    synced(namespaces) {
      if (namespaces === undefined) syncedAll = true;
      else for (const namespace of namespaces) syncedNamespaces.add(namespace);
      tellSynced(namespaces).catch(parts.onError);
    },
    pump,
    changed() {
      save();
      pump();
    },
  };
}
