import { describe, expect, test } from '@jest/globals';
import type { Alert } from '../../src/model/alert.ts';
import type { Delivery } from '../../src/model/delivery.ts';
import { createDispatcher } from '../../src/notify/dispatcher.ts';
import type { DispatcherPorts, DispatcherSettings, DispatchProblem } from '../../src/notify/dispatcher-ports.ts';
import type { DeliveryResult, SendContext, Sink } from '../../src/notify/sink.ts';
import { alert, incident, storm } from './samples.ts';
import { createVirtualClock } from './virtual-clock.ts';

interface FakeSink extends Sink {
  readonly sent: { readonly alert: Alert; readonly context: SendContext; readonly atMs: number }[];
  /** Results of the next attempts, in order; `sent` when empty. */
  readonly script: DeliveryResult[];
}

function fixture(
  over: Partial<DispatcherPorts> = {},
  settings: Partial<DispatcherSettings> = {},
  sinkOver: Partial<Sink> = {},
) {
  const clock = createVirtualClock();
  const deliveries: Delivery[] = [];
  const problems: DispatchProblem[] = [];
  const sink: FakeSink = {
    name: 'slack-webhook',
    gapMs: 1_100,
    updates: false,
    sent: [],
    script: [],
    send: (one, context = {}) => {
      const result = sink.script.shift() ?? { outcome: 'sent' };
      if (result.outcome === 'sent') sink.sent.push({ alert: one, context, atMs: clock.now() });
      return Promise.resolve(result);
    },
    ...sinkOver,
  };
  const dispatcher = createDispatcher(
    { destinations: [{ sink }], ...settings },
    {
      canSend: () => true,
      onDelivery: (one) => void deliveries.push(one),
      onProblem: (one) => void problems.push(one),
      now: clock.now,
      random: () => 0.5,
      timers: clock.timers,
      ...over,
    },
  );
  dispatcher.start();
  return { clock, sink, dispatcher, deliveries, problems };
}

const numbered = (id: string, over: Partial<Alert> = {}): Alert => alert('opened', { id, ...over });
const ids = (sink: FakeSink): string[] => sink.sent.map((one) => one.alert.id);

describe('an opening that comes again after a change of leader', () => {
  test('is not sent twice by the process that delivered it, but confirmed', async () => {
    const { clock, sink, dispatcher, deliveries } = fixture();
    dispatcher.submit(numbered('a'));
    await clock.advance(10);
    dispatcher.submit(numbered('a'));
    await clock.advance(10_000);
    expect(ids(sink)).toEqual(['a']);
    expect(deliveries.map(({ outcome }) => outcome)).toEqual(['claimed', 'sent', 'sent']);
    expect(deliveries[2]?.atMs).toBeGreaterThan(deliveries[1]?.atMs ?? 0);
  });

  test('is sent when it says more, or when it is opened anew', async () => {
    const { clock, sink, dispatcher } = fixture();
    for (const type of ['opened', 'worse', 'recovered', 'reopened', 'recovered', 'reopened'] as const) {
      dispatcher.submit(alert(type, { id: 'a' }));
      await clock.advance(10_000);
    }
    expect(sink.sent.map((one) => one.alert.type)).toEqual([
      'opened',
      'worse',
      'recovered',
      'reopened',
      'recovered',
      'reopened',
    ]);
  });
});

describe('order and pace', () => {
  test('first in, first out, 1.1 s apart', async () => {
    const { clock, sink, dispatcher } = fixture();
    for (const id of ['a', 'b', 'c']) dispatcher.submit(numbered(id));
    await clock.advance(10_000);
    expect(sink.sent.map((one) => [one.alert.id, one.atMs - 1_000_000])).toEqual([
      ['a', 0],
      ['b', 1_100],
      ['c', 2_200],
    ]);
  });

  test('two destinations do not wait for each other', async () => {
    const slow = fixture();
    const other: FakeSink = {
      ...slow.sink,
      name: 'slack-bot',
      sent: [],
      script: [],
      send: () => new Promise<DeliveryResult>(() => undefined),
    };
    const { clock, sink, dispatcher } = fixture({}, {});
    const both = createDispatcher(
      { destinations: [{ sink: other }, { sink }] },
      { canSend: () => true, now: clock.now, random: () => 0, timers: clock.timers },
    );
    both.start();
    both.submit(numbered('a'));
    both.submit(numbered('b'));
    await clock.advance(5_000);
    expect(ids(sink)).toEqual(['a', 'b']);
    expect(both.status().map((one) => one.queued)).toEqual([2, 0]);
    expect(dispatcher.status()[0]?.queued).toBe(0);
  });

  test('500 in a minute: one message each, in order, never faster than the rate', async () => {
    const { clock, sink, dispatcher } = fixture();
    for (let index = 0; index < 500; index++) {
      dispatcher.submit(numbered(index.toString(16).padStart(6, '0')));
      await clock.advance(100);
    }
    await clock.advance(600_000);
    expect(sink.sent).toHaveLength(500);
    const gaps = sink.sent.slice(1).map((one, index) => one.atMs - (sink.sent[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1_100);
  });
});

describe('coalescing', () => {
  test('the newer one replaces the unsent one and covers it', async () => {
    const { clock, sink, dispatcher, deliveries } = fixture();
    dispatcher.submit(numbered('first'));
    dispatcher.submit(numbered('a'));
    dispatcher.submit(alert('worse', { id: 'a', rootCause: 'newer' }));
    await clock.advance(5_000);
    expect(sink.sent.map((one) => [one.alert.id, one.alert.type])).toEqual([
      ['first', 'opened'],
      ['a', 'opened'],
    ]);
    expect(sink.sent[1]?.alert.rootCause).toBe('newer');
    expect(deliveries.filter((one) => one.outcome === 'sent').map((one) => one.alert)).toEqual([
      'opened',
      'opened',
      'worse',
    ]);
  });

  test('opened and recovered, both unsent: neither is sent, both are reported', async () => {
    const { clock, sink, dispatcher, deliveries } = fixture();
    dispatcher.submit(numbered('first'));
    dispatcher.submit(numbered('a'));
    dispatcher.submit(alert('recovered', { id: 'a' }));
    await clock.advance(5_000);
    expect(ids(sink)).toEqual(['first']);
    expect(deliveries.filter((one) => one.outcome === 'dropped').map((one) => one.alert)).toEqual([
      'opened',
      'recovered',
    ]);
  });

  test('what comes while its predecessor is on the way is sent after it', async () => {
    const { clock, sink, dispatcher } = fixture();
    dispatcher.submit(numbered('a'));
    dispatcher.submit(alert('recovered', { id: 'a' }));
    await clock.advance(5_000);
    expect(sink.sent.map((one) => one.alert.type)).toEqual(['opened', 'recovered']);
    expect(sink.sent[1]?.context.previous).toMatchObject({ alert: 'opened', outcome: 'sent' });
  });

  test('a message that failed is merged with what came meanwhile', async () => {
    const { clock, sink, dispatcher } = fixture();
    sink.script.push({ outcome: 'retry', why: 'x' });
    dispatcher.submit(numbered('a'));
    dispatcher.submit(alert('recovered', { id: 'a' }));
    await clock.advance(60_000);
    expect(sink.sent).toEqual([]);
    expect(dispatcher.status()[0]).toMatchObject({ queued: 0, dropped: 1 });
  });

  test('withdrawn before it was sent', async () => {
    const { clock, sink, dispatcher } = fixture();
    for (const id of ['a', 'b']) dispatcher.submit(numbered(id));
    dispatcher.withdraw('b');
    await clock.advance(5_000);
    expect(ids(sink)).toEqual(['a']);
  });
});

describe('failures', () => {
  test('Retry-After is kept', async () => {
    const { clock, sink, dispatcher } = fixture();
    sink.script.push({ outcome: 'retry', why: '429', afterMs: 30_000 });
    dispatcher.submit(numbered('a'));
    await clock.advance(29_900);
    expect(ids(sink)).toEqual([]);
    await clock.advance(200);
    expect(ids(sink)).toEqual(['a']);
  });

  test('back-off grows to a minute; it is told once in the end', async () => {
    const { clock, sink, dispatcher, deliveries } = fixture();
    sink.script.push(...Array.from({ length: 12 }, () => ({ outcome: 'retry', why: '503' }) as const));
    dispatcher.submit(numbered('a'));
    await clock.advance(600_000);
    expect(ids(sink)).toEqual(['a']);
    expect(deliveries.map((one) => one.outcome).filter((one) => one !== 'claimed')).toEqual([
      ...Array.from({ length: 12 }, () => 'failed'),
      'sent',
    ]);
  });

  test('refused for good: says how to mend it, probes every 5 min, loses nothing', async () => {
    const { clock, sink, dispatcher, problems } = fixture();
    sink.script.push(
      { outcome: 'permanent', why: 'no_service', howToMend: 'mend it' },
      { outcome: 'permanent', why: 'no_service', howToMend: 'mend it' },
    );
    for (const id of ['a', 'b']) dispatcher.submit(numbered(id));
    await clock.advance(299_000);
    expect(dispatcher.status()[0]).toMatchObject({ circuit: 'open', queued: 2, problem: 'no_service' });
    expect(problems).toEqual([
      {
        sink: 'slack-webhook',
        code: 'SINK_PERMANENT',
        message: 'opened #a not delivered: no_service',
        howToMend: 'mend it',
      },
    ]);
    await clock.advance(400_000);
    expect(ids(sink)).toEqual(['a', 'b']);
    expect(dispatcher.status()[0]).toMatchObject({ circuit: 'closed', queued: 0 });
  });

  test('a refused form: blocks only, then text; later again; given up at the third time', async () => {
    const forms: (string | undefined)[] = [];
    const { clock, dispatcher, deliveries } = fixture(
      {},
      {},
      {
        send: (_, context) => {
          forms.push(context?.form);
          return Promise.resolve({ outcome: 'degrade', why: 'invalid_blocks' });
        },
      },
    );
    dispatcher.submit(numbered('a'));
    await clock.advance(60_000);
    expect(forms).toEqual(['full', 'blocks', 'text']);
    expect(dispatcher.status()[0]).toMatchObject({ queued: 1, failed: 0 });
    await clock.advance(700_000);
    expect(forms).toHaveLength(9);
    expect(deliveries.at(-1)).toMatchObject({ outcome: 'dropped', error: 'invalid_blocks' });
    expect(dispatcher.status()[0]).toMatchObject({ queued: 0, failed: 1 });
  });

  test('a sink that throws is retried', async () => {
    let calls = 0;
    const { clock, dispatcher } = fixture(
      {},
      {},
      {
        send: () => {
          calls++;
          return calls === 1 ? Promise.reject(new TypeError('bug')) : Promise.resolve({ outcome: 'sent' });
        },
      },
    );
    dispatcher.submit(numbered('a'));
    await clock.advance(10_000);
    expect(dispatcher.status()[0]).toMatchObject({ queued: 0, sent: 1 });
  });
});

describe('the fence', () => {
  test('nothing leaves while another instance leads; then only what is untold', async () => {
    let leads = false;
    const { clock, sink, dispatcher } = fixture({ canSend: () => leads, isUntold: (id) => id !== 'told' });
    for (const id of ['told', 'untold']) dispatcher.submit(numbered(id));
    await clock.advance(60_000);
    expect(sink.sent).toEqual([]);
    leads = true;
    dispatcher.wake();
    await clock.advance(10_000);
    expect(ids(sink)).toEqual(['untold']);
  });

  test('leadership lost while the claim is written: not sent', async () => {
    let leads = true;
    const { clock, sink, dispatcher } = fixture({
      canSend: () => leads,
      onDelivery: () => {
        leads = false;
      },
    });
    dispatcher.submit(numbered('a'));
    await clock.advance(60_000);
    expect(sink.sent).toEqual([]);
    expect(dispatcher.status()[0]?.queued).toBe(1);
  });

  test('a claim that cannot be written holds the message back', async () => {
    let broken = true;
    const { clock, sink, dispatcher } = fixture({
      onDelivery: (one) =>
        one.outcome === 'claimed' && broken ? Promise.reject(new Error('conflict')) : Promise.resolve(),
    });
    dispatcher.submit(numbered('a'));
    await clock.advance(10_000);
    expect(sink.sent).toEqual([]);
    broken = false;
    await clock.advance(10_000);
    expect(ids(sink)).toEqual(['a']);
  });

  test('claimed before, sent after', async () => {
    const { clock, dispatcher, deliveries } = fixture();
    dispatcher.submit(numbered('a'));
    await clock.advance(100);
    expect(deliveries.map((one) => [one.outcome, one.sink, one.alert])).toEqual([
      ['claimed', 'slack-webhook', 'opened'],
      ['sent', 'slack-webhook', 'opened'],
    ]);
  });
});

describe('limits', () => {
  test('a full queue gives up reminders first, then the oldest of the lowest severity', async () => {
    const { clock, sink, dispatcher, deliveries } = fixture({ canSend: () => true }, { maxQueued: 3 });
    dispatcher.submit(numbered('first'));
    dispatcher.submit(numbered('low', { severity: 'SEV-4' }));
    dispatcher.submit(alert('reminder', { id: 'rem' }));
    dispatcher.submit(numbered('b'));
    dispatcher.submit(numbered('c'));
    dispatcher.submit(numbered('d'));
    await clock.advance(20_000);
    expect(ids(sink)).toEqual(['first', 'b', 'c', 'd']);
    expect(deliveries.filter((one) => one.outcome === 'dropped')).toMatchObject([
      { alert: 'reminder', error: 'the queue is full' },
      { alert: 'opened', error: 'the queue is full' },
    ]);
    expect(dispatcher.status()[0]?.dropped).toBe(2);
  });

  test('below the least severity: silent, but what was told there stays true', async () => {
    const { clock } = fixture();
    const quiet = fixture();
    const dispatcher = createDispatcher(
      { destinations: [{ sink: quiet.sink, minSeverity: 'SEV-2' }] },
      { canSend: () => true, now: clock.now, random: () => 0, timers: clock.timers },
    );
    dispatcher.start();
    dispatcher.submit(numbered('low', { severity: 'SEV-3' }));
    dispatcher.submit(alert('recovered', { id: 'low', severity: 'SEV-3' }));
    dispatcher.submit(numbered('high', { severity: 'SEV-1' }));
    await clock.advance(5_000);
    dispatcher.submit(alert('recovered', { id: 'high', severity: 'SEV-3' }));
    await clock.advance(5_000);
    expect(quiet.sink.sent.map((one) => [one.alert.id, one.alert.type])).toEqual([
      ['high', 'opened'],
      ['high', 'recovered'],
    ]);
  });
});

describe('updates', () => {
  test('corrections of one message are at least 45 s apart, the latest wins, material changes do not wait', async () => {
    const { clock, sink, dispatcher } = fixture({}, {}, { updates: true });
    dispatcher.submit(numbered('a'));
    await clock.advance(2_000);
    dispatcher.submit(alert('amended', { id: 'a', rootCause: 'one' }));
    dispatcher.submit(alert('amended', { id: 'a', rootCause: 'two' }));
    dispatcher.submit(numbered('b'));
    await clock.advance(40_000);
    expect(ids(sink)).toEqual(['a', 'b']);
    await clock.advance(5_000);
    expect(sink.sent.at(-1)?.alert).toMatchObject({ type: 'amended', rootCause: 'two' });
    dispatcher.submit(alert('amended', { id: 'b' }));
    dispatcher.submit(alert('worse', { id: 'b' }));
    await clock.advance(2_000);
    expect(sink.sent.at(-1)?.alert).toMatchObject({ type: 'worse', id: 'b' });
  });

  test('a webhook repeats a storm only when it has doubled, at least 5 min later', async () => {
    const { clock, sink, dispatcher } = fixture();
    const digest = (type: 'storm-opened' | 'storm-updated' | 'storm-closed', count: number): Alert =>
      alert(type, { id: 'ffff01', storm: storm(count) });
    dispatcher.submit(digest('storm-opened', 20));
    await clock.advance(2_000);
    dispatcher.submit(digest('storm-updated', 30));
    await clock.advance(400_000);
    expect(sink.sent).toHaveLength(1);
    dispatcher.submit(digest('storm-updated', 45));
    await clock.advance(2_000);
    expect(sink.sent).toHaveLength(2);
    dispatcher.submit(digest('storm-updated', 95));
    await clock.advance(200_000);
    expect(sink.sent).toHaveLength(2);
    dispatcher.submit(digest('storm-closed', 95));
    await clock.advance(2_000);
    expect(sink.sent.map((one) => one.alert.type)).toEqual(['storm-opened', 'storm-updated', 'storm-closed']);
  });

  test('the place of the message: memory, then the incident, then the state', async () => {
    const told: Delivery = { sink: 'slack-bot', alert: 'opened', outcome: 'sent', atMs: 1, channel: 'C1', ts: '1.1' };
    const claimed: Delivery = { ...told, outcome: 'claimed', ts: '9.9' };
    const { clock, sink, dispatcher } = fixture(
      { previous: (id) => (id === 'b' ? { ...told, ts: '2.2' } : undefined) },
      {},
      { name: 'slack-bot', updates: true },
    );
    dispatcher.submit(alert('worse', { id: 'a', incident: incident({ id: 'a', deliveries: [told, claimed] }) }));
    dispatcher.submit(alert('worse', { id: 'b' }));
    await clock.advance(5_000);
    expect(sink.sent.map((one) => one.context.previous?.ts)).toEqual(['1.1', '2.2']);
  });
});

describe('the end', () => {
  test('stop sends what waits, also corrections, and then nothing more', async () => {
    const { clock, sink, dispatcher } = fixture({}, {}, { updates: true });
    dispatcher.submit(numbered('a'));
    await clock.advance(2_000);
    dispatcher.submit(alert('amended', { id: 'a' }));
    dispatcher.submit(numbered('b'));
    const stopped = dispatcher.stop(10_000);
    await clock.advance(20_000);
    expect(await stopped).toEqual({ unsent: 0 });
    expect(ids(sink)).toEqual(['a', 'b', 'a']);
    dispatcher.submit(numbered('late'));
    await clock.advance(20_000);
    expect(sink.sent).toHaveLength(3);
  });

  test('stop ends in time, and says what is left', async () => {
    const { clock, sink, dispatcher } = fixture();
    sink.script.push(...Array.from({ length: 50 }, () => ({ outcome: 'retry', why: '503' }) as const));
    for (const id of ['a', 'b']) dispatcher.submit(numbered(id));
    const stopped = dispatcher.stop(5_000);
    await clock.advance(5_000);
    expect(await stopped).toEqual({ unsent: 2 });
  });

  test('idle does not wait for what cannot be sent now', async () => {
    const { clock, sink, dispatcher } = fixture();
    sink.script.push({ outcome: 'permanent', why: 'no_service', howToMend: 'x' });
    dispatcher.submit(numbered('a'));
    const idle = dispatcher.idle();
    await clock.advance(100);
    await idle;
    expect(dispatcher.status()[0]?.queued).toBe(1);
  });
});
