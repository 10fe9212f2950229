import type { CaseFile, ContainerLog } from '../../model/case-file.ts';
import type { Failure } from '../../model/failure.ts';
import type { KubeContainerStatus } from '../../model/kube-objects.ts';
import { readLog } from './read-log.ts';
import type { ReadLog } from './read-log.ts';

/**
 * The logs of a container's instance whose end is to be explained, best first. While the container runs again that is the previous one;
 * terminated or waiting, the current call gives the dead instance. When that one is gone (kubelet's excuse arrives as a
 * log), the other instance of the same program, then the same container in another pod of the workload, is second best.
 */
export function pickLogs(
  file: CaseFile,
  container: string | undefined,
  status: KubeContainerStatus | undefined,
  failure: Failure,
  pod: string | undefined = file.pod?.metadata?.name,
): readonly ReadLog[] {
  if (container === undefined) return [];
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
  const order = [
    ...own.filter(is(first)),
    ...own.filter(is(second)),
    ...others.filter(is(first)),
    ...others.filter(is(second)),
  ];
  const read = order.map(readLog).filter((log) => log !== undefined);
  // A restart between the reading of the status and of the log leaves the beginning of a new run in the current log.
  const [one, two] = read;
  if (one !== undefined && one.pod === two?.pod && isBeginning(one, two)) read.splice(0, 2, two, one);
  return read.filter((log) => log.lines.length > 0);
}

/** The first of `pickLogs`. */
export function pickLog(...wanted: Parameters<typeof pickLogs>): ReadLog | undefined {
  return pickLogs(...wanted)[0];
}

function isBeginning(part: ReadLog, whole: ReadLog): boolean {
  return (
    part.lines.length < whole.lines.length && part.lines.every((line, index) => line.text === whole.lines[index]?.text)
  );
}

function is(instance: ContainerLog['instance']): (log: ContainerLog) => boolean {
  return (log) => log.instance === instance;
}
