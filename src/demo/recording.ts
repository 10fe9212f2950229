import { gunzipSync } from 'node:zlib';
import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';
import { packedRecordings } from './recordings.ts';

/** A watch event of a recorded pod. */
export interface RecordedPodEvent {
  readonly at: string;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubePod;
}

/** One failure as it was recorded on a real cluster. */
export interface Recording {
  readonly name: string;
  readonly recordedAt: string;
  readonly pods: readonly KubePod[];
  /** Each change of the pods, oldest first; empty when only the last state was kept. */
  readonly podEvents: readonly RecordedPodEvent[];
  readonly events: readonly KubeEvent[];
  readonly objects: readonly KubeObject[];
  /** By `POD/CONTAINER.log` and `POD/CONTAINER.previous.log`. */
  readonly logs: Readonly<Record<string, string>>;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** The packed recordings, their times moved so that each begins at `startMs`. */
export function openRecordings(startMs: number): readonly Recording[] {
  const recordings = JSON.parse(gunzipSync(Buffer.from(packedRecordings, 'base64')).toString('utf8')) as Recording[];
  return recordings.map((recording) => {
    const first = Math.min(
      ...recording.pods.map((pod) => Date.parse(pod.metadata?.creationTimestamp ?? recording.recordedAt)),
    );
    return moveTimes(recording, startMs - first) as Recording;
  });
}

function moveTimes(value: unknown, byMs: number): unknown {
  if (typeof value === 'string') return isoTime.test(value) ? moveTime(value, byMs) : value;
  if (Array.isArray(value)) return value.map((item) => moveTimes(item, byMs));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, moveTimes(inner, byMs)]));
}

function moveTime(text: string, byMs: number): string {
  const moved = new Date(Date.parse(text) + byMs).toISOString();
  return text.includes('.') ? moved.replace('Z', '000Z') : moved.replace(/\.\d+Z$/, 'Z');
}
