import type { ContainerLog } from '../model/case-file.ts';
import type { KubePod } from '../model/kube-objects.ts';
import type { ClusterReader, LogText, Reading } from './cluster-reader.ts';
import type { Collector } from './collector.ts';
import { containersOf, hasEarlier, hasStarted, suspicion } from './pod-condition.ts';

export interface LogLimits {
  readonly tailLines: number;
  readonly limitBytes: number;
}

/** Names one log. */
export interface LogRef {
  readonly pod: string;
  readonly container: string;
  readonly instance: 'current' | 'previous';
  /** Its absence is no gap: the other instance's log is the one that explains the exit. */
  readonly optional?: boolean;
}

/** Containers of one pod whose logs are read when none of them is known to be at fault; the rest is left out. */
const containerLimit = 6;

// Kubelet has answered 200 before it opens the log, so that its errors arrive as the body (kubernetes v1.35
// pkg/kubelet/kubelet_pods.go GetKubeletContainerLogs, kuberuntime_container.go GetContainerLogs, cri-client pkg/logs/logs.go).
const notALog = [
  /^unable to retrieve container logs for \S+$/,
  /^container status is nil$/,
  /^failed to try resolving symlinks in path /,
  /^failed to open log file /,
  /^rpc error: code = \w+ desc = /,
  /^Error response from daemon: No such container/i,
];

/** Reads one log; text by which kubelet says that there is none is a gap. */
export async function readLog(
  namespace: string,
  ref: LogRef,
  limits: LogLimits,
  reader: ClusterReader,
  collector: Collector,
): Promise<ContainerLog | undefined> {
  const source = `log ${ref.container}${ref.instance === 'previous' ? ' (previous)' : ''} of pod ${ref.pod}`;
  const log = await collector.take(source, async (signal): Promise<Reading<LogText>> => {
    const reading = await reader.log(
      { namespace, pod: ref.pod, container: ref.container, previous: ref.instance === 'previous', ...limits },
      { signal },
    );
    if ('ok' in reading && isNotALog(reading.ok.text)) {
      return {
        gap: 'kubelet no longer has the log of this instance',
        reason: ref.optional ? 'not-started' : 'not-found',
      };
    }
    return ref.optional && 'gap' in reading && reading.reason === 'not-found'
      ? { ...reading, reason: 'not-started' }
      : reading;
  });
  const { pod, container, instance } = ref;
  return log && { pod, container, instance, text: log.text, truncated: log.truncated };
}

/** Whether a body is kubelet's or the runtime's own excuse rather than a container's log. */
function isNotALog(text: string): boolean {
  if (text.length > 1000) return false;
  const body = text.trim();
  return notALog.some((excuse) => excuse.test(body)) && !body.includes('\n');
}

/**
 * The logs of a pod that can explain its failure: those of `culprit` when it is known, and of every other container that
 * looks at fault, the most suspect first; when none does, those of its app containers unless `suspectsOnly`. Both instances
 * where both exist.
 */
export function logsWanted(pod: KubePod, culprit: string | undefined, suspectsOnly = false): LogRef[] {
  const podName = pod.metadata?.name ?? '';
  const ranked = containersOf(pod)
    .map((container) => ({
      ...container,
      rank: container.name === culprit ? 9 : suspicion(container.status),
    }))
    .filter(({ status }) => hasStarted(status))
    .sort((a, b) => b.rank - a.rank);
  const suspects = ranked.filter(({ rank }) => rank > 0);
  const others = suspectsOnly ? [] : ranked.filter(({ init }) => !init);
  const chosen = (suspects.length > 0 ? suspects : others).slice(0, containerLimit);
  return chosen.flatMap(({ name, status }) => {
    const current: LogRef = { pod: podName, container: name, instance: 'current' };
    if (!hasEarlier(status)) return [current];
    // While a container does not run, its current log is that of the instance that died (DESIGN.md section 7).
    return [current, { ...current, instance: 'previous' as const, optional: status?.state?.running === undefined }];
  });
}
