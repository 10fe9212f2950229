import type { Failure } from '../model/failure.ts';
import type { KubeEvent, KubeWorkload } from '../model/kube-objects.ts';
import type { PodRecord } from '../model/pod-record.ts';
import { detectEvent } from './detect-event.ts';
import type { DetectSettings } from './detect-settings.ts';
import { detectJob, detectRollout } from './detect-workload.ts';
import { findAll } from './detect.ts';
import { findInitializing } from './initializing.ts';
import { podFailure } from './look.ts';
import { countingContainers, exitTimeMs, isJobPod } from './pod-facts.ts';
import { updateHistory } from './pod-history.ts';

/** What `diagnose` looks at: one moment, no history. */
export interface Snapshot {
  readonly pods: readonly PodRecord[];
  readonly events: readonly KubeEvent[];
  /** Deployments, ReplicaSets, StatefulSets, DaemonSets, Jobs, CronJobs that could be read. */
  readonly workloads: readonly KubeWorkload[];
}

/**
 * What fails now with one pod. Waiting times are not applied, but the present instance must be failing: not ready, or up
 * for less than crashLoopUpMs after restarts. A failed pod of a Job gives JobFailed, with the Job as its subject.
 */
function detectNow(record: PodRecord, nowMs: number, settings: DetectSettings): Failure[] {
  const history = updateHistory(undefined, record, nowMs, settings);
  const failures = findAll({ record, history, nowMs, settings, atOnce: true }).flatMap(({ failure }) => failure ?? []);
  if (failures.length > 0) return failures;
  const initializing = findInitializing(record, nowMs);
  return initializing === undefined ? failedJobPod(record, nowMs) : [initializing];
}

/** The same for everything in a snapshot, controllers included; a Job's own condition decides about its failed pods. */
export function detectSnapshot(snapshot: Snapshot, nowMs: number, settings: DetectSettings): Failure[] {
  const { pods, events, workloads } = snapshot;
  const ofPods = pods.flatMap((record) => detectNow(record, nowMs, settings));
  const jobs = workloads.filter(({ kind }) => kind === 'Job');
  const anyAge: DetectSettings = { ...settings, factWindowMs: Number.POSITIVE_INFINITY };
  const outcomes = new Map(jobs.map((job) => [idOf('Job', job.metadata), detectJob(job, nowMs, anyAge)]));

  const podsOfJobs = ofPods.filter(({ kind }) => kind === 'JobFailed');
  const latestOfJob = new Map<string, Failure>();
  for (const failure of podsOfJobs) {
    const id = idOf('Job', failure.subject);
    const known = latestOfJob.get(id);
    if (known === undefined || known.sinceMs <= failure.sinceMs) latestOfJob.set(id, failure);
  }
  const ofJobs = [...outcomes].flatMap(([id, { failures }]) => {
    const shown = latestOfJob.get(id);
    // The pod that shows it says more: container and exit code.
    return failures.map((failure) => (shown === undefined ? failure : { ...shown, ...failure }));
  });
  const unjudged = [...latestOfJob].filter(([id]) => {
    const outcome = outcomes.get(id);
    return outcome === undefined || (outcome.failures.length === 0 && outcome.completedAtMs === undefined);
  });
  const finished = new Set([...outcomes].filter(([, one]) => one.completedAtMs !== undefined).map(([id]) => id));
  const alive = ofPods.filter(
    ({ kind, owner }) => kind !== 'JobFailed' && !finished.has(idOf(owner?.kind ?? '', owner)),
  );
  return [
    ...alive,
    ...ofJobs,
    ...unjudged.map(([, failure]) => failure),
    ...createFailures(snapshot, nowMs, settings),
    ...workloads.flatMap((one) => (one.kind === 'Deployment' ? detectRollout(one, nowMs).failures : [])),
    ...events.flatMap((event) => {
      const failed = detectEvent(event, nowMs, settings).jobFailed;
      const known =
        failed !== undefined &&
        (outcomes.has(idOf('Job', failed.subject)) || latestOfJob.has(idOf('Job', failed.subject)));
      return failed === undefined || known ? [] : [failed];
    }),
  ];
}

/** CreateFailed of controllers that still miss pods, or that could not be read; one for each controller and text. */
function createFailures(snapshot: Snapshot, nowMs: number, settings: DetectSettings): Failure[] {
  const found = new Map<string, Failure>();
  for (const event of snapshot.events) {
    for (const failure of detectEvent(event, nowMs, settings).failures) {
      const id = `${idOf(failure.subject.kind, failure.subject)}|${failure.message ?? ''}`;
      const known = found.get(id);
      if (known === undefined || failure.sinceMs < known.sinceMs) found.set(id, failure);
    }
  }
  return [...found.values()].filter(({ subject }) => {
    const controller = snapshot.workloads.find(
      (one) => idOf(one.kind ?? '', one.metadata) === idOf(subject.kind, subject),
    );
    return controller === undefined || missesPods(controller);
  });
}

function missesPods({ kind, spec, status }: KubeWorkload): boolean {
  if (kind === 'DaemonSet') return (status?.numberReady ?? 0) < (status?.desiredNumberScheduled ?? 0);
  if (kind === 'Job') return (status?.active ?? 0) + (status?.succeeded ?? 0) < (spec?.parallelism ?? 1);
  return (status?.replicas ?? 0) < (spec?.replicas ?? 1);
}

function failedJobPod(record: PodRecord, nowMs: number): Failure[] {
  const { owner } = record;
  if (record.phase !== 'Failed' || record.deletedAtMs !== undefined || owner === undefined || !isJobPod(record))
    return [];
  const container = countingContainers(record).find(({ state }) => state.type === 'terminated' && state.exitCode !== 0);
  const termination = container?.state.type === 'terminated' ? container.state : undefined;
  const failure = podFailure(record, 'JobFailed', {
    container,
    termination,
    sinceMs: exitTimeMs(record, termination, nowMs) ?? record.createdAtMs,
    reason: record.reason ?? termination?.reason ?? 'PodFailed',
    message: record.message ?? termination?.message,
    fact: true,
    instance: owner.uid ?? owner.name,
  });
  return [{ ...failure, subject: { ...owner, namespace: record.namespace } }];
}

function idOf(kind: string, object: { readonly namespace?: string; readonly name?: string } | undefined): string {
  return `${kind}/${object?.namespace ?? ''}/${object?.name ?? ''}`;
}
