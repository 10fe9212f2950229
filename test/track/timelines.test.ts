import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { KubePod } from '../../src/model/kube-objects.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import { Replay } from './replay.ts';

interface Timeline {
  readonly events: readonly {
    readonly at?: string;
    readonly time?: string;
    readonly type: string;
    readonly object: KubePod;
  }[];
}

const corpus = join(import.meta.dirname, '../corpus');
const minute = 60_000;

function play(scenario: string, afterMs: number): Replay {
  const file = join(corpus, scenario, 'recorded', 'timeline.json');
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as Timeline;
  const timeOf = (event: Timeline['events'][number]): number => Date.parse(event.at ?? event.time ?? '');
  const pods = new Set<string>();
  const first = events[0];
  if (first === undefined) throw new Error(`${file} is empty`);
  const replay = new Replay(timeOf(first), (workload) => ({
    workload,
    readable: true,
    exists: true,
    ignored: false,
    wanted: pods.size,
  }));
  for (const event of events) {
    const record = projectPod(event.object);
    if (record === undefined) continue;
    const name = record.owner?.name.replace(/-[^-]+$/, '') ?? record.name;
    const owner: WorkloadRef = { kind: 'Deployment', name, namespace: record.namespace };
    if (event.type === 'DELETED' || record.deletedAtMs !== undefined) pods.delete(record.uid);
    else pods.add(record.uid);
    if (event.type === 'DELETED') replay.remove(record.uid, timeOf(event));
    else replay.upsert(record, owner, timeOf(event));
  }
  replay.passUntil(replay.atMs + afterMs);
  return replay;
}

/** What each recorded history must make people hear, and how long after its first event. */
const expected: Readonly<Record<string, readonly (readonly [string, string, number])[]>> = {
  // The third restart comes 42 s after the pod.
  's001-checkout': [['opened', 'CrashLoopBackOff', 52]],
  // Killed by its liveness probe, Ready most of the time; up for good after the recording ends.
  's083-kiosk': [
    ['opened', 'CrashLoopBackOff', 53],
    ['resolved', 'CrashLoopBackOff', 343],
  ],
  's098-queue': [['opened', 'OOMKilled', 11]],
  // Two replicas, one message.
  's113-shopapi': [['opened', 'ImagePull', 71]],
  's121-accounts': [['opened', 'ConfigError', 40]],
  's187-meadow': [],
  's189-creek': [],
};

const recorded = readdirSync(corpus).filter((name) => existsSync(join(corpus, name, 'recorded', 'timeline.json')));

test('each recorded timeline is expected to say something, or nothing', () => {
  expect(recorded).toEqual(Object.keys(expected));
});

test.each(Object.entries(expected))('%s', (scenario, transitions) => {
  const replay = play(scenario, 10 * minute);
  const file = join(corpus, scenario, 'recorded', 'timeline.json');
  const { events } = JSON.parse(readFileSync(file, 'utf8')) as Timeline;
  const startMs = Date.parse(events[0]?.at ?? events[0]?.time ?? '');
  const said = replay.said.map((one) => [
    one.type,
    'incident' in one ? one.incident.kind : '',
    Math.round((one.atMs - startMs) / 1000),
  ]);
  expect(said).toEqual(transitions);
});
