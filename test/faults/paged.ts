import { join } from 'node:path';
import { startControlPlane, stopControlPlane } from '../cluster/control-plane.ts';
import { connectKube } from '../cluster/kube.ts';
import { seedPods } from '../cluster/seed-pods.ts';
import { runEpisode } from './episode.ts';
import { allKinds } from './kinds/all-kinds.ts';
import { startLab } from './lab.ts';
import { createRandom } from './random.ts';
import type { Results } from './results.ts';

/** Three pages of 500. */
const seededPods = 1_200;

/** A server that cannot stream a list: everything is listed in pages, at the start and after an expired watch. */
export async function checkPagedLists(folder: string, results: Results): Promise<void> {
  const plane = await startControlPlane({
    folder: join(folder, 'paged'),
    controllers: false,
    serviceAccountAdmission: false,
    featureGates: { WatchList: false },
    beforeApiServer: (etcdUrl) => seedPods(etcdUrl, { count: seededPods, namespaces: ['seeded-0', 'seeded-1'] }),
  });
  try {
    const kube = connectKube(plane);
    const namespace = 'paged';
    await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const lab = await startLab({
      name: 'p',
      plane,
      kube,
      folder,
      home: 'medic-paged',
      namespace,
      watch: '*',
      times: { settleMs: 2_000, imagePullDelayMs: 2_000, holdMs: 3_000, leaseSeconds: [3, 2, 0.4] },
      allowanceMs: 25_000,
    });
    const gone = allKinds.find(({ name }) => name === '410 at connect');
    await results.test('lists in pages (WatchList off), 410 at connect', async () => {
      if (gone === undefined) return ['no such kind'];
      const pages = (): number => lab.replicas.reduce((sum, { proxy }) => sum + proxy.requestsWith('continue'), 0);
      const atStart = pages();
      const found = await runEpisode(lab, gone, { toHeal: [], count: 0 }, createRandom(1), results, false);
      return [
        ...(atStart < 4 ? [`only ${atStart} further pages at the start`] : []),
        ...(pages() <= atStart ? ['no pages after the watch had expired'] : []),
        ...found,
      ];
    });
    await lab.close();
  } finally {
    await stopControlPlane(plane);
  }
}
