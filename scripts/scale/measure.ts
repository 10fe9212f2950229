import { setTimeout as sleep } from 'node:timers/promises';
import { ref } from '../../test/cluster/kube.ts';
import { waitFor } from '../../test/cluster/wait.ts';
import { startSlackServer } from '../../test/fakes/slack-server.ts';
import { quantile } from '../../test/faults/results.ts';
import { failingPods, failingStatus, sparePods, startCrowd, type Crowd } from './crowd.ts';
import { startSubject, type Subject } from './subject.ts';
import { table } from './table.ts';

const steadyAfterMs = 30_000;
const loadMs = 30_000;
const writers = 8;

/** Memory, CPU and time to synced with this many pods; then detection under the highest rate of updates. */
export async function measureScale(folder: string, bundle: string, pods: number): Promise<string> {
  const slack = await startSlackServer({ gapMs: 0 });
  const crowd = await startCrowd(folder, 'crowd', pods);
  try {
    const settings = { WEBHOOK_URL: slack.webhookUrl };
    const idleMiB = await idleMemory(bundle, crowd, settings);
    const curlSeconds = Math.min(await crowd.curlSeconds(), await crowd.curlSeconds());
    const curlStreamSeconds = Math.min(await crowd.curlStreamSeconds(), await crowd.curlStreamSeconds());
    const healthy = await healthyOnly(bundle, crowd, settings);
    for (let index = 0; index < failingPods; index += 1) {
      const { namespace, name } = crowd.pod(index);
      await crowd.kube.patchStatus(ref.pod(namespace, name), failingStatus());
    }
    const startedAtMs = Date.now();
    const subject = await startSubject(bundle, crowd.plane.kubeconfig, settings);
    try {
      await subject.daemon.whenReady(300_000);
      await waitFor('all failing pods found', () => opened(subject) >= failingPods, { timeoutMs: 120_000 });
      const told = (Date.now() - startedAtMs) / 1000;
      await sleep(steadyAfterMs);
      const steady = subject.sample();
      const load = await underLoad(subject, crowd, pods);
      const one = table(`${pods.toLocaleString('en')} healthy pods of 8.2 KB on a real API server`, [
        ['resident memory, nothing to watch, MiB', Math.round(idleMiB), '≤ 95'],
        ['resident memory, steady, MiB', Math.round(healthy.steady.residentMiB), '≤ 110'],
        ['growth from 0 pods, MiB', Math.round(healthy.steady.residentMiB - idleMiB), '≤ 20'],
        ['resident memory, peak, MiB', Math.round(healthy.steady.peakMiB), '≤ 140'],
        ['CPU seconds to synced', round(healthy.synced.cpuSeconds), '≤ 9'],
        ['`curl` of the same list, s', round(curlSeconds), ''],
        ['`curl` of the same list sent as a watch, s', round(curlStreamSeconds), ''],
        ['start to synced, s', round(healthy.syncSeconds), `≤ ${round(1.5 * curlSeconds)} (1.5 × curl)`],
        ['worst loop lag until synced, ms', Math.round(healthy.lagMs), '≤ 100'],
      ]);
      const other = table(`The same, ${failingPods} of them failing from the beginning`, [
        [`all ${failingPods} failures found after, s`, round(told), ''],
        ['resident memory, steady, MiB', Math.round(steady.residentMiB), '≤ 110'],
        ['resident memory, peak, MiB', Math.round(steady.peakMiB), '≤ 140'],
        ['updates a second under load', Math.round(load.rate), 'what the API server gives'],
        ['CPU of podmedic under load, share of a core', round(load.cpuShare), ''],
        ['detection under load, median ms', Math.round(quantile(load.detectionMs, 0.5)), ''],
        [
          `detection under load, p99 ms (of ${load.detectionMs.length})`,
          Math.round(quantile(load.detectionMs, 0.99)),
          '≤ 250',
        ],
        ['worst loop lag, ms', Math.round(load.lagMs), '≤ 100'],
        ['resident memory with twice as many incidents, MiB', Math.round(subject.sample().residentMiB), ''],
      ]);
      return `${one}\n\n${other}`;
    } finally {
      await subject.stop();
    }
  } finally {
    await crowd.stop();
    await slack.close();
  }
}

const round = (value: number): number => Math.round(value * 10) / 10;

function opened({ daemon }: Subject): number {
  return daemon.output().match(/ opened: /gu)?.length ?? 0;
}

async function idleMemory(bundle: string, crowd: Crowd, settings: Readonly<Record<string, string>>): Promise<number> {
  const subject = await startSubject(bundle, crowd.plane.kubeconfig, { ...settings, WATCH_NAMESPACES: 'nothing-here' });
  try {
    await subject.daemon.whenReady(60_000);
    await sleep(15_000);
    return subject.sample().residentMiB;
  } finally {
    await subject.stop();
  }
}

async function healthyOnly(bundle: string, crowd: Crowd, settings: Readonly<Record<string, string>>) {
  const startedAtMs = Date.now();
  const subject = await startSubject(bundle, crowd.plane.kubeconfig, settings);
  try {
    await subject.daemon.whenReady(300_000);
    const syncSeconds = (Date.now() - startedAtMs) / 1000;
    const synced = subject.sample();
    const lagMs = await subject.loopLagMs();
    await sleep(steadyAfterMs);
    return { syncSeconds, synced, lagMs, steady: subject.sample() };
  } finally {
    await subject.stop();
  }
}

/** Annotations of healthy pods change as fast as the API server takes it, while now and then a pod begins to fail. */
async function underLoad(subject: Subject, crowd: Crowd, pods: number) {
  const before = subject.sample();
  const startedAtMs = Date.now();
  const endsAtMs = startedAtMs + loadMs;
  let updates = 0;
  const change = async (): Promise<void> => {
    while (Date.now() < endsAtMs) {
      const { namespace, name } = crowd.pod(failingPods + sparePods + Math.floor(Math.random() * (pods - 200)));
      await crowd.kube.patch(ref.pod(namespace, name), {
        metadata: { annotations: { 'bench/update': String(updates) } },
      });
      updates += 1;
    }
  };
  const detectionMs: number[] = [];
  const fail = async (): Promise<void> => {
    for (let index = failingPods; index < failingPods + sparePods && Date.now() < endsAtMs; index += 1) {
      const { namespace, name } = crowd.pod(index);
      const sentAtMs = performance.now();
      await crowd.kube.patchStatus(ref.pod(namespace, name), failingStatus());
      const isFound = (): boolean => subject.daemon.output().includes(`in ${name} (${namespace}) opened`);
      await waitFor(`${name} found`, isFound, { timeoutMs: 30_000, intervalMs: 2 });
      detectionMs.push(performance.now() - sentAtMs);
      await sleep(50);
    }
  };
  await Promise.all([...Array.from({ length: writers }, change), fail()]);
  const seconds = (Date.now() - startedAtMs) / 1000;
  const cpuShare = (subject.sample().cpuSeconds - before.cpuSeconds) / seconds;
  return { rate: updates / seconds, cpuShare, detectionMs, lagMs: await subject.loopLagMs() };
}
