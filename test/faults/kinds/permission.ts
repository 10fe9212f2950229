import { waitFor } from '../../cluster/wait.ts';
import type { Replica } from '../replica.ts';
import { sleep, untilPodsAreWatched, type FaultKind } from './fault-kind.ts';

const refusals = ({ daemon }: Replica): number =>
  daemon()
    .output()
    .match(/Cannot watch pods[^\n]*no permission/gu)?.length ?? 0;

/** A watch that is open outlives the permission for it, so the connections are cut as well. */
const permissionTaken: FaultKind = {
  name: 'permission taken, then given back',
  scope: 'lab',
  seconds: 25,
  strike: async ({ lab, during }) => {
    const before = lab.replicas.map(refusals);
    const giveBack = await lab.forbid();
    try {
      for (const { proxy } of lab.replicas) proxy.tcp.cut();
      await waitFor('refusals of both', () => lab.replicas.every((one, at) => refusals(one) > (before[at] ?? 0)), {
        timeoutMs: 30_000,
      });
      await during();
      await sleep(1_000);
    } finally {
      await giveBack();
    }
    // Who was refused often asks again after 30 to 60 s only.
    await Promise.all(lab.replicas.map(({ proxy }) => untilPodsAreWatched(proxy, 70_000)));
    return lab.replicas.length;
  },
};

export const permissionKinds: readonly FaultKind[] = [permissionTaken];
