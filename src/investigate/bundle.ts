import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gap } from '../model/case-file.ts';
import { AppError } from '../model/errors.ts';
import type { KubeEvent, KubeObject, KubePod, KubeWorkload } from '../model/kube-objects.ts';
import { foldersIn, objectsIn, readJson } from './bundle-files.ts';
import { createBundleReader } from './bundle-reader.ts';
import type { ClusterReader } from './cluster-reader.ts';
import { eventAtMs } from './event-order.ts';

/** A recording of one workload's failure, opened from a folder (`--from DIR`). */
export interface Bundle {
  readonly dir: string;
  /** "Now" of the recording: meta.json's recordedAt, else the newest time that any of its objects carries. */
  readonly nowMs: number;
  /** The pod that the recording is about, where it says so. */
  readonly focusPod?: { readonly name: string; readonly namespace: string };
  readonly pods: readonly KubePod[];
  readonly events: readonly KubeEvent[];
  readonly workloads: readonly KubeWorkload[];
  readonly cluster: readonly KubeObject[];
  readonly reader: ClusterReader;
  /** What of the recording could not be read. */
  readonly gaps: readonly Gap[];
}

/**
 * Opens a bundle: pods.json, pod.json, events.json, workload.json, cluster.json, meta.json and logs/POD/CONTAINER.log,
 * .previous.log, .error. Anything may be missing or damaged; throws BUNDLE_INVALID only when there is nothing to read at
 * all. `fallbackNowMs` is "now" when nothing in the bundle tells a time.
 */
export async function openBundle(dir: string, fallbackNowMs = Date.now()): Promise<Bundle> {
  await requireFolder(dir);
  const gaps: Gap[] = [];
  const read = async (name: string): Promise<KubeObject[]> => {
    const value = await readJson(dir, name, gaps);
    const objects = objectsIn(value);
    const emptyList = Array.isArray(value) || Array.isArray((value as { items?: unknown } | undefined)?.items);
    if (value !== undefined && objects.length === 0 && !emptyList) {
      gaps.push({ source: name, why: 'holds no Kubernetes object' });
    }
    return objects;
  };
  const [listed, focus, events, workloads, cluster, meta, logFolders] = await Promise.all([
    read('pods.json'),
    read('pod.json'),
    read('events.json'),
    read('workload.json'),
    read('cluster.json'),
    readJson(dir, 'meta.json', gaps),
    foldersIn(join(dir, 'logs')),
  ]);
  if ([listed, focus, events, workloads, cluster, logFolders].every((part) => part.length === 0)) {
    const why = gaps.map((gap) => `${gap.source}: ${gap.why}`).join('; ');
    throw new AppError('BUNDLE_INVALID', `Nothing to diagnose in ${dir}${why === '' ? '' : ` (${why})`}.`);
  }
  const pods = mergePods(listed, focus);
  const focusPod = chooseFocusPod(meta, focus, pods);
  const recordedAtMs = Date.parse(textOf(meta, 'recordedAt') ?? '');
  return {
    dir,
    nowMs: Number.isNaN(recordedAtMs) ? (newestMs(pods, events) ?? fallbackNowMs) : recordedAtMs,
    ...(focusPod ? { focusPod } : {}),
    pods,
    events,
    workloads: workloads as KubeWorkload[],
    cluster,
    reader: createBundleReader(dir, { pods, events, others: [...workloads, ...cluster] }),
    gaps,
  };
}

async function requireFolder(dir: string): Promise<void> {
  const found = await stat(dir).catch(() => undefined);
  if (!found) throw new AppError('BUNDLE_INVALID', `There is no folder ${dir}.`);
  if (!found.isDirectory()) throw new AppError('BUNDLE_INVALID', `${dir} is not a folder.`);
}

// pod.json is the later read of the two, so it wins over the same pod of the list.
function mergePods(listed: readonly KubeObject[], focus: readonly KubeObject[]): KubePod[] {
  const pods = new Map<string, KubePod>();
  for (const pod of [...listed, ...focus]) {
    if (pod.kind !== undefined && pod.kind !== 'Pod') continue;
    pods.set(`${pod.metadata?.namespace ?? ''}/${pod.metadata?.name ?? ''}`, pod as KubePod);
  }
  return [...pods.values()];
}

function chooseFocusPod(
  meta: unknown,
  focus: readonly KubeObject[],
  pods: readonly KubePod[],
): { name: string; namespace: string } | undefined {
  const name = textOf(meta, 'focusPod') ?? focus[0]?.metadata?.name;
  const pod = pods.find((candidate) => candidate.metadata?.name === name);
  return name !== undefined && pod ? { name, namespace: pod.metadata?.namespace ?? 'default' } : undefined;
}

function newestMs(pods: readonly KubePod[], events: readonly KubeEvent[]): number | undefined {
  const times = events.map(eventAtMs);
  for (const pod of pods) {
    times.push(Date.parse(pod.metadata?.creationTimestamp ?? ''));
    for (const condition of pod.status?.conditions ?? []) times.push(Date.parse(condition.lastTransitionTime ?? ''));
    for (const { state, lastState } of pod.status?.containerStatuses ?? []) {
      times.push(Date.parse(state?.running?.startedAt ?? ''), Date.parse(state?.terminated?.finishedAt ?? ''));
      times.push(Date.parse(lastState?.terminated?.finishedAt ?? ''));
    }
  }
  let newest: number | undefined;
  for (const time of times) if (time > (newest ?? 0)) newest = time;
  return newest;
}

function textOf(value: unknown, key: string): string | undefined {
  const text = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  return typeof text === 'string' && text !== '' ? text : undefined;
}
