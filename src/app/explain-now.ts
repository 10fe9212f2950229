import { detectSnapshot } from '../detect/detect-now.ts';
import type { DetectSettings } from '../detect/detect-settings.ts';
import { diagnose } from '../diagnose/engine.ts';
import type { ClusterReader } from '../investigate/cluster-reader.ts';
import { gather } from '../investigate/gather.ts';
import { createOwnerResolver, type OwnerResolver } from '../kubernetes/owner-resolver.ts';
import { projectPod } from '../kubernetes/pod-projection.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { initializingReason, type Failure } from '../model/failure.ts';
import type { Incident } from '../model/incident.ts';
import type { KubeEvent, KubePod, KubeWorkload } from '../model/kube-objects.ts';
import type { PodRecord } from '../model/pod-record.ts';
import { summarizePod } from '../track/pod-summary.ts';
import { defaultTrackSettings } from '../track/track-settings.ts';
import { createTracker, type Tracker } from '../track/tracker.ts';

/** One moment of a part of a cluster, as raw objects. */
export interface Moment {
  readonly pods: readonly KubePod[];
  readonly events: readonly KubeEvent[];
  readonly workloads: readonly KubeWorkload[];
  readonly nowMs: number;
}

/** An incident with the case that it was diagnosed from. */
export interface ExplainedIncident {
  readonly incident: Incident;
  readonly file: CaseFile;
  readonly diagnosis: Diagnosis;
}

export interface ExplainSettings {
  readonly cluster: string;
  readonly detect: DetectSettings;
  readonly budgetMs: number;
  readonly logTailLines: number;
  readonly newId: () => string;
}

/**
 * What fails at this moment, and why: the same detection, grouping and rules as the daemon's, without its waiting times.
 * Nothing is sent and nothing is kept.
 */
export async function explainNow(
  moment: Moment,
  reader: ClusterReader,
  settings: ExplainSettings,
): Promise<readonly ExplainedIncident[]> {
  const { nowMs } = moment;
  const owners = createOwnerResolver(reader, { now: () => nowMs });
  const tracker = createTracker(
    { ...defaultTrackSettings, settleMs: 0, stormIncidents: 0 },
    { cluster: settings.cluster, newId: settings.newId },
  );
  await observeMoment(moment, tracker, owners, settings.detect);
  tracker.synced(undefined, nowMs);
  tracker.tick(nowMs);
  const explained: ExplainedIncident[] = [];
  for (const incident of tracker.incidents()) {
    const [first, ...others] = incident.failures;
    if (first === undefined) continue;
    const gathering = { nowMs, budgetMs: settings.budgetMs, logTailLines: settings.logTailLines };
    const file = await gather([first, ...others], incident.workload, reader, gathering);
    const diagnosis = diagnose(file);
    // A pod that initialises is no failure, unless something is known of what it waits for.
    if (first.reason === initializingReason && diagnosis.confidence === 'unknown') continue;
    explained.push({ incident: { ...incident, diagnosis }, file, diagnosis });
  }
  return explained.sort((a, b) => Number(isSymptom(a)) - Number(isSymptom(b)));
}

const isSymptom = ({ diagnosis }: ExplainedIncident): boolean => diagnosis.causedBy !== undefined;

async function observeMoment(
  moment: Moment,
  tracker: Tracker,
  owners: OwnerResolver,
  settings: DetectSettings,
): Promise<void> {
  const { nowMs } = moment;
  const records = moment.pods
    .map((pod) => projectPod(pod))
    .filter((record): record is PodRecord => record !== undefined);
  const failures = detectSnapshot(
    { pods: records, events: moment.events, workloads: moment.workloads },
    nowMs,
    settings,
  );
  const ofPod = (record: PodRecord): Failure[] => failures.filter(({ pod }) => pod?.uid === record.uid);
  for (const record of records) {
    const owner = await owners.resolve(record);
    tracker.observe({ type: 'pod', pod: summarizePod(record), failures: ofPod(record), owner }, nowMs);
  }
  const known = new Set(records.map(({ uid }) => uid));
  for (const failure of failures) {
    if (failure.pod !== undefined && known.has(failure.pod.uid)) continue;
    const owner = await owners.resolveOwner(failure.subject, failure.subject.namespace);
    const type = failure.kind === 'RolloutStuck' ? 'rollout' : 'owner';
    tracker.observe({ type, owner, failures: [failure] }, nowMs);
  }
}
