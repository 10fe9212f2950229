import type { ControlPlane } from '../cluster/control-plane.ts';
import type { Kube } from '../cluster/kube.ts';
import { complaints } from './episode.ts';
import { cleanHandOver, crashHandOver } from './kinds/processes.ts';
import { startLab } from './lab.ts';
import { createPatchedWorkloads } from './patched-pods.ts';
import type { Results } from './results.ts';

/** What a person may expect with the Lease's default times of 15, 10 and 2 s. */
const cleanLimitMs = 2_000;
const crashLimitMs = 17_000;

/** Hand-overs with the default times of the Lease; a failure that stands is neither forgotten nor told again. */
export async function checkHandOver(kube: Kube, plane: ControlPlane, folder: string, results: Results): Promise<void> {
  const namespace = 'hand-over';
  await kube.createNamespace(namespace);
  const lab = await startLab({
    name: 'h',
    plane,
    kube,
    folder,
    home: 'medic-default',
    namespace,
    watch: namespace,
    times: { settleMs: 2_000, imagePullDelayMs: 2_000, holdMs: 3_000, leaseSeconds: [15, 10, 2] },
    allowanceMs: 25_000,
  });
  try {
    const [stands, comes] = await createPatchedWorkloads(kube, namespace, ['stands', 'comes'], false);
    if (stands === undefined || comes === undefined) throw new Error('no workloads');
    await lab.fail(stands, 'CrashLoopBackOff');
    await lab.settled();
    await results.test(`clean hand-over within ${cleanLimitMs / 1000} s, default Lease times`, async () => {
      const tookMs = await cleanHandOver(lab);
      results.figure('hand-over of a clean end, Lease of 15 s', tookMs);
      return [...(tookMs > cleanLimitMs ? [`it took ${tookMs} ms`] : []), ...complaints(lab.verdict())];
    });
    await results.test(`hand-over after a crash within ${crashLimitMs / 1000} s, default Lease times`, async () => {
      const fromMs = Date.now();
      const tookMs = await crashHandOver(lab, () => lab.fail(comes, 'CrashLoopBackOff'));
      lab.gaps.push({ fromMs, toMs: fromMs + tookMs });
      results.figure('hand-over after a crash, Lease of 15 s', tookMs);
      await lab.settled();
      return [...(tookMs > crashLimitMs ? [`it took ${tookMs} ms`] : []), ...complaints(lab.verdict())];
    });
  } finally {
    await lab.close();
  }
}
