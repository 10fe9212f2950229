import { waitFor } from '../../cluster/wait.ts';
import type { Lab } from '../lab.ts';
import type { Replica } from '../replica.ts';
import { sleep, type FaultKind, type Strike } from './fault-kind.ts';

/** Waits until the other one leads; how long that took since then, ms. */
async function handOver(lab: Lab, from: Replica, sinceMs: number): Promise<number> {
  const next = lab.other(from);
  return waitFor(
    `${next.name} to lead`,
    () => {
      const turn = next.turns.find(({ atMs, leads }) => leads && atMs >= sinceMs);
      return turn === undefined ? undefined : Math.max(1, turn.atMs - sinceMs);
    },
    { timeoutMs: 60_000, intervalMs: 10, explain: () => `\n${next.daemon().output().slice(-3000)}` },
  );
}

/** Ends the leader cleanly and starts it again; the time of the hand-over in ms. */
export async function cleanHandOver(lab: Lab): Promise<number> {
  const leader = await lab.leader();
  const sinceMs = Date.now();
  const [code, tookMs] = await Promise.all([leader.stop(), handOver(lab, leader, sinceMs)]);
  if (code !== 0) throw new Error(`${leader.name} ended with ${String(code)}`);
  await leader.start();
  return tookMs;
}

/** Kills the leader and starts it again; the time of the hand-over in ms. */
export async function crashHandOver(lab: Lab, during?: () => Promise<void>): Promise<number> {
  const leader = await lab.leader();
  const sinceMs = Date.now();
  lab.interruptions.push({ atMs: sinceMs, how: 'kill' });
  await leader.kill();
  await during?.();
  const tookMs = await handOver(lab, leader, sinceMs);
  await leader.start();
  return tookMs;
}

const killed: FaultKind = {
  name: 'leader killed (SIGKILL)',
  scope: 'lab',
  seconds: 14,
  strike: async ({ lab, during, figure }) => {
    const tookMs = await crashHandOver(lab, during);
    figure(`hand-over after a crash, Lease of ${lab.times.leaseSeconds[0]} s`, tookMs);
    return 1;
  },
};

const stopped: FaultKind = {
  name: 'leader ended (SIGTERM)',
  scope: 'lab',
  seconds: 12,
  strike: async ({ lab, during, figure }) => {
    const making = during();
    const tookMs = await cleanHandOver(lab);
    await making;
    figure(`hand-over of a clean end, Lease of ${lab.times.leaseSeconds[0]} s`, tookMs);
    return 1;
  },
};

const suspended: FaultKind = {
  name: 'leader stopped for 20 s, then continued',
  scope: 'lab',
  seconds: 30,
  strike: async ({ lab, during }) => {
    const leader = await lab.leader();
    const stoppedAtMs = Date.now();
    leader.signal('SIGSTOP');
    await during();
    await sleep(20_000);
    const took = lab.other(leader).turns.some(({ atMs, leads }) => leads && atMs > stoppedAtMs);
    const continuedAtMs = Date.now();
    leader.signal('SIGCONT');
    await sleep(2_000);
    // What the kernel had taken over before the stop may still arrive in it.
    const late = lab.messages().filter(({ from, atMs }) => from === leader.name && atMs >= continuedAtMs);
    if (late.length > 0) throw new Error(`the deposed leader sent ${late.map(({ name }) => name).join()}`);
    return took ? 1 : 0;
  },
};

const hourMs = 3_600_000;

function clockJump(name: string, shiftMs: number): FaultKind {
  return {
    name,
    scope: 'lab',
    seconds: 18,
    strike: async ({ lab, during }: Strike) => {
      const leader = await lab.leader();
      leader.shiftClock(shiftMs);
      await sleep(500);
      await during();
      await sleep(8_000);
      // And back again, as when somebody corrects it.
      leader.shiftClock(0);
      return 1;
    },
  };
}

export const processKinds: readonly FaultKind[] = [
  killed,
  stopped,
  suspended,
  clockJump('clock 1 h ahead, then back', hourMs),
  clockJump('clock 1 h behind, then back', -hourMs),
];
