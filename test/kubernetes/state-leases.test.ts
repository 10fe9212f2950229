import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { pack, packedLimitBytes, spread, unpack, type StateLine } from '../../src/kubernetes/state-shards.ts';
import { createStateStore, type StateStore, type StateWritten } from '../../src/kubernetes/state-leases.ts';
import { AppError } from '../../src/model/errors.ts';
import { createLeaseWorld, type Candidate, type LeaseWorld } from './lease-world.ts';

const line = (key: string, more: Partial<StateLine> = {}): StateLine => ({
  key,
  json: JSON.stringify({ key }),
  resolved: false,
  touchedAtMs: 0,
  ...more,
});
const lines = (count: number): StateLine[] => Array.from({ length: count }, (_, index) => line(`k${index}`));
const sorted = (records: readonly { json: string }[]): string[] => records.map(({ json }) => json).sort();

interface Writer {
  readonly store: StateStore;
  readonly written: StateWritten[];
  readonly errors: AppError[];
  readonly candidate: Candidate;
  leading: boolean;
  term: number;
}

function writer(world: LeaseWorld, name: string, term: number): Writer {
  const candidate = world.candidate(name);
  const written: StateWritten[] = [];
  const errors: AppError[] = [];
  const own: Omit<Writer, 'store'> = { written, errors, candidate, leading: true, term };
  const store = createStateStore({
    api: candidate.api,
    namespace: 'podmedic',
    identity: `${name}_1`,
    isLeader: () => whole.leading,
    transitions: () => whole.term,
    now: world.nowMs,
    timers: candidate.timers,
    onWritten: (outcome) => written.push(outcome),
    onError: (error) => errors.push(error),
  });
  const whole: Writer = Object.assign(own, { store });
  return whole;
}

/** Lets time pass until something that needs it has ended. */
async function settled<T>(world: LeaseWorld, promise: Promise<T>, ms = 100): Promise<T> {
  const ended = new AbortController();
  const marked = promise.finally(() => ended.abort());
  while (!ended.signal.aborted) {
    await world.pass(ms);
    // Compression runs on other threads, in real time.
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return marked;
}

async function saved(world: LeaseWorld, { store }: Writer, records: readonly StateLine[]): Promise<void> {
  store.save(() => records);
  await settled(world, store.flush());
}

describe('state in Leases', () => {
  test('what one leader keeps, the next one finds; the Leases are made where there are none', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    expect(await settled(world, a.store.load())).toEqual({ records: [], warnings: [] });
    expect([...world.objects.keys()].sort()).toEqual([0, 1, 2, 3].map((index) => `podmedic-state-${index}`));
    await saved(world, a, lines(500));
    expect(a.written.at(-1)).toMatchObject({ records: 500, dropped: [] });

    const b = writer(world, 'b', 1);
    const loaded = await settled(world, b.store.load());
    expect(sorted(loaded.records)).toEqual(sorted(lines(500)));
    expect(loaded.warnings).toEqual([]);
  });

  test('every Lease carries a share, and only those that changed are written again', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(100));
    const shares = [...world.objects.values()].map(
      ({ metadata }) => metadata?.annotations?.['podmedic.io/state'] ?? '',
    );
    expect(shares.every((share) => share.length > 60)).toBe(true);
    world.requests.length = 0;
    await saved(world, a, [...lines(100)].reverse());
    expect(world.requests).toEqual([]);
    await saved(world, a, lines(101));
    expect(world.requests).toEqual(['PUT a']);
  });

  test('is written at most once a second, and then with the newest records', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, []);
    let asked = 0;
    for (let step = 0; step < 50; step++) {
      a.store.save(() => {
        asked += 1;
        return lines(step);
      });
      await world.pass(100);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(asked).toBeLessThanOrEqual(6);
    await settled(world, a.store.flush());
    const b = writer(world, 'b', 1);
    expect((await settled(world, b.store.load())).records).toHaveLength(49);
  });

  test('other annotations and labels stay as they are', async () => {
    const world = createLeaseWorld();
    world.write('podmedic-state-0', () => ({
      metadata: {
        name: 'podmedic-state-0',
        labels: { app: 'podmedic' },
        annotations: { 'meta.helm.sh/release-name': 'x' },
      },
    }));
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(40));
    expect(world.objects.get('podmedic-state-0')?.metadata).toMatchObject({
      labels: { app: 'podmedic' },
      annotations: { 'meta.helm.sh/release-name': 'x', 'podmedic.io/state-term': '0' },
    });
  });
});

describe('a deposed leader', () => {
  test('is refused as soon as the next one has loaded, and stops trying', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 4);
    await settled(world, a.store.load());
    await saved(world, a, lines(10));
    const b = writer(world, 'b', 5);
    await settled(world, b.store.load());
    await saved(world, a, lines(20));
    expect(a.errors.map(({ code }) => code)).toEqual(['LEASE_LOST']);
    await world.pass(60_000);
    expect(a.errors).toHaveLength(1);
    const c = writer(world, 'c', 6);
    expect((await settled(world, c.store.load())).records).toHaveLength(10);
  });

  test('whose write came before is not lost: the new one reads it again', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 4);
    await settled(world, a.store.load());
    await saved(world, a, lines(10));
    const b = writer(world, 'b', 5);
    b.candidate.line.latencyMs = 1000;
    const loading = b.store.load();
    // All four were read (two way trips each, in turn); their fences are under way when a writes once more.
    await world.pass(4100);
    a.store.save(() => lines(30));
    await settled(world, a.store.flush(), 1);
    expect(a.errors).toEqual([]);
    const loaded = await settled(world, loading);
    expect(loaded.records).toHaveLength(30);
    expect(loaded.warnings).toEqual([]);
  });

  test('does not write once it knows that it does not lead', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 4);
    await settled(world, a.store.load());
    await saved(world, a, lines(3));
    a.leading = false;
    world.requests.length = 0;
    await saved(world, a, lines(20));
    expect(world.requests).toEqual([]);
    expect(a.errors.map(({ code }) => code)).toEqual(['LEASE_LOST']);
  });

  test('a leadership Lease that counts anew does not lock the new leader out', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 9);
    await settled(world, a.store.load());
    await saved(world, a, lines(10));
    expect(await settled(world, a.store.nextTerm())).toBe(10);
    const b = writer(world, 'b', 1);
    expect((await settled(world, b.store.load())).records).toHaveLength(10);
    await saved(world, b, lines(12));
    expect(b.errors).toEqual([]);
    await saved(world, a, lines(99));
    expect(a.errors.map(({ code }) => code)).toEqual(['LEASE_LOST']);
  });
});

describe('what goes wrong', () => {
  test('a damaged Lease is left out with a warning, the others are used', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(200));
    const damaged = ['%%%', 'H4sIAAAAAAAA', Buffer.from('{}').toString('base64')];
    for (const [index, payload] of damaged.entries()) {
      world.write(`podmedic-state-${index}`, (lease) => ({
        ...lease,
        metadata: { ...lease.metadata, annotations: { ...lease.metadata?.annotations, 'podmedic.io/state': payload } },
      }));
    }
    const b = writer(world, 'b', 1);
    const loaded = await settled(world, b.store.load());
    expect(loaded.warnings.map(({ code }) => code)).toEqual(Array(3).fill('STATE_UNREADABLE'));
    expect(loaded.warnings.map(({ message }) => message).join()).toContain('podmedic-state-0');
    expect(loaded.records.length).toBeGreaterThan(20);
    await saved(world, b, lines(200));
    const c = writer(world, 'c', 2);
    expect((await settled(world, c.store.load())).records).toHaveLength(200);
  });

  test('without permission it starts empty with a warning', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    a.candidate.line.refuse.set('get', new AppError('API_FORBIDDEN', 'no permission to get lease'));
    const loaded = await settled(world, a.store.load());
    expect(loaded.records).toEqual([]);
    expect(new Set(loaded.warnings.map(({ code }) => code))).toEqual(new Set(['API_FORBIDDEN']));
    expect(await settled(world, a.store.nextTerm())).toBe(0);
  });

  test('is read until an answer came for every Lease, for as long as we lead', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(40));

    const b = writer(world, 'b', 1);
    const broken = (code: 'TIMEOUT' | 'API_FORBIDDEN') => ({ method: 'get' as const, error: new AppError(code, 'no') });
    b.candidate.line.fail.push(broken('TIMEOUT'), broken('TIMEOUT'), broken('API_FORBIDDEN'), broken('TIMEOUT'));
    const loaded = await settled(world, b.store.load());
    expect(sorted(loaded.records)).toEqual(sorted(lines(40)));
    expect(loaded.warnings).toEqual([]);

    const c = writer(world, 'c', 2);
    c.candidate.line.cut = true;
    const loading = c.store.load();
    await world.pass(60_000);
    c.leading = false;
    expect((await settled(world, loading)).records).toEqual([]);
  });

  test('what an earlier leadership could not write is not written over what another leader wrote since', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(5));
    const b = writer(world, 'b', 1);
    await settled(world, b.store.load());
    await saved(world, b, lines(9));
    await world.pass(5_000);

    a.candidate.line.latencyMs = 4_000;
    a.candidate.line.fail.push({ method: 'update', error: new AppError('TIMEOUT', 'no answer') });
    a.store.save(() => lines(1));
    await world.pass(1_000);
    a.term = 2;
    const loading = a.store.load();
    a.candidate.line.latencyMs = 0;
    expect((await settled(world, loading)).records).toHaveLength(9);
    for (let second = 0; second < 10; second++) {
      await world.pass(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const c = writer(world, 'c', 3);
    expect((await settled(world, c.store.load())).records).toHaveLength(9);
  });

  test('a failed write is tried again with growing pauses, and the newest records win', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(4));
    a.candidate.line.refuse.set('update', new AppError('API_UNAVAILABLE', 'HTTP 500', { retryable: true }));
    a.store.save(() => lines(50));
    for (let second = 0; second < 120; second++) {
      await world.pass(1000);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(a.errors.length).toBeGreaterThanOrEqual(5);
    expect(a.errors.length).toBeLessThanOrEqual(12);
    a.candidate.line.refuse.clear();
    a.store.save(() => lines(60));
    await settled(world, a.store.flush());
    const b = writer(world, 'b', 1);
    expect((await settled(world, b.store.load())).records).toHaveLength(60);
  });

  test('a lost answer and a writer that is no leader cost nothing', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(10));
    a.candidate.line.loseReply = true;
    world.write('podmedic-state-1', (lease) => ({
      ...lease,
      metadata: { ...lease.metadata, labels: { by: 'kubectl' } },
    }));
    a.store.save(() => lines(90));
    await settled(world, a.store.flush(), 1000);
    await settled(world, a.store.flush(), 1000);
    const b = writer(world, 'b', 1);
    expect((await settled(world, b.store.load())).records).toHaveLength(90);
    expect(world.objects.get('podmedic-state-1')?.metadata?.labels).toEqual({ by: 'kubectl' });
  });

  test('a Lease that was deleted is made again', async () => {
    const world = createLeaseWorld();
    const a = writer(world, 'a', 0);
    await settled(world, a.store.load());
    await saved(world, a, lines(10));
    for (const name of [...world.objects.keys()]) world.write(name, () => undefined);
    await saved(world, a, lines(80));
    const b = writer(world, 'b', 1);
    expect((await settled(world, b.store.load())).records).toHaveLength(80);
  });
});

describe('packing', () => {
  test('brings back what was put in, whatever characters it has', async () => {
    const odd = ['ünïcode ✓ 🛑', '"quotes"\n\\', '\u2028\u0000'].map((text) =>
      line(text, { json: JSON.stringify({ text }) }),
    );
    const { packed } = await pack(odd);
    expect((await unpack(packed)).sort()).toEqual(odd.map(({ json }) => json).sort());
  });

  test('5,000 records of 400 bytes fit into four Leases', async () => {
    const many = Array.from({ length: 5000 }, (_, index) =>
      line(`prod/shop/Deployment/service-${index}/run/app`, {
        json: JSON.stringify({
          k: `prod/shop/Deployment/service-${index}/run/app`,
          i: (index * 7919).toString(16).padStart(6, '0'),
          o: 1_760_000_000_000 + index * 1000,
          f: 'x'.repeat(250),
        }),
      }),
    );
    const shards = await Promise.all(spread(many, 4).map((part) => pack(part)));
    expect(shards.flatMap(({ dropped }) => dropped)).toEqual([]);
    expect(Math.max(...shards.map(({ packed }) => packed.length))).toBeLessThanOrEqual(packedLimitBytes);
  });

  test('without room the resolved ones go first, the oldest first, then the oldest open ones', async () => {
    const noise = (): string => JSON.stringify(randomBytes(300).toString('base64'));
    const all = Array.from({ length: 60 }, (_, index) =>
      line(`k${index}`, { json: noise(), resolved: index % 2 === 0, touchedAtMs: index }),
    );
    const { packed, dropped } = await pack(all, 12_000);
    expect(packed.length).toBeLessThanOrEqual(12_000);
    const keptCount = all.length - dropped.length;
    expect(await unpack(packed)).toHaveLength(keptCount);
    expect(keptCount).toBeGreaterThan(15);
    const resolvedKept = all.filter(({ key, resolved }) => resolved && !dropped.includes(key));
    const openDropped = all.filter(({ key, resolved }) => !resolved && dropped.includes(key));
    expect(resolvedKept.length === 0 || openDropped.length === 0).toBe(true);
    const keptOpen = all.filter(({ key, resolved }) => !resolved && !dropped.includes(key));
    expect(Math.min(...keptOpen.map(({ touchedAtMs }) => touchedAtMs))).toBeGreaterThan(
      Math.max(-1, ...openDropped.map(({ touchedAtMs }) => touchedAtMs)),
    );
  });
});
