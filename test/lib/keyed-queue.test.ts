import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createKeyedQueue } from '../../src/lib/keyed-queue.ts';
import { createManualClock, until } from '../fakes/manual-clock.ts';

/** Work that a test ends by hand. */
function setup(concurrency: number) {
  const clock = createManualClock();
  const started: string[] = [];
  const open = new Map<string, { readonly finish: () => void; readonly fail: (error: Error) => void }>();
  const errors: string[] = [];
  const queue = createKeyedQueue<string>({
    concurrency,
    now: clock.now,
    timers: clock.timers,
    work: (key) => {
      expect(open.has(key)).toBe(false);
      started.push(key);
      return new Promise((resolve, reject) => {
        open.set(key, {
          finish: () => {
            open.delete(key);
            resolve();
          },
          fail: (error) => {
            open.delete(key);
            reject(error);
          },
        });
      });
    },
    onError: (error, key) => errors.push(`${key}: ${(error as Error).message}`),
  });
  return { clock, started, open, errors, queue };
}

describe('keys', () => {
  test('wait once, however often they are added, and run in order of arrival', async () => {
    const { queue, started, open } = setup(1);
    for (const key of ['a', 'b', 'a', 'c', 'b', 'b']) queue.add(key);
    expect(started).toEqual([]);
    expect(queue.size()).toBe(3);
    for (const key of ['a', 'b', 'c']) {
      await until(`${key} runs`, () => open.has(key));
      open.get(key)?.finish();
    }
    await queue.drain();
    expect(started).toEqual(['a', 'b', 'c']);
  });

  test('added while they run, run once more afterwards, never twice at a time', async () => {
    const { queue, started, open } = setup(4);
    queue.add('a');
    await until('a runs', () => open.has('a'));
    queue.add('a');
    queue.add('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(['a']);
    open.get('a')?.finish();
    await until('a runs again', () => started.length === 2);
    open.get('a')?.finish();
    await queue.drain();
    expect(started).toEqual(['a', 'a']);
  });

  test('run side by side up to the limit', async () => {
    const { queue, open } = setup(2);
    for (const key of ['a', 'b', 'c']) queue.add(key);
    await until('two run', () => open.size === 2);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...open.keys()]).toEqual(['a', 'b']);
    open.get('a')?.finish();
    await until('the third runs', () => open.has('c'));
  });

  test('whose work throws are reported and hold up nobody', async () => {
    const { queue, open, errors } = setup(1);
    queue.add('a');
    queue.add('b');
    await until('a runs', () => open.has('a'));
    open.get('a')?.fail(new Error('broken'));
    await until('b runs', () => open.has('b'));
    expect(errors).toEqual(['a: broken']);
  });
});

describe('delays', () => {
  test('the earliest of a key counts', async () => {
    const { queue, clock, started } = setup(1);
    queue.addAfter('a', 1_000);
    queue.addAfter('a', 400);
    queue.addAfter('a', 2_000);
    expect(clock.pending()).toBe(1);
    clock.advance(399);
    expect(queue.size()).toBe(0);
    clock.advance(1);
    await until('a runs', () => started.length === 1);
    expect(clock.pending()).toBe(0);
  });

  test('are overtaken by add, and none is no delay', async () => {
    const { queue, clock, started, open } = setup(2);
    queue.addAfter('a', 1_000);
    queue.add('a');
    queue.addAfter('b', 0);
    await until('both run', () => open.size === 2);
    expect(clock.pending()).toBe(0);
    expect(started).toEqual(['a', 'b']);
  });
});

test('stop forgets what waits, waits for what runs and takes nothing more', async () => {
  const { queue, clock, started, open } = setup(1);
  queue.add('a');
  queue.add('b');
  queue.addAfter('c', 100);
  await until('a runs', () => open.has('a'));
  queue.add('a');
  let stopped = false;
  const stopping = queue.stop().then(() => (stopped = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(stopped).toBe(false);
  open.get('a')?.finish();
  await stopping;
  queue.add('d');
  clock.advance(1_000);
  await queue.drain();
  expect(started).toEqual(['a']);
});

test('whatever is added when, each key runs after its last add, and never beside itself', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()), { maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (adds, concurrency) => {
        const running = new Set<string>();
        const newest = new Map<string, number>();
        const seen = new Map<string, number>();
        const queue = createKeyedQueue<string>({
          concurrency,
          work: async (key) => {
            expect(running.has(key)).toBe(false);
            expect(running.size).toBeLessThan(concurrency);
            running.add(key);
            seen.set(key, newest.get(key) ?? 0);
            await new Promise((resolve) => setImmediate(resolve));
            running.delete(key);
          },
          onError: (error) => {
            throw error;
          },
        });
        for (const [index, [key, wait]] of adds.entries()) {
          newest.set(key, index);
          queue.add(key);
          if (wait) await new Promise((resolve) => setImmediate(resolve));
        }
        await queue.drain();
        expect(seen).toEqual(newest);
      },
    ),
    { numRuns: 50 },
  );
});

describe('catching up', () => {
  test('waits for what waits or runs, not for what was worked on before or comes later', async () => {
    const { queue, open } = setup(1);
    const finish = async (key: string): Promise<void> => {
      await until(`${key} runs`, () => open.has(key));
      open.get(key)?.finish();
    };
    queue.add('before');
    await finish('before');
    await queue.drain();
    await queue.caughtUp();
    queue.add('a');
    queue.add('b');
    let caughtUp = false;
    const wait = queue.caughtUp().then(() => (caughtUp = true));
    queue.add('later');
    await finish('a');
    await until('b runs', () => open.has('b'));
    expect(caughtUp).toBe(false);
    await finish('b');
    await wait;
    await until('the later one runs', () => open.has('later'));
    open.get('later')?.finish();
  });

  test('covers what was added while its key ran, and ends when the queue is stopped', async () => {
    const { queue, open } = setup(1);
    queue.add('a');
    await until('a runs', () => open.has('a'));
    queue.add('a');
    let caughtUp = false;
    const wait = queue.caughtUp().then(() => (caughtUp = true));
    open.get('a')?.finish();
    await until('a runs again', () => open.has('a'));
    expect(caughtUp).toBe(false);
    const stopped = queue.stop();
    await wait;
    open.get('a')?.finish();
    await stopped;
  });

  test('property: sees at least what was there when it was asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat(3)), { minLength: 1, maxLength: 30 }),
        async (adds) => {
          const newest = new Map<string, number>();
          const seen = new Map<string, number>();
          const queue = createKeyedQueue<string>({
            concurrency: 2,
            work: async (key) => {
              seen.set(key, newest.get(key) ?? -1);
              await new Promise((resolve) => setImmediate(resolve));
            },
            onError: (error) => {
              throw error;
            },
          });
          const waits: Promise<void>[] = [];
          for (const [index, [key, turns]] of adds.entries()) {
            newest.set(key, index);
            queue.add(key);
            for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
            const then = [...newest];
            waits.push(
              queue.caughtUp().then(() => {
                for (const [one, value] of then) expect(seen.get(one)).toBeGreaterThanOrEqual(value);
              }),
            );
          }
          await Promise.all(waits);
        },
      ),
      { numRuns: 100 },
    );
  });
});
