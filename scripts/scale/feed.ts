import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSync } from 'node:fs';
import { table } from './table.ts';
import { startScript, startSubject } from './subject.ts';

const events = 100_000;
const aimPerCore = 10_000;

/** How many events a second one core reads, parses and classifies: a stream from memory that the reader slows down. */
export async function measureFeed(folder: string, bundle: string): Promise<string> {
  const server = startScript('feed-server.ts', [String(events)]);
  const { port } = await server.line<{ port: number }>(20_000);
  const kubeconfig = join(folder, 'feed.kubeconfig');
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'feed',
      clusters: [{ name: 'feed', cluster: { server: `http://127.0.0.1:${port}` } }],
      users: [{ name: 'feed', user: {} }],
      contexts: [{ name: 'feed', context: { cluster: 'feed', user: 'feed' } }],
    }),
  );
  const subject = await startSubject(bundle, kubeconfig);
  try {
    await subject.daemon.whenReady();
    await sleep(2_000);
    await subject.loopLagMs();
    const before = subject.sample();
    server.child.kill('SIGUSR2');
    const { seconds } = await server.line<{ seconds: number }>(300_000);
    await sleep(500);
    const after = subject.sample();
    const cpuSeconds = after.cpuSeconds - before.cpuSeconds;
    const lagMs = await subject.loopLagMs();
    return table(`${events.toLocaleString('en')} MODIFIED events of 8.2 KB from memory`, [
      ['events a second of one core', Math.round(events / cpuSeconds), `≥ ${aimPerCore}`],
      ['events a second, wall clock', Math.round(events / seconds), ''],
      ['worst loop lag, ms', Math.round(lagMs), '≤ 100'],
      ['peak resident memory, MiB', Math.round(after.peakMiB), '≤ 140'],
    ]);
  } finally {
    await subject.stop();
    await server.stop();
  }
}
