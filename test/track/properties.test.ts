import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Failure } from '../../src/model/failure.ts';
import type { Observation, OwnerFacts, PodSummary } from '../../src/track/observation.ts';
import { defaultTrackSettings } from '../../src/track/track-settings.ts';
import { createTracker, type Tracker, type Transition } from '../../src/track/tracker.ts';
import { failure, hour, minute, second, startMs } from './world.ts';

/** What may happen to one of three pods of one of four workloads, some time after the step before. */
interface Step {
  readonly afterMs: number;
  readonly workload: number;
  readonly pod: number;
  readonly action: (typeof actions)[number];
}

const actions = [
  'crash',
  'oom',
  'pull',
  'missing',
  'not ready',
  'evicted',
  'heal',
  'heal',
  'heal all',
  'gone',
  'leaving',
  'scale to 0',
  'scale to 1',
  'owner gone',
  'owner back',
  'ignore',
  'heed',
] as const;

const kinds: readonly string[] = ['Deployment', 'StatefulSet', 'Deployment', 'Pod'];

const steps = fc.array(
  fc.record({
    afterMs: fc.oneof(
      fc.constantFrom(
        0,
        1,
        second,
        9_999,
        10 * second,
        11 * second,
        minute,
        2 * minute,
        5 * minute,
        6 * minute,
        29 * minute,
      ),
      fc.integer({ min: 0, max: 40 * minute }),
    ),
    workload: fc.integer({ min: 0, max: 3 }),
    pod: fc.integer({ min: 0, max: 2 }),
    action: fc.constantFrom(...actions),
  }),
  { minLength: 1, maxLength: 40 },
);

/** What is true, kept apart from the tracker. */
class Truth {
  readonly pods = new Map<
    string,
    { readonly workload: number; readonly pod: PodSummary; readonly failures: readonly Failure[] }
  >();
  readonly owners: OwnerFacts[] = kinds.map((kind, index) => ({
    workload: { kind, name: `w${index}`, namespace: 'shop' },
    readable: index !== 2,
    exists: true,
    ignored: false,
    ...(kind === 'Pod' || index === 2 ? {} : { wanted: 1 }),
  }));
  #facts = 0;

  /** Applies a step; returns what an observer would report of it. */
  apply(step: Step, atMs: number): Observation[] {
    const { workload, action } = step;
    const name = `w${workload}-${kinds[workload] === 'Pod' ? 0 : step.pod}`;
    const owner = this.owners[workload];
    if (owner === undefined) return [];
    const set = (pod: string, failures: readonly Failure[], more: Partial<PodSummary> = {}): void => {
      const before = this.pods.get(pod)?.pod;
      const ready = failures.every(({ fact }) => fact) && more.leaving !== true && more.finished !== true;
      this.pods.set(pod, {
        workload,
        failures,
        pod: {
          ref: { namespace: 'shop', name: pod, uid: `uid-${pod}` },
          createdAtMs: before?.createdAtMs ?? atMs,
          ready,
          leaving: false,
          finished: false,
          succeeded: false,
          restarts: before?.restarts ?? 0,
          ignored: false,
          ...(ready ? { stableSinceMs: before?.ready === true ? (before.stableSinceMs ?? atMs) : atMs } : {}),
          ...more,
        },
      });
    };
    const fact = (kind: 'OOMKilled' | 'Evicted'): Failure =>
      failure(kind, name, { instance: `${++this.#facts}`, sinceMs: atMs });
    switch (action) {
      case 'crash':
        set(name, [failure('CrashLoopBackOff', name)]);
        break;
      case 'oom':
        set(name, [fact('OOMKilled')]);
        break;
      case 'pull':
        set(name, [failure('ImagePull', name, { commonCause: 'registry:r.example.com' })]);
        break;
      case 'missing':
        set(name, [failure('ConfigError', name, { container: 'app', commonCause: 'object:Secret/db' })]);
        break;
      case 'not ready':
        set(name, [failure('NotReady', name)]);
        break;
      case 'evicted':
        set(name, [fact('Evicted')], { finished: true });
        break;
      case 'heal':
        set(name, []);
        break;
      case 'heal all':
        for (const [pod, one] of this.pods) if (one.workload === workload) set(pod, []);
        break;
      case 'gone':
        this.pods.delete(name);
        break;
      case 'leaving':
        if (this.pods.has(name)) set(name, [], { leaving: true });
        break;
      case 'scale to 0':
      case 'scale to 1':
        if (owner.wanted !== undefined) this.owners[workload] = { ...owner, wanted: action === 'scale to 0' ? 0 : 1 };
        break;
      case 'owner gone':
      case 'owner back':
        if (owner.readable) this.owners[workload] = { ...owner, exists: action === 'owner back' };
        break;
      case 'ignore':
      case 'heed':
        this.owners[workload] = { ...owner, ignored: action === 'ignore' };
        break;
    }
    const now = this.owners[workload] ?? owner;
    const all = [...this.pods.values()].filter((one) => one.workload === workload);
    return [
      ...all.map(({ pod, failures }): Observation => ({ type: 'pod', pod, failures, owner: now })),
      { type: 'pods-listed', owner: now, pods: all },
    ];
  }

  /** Whether something proves that the workload is well, or nothing of it is left. */
  mayEnd(workload: number): boolean {
    const owner = this.owners[workload];
    if (owner === undefined || owner.ignored || !owner.exists || owner.wanted === 0) return true;
    const mine = [...this.pods.values()].filter((one) => one.workload === workload);
    const current = mine.filter(({ pod }) => !pod.leaving && !pod.finished);
    const standing = mine.some(({ pod, failures }) => !pod.leaving && failures.some(({ fact }) => !fact));
    if (standing) return false;
    if (owner.workload.kind === 'Pod' && mine.length > 0 && current.length === 0) return false;
    if (current.length === 0) return !owner.readable || owner.workload.kind === 'Pod';
    return current.every(({ pod }) => pod.ready);
  }

  /** Whether somebody must have been told: a failure stands. */
  fails(workload: number): boolean {
    const owner = this.owners[workload];
    if (owner === undefined || owner.ignored) return false;
    return [...this.pods.values()].some(
      (one) => one.workload === workload && !one.pod.leaving && one.failures.some(({ fact }) => !fact),
    );
  }
}

function freshTracker(): Tracker {
  let ids = 0;
  const tracker = createTracker(defaultTrackSettings, {
    cluster: 'test',
    newId: () => (++ids).toString(16).padStart(6, '0'),
  });
  tracker.synced(undefined, startMs);
  return tracker;
}

interface Played {
  readonly tracker: Tracker;
  readonly truth: Truth;
  readonly said: readonly Transition[];
  readonly endMs: number;
}

/**
 * Plays a history. `wakeful`: ticks whenever the tracker asks; else only at the end. `onSaid` is called with what was true
 * when it was said, `onStep` after each step.
 */
function play(
  history: readonly Step[],
  wakeful: boolean,
  hooks: {
    readonly onSaid?: (one: Transition, truth: Truth) => void;
    readonly onStep?: (tracker: Tracker) => void;
  } = {},
): Played {
  const tracker = freshTracker();
  const truth = new Truth();
  const said: Transition[] = [];
  const take = (atMs: number): void => {
    for (const one of tracker.tick(atMs)) {
      said.push(one);
      hooks.onSaid?.(one, truth);
    }
    hooks.onStep?.(tracker);
  };
  const wakeUntil = (untilMs: number): void => {
    for (
      let wakeMs = tracker.nextWakeAtMs();
      wakeMs !== undefined && wakeMs <= untilMs;
      wakeMs = tracker.nextWakeAtMs()
    )
      take(wakeMs);
  };
  let atMs = startMs;
  for (const step of history) {
    atMs += step.afterMs;
    if (wakeful) wakeUntil(atMs);
    for (const observation of truth.apply(step, atMs)) {
      tracker.observe(observation, atMs);
      if (wakeful) take(atMs);
    }
  }
  const endMs = atMs + 45 * minute;
  if (wakeful) wakeUntil(endMs);
  take(endMs);
  return { tracker, truth, said, endMs };
}

const nameOf = (one: Transition): string => ('incident' in one ? one.incident.workload.name : '');

describe('random histories', () => {
  const options = { numRuns: Number(process.env.PROPERTY_RUNS ?? 300) };

  test('each incident opens, speaks and ends in this order', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const open = new Map<string, boolean>();
        const closedSilently = (tracker: Tracker): void => {
          for (const { id, state } of tracker.incidents({ includeResolved: true }))
            if (state === 'resolved') open.set(id, false);
        };
        play(history, true, {
          onSaid: (one) => {
            if (!('incident' in one)) return;
            const { id } = one.incident;
            const wasOpen = open.get(id) === true;
            const opens = one.type === 'opened' || one.type === 'reopened';
            if (opens === wasOpen) throw new Error(`${one.type} of ${id} while ${wasOpen ? 'open' : 'not open'}`);
            open.set(id, one.type !== 'resolved');
          },
          onStep: closedSilently,
        });
      }),
      options,
    );
  });

  test('nothing is said to be over without proof', () => {
    fc.assert(
      fc.property(steps, (history) => {
        play(history, true, {
          onSaid: (one, truth) => {
            if (one.type !== 'resolved') return;
            if (!truth.mayEnd(Number(nameOf(one).slice(1))))
              throw new Error(`${nameOf(one)} is not well: ${one.reason}`);
          },
        });
      }),
      options,
    );
  });

  test('no failure that stands stays untold', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { tracker, truth, said } = play(history, true);
        const told = new Set(said.map((one) => ('incident' in one ? one.incident.id : one.storm.id)));
        const open = tracker.incidents().filter(({ state }) => state === 'open');
        kinds.forEach((_, workload) => {
          if (!truth.fails(workload)) return;
          const name = `w${workload}`;
          const tells = open.some(
            (one) =>
              told.has(one.id) &&
              [one.workload.name, ...one.folded.map((folded) => folded.workload.name)].includes(name),
          );
          if (!tells) throw new Error(`${name} fails and nobody knows`);
        });
      }),
      options,
    );
  });

  test('what is well or gone for long is not open any more', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { tracker, truth, endMs } = play(history, true);
        tracker.tick(endMs + 3 * hour);
        for (const incident of tracker.incidents()) {
          const workload = Number(incident.workload.name.slice(1));
          if (truth.mayEnd(workload) && !truth.fails(workload))
            throw new Error(`${incident.workload.name} is still ${incident.state}`);
        }
      }),
      options,
    );
  });

  test('the same history gives the same transitions, however seldom anybody asks', () => {
    fc.assert(
      fc.property(steps, (history) => {
        expect(play(history, false).said).toEqual(play(history, true).said);
      }),
      options,
    );
  });

  test('a restart at any point tells nothing twice and loses nothing', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { tracker, truth, said, endMs } = play(history, true);
        for (const { id } of tracker.incidents({ includeResolved: true })) {
          tracker.delivered(id, { sink: 'console', alert: 'opened', outcome: 'sent', atMs: endMs });
        }
        const next = createTracker(defaultTrackSettings, {
          cluster: 'test',
          newId: () => Math.random().toString(16).slice(2, 8),
        });
        expect(next.restore(tracker.snapshot(), endMs)).toBe(0);
        for (const { pod, failures, workload } of truth.pods.values()) {
          const owner = truth.owners[workload];
          if (owner !== undefined) next.observe({ type: 'pod', pod, failures, owner }, endMs + second);
        }
        next.synced(undefined, endMs + second);
        truth.owners.forEach((owner, workload) => {
          const pods = [...truth.pods.values()].filter((one) => one.workload === workload);
          next.observe({ type: 'pods-listed', owner, pods }, endMs + second);
        });
        const again = next.tick(endMs + 2 * hour).filter(({ type }) => type === 'opened' || type === 'reopened');
        const known = tracker
          .incidents()
          .flatMap(({ workload, folded }) => [workload.name, ...folded.map((one) => one.workload.name)]);
        expect(again.map(nameOf).filter((name) => known.includes(name))).toEqual([]);
        const ids = new Set(said.map((one) => ('incident' in one ? one.incident.id : '')));
        expect(again.filter((one) => 'incident' in one && ids.has(one.incident.id))).toEqual([]);
      }),
      options,
    );
  });
});
