import { compactEtcd } from '../../cluster/compact-etcd.ts';
import { startApiServerAgain, stopApiServer } from '../../cluster/control-plane.ts';
import { sleep, type FaultKind } from './fault-kind.ts';

const killed: FaultKind = {
  name: 'API server killed and started again',
  scope: 'server',
  seconds: 20,
  strike: async ({ lab, during }) => {
    await stopApiServer(lab.plane, 'SIGKILL');
    await sleep(2_000);
    await startApiServerAgain(lab.plane);
    await during();
    return 1;
  },
};

const compacted: FaultKind = {
  name: 'etcd compacted while away',
  scope: 'server',
  seconds: 25,
  strike: async ({ lab, during }) => {
    const expired = (): number => lab.replicas.reduce((sum, { proxy }) => sum + proxy.seen(410), 0);
    const before = expired();
    for (const { proxy } of lab.replicas) {
      proxy.tcp.refuse(true);
      proxy.tcp.cut();
    }
    await during();
    // Its own cache still has the history; a new one has only what etcd kept.
    await stopApiServer(lab.plane, 'SIGKILL');
    await compactEtcd(lab.plane.etcdUrl);
    await startApiServerAgain(lab.plane);
    for (const { proxy } of lab.replicas) proxy.tcp.refuse(false);
    for (let waited = 0; waited < 300 && expired() === before; waited++) await sleep(100);
    return expired() - before;
  },
};

export const serverKinds: readonly FaultKind[] = [killed, compacted];
