import { ref } from '../../cluster/kube.ts';
import { isPodWatch, sleep, untilPodsAreWatched, victims, type FaultKind } from './fault-kind.ts';

/** Silence after which a watch is taken for dead, and what a busy machine may add. */
const stallMs = 90_000;
const stallToleranceMs = 10_000;

const cut: FaultKind = {
  name: 'connections cut',
  scope: 'lab',
  seconds: 8,
  strike: async (strike) => {
    const hit = await victims(strike);
    const count = hit.reduce((sum, { proxy }) => sum + proxy.tcp.cut(), 0);
    await strike.during();
    return count;
  },
};

const freeze: FaultKind = {
  name: 'everything frozen for 40 s',
  scope: 'lab',
  seconds: 50,
  strike: async ({ lab, during }) => {
    const before = lab.replicas.map(({ proxy }) => proxy.tcp.bytesToClient());
    for (const { proxy } of lab.replicas) proxy.tcp.freeze();
    await during();
    await sleep(40_000);
    const silent = lab.replicas.filter(({ proxy }, index) => proxy.tcp.bytesToClient() === before[index]);
    for (const { proxy } of lab.replicas) proxy.tcp.thaw();
    return silent.length === 2 ? 1 : 0;
  },
};

const partition: FaultKind = {
  name: 'partition of the leader only',
  scope: 'lab',
  seconds: 18,
  strike: async ({ lab, during, random }) => {
    const leader = await lab.leader();
    const silently = random.next() < 0.5;
    const startedAtMs = Date.now();
    if (silently) leader.proxy.tcp.freeze();
    else {
      leader.proxy.tcp.refuse(true);
      leader.proxy.tcp.cut();
    }
    await during();
    await sleep(10_000);
    const tookOver = lab.other(leader).turns.some(({ atMs, leads }) => leads && atMs > startedAtMs);
    leader.proxy.tcp.thaw();
    leader.proxy.tcp.refuse(false);
    return tookOver ? 1 : 0;
  },
};

/** 100 changes of 150 KB: more than the API server keeps for a slow watcher (some 6 MB). */
const churn = { changes: 60, bytes: 200_000 };

const slowReader: FaultKind = {
  name: 'slow reader',
  scope: 'lab',
  seconds: 30,
  strike: async ({ lab, during }) => {
    const pod = ref.pod(lab.namespace, 'churn');
    await lab.kube.apply({
      ...pod,
      spec: { schedulerName: 'nobody', terminationGracePeriodSeconds: 0, containers: [{ name: 'app', image: 'none' }] },
    });
    await lab.kube.patchStatus(pod, { phase: 'Succeeded' });
    for (const { proxy } of lab.replicas) proxy.tcp.slow(20_000);
    const before = lab.replicas.map(({ proxy }) => proxy.tcp.bytesToClient());
    for (let change = 0; change < churn.changes; change++) {
      await lab.kube.patch(pod, { metadata: { annotations: { filler: `${change}${'x'.repeat(churn.bytes)}` } } });
    }
    await during();
    await sleep(6_000);
    const behind = lab.replicas.filter(
      ({ proxy }, index) => proxy.tcp.bytesToClient() - (before[index] ?? 0) < (churn.changes * churn.bytes) / 4,
    );
    for (const { proxy } of lab.replicas) proxy.tcp.slow(undefined);
    await lab.kube.remove(pod, 0);
    return behind.length;
  },
};

const halfOpen: FaultKind = {
  name: 'half-open connections',
  scope: 'lab',
  seconds: 100,
  strike: async ({ lab, during, figure }) => {
    const count = lab.replicas.reduce((sum, { proxy }) => sum + proxy.tcp.halfOpen(), 0);
    await sleep(300);
    const gone = lab.replicas.every(({ proxy }) => !proxy.openWatches().some(isPodWatch));
    await during();
    const limitMs = stallMs + stallToleranceMs;
    const silentMs = await Promise.all(lab.replicas.map(({ proxy }) => untilPodsAreWatched(proxy, limitMs)));
    figure('half-open watch noticed after', Math.max(...silentMs));
    return gone ? count : 0;
  },
};

export const networkKinds: readonly FaultKind[] = [cut, freeze, partition, slowReader, halfOpen];
