import { expect, test } from '@jest/globals';
import type { AlertType } from '../../src/model/alert.ts';
import { coalesce } from '../../src/notify/coalesce.ts';
import { alert, incident } from './samples.ts';

test.each<[AlertType, AlertType, AlertType | undefined]>([
  ['opened', 'worse', 'opened'],
  ['opened', 'amended', 'opened'],
  ['opened', 'recovered', undefined],
  ['reopened', 'worse', 'reopened'],
  ['reopened', 'recovered', undefined],
  ['worse', 'amended', 'worse'],
  ['worse', 'reminder', 'worse'],
  ['worse', 'recovered', 'recovered'],
  ['reminder', 'worse', 'worse'],
  ['reminder', 'recovered', 'recovered'],
  ['amended', 'recovered', 'recovered'],
  ['recovered', 'reopened', 'amended'],
  ['storm-opened', 'storm-updated', 'storm-opened'],
  ['storm-opened', 'storm-closed', 'storm-closed'],
  ['storm-updated', 'storm-closed', 'storm-closed'],
])('%s, then %s: %s', (older, newer, left) => {
  expect(coalesce(alert(older), alert(newer, { rootCause: 'newer' }))?.type).toBe(left);
});

test('the newer content under the headline of what stays', () => {
  const merged = coalesce(
    alert('opened'),
    alert('worse', { headline: 'Worse: OOMKilled in orders-api (production)', rootCause: 'newer' }),
  );
  expect(merged).toMatchObject({
    type: 'opened',
    headline: 'OOMKilled in orders-api (production)',
    rootCause: 'newer',
  });
});

test('a fact is told though it is over', () => {
  const older = alert('opened', { incident: incident({ oneOff: true }) });
  expect(coalesce(older, alert('recovered'))).toBe(older);
});
