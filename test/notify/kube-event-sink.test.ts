import { expect, test } from '@jest/globals';
import { createKubeEventSink, type EventToWrite } from '../../src/notify/kube-event-sink.ts';
import { composeAlert } from '../../src/notify/compose.ts';
import { alert, settings, transition } from './samples.ts';

function fixture(answer: 'created' | 'exists' | 'forbidden' | Error) {
  const events: EventToWrite[] = [];
  const sink = createKubeEventSink((event) => {
    events.push(event);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  });
  return { sink, events };
}

test('an opening is a Warning on the workload, a recovery a Normal one', async () => {
  const { sink, events } = fixture('created');
  expect(await sink.send(composeAlert(transition('opened'), settings))).toEqual({ outcome: 'sent' });
  await sink.send(composeAlert(transition('resolved', {}, 'all 5 pods ready for 5 min'), settings));
  expect(events).toEqual([
    {
      regarding: { kind: 'Deployment', name: 'orders-api', namespace: 'production' },
      type: 'Warning',
      reason: 'PodmedicIncidentOpened',
      note: 'CrashLoopBackOff in orders-api (production). Root Cause: container app exits at start: environment variable DATABASE_URL is not set (E2, E5) #a1b2c3',
      key: 'a1b2c3-opened-0',
    },
    {
      regarding: { kind: 'Deployment', name: 'orders-api', namespace: 'production' },
      type: 'Normal',
      reason: 'PodmedicIncidentRecovered',
      note: 'Recovered: CrashLoopBackOff in orders-api (production). All 5 pods ready for 5 min #a1b2c3',
      key: 'a1b2c3-recovered-0',
    },
  ]);
});

test('only openings and recoveries, never storms', () => {
  const { sink } = fixture('created');
  const { incident: known, ...rest } = alert();
  expect(known).toBeDefined();
  expect(
    ['opened', 'reopened', 'recovered', 'worse', 'reminder', 'amended'].map((type) =>
      sink.accepts?.({ ...alert(), type: type as 'opened' }),
    ),
  ).toEqual([true, true, true, false, false, false]);
  expect(sink.accepts?.({ ...rest, type: 'storm-opened' })).toBe(false);
});

test('one that exists already is fine; a missing permission says what to allow; an error is retried', async () => {
  expect(await fixture('exists').sink.send(alert())).toEqual({ outcome: 'sent' });
  expect(await fixture('forbidden').sink.send(alert())).toMatchObject({ outcome: 'permanent', why: 'forbidden' });
  expect(await fixture(new Error('503 https://10.0.0.1')).sink.send(alert())).toEqual({
    outcome: 'retry',
    why: 'Error',
  });
});

test('a note keeps to 1,024 bytes', async () => {
  const { sink, events } = fixture('created');
  await sink.send(alert('opened', { rootCause: '漢'.repeat(2_000) }));
  expect(Buffer.byteLength(events[0]?.note ?? '')).toBeLessThanOrEqual(1_024);
});
