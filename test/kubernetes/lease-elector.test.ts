import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultLeaseSettings } from '../../src/kubernetes/lease-settings.ts';
import { AppError } from '../../src/model/errors.ts';
import { createLeaseWorld, leaseName, type Candidate, type LeaseWorld } from './lease-world.ts';

const conflict = (): AppError => new AppError('API_CONFLICT', 'changed', { retryable: true });
const forbidden = (): AppError => new AppError('API_FORBIDDEN', 'no permission to update leases');
const lease = (world: LeaseWorld) => world.objects.get(leaseName);

/** `a` leads, `b` stands by. */
async function pair(): Promise<{ world: LeaseWorld; a: Candidate; b: Candidate }> {
  const world = createLeaseWorld();
  const a = world.candidate('a');
  const b = world.candidate('b');
  a.elector.start();
  await world.pass(100);
  b.elector.start();
  await world.pass(5000);
  expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([true, false]);
  return { world, a, b };
}

/** Time until `who` leads, in steps of 10 ms. */
async function timeToLead(world: LeaseWorld, who: Candidate, limitMs: number): Promise<number> {
  const startMs = world.nowMs();
  while (!who.elector.isLeader()) {
    if (world.nowMs() - startMs > limitMs) throw new Error(`${who.name} does not lead after ${limitMs} ms`);
    await world.pass(10);
  }
  return world.nowMs() - startMs;
}

describe('taking the Lease', () => {
  test('creates it where there is none, with times of six digits and whole seconds', async () => {
    const world = createLeaseWorld();
    const a = world.candidate('a');
    a.elector.start();
    await world.pass(10);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.changes).toEqual([true]);
    expect(lease(world)?.spec).toMatchObject({ holderIdentity: 'a_1', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(lease(world)?.spec?.renewTime).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  });

  test('two that race to create it: one wins, without a double', async () => {
    const world = createLeaseWorld();
    const both = [world.candidate('a'), world.candidate('b')];
    for (const one of both) {
      one.line.latencyMs = 20;
      one.elector.start();
    }
    await world.pass(3000);
    expect(both.map(({ elector }) => elector.isLeader()).filter(Boolean)).toHaveLength(1);
    expect(world.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2);
    expect(world.doubles).toEqual([]);
    expect(both[1]?.elector.leader()).toBe(both[0]?.elector.leader());
  });

  test('an empty one is taken at once, one held by another only after its own duration since it was seen to change', async () => {
    const world = createLeaseWorld();
    const old = new Date(0).toISOString().replace('Z', '000Z');
    // renewTime of 1970: a clock that is wrong by decades must not matter.
    world.write(leaseName, () => ({
      metadata: { name: leaseName },
      spec: { holderIdentity: 'x_1', leaseDurationSeconds: 30, acquireTime: old, renewTime: old, leaseTransitions: 4 },
    }));
    const a = world.candidate('a');
    a.elector.start();
    await world.pass(29_000);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.elector.leader()).toBe('x');
    await world.pass(1500);
    expect(a.elector.isLeader()).toBe(true);
    expect(lease(world)?.spec).toMatchObject({ leaseTransitions: 5, leaseDurationSeconds: 15 });
    expect(lease(world)?.spec?.acquireTime).not.toBe(old);
  });

  test('a holder with a shorter duration of its own is judged by that', async () => {
    const world = createLeaseWorld();
    const spec = { holderIdentity: 'x_1', leaseDurationSeconds: 3, leaseTransitions: 0 };
    world.write(leaseName, () => ({ metadata: { name: leaseName }, spec }));
    const a = world.candidate('a');
    a.elector.start();
    await world.pass(2900);
    expect(a.elector.isLeader()).toBe(false);
    expect(await timeToLead(world, a, 1000)).toBeLessThanOrEqual(200);
  });

  test('conflicts are lost tries; it goes on', async () => {
    const world = createLeaseWorld();
    world.write(leaseName, () => ({ metadata: { name: leaseName }, spec: {} }));
    const a = world.candidate('a');
    for (let times = 0; times < 5; times++) a.line.fail.push({ method: 'update', error: conflict() });
    a.elector.start();
    await world.pass(3000);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.errors).toEqual([]);
  });

  test('without permission to update it never leads, says so once, and does not hammer the server', async () => {
    const world = createLeaseWorld();
    world.write(leaseName, () => ({ metadata: { name: leaseName }, spec: {} }));
    const a = world.candidate('a');
    a.line.refuse.set('update', forbidden());
    a.elector.start();
    await world.pass(60_000);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.errors).toEqual(['API_FORBIDDEN']);
    expect(world.requests.filter((request) => request === 'PUT a').length).toBeLessThanOrEqual(31);
    a.line.refuse.clear();
    expect(await timeToLead(world, a, 5000)).toBeLessThanOrEqual(4400);
  });

  test('created anew it counts on from where the state stands', async () => {
    const world = createLeaseWorld();
    const a = world.candidate('a', { initialTransitions: () => Promise.resolve(9) });
    a.elector.start();
    await world.pass(100);
    expect(a.elector.transitions()).toBe(9);
  });
});

describe('leading', () => {
  test('renews every retry period without reading first, and keeps acquireTime and count', async () => {
    const { world, a } = await pair();
    const before = lease(world)?.spec;
    world.requests.length = 0;
    await world.pass(20_000);
    expect(world.requests.filter((request) => request === 'PUT a')).toHaveLength(10);
    expect(world.requests).not.toContain('GET a');
    expect(lease(world)?.spec).toMatchObject({ acquireTime: before?.acquireTime, leaseTransitions: 0 });
    expect(lease(world)?.spec?.renewTime).not.toBe(before?.renewTime);
    expect(a.elector.status()).toMatchObject({ state: 'leading', overdue: false, leader: 'a' });
  });

  test('a renewal that was applied though its answer was lost is ours', async () => {
    const { world, a, b } = await pair();
    a.line.loseReply = true;
    await world.pass(30_000);
    expect(a.changes).toEqual([true]);
    expect(b.changes).toEqual([]);
    expect(lease(world)?.spec?.leaseTransitions).toBe(0);
  });

  test('an answer that takes 4 s is no reason to lose it', async () => {
    const { world, a, b } = await pair();
    a.line.latencyMs = 4000;
    await world.pass(120_000);
    expect(a.changes).toEqual([true]);
    expect(b.changes).toEqual([]);
    expect(world.doubles).toEqual([]);
  });

  test('a storm of conflicts, 500s and refused tokens within the deadline does not cost it', async () => {
    const { world, a } = await pair();
    a.line.fail.push(
      { method: 'update', error: conflict() },
      { method: 'update', error: conflict() },
      { method: 'update', error: new AppError('API_UNAVAILABLE', 'HTTP 500', { retryable: true }) },
      { method: 'get', error: new AppError('API_UNAUTHORIZED', 'token rotated', { retryable: true }) },
      { method: 'update', error: new AppError('API_THROTTLED', 'too many', { retryable: true }) },
    );
    await world.pass(20_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(a.changes).toEqual([true]);
    expect(a.line.fail).toEqual([]);
  });

  test('update forbidden while leading: lets go at the deadline, the other one takes over', async () => {
    const { world, a, b } = await pair();
    a.line.refuse.set('update', forbidden());
    await world.pass(10_500);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.changes).toEqual([true, false]);
    await world.pass(8000);
    expect(b.elector.isLeader()).toBe(true);
    expect(a.elector.leader()).toBe('b');
    expect(world.doubles).toEqual([]);
  });

  test('deleted while leading: a new term begins, counted above the old one', async () => {
    const { world, a } = await pair();
    world.write(leaseName, (now) => ({ ...now, spec: { ...now.spec, leaseTransitions: 6 } }));
    await world.pass(4000);
    world.write(leaseName, () => undefined);
    await world.pass(5000);
    const leaders = [...world.objects.values()].map(({ spec }) => spec?.holderIdentity);
    expect(leaders).toHaveLength(1);
    expect(lease(world)?.spec?.leaseTransitions).toBeGreaterThanOrEqual(7);
    expect(a.changes[1]).toBe(false);
  });

  test('cleared by kubectl: whoever leads afterwards does so in a new term', async () => {
    const { world, a, b } = await pair();
    world.write(leaseName, (now) => ({ ...now, spec: { ...now.spec, holderIdentity: '' } }));
    await world.pass(5000);
    expect([a, b].filter(({ elector }) => elector.isLeader())).toHaveLength(1);
    expect(a.changes[1]).toBe(false);
    expect(lease(world)?.spec?.leaseTransitions).toBe(1);
  });
});

describe('losing the Lease', () => {
  test('stopped for 20 s: not a single moment of leading after waking up', async () => {
    const { world, a, b } = await pair();
    a.stop();
    await world.pass(20_000);
    expect(b.elector.isLeader()).toBe(true);
    // The first thing that runs in the woken process is a side effect.
    expect(a.elector.isLeader()).toBe(false);
    a.cont();
    expect(a.elector.isLeader()).toBe(false);
    await world.pass(10_000);
    expect(a.changes).toEqual([true, false]);
    expect(a.elector.leader()).toBe('b');
    expect(world.doubles).toEqual([]);
  });

  test('an event loop that was blocked for 12 s knows at once, and leads again in a new look at the Lease', async () => {
    const { world, a, b } = await pair();
    a.stop();
    await world.pass(12_000);
    expect(a.elector.isLeader()).toBe(false);
    a.cont();
    await world.pass(3000);
    expect(a.changes).toEqual([true, false, true]);
    expect(b.changes).toEqual([]);
    expect(lease(world)?.spec?.leaseTransitions).toBe(0);
  });

  test('the deadline counts from when a renewal was sent, not from when its answer came', async () => {
    const { world, a } = await pair();
    a.line.latencyMs = 4000;
    await world.pass(10_000);
    let before = a.elector.status().renewedAgoMs ?? 0;
    for (let now = before; now >= before; now = a.elector.status().renewedAgoMs ?? 0) {
      before = now;
      await world.pass(10);
    }
    expect(a.elector.status().renewedAgoMs).toBeGreaterThanOrEqual(4000);
    a.line.cut = true;
    await world.pass(6100);
    expect(a.elector.isLeader()).toBe(false);
  });

  test('cut off alone: lets go within 10 s, the other leads 15 to 17 s after the cut', async () => {
    const { world, a, b } = await pair();
    a.line.cut = true;
    const cutMs = world.nowMs();
    await world.pass(10_100);
    expect(a.elector.isLeader()).toBe(false);
    expect(a.changes).toEqual([true, false]);
    await timeToLead(world, b, 10_000);
    expect(world.nowMs() - cutMs).toBeGreaterThan(12_900);
    expect(world.nowMs() - cutMs).toBeLessThanOrEqual(17_000);
    a.line.cut = false;
    await world.pass(20_000);
    expect(a.elector.status()).toMatchObject({ state: 'standby', leader: 'b' });
    expect(world.doubles).toEqual([]);
  });

  test('the API server down for all: nobody leads, and afterwards exactly one', async () => {
    const { world, a, b } = await pair();
    a.line.cut = b.line.cut = true;
    await world.pass(60_000);
    expect([a.elector.isLeader(), b.elector.isLeader()]).toEqual([false, false]);
    a.line.cut = b.line.cut = false;
    await world.pass(20_000);
    expect([a, b].filter(({ elector }) => elector.isLeader())).toHaveLength(1);
    expect(world.doubles).toEqual([]);
  });

  test.each([3_600_000, -3_600_000])('a wall clock that jumps by %i ms makes no second leader', async (jumpMs) => {
    const { world, a, b } = await pair();
    b.skewMs = jumpMs;
    await world.pass(5000);
    expect(b.elector.isLeader()).toBe(false);
    a.skewMs = jumpMs;
    // A leap ahead may be the end of a long sleep: it costs a look at the Lease, no more.
    expect(a.elector.isLeader()).toBe(jumpMs < 0);
    await world.pass(30_000);
    expect(a.elector.isLeader()).toBe(true);
    expect(b.changes).toEqual([]);
    expect(lease(world)?.spec?.leaseTransitions).toBe(0);
    expect(world.doubles).toEqual([]);
  });

  test('a leader that does not let go shows as overdue', async () => {
    const { world, a } = await pair();
    a.stop();
    await world.pass(18_000);
    expect(a.elector.status().overdue).toBe(false);
    await world.pass(3000);
    expect(a.elector.status().overdue).toBe(true);
  });
});

describe('standing by', () => {
  test('a clean release is seen through the watch and taken within a second', async () => {
    const { world, a, b } = await pair();
    const stopped = a.elector.stop();
    await world.pass(500);
    await stopped;
    expect(b.elector.isLeader()).toBe(true);
    expect(lease(world)?.spec).toMatchObject({ holderIdentity: 'b_1', leaseTransitions: 1 });
    expect(world.doubles).toEqual([]);
  });

  test('with an open watch it asks nothing while the leader renews', async () => {
    const { world, b } = await pair();
    world.requests.length = 0;
    await world.pass(60_000);
    expect(world.requests.filter((request) => request.endsWith(' b'))).toEqual([]);
    expect(b.elector.status().watching).toBe(true);
  });

  test('a crash is taken over 15 to 17 s after the last renewal', async () => {
    const { world, a, b } = await pair();
    a.line.cut = true;
    a.stop();
    const tookMs = await timeToLead(world, b, 20_000);
    expect(tookMs).toBeGreaterThan(12_900);
    expect(tookMs).toBeLessThanOrEqual(17_000);
  });

  test('without permission to watch it polls, and a release is taken within 4.4 s', async () => {
    const world = createLeaseWorld();
    const a = world.candidate('a');
    const b = world.candidate('b', { random: () => 0.999 });
    b.line.watchable = false;
    a.elector.start();
    await world.pass(100);
    b.elector.start();
    await world.pass(30_000);
    expect(b.elector.status().watching).toBe(false);
    expect(b.errors).toEqual(['API_FORBIDDEN']);
    const stopped = a.elector.stop();
    await world.pass(4500);
    await stopped;
    expect(b.elector.isLeader()).toBe(true);
  });

  test('a watch that fell silent is not believed: the Lease is read before it is taken, and the watch opened again', async () => {
    const { world, a, b } = await pair();
    b.line.freezeWatches();
    world.requests.length = 0;
    await world.pass(20_000);
    expect(new Set(world.requests.filter((request) => request.endsWith(' b')))).toEqual(new Set(['GET b']));
    expect([a.changes, b.changes]).toEqual([[true], []]);
    expect(b.elector.status().watching).toBe(true);
    const stopped = a.elector.stop();
    await world.pass(500);
    await stopped;
    expect(b.elector.isLeader()).toBe(true);
    expect(world.doubles).toEqual([]);
  });
});

describe('stopping', () => {
  test('the Lease is given back after the work is done, and kept until then', async () => {
    const { world, a, b } = await pair();
    let finish = (): void => undefined;
    const work = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const stopped = a.elector.stop(() => work);
    await world.pass(25_000);
    // A message is still being sent: the Lease is renewed all the while.
    expect(a.elector.isLeader()).toBe(true);
    expect(b.elector.isLeader()).toBe(false);
    finish();
    await world.pass(500);
    await stopped;
    expect(a.elector.isLeader()).toBe(false);
    expect(a.changes).toEqual([true, false]);
    expect(b.elector.isLeader()).toBe(true);
    expect(world.requests.at(-1)).not.toBe('PUT a');
    expect(a.elector.status().state).toBe('stopped');
  });

  test('releases with an empty holder, one second and the count kept; a conflict is tried again', async () => {
    const world = createLeaseWorld();
    const a = world.candidate('a');
    world.write(leaseName, () => ({
      metadata: { name: leaseName, labels: { app: 'x' } },
      spec: { leaseTransitions: 7 },
    }));
    a.elector.start();
    await world.pass(100);
    const stopped = a.elector.stop(() => {
      a.line.fail.push({ method: 'update', error: conflict() });
      return Promise.resolve();
    });
    await world.pass(3000);
    await stopped;
    expect(lease(world)?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 8 });
    expect(lease(world)?.metadata?.labels).toEqual({ app: 'x' });
  });

  test('does not take back what another one holds by now', async () => {
    const { world, a, b } = await pair();
    a.stop();
    await world.pass(20_000);
    a.cont();
    const stopped = a.elector.stop();
    await world.pass(3000);
    await stopped;
    expect(lease(world)?.spec?.holderIdentity).toBe('b_1');
    expect(b.elector.isLeader()).toBe(true);
  });

  test('ends in time though the API server is gone, and work that fails does not prevent it', async () => {
    const { world, a } = await pair();
    a.line.cut = true;
    let ended = false;
    const stopped = a.elector
      .stop(() => Promise.reject(new AppError('SINK_UNAVAILABLE', 'Slack is away')))
      .then(() => (ended = true));
    await world.pass(26_000);
    expect(ended).toBe(true);
    expect(a.errors).toContain('SINK_UNAVAILABLE');
    await stopped;
  });

  test('a standby stops without a write, and never leads afterwards', async () => {
    const { world, a, b } = await pair();
    world.requests.length = 0;
    const stopped = b.elector.stop();
    await world.pass(100);
    await stopped;
    expect(world.requests.filter((request) => request.endsWith('b'))).toEqual([]);
    const released = a.elector.stop();
    await world.pass(20_000);
    await released;
    expect(b.elector.isLeader()).toBe(false);
  });

  test('can be started again', async () => {
    const { world, a } = await pair();
    const stopped = a.elector.stop();
    await world.pass(1000);
    await stopped;
    a.elector.start();
    await world.pass(1000);
    expect(a.elector.status().state).toBe('standby');
    expect(a.elector.leader()).toBe('b');
  });
});

describe('any sequence of stops, cuts, slow lines and clock jumps', () => {
  test('never has two processes that may act, and ends with exactly one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            who: fc.nat(2),
            what: fc.constantFrom('stop', 'cont', 'cut', 'heal', 'slow', 'fast', 'ahead', 'back', 'freeze', 'lose'),
            passMs: fc.integer({ min: 1, max: 25_000 }),
          }),
          { maxLength: 25 },
        ),
        async (steps) => {
          const world = createLeaseWorld();
          const all = ['a', 'b', 'c'].map((name) => world.candidate(name));
          for (const { elector } of all) elector.start();
          for (const { who, what, passMs } of steps) {
            disturb(all[who], what);
            await world.pass(passMs);
          }
          for (const one of all) for (const what of ['cont', 'heal', 'fast']) disturb(one, what);
          await world.pass(45_000);
          expect(world.doubles).toEqual([]);
          expect(all.filter(({ elector }) => elector.isLeader())).toHaveLength(1);
        },
      ),
      { numRuns: 150, seed: 4 },
    );
  });
});

function disturb(one: Candidate | undefined, what: string): void {
  if (!one) return;
  if (what === 'stop') one.stop();
  if (what === 'cont') one.cont();
  if (what === 'cut') one.line.cut = true;
  if (what === 'heal') one.line.cut = false;
  if (what === 'slow') one.line.latencyMs = 4500;
  if (what === 'fast') one.line.latencyMs = 5;
  if (what === 'ahead') one.skewMs += 3_600_000;
  if (what === 'back') one.skewMs -= 3_600_000;
  if (what === 'freeze') one.line.freezeWatches();
  if (what === 'lose') one.line.loseReply = true;
}

describe('settings', () => {
  test.each([
    ['a duration not above the renew deadline', { leaseDurationMs: 10_000 }],
    ['a renew deadline not above 1.2 retry periods', { renewDeadlineMs: 2400 }],
    ['no retry period', { retryPeriodMs: 0 }],
    ['parts of seconds', { leaseDurationMs: 15_500 }],
  ])('%s is refused', (_, change) => {
    const world = createLeaseWorld();
    expect(() => world.candidate('a', { settings: { ...defaultLeaseSettings, ...change } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
  });
});
