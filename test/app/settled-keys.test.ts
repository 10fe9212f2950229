import { expect, test } from '@jest/globals';
import { createSettledKeys } from '../../src/app/settled-keys.ts';

test('a wait ends when each of its keys was worked on, not before', async () => {
  const settled = createSettledKeys<string>();
  let ended = 0;
  const wait = settled.whenDone(['a', 'b']).then(() => (ended += 1));
  settled.done('a');
  settled.done('other');
  await Promise.resolve();
  expect(ended).toBe(0);
  settled.done('b');
  await wait;
  expect(ended).toBe(1);
  await settled.whenDone([]);
});
