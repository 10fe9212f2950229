import type { CaseFile, ContainerLog } from '../../model/case-file.ts';
import type { Failure } from '../../model/failure.ts';
import type { KubeContainerStatus } from '../../model/kube-objects.ts';
import { readLog } from './read-log.ts';
import type { ReadLog } from './read-log.ts';

/**
 * The log of a container's instance whose end is to be explained. While the container runs again that is the previous one;
 * terminated or waiting, the current call gives the dead instance. When that one is gone (kubelet's excuse arrives as a
 * log), the other instance of the same program, then the same container in another pod of the workload, is second best.
 */
export function pickLog(
  file: CaseFile,
  container: string | undefined,
  status: KubeContainerStatus | undefined,
  failure: Failure,
  pod: string | undefined = file.pod?.metadata?.name,
): ReadLog | undefined {
  if (container === undefined) return undefined;
  const mine = file.logs.filter((log) => log.container === container);
  const runs = status?.state?.running !== undefined;
  const ended = status?.lastState?.terminated !== undefined;
  const first: ContainerLog['instance'] =
    runs && ended && (failure.kind !== 'NotReady' || (status.restartCount ?? 0) > 0) ? 'previous' : 'current';
  const second = first === 'previous' ? 'current' : 'previous';
  const own = mine.filter((log) => log.pod === pod);
  // Logs of other workloads' pods (neighbours) are never taken for this one's.
  const siblings = new Set(file.pods.map((one) => one.metadata?.name));
  const others = pod === file.pod?.metadata?.name ? mine.filter((log) => log.pod !== pod && siblings.has(log.pod)) : [];
  let empty: ReadLog | undefined;
  for (const log of [...own.filter(is(first)), ...own.filter(is(second)), ...others.filter(is(first)), ...others]) {
    const read = readLog(log);
    if (read && read.lines.length > 0) return read;
    // A program that said nothing before its end: what another start said later does not explain it, except by repeating.
    empty ??= read;
  }
  return empty;
}

function is(instance: ContainerLog['instance']): (log: ContainerLog) => boolean {
  return (log) => log.instance === instance;
}
