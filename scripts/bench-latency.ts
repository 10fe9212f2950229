// npm run bench:latency [-- --count N]: how long it takes from a change of a pod's status, sent to a real API server, to
// Slack's ok, settling time set to 0. Control plane, Slack and daemon run on this machine.
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startControlPlane, stopControlPlane } from '../test/cluster/control-plane.ts';
import { connectKube } from '../test/cluster/kube.ts';
import { projectFolder } from '../test/cluster/paths.ts';
import { startLab } from '../test/faults/lab.ts';
import { createPatchedWorkloads } from '../test/faults/patched-pods.ts';
import { quantile } from '../test/faults/results.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '30' } } });
const count = Number(values.count);
/** Slack takes one message a second; whoever comes sooner waits for that and not for us. */
const spacingMs = 1_300;
const aimMs = 1_000;

const folder = mkdtempSync(join(tmpdir(), 'podmedic-latency-'));
cpSync(join(projectFolder, 'dist/podmedic.mjs'), join(folder, 'podmedic.mjs'));
const plane = await startControlPlane({
  folder: join(folder, 'plane'),
  controllers: false,
  serviceAccountAdmission: false,
});
try {
  const kube = connectKube(plane);
  const namespace = 'latency';
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const lab = await startLab({
    name: 'latency',
    plane,
    kube,
    folder,
    home: 'podmedic',
    namespace,
    watch: namespace,
    times: { settleMs: 0, imagePullDelayMs: 0, holdMs: 60_000, leaseSeconds: [15, 10, 2] },
    allowanceMs: 20_000,
  });
  const names = Array.from({ length: count }, (_, index) => `pod-${index}`);
  const workloads = await createPatchedWorkloads(kube, namespace, names, false);
  await sleep(spacingMs);
  for (const workload of workloads) {
    await lab.fail(workload, 'CrashLoopBackOff');
    await sleep(spacingMs);
  }
  await lab.settled();
  const { latenciesMs, missed, duplicates } = lab.verdict();
  const all = latenciesMs.map(({ ms }) => ms);
  const medianMs = quantile(all, 0.5);
  console.log(
    `status change to Slack's ok, ${all.length} of ${count}: median ${medianMs} ms, p99 ${quantile(all, 0.99)} ms, ` +
      `worst ${Math.max(...all)} ms (aim: median under ${aimMs} ms)`,
  );
  await lab.close();
  process.exitCode = medianMs < aimMs && missed.length === 0 && duplicates.length === 0 ? 0 : 1;
} finally {
  await stopControlPlane(plane);
  rmSync(folder, { recursive: true, force: true });
}
