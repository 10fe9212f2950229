import type { Detection } from '../detect/detect.ts';
import { detectEvent } from '../detect/detect-event.ts';
import type { DetectSettings } from '../detect/detect-settings.ts';
import { detectJob, detectRollout } from '../detect/detect-workload.ts';
import type { ClusterReader } from '../investigate/cluster-reader.ts';
import type { OwnerFacts } from '../kubernetes/owner-facts.ts';
import type { OwnerResolver } from '../kubernetes/owner-resolver.ts';
import { createKeyedQueue, type KeyedQueue } from '../lib/keyed-queue.ts';
import type { Timers } from '../lib/timers.ts';
import type { Failure } from '../model/failure.ts';
import type { KubeEvent, KubeWorkload } from '../model/kube-objects.ts';
import type { PodRecord, PodRef } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';
import { summarizePod } from '../track/pod-summary.ts';
import type { Tracker } from '../track/tracker.ts';
import { createControllerTable } from './controller-table.ts';
import { createFollowing, mayBelong } from './following.ts';
import { createPodTable } from './pod-table.ts';

/** What the observer needs of the rest. */
export interface ObserverParts {
  readonly settings: DetectSettings;
  readonly owners: OwnerResolver;
  readonly reader: ClusterReader;
  /** Project a raw pod as the stream does. */
  readonly project: (pod: unknown) => PodRecord | undefined;
  /** The tracker of a leading replica; a standby has none and only keeps its tables warm. */
  readonly tracker: () => Tracker | undefined;
  /** Something was observed, transitions may be due. */
  readonly onObserved: () => void;
  /** A Job failed: its pods, and so its logs, may be gone in 2 s. */
  readonly onJobFailed: (failure: Failure, workload: WorkloadRef) => void;
  readonly onFailureSeen: (failure: Failure) => void;
  readonly onError: (error: unknown) => void;
  /** The stream must notice when this pod goes, or no longer. */
  readonly track: (ref: PodRef) => void;
  readonly untrack: (ref: PodRef) => void;
  readonly now: () => number;
  readonly timers: Timers;
}

/** Turns what streams bring into observations of the tracker. */
export interface Observer {
  upsert(record: PodRecord): boolean;
  remove(ref: PodRef): void;
  event(event: KubeEvent): void;
  /** Resolves when all that is kept now was observed at least once. */
  settled(): Promise<void>;
  /** Observes everything again, for a new tracker. */
  observeAll(): void;
  /** Follows what the tracker wants followed, and refreshes facts of owners that are old. */
  followUp(): void;
  /** Pods and controllers that wait to be observed. */
  readonly queueSize: () => number;
  /** How long the oldest of them has waited, ms. */
  readonly oldestAgeMs: () => number;
  stop(): Promise<void>;
}

const followedPodLimit = 5000;
const concurrency = 8;

/** Creates an observer; it does nothing until something is brought to it. */
export function createObserver(parts: ObserverParts): Observer {
  const { now, timers, owners, reader, settings } = parts;
  const following = createFollowing();
  const pods = createPodTable(settings, now, (record) => following.covers(record));
  const controllers = createControllerTable(settings.factWindowMs, now);
  const seenFailures = new Map<string, string>();

  const podQueue: KeyedQueue<string> = createKeyedQueue({
    concurrency,
    work: lookAtPod,
    onError: parts.onError,
    timers,
    now,
  });
  const controllerQueue: KeyedQueue<string> = createKeyedQueue({
    concurrency: 4,
    work: lookAtController,
    onError: parts.onError,
    timers,
    now,
  });
  const rolloutQueue: KeyedQueue<string> = createKeyedQueue({
    concurrency: 2,
    work: lookAtRollout,
    onError: parts.onError,
    timers,
    now,
  });
  const ownerQueue: KeyedQueue<string> = createKeyedQueue({
    concurrency: 4,
    work: refreshOwner,
    onError: parts.onError,
    timers,
    now,
  });

  async function lookAtPod(uid: string): Promise<void> {
    const known = pods.look(uid);
    if (known === undefined) return;
    // Owners are read while the pod may change; whatever is observed is its newest state.
    const owner = known.gone ? undefined : await owners.resolve(known.record);
    const look = pods.look(uid);
    if (look === undefined) return;
    const ref = refOf(look.record);
    if (look.gone || owner === undefined) {
      parts.tracker()?.remove(ref, now());
      forget(ref);
      parts.onObserved();
      return;
    }
    countNew(look.record.uid, look.detection);
    parts
      .tracker()
      ?.observe({ type: 'pod', pod: summarizePod(look.record), failures: look.detection.failures, owner }, now());
    if (!look.detection.watch && !following.covers(look.record)) {
      forget(ref);
      parts.untrack(ref);
    } else if (look.detection.recheckAtMs !== undefined) {
      podQueue.addAfter(uid, Math.max(1, look.detection.recheckAtMs - now()));
    }
    if (look.detection.watch) planRollout(owner);
    parts.onObserved();
  }

  function forget(ref: PodRef): void {
    pods.forget(ref.uid);
    seenFailures.delete(ref.uid);
  }

  function countNew(uid: string, { failures }: Detection): void {
    const kinds = failures.map((failure) => `${failure.kind}/${failure.container ?? ''}`).join();
    if (seenFailures.get(uid) === kinds) return;
    const before = seenFailures.get(uid)?.split(',') ?? [];
    for (const failure of failures) {
      if (!before.includes(`${failure.kind}/${failure.container ?? ''}`)) parts.onFailureSeen(failure);
    }
    if (kinds === '') seenFailures.delete(uid);
    else seenFailures.set(uid, kinds);
  }

  /** A rollout that gets stuck sends no event; the Deployment is read again when its deadline is over. */
  function planRollout(owner: OwnerFacts): void {
    if (owner.workload.kind !== 'Deployment' || owner.object === undefined) return;
    const { recheckAtMs, failures } = detectRollout(owner.object, now());
    if (failures.length > 0) rolloutQueue.add(keyOf(owner.workload));
    else if (recheckAtMs !== undefined) rolloutQueue.addAfter(keyOf(owner.workload), Math.max(1, recheckAtMs - now()));
  }

  async function lookAtRollout(key: string): Promise<void> {
    const owner = await owners.refresh(refOfKey(key));
    if (owner.object === undefined) return;
    const { failures, recheckAtMs } = detectRollout(owner.object, now());
    if (recheckAtMs !== undefined) rolloutQueue.addAfter(key, Math.max(1, recheckAtMs - now()));
    parts.tracker()?.observe({ type: 'rollout', owner, failures }, now());
    parts.onObserved();
  }

  async function lookAtController(key: string): Promise<void> {
    const findings = controllers.get(key);
    if (findings === undefined) return;
    const [first] = findings.failures;
    const subject = first?.subject ?? findings.jobFailed?.subject;
    if (subject === undefined) return;
    const owner = await owners.resolveOwner(subject, subject.namespace);
    const jobFailures = findings.jobFailed === undefined ? [] : await judgeJob(findings.jobFailed);
    for (const failure of jobFailures) parts.onJobFailed(failure, owner.workload);
    parts.tracker()?.observe({ type: 'owner', owner, failures: [...findings.failures, ...jobFailures] }, now());
    if (first !== undefined) controllerQueue.addAfter(key, settings.factWindowMs);
    parts.onObserved();
  }

  async function judgeJob(failure: Failure): Promise<readonly Failure[]> {
    const reading = await reader.get({ kind: 'Job', name: failure.subject.name, namespace: failure.subject.namespace });
    if (!('ok' in reading)) return reading.reason === 'not-found' ? [] : [failure];
    return detectJob(reading.ok as KubeWorkload, now(), settings).failures;
  }

  async function refreshOwner(key: string): Promise<void> {
    const owner = await owners.refresh(refOfKey(key));
    parts.tracker()?.observe({ type: 'owner', owner }, now());
    parts.onObserved();
  }

  /** One LIST of all pods of a workload, so that "all ready" can be seen. */
  async function follow(workload: WorkloadRef): Promise<void> {
    const owner = await owners.refresh(workload);
    following.add(workload);
    const found = await podsOf(owner);
    if (found === undefined) return;
    const uids = new Set<string>();
    for (const raw of found) {
      const record = parts.project(raw);
      if (record === undefined || !following.covers(record)) continue;
      uids.add(record.uid);
      // The stream goes on while a list is on its way: what it brought is newer than what the list shows.
      if (pods.look(record.uid) === undefined) pods.upsert(record);
      parts.track(refOf(record));
    }
    for (const record of pods.records()) if (mayBelong(record, workload)) uids.add(record.uid);
    const looks = [...uids].flatMap((uid) => {
      const look = pods.look(uid);
      if (look === undefined || look.gone) return [];
      return [{ pod: summarizePod(look.record), failures: look.detection.failures }];
    });
    parts.tracker()?.observe({ type: 'pods-listed', owner, pods: looks }, now());
    parts.onObserved();
  }

  /** All pods of a workload as they are now; undefined where they cannot be told. A bare pod is its own only one. */
  async function podsOf({ workload, selector, object, exists }: OwnerFacts): Promise<readonly unknown[] | undefined> {
    if (workload.kind === 'Pod') return object === undefined ? (exists ? undefined : []) : [object];
    if (selector === undefined) return undefined;
    const listing = await reader.listPods(workload.namespace, { selector, limit: followedPodLimit });
    return 'ok' in listing && !listing.ok.truncated ? listing.ok.items : undefined;
  }

  function dropUnfollowed(): void {
    for (const record of pods.records()) {
      const look = pods.look(record.uid);
      if (look === undefined || look.detection.watch || following.covers(record)) continue;
      forget(refOf(record));
      parts.untrack(refOf(record));
    }
  }

  return {
    upsert(record) {
      const kept = pods.upsert(record);
      if (kept) podQueue.add(record.uid);
      return kept;
    },
    remove(ref) {
      if (pods.remove(ref)) podQueue.add(ref.uid);
    },
    event(event) {
      const finding = detectEvent(event, now(), settings);
      if (finding.failures.length === 0 && finding.jobFailed === undefined) return;
      for (const failure of finding.failures) parts.onFailureSeen(failure);
      if (finding.jobFailed !== undefined) parts.onFailureSeen(finding.jobFailed);
      const key = controllers.add(finding);
      if (key !== undefined) controllerQueue.add(key);
    },
    settled: async () => {
      await Promise.all([podQueue.caughtUp(), controllerQueue.caughtUp()]);
    },
    observeAll() {
      following.clear();
      for (const uid of pods.uids()) podQueue.add(uid);
      for (const key of controllers.keys()) controllerQueue.add(key);
    },
    followUp() {
      const tracker = parts.tracker();
      if (tracker === undefined) return;
      const { added, removed } = following.update(tracker.followed());
      for (const workload of added) void follow(workload).catch(parts.onError);
      if (removed > 0) dropUnfollowed();
      for (const workload of tracker.staleOwners(now())) ownerQueue.add(keyOf(workload));
    },
    queueSize: () => podQueue.size() + controllerQueue.size() + ownerQueue.size() + rolloutQueue.size(),
    oldestAgeMs: () => Math.max(podQueue.oldestAgeMs(), controllerQueue.oldestAgeMs(), ownerQueue.oldestAgeMs()),
    stop: async () => {
      await Promise.all([podQueue.stop(), controllerQueue.stop(), rolloutQueue.stop(), ownerQueue.stop()]);
    },
  };
}

function refOf({ namespace, name, uid }: PodRecord): PodRef {
  return { namespace, name, uid };
}

const keyOf = (workload: WorkloadRef): string =>
  JSON.stringify({
    kind: workload.kind,
    name: workload.name,
    namespace: workload.namespace,
    apiVersion: workload.apiVersion,
    uid: workload.uid,
  });
const refOfKey = (key: string): WorkloadRef => JSON.parse(key) as WorkloadRef;
