import { expect, test } from '@jest/globals';
import { createQuietCollection } from '../../src/app/quiet-collection.ts';
import { createManualClock } from '../fakes/manual-clock.ts';

test('collects once after the last piece of work, and not without any', () => {
  const clock = createManualClock();
  let collected = 0;
  const collection = createQuietCollection(() => (collected += 1), clock.timers);
  clock.advance(60_000);
  expect(collected).toBe(0);
  collection.worked();
  clock.advance(9_000);
  collection.worked();
  clock.advance(9_000);
  expect(collected).toBe(0);
  clock.advance(1_000);
  expect(collected).toBe(1);
  clock.advance(60_000);
  expect(collected).toBe(1);
});

test('leaves no timer behind when it is stopped', () => {
  const clock = createManualClock();
  const collection = createQuietCollection(() => expect('a collection').toBe('none'), clock.timers);
  collection.worked();
  collection.stop();
  expect(clock.pending()).toBe(0);
  clock.advance(60_000);
});
