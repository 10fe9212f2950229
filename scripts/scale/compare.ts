import { setTimeout as sleep } from 'node:timers/promises';
import { startCrowd } from './crowd.ts';
import { sampleProcess } from './process-sampler.ts';
import { startScript, startSubject } from './subject.ts';

/** The same cluster watched by podmedic and by the informer of @kubernetes/client-node, one after the other. */
export async function compareWithInformer(folder: string, bundle: string, pods: number): Promise<string> {
  const crowd = await startCrowd(folder, 'compare', pods);
  try {
    await crowd.curlSeconds();
    const startedAtMs = Date.now();
    const subject = await startSubject(bundle, crowd.plane.kubeconfig);
    await subject.daemon.whenReady(120_000);
    const seconds = (Date.now() - startedAtMs) / 1000;
    const syncCpuSeconds = subject.sample().cpuSeconds;
    await sleep(10_000);
    const ours = subject.sample();
    await subject.stop();

    const informer = startScript('informer.ts', [], { KUBECONFIG: crowd.plane.kubeconfig });
    const listed = await informer.line<{ pods: number; seconds: number }>(300_000);
    const listCpuSeconds = sampleProcess(informer.child.pid ?? 0).cpuSeconds;
    await sleep(10_000);
    const theirs = sampleProcess(informer.child.pid ?? 0);
    await informer.stop();
    const mib = (value: number): string => `${Math.round(value)} MiB`;
    return [
      `**${pods.toLocaleString('en')} pods, beside the informer of @kubernetes/client-node (${listed.pods.toLocaleString('en')} pods in its cache)**`,
      '',
      '| | podmedic | informer |',
      '|---|---|---|',
      `| resident memory, steady | ${mib(ours.residentMiB)} | ${mib(theirs.residentMiB)} |`,
      `| resident memory, peak | ${mib(ours.peakMiB)} | ${mib(theirs.peakMiB)} |`,
      `| CPU until the list is complete | ${syncCpuSeconds.toFixed(1)} s | ${listCpuSeconds.toFixed(1)} s |`,
      `| time until the list is complete (podmedic: from its start) | ${seconds.toFixed(1)} s | ${listed.seconds.toFixed(1)} s |`,
    ].join('\n');
  } finally {
    await crowd.stop();
  }
}
