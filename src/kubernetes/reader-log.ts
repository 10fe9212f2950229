import type { ApiClient } from './api-client.ts';
import type { LogText, PodLogRequest } from './reader-port.ts';

/**
 * Reads the end of a container's log. Kubelet counts `limitBytes` from where the tail begins, so that of long lines the
 * newest would be cut off (kubernetes pkg/kubelet/kuberuntime/logs, LogOptions): when an answer is that long, the last
 * lines are asked for as well, and both parts are joined.
 */
export async function readPodLog(
  client: ApiClient,
  request: PodLogRequest,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<LogText> {
  const { namespace, pod, container, previous, tailLines, limitBytes } = request;
  const ask = (lines: number, bytes: number): Promise<LogText> =>
    client.text({
      path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`,
      query: { container, previous: previous || undefined, tailLines: lines, limitBytes: bytes },
      timeoutMs,
      maxBytes: limitBytes,
      ...(signal ? { signal } : {}),
    });
  const log = await ask(tailLines, limitBytes);
  const complete = Buffer.byteLength(log.text) < limitBytes;
  if (complete) return { text: log.text, truncated: log.truncated || countLines(log.text) >= tailLines };
  const end = await ask(Math.max(1, Math.ceil(tailLines / 20)), limitBytes * 4);
  return { text: join(log.text, end.text), truncated: true };
}

/** Enough of the end's beginning to find where it lies in the head. */
const probeLength = 16;
const probeLimit = 1000;

// The head's last line was cut, perhaps within a character. Where both parts hold the same lines, they are told once.
function join(cutHead: string, end: string): string {
  const head = cutHead.slice(0, cutHead.lastIndexOf('\n') + 1) || `${cutHead}\n`;
  const probe = end.slice(0, probeLength);
  let at = head.indexOf(probe, Math.max(0, head.length - end.length));
  for (let tries = 0; at >= 0 && tries < probeLimit; tries++) {
    if (end.startsWith(head.slice(at))) return head.slice(0, at) + end;
    at = head.indexOf(probe, at + 1);
  }
  return head + end;
}

function countLines(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
