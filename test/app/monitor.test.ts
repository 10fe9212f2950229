import { describe, expect, test } from '@jest/globals';
import type { IncidentDesk } from '../../src/app/incident-desk.ts';
import { createMonitor, type MonitorParts } from '../../src/app/monitor.ts';
import type { Observer } from '../../src/app/observer.ts';
import type { Tracker } from '../../src/track/tracker.ts';

/** A monitor among fakes that write down what is asked of them, in order. */
function setUp(over: Partial<MonitorParts> = {}) {
  const calls: string[] = [];
  const taken: string[] = [];
  let wake: (() => void) | undefined;
  let settle: () => void = () => undefined;
  const settled = new Promise<void>((resolve) => (settle = resolve));
  const tracker: Partial<Tracker> = {
    restore: (records) => {
      calls.push(`restore ${records.map(({ json }) => json).join()}`);
      return 0;
    },
    tick: () => {
      calls.push('tick');
      return [];
    },
    synced: (namespaces) => calls.push(`synced ${namespaces?.join() ?? 'all'}`),
    nextWakeAtMs: () => 1500,
    followed: () => [],
    snapshot: () => [{ key: 'k', json: '{"k":1}', resolved: false, touchedAtMs: 0 }],
  };
  const observer: Partial<Observer> = {
    settled: () => {
      calls.push('settled?');
      return settled;
    },
    observeAll: () => calls.push('observeAll'),
    followUp: () => undefined,
  };
  const saved: unknown[] = [];
  const delays: number[] = [];
  const monitor = createMonitor({
    createTracker: () => tracker as Tracker,
    observer: observer as Observer,
    desk: () => ({ take: ({ type }: { type: string }) => taken.push(type) }) as unknown as IncidentDesk,
    state: {
      load: () => Promise.resolve({ records: [{ json: 'kept' }, { json: 'budget' }], warnings: [] }),
      save: (snapshot) => saved.push(snapshot()),
    },
    otherLines: () => undefined,
    takeOtherLine: (json) => json === 'budget',
    canAct: () => true,
    onTransition: () => undefined,
    onError: (error) => calls.push(String(error)),
    now: () => 1000,
    timers: {
      after: (delayMs, run) => {
        delays.push(delayMs);
        wake = run;
        return () => undefined;
      },
      yieldTurn: () => Promise.resolve(),
    },
    ...over,
  });
  return { monitor, calls, taken, saved, delays, settle, wake: () => wake?.(), tracker };
}

describe('createMonitor', () => {
  test('a new leader takes over the state before it observes, and syncs only after all was observed', async () => {
    const { monitor, calls, settle } = setUp();
    monitor.synced(['shop']);
    const begun = monitor.begin();
    await new Promise((resolve) => setImmediate(resolve));
    expect(calls.filter((call) => call !== 'settled?')).toEqual(['restore kept', 'observeAll']);
    settle();
    await begun;
    expect(calls).toContain('synced shop');
    expect(calls.indexOf('tick')).toBeGreaterThan(calls.indexOf('observeAll'));
  });

  test('who may not act does not tick; who stops leading forgets the tracker', async () => {
    let may = true;
    const { monitor, calls, settle } = setUp({ canAct: () => may });
    settle();
    await monitor.begin();
    const before = calls.filter((call) => call === 'tick').length;
    may = false;
    monitor.pump();
    expect(calls.filter((call) => call === 'tick')).toHaveLength(before);
    monitor.end();
    expect(monitor.tracker()).toBeUndefined();
  });

  test('leadership that was lost while the state was read begins nothing', async () => {
    const { monitor } = setUp({ canAct: () => false });
    await monitor.begin();
    expect(monitor.tracker()).toBeUndefined();
  });

  test('leadership that was lost and came back while the state was read begins once, with what was read then', async () => {
    const answers: ((json: string) => void)[] = [];
    const { monitor, calls, settle } = setUp({
      state: {
        load: () => new Promise((resolve) => answers.push((json) => resolve({ records: [{ json }], warnings: [] }))),
        save: () => undefined,
      },
    });
    settle();
    const first = monitor.begin();
    monitor.end();
    const second = monitor.begin();
    answers[1]?.('new');
    await second;
    answers[0]?.('old');
    await first;
    expect(calls.filter((call) => call.startsWith('restore'))).toEqual(['restore new']);
  });

  test('wakes when the tracker wants it, at the latest after a minute, after 5 s while incidents are open', async () => {
    const { monitor, delays, settle, tracker } = setUp();
    settle();
    await monitor.begin();
    expect(delays.at(-1)).toBe(500);
    tracker.nextWakeAtMs = () => 10_000_000;
    monitor.pump();
    expect(delays.at(-1)).toBe(60_000);
    tracker.followed = () => [{ kind: 'Deployment', name: 'web', namespace: 'shop' }];
    monitor.pump();
    expect(delays.at(-1)).toBe(5_000);
  });

  test('what changed is saved, with the lines of others', async () => {
    const line = { key: 'model-budget', json: '{}', resolved: false, touchedAtMs: 0 } as const;
    const { monitor, saved, settle } = setUp({ otherLines: () => line });
    settle();
    await monitor.begin();
    monitor.changed();
    expect(saved.at(-1)).toEqual([{ key: 'k', json: '{"k":1}', resolved: false, touchedAtMs: 0 }, line]);
  });
});
