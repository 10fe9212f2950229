// npm run bench:latency [-- --count N]: how long it takes from a change of a pod's status, sent to a real API server, to
// Slack's ok, settling time set to 0. Control plane, Slack and daemons run on this machine.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { currentCluster } from '../test/cluster/cluster.ts';
import { connectKube } from '../test/cluster/kube.ts';
import { isInsideNamespace } from '../test/cluster/namespace.ts';
import { projectFolder } from '../test/cluster/paths.ts';
import { startLab } from '../test/faults/lab.ts';
import { createPatchedWorkloads } from '../test/faults/patched-pods.ts';
import { quantile } from '../test/faults/results.ts';
import { runInCluster } from '../test/faults/run-in-cluster.ts';

const { values } = parseArgs({ options: { count: { type: 'string', default: '30' } } });
const count = Number(values.count);
/** Slack takes one message a second; whoever comes sooner waits for that and not for us. */
const spacingMs = 1_300;
const aimMs = 1_000;

if (isInsideNamespace()) process.exitCode = await measure();
else process.exitCode = await runInCluster('latency', import.meta.filename, process.argv.slice(2));

async function measure(): Promise<number> {
  const plane = currentCluster();
  const folder = join(plane.folder, 'latency');
  mkdirSync(folder, { recursive: true });
  cpSync(join(projectFolder, 'dist/podmedic.mjs'), join(folder, 'podmedic.mjs'));
  const kube = connectKube(plane);
  const namespace = 'latency';
  await kube.createNamespace(namespace);
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
  const workloads = await createPatchedWorkloads(kube, namespace, names, true);
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
  return medianMs < aimMs && missed.length === 0 && duplicates.length === 0 ? 0 : 1;
}
