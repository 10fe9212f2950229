import { detectEvent } from '../../src/detect/detect-event.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { detectPod } from '../../src/detect/detect.ts';
import { updateHistory, type PodHistory } from '../../src/detect/pod-history.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { KubeEvent } from '../../src/model/kube-objects.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import type { OwnerFacts } from '../../src/track/observation.ts';
import { summarizePod } from '../../src/track/pod-summary.ts';
import { defaultTrackSettings, type TrackSettings } from '../../src/track/track-settings.ts';
import { createTracker, type Tracker, type Transition } from '../../src/track/tracker.ts';
import { workloadKeyOf } from '../../src/track/workload-state.ts';

interface WatchedPod {
  readonly record: PodRecord;
  readonly owner: string;
  history: PodHistory | undefined;
  recheckAtMs: number | undefined;
  failures: readonly Failure[];
}

/**
 * Plays pods as a watch would bring them through detection and tracking, under a clock that only moves as told. `ownerOf`
 * answers what a read of a workload would say at that moment.
 */
export class Replay {
  readonly said: Transition[] = [];
  readonly tracker: Tracker;
  atMs: number;
  readonly #ownerOf: (ref: WorkloadRef) => OwnerFacts;
  readonly #pods = new Map<string, WatchedPod>();
  readonly #ofOwner = new Map<string, Set<string>>();
  #listed = new Set<string>();
  #ids = 0;

  constructor(startMs: number, ownerOf: (ref: WorkloadRef) => OwnerFacts, settings: Partial<TrackSettings> = {}) {
    this.atMs = startMs;
    this.#ownerOf = ownerOf;
    this.tracker = createTracker(
      { ...defaultTrackSettings, ...settings },
      { cluster: 'test', newId: () => (++this.#ids).toString(16).padStart(6, '0') },
    );
    this.tracker.synced(undefined, startMs);
  }

  get steps(): string[] {
    return this.said.map((one) => {
      const head = `+${Math.round(one.atMs / 1000)}s ${one.type}`;
      return 'storm' in one ? head : `${head} ${one.incident.workload.name} ${one.incident.kind}`;
    });
  }

  upsert(record: PodRecord, owner: WorkloadRef, atMs: number): void {
    this.passUntil(atMs);
    const key = workloadKeyOf(owner);
    const before = this.#pods.get(record.uid);
    const pod: WatchedPod = { record, owner: key, history: before?.history, recheckAtMs: undefined, failures: [] };
    this.#pods.set(record.uid, pod);
    const siblings = this.#ofOwner.get(key) ?? new Set();
    this.#ofOwner.set(key, siblings.add(record.uid));
    this.#look(pod, owner);
    this.#take();
  }

  remove(uid: string, atMs: number): void {
    this.passUntil(atMs);
    const pod = this.#pods.get(uid);
    if (pod === undefined) return;
    this.#pods.delete(uid);
    this.#ofOwner.get(pod.owner)?.delete(uid);
    this.tracker.remove({ uid, name: pod.record.name, namespace: pod.record.namespace }, atMs);
    this.#take();
  }

  event(event: KubeEvent, owner: WorkloadRef, atMs: number): void {
    this.passUntil(atMs);
    const { failures, jobFailed } = detectEvent(event, atMs, defaultDetectSettings);
    this.tracker.observe(
      {
        type: 'owner',
        owner: this.#ownerOf(owner),
        failures: [...failures, ...(jobFailed === undefined ? [] : [jobFailed])],
      },
      atMs,
    );
    this.#take();
  }

  /** Reads the owner again. */
  refresh(owner: WorkloadRef, atMs: number): void {
    this.passUntil(atMs);
    this.tracker.observe({ type: 'owner', owner: this.#ownerOf(owner) }, atMs);
    this.#take();
  }

  /** Lets time pass: pods are looked at again when they asked for it, the tracker wakes when it asked. */
  passUntil(untilMs: number): void {
    for (;;) {
      const due = this.#nextRecheck();
      const wakeMs = this.tracker.nextWakeAtMs() ?? Number.POSITIVE_INFINITY;
      const nextMs = Math.min(due?.recheckAtMs ?? Number.POSITIVE_INFINITY, wakeMs);
      if (nextMs > untilMs) break;
      this.atMs = Math.max(this.atMs, nextMs);
      if (due !== undefined && (due.recheckAtMs ?? Number.POSITIVE_INFINITY) <= nextMs)
        this.#look(due, this.#refOf(due.owner));
      this.#take();
    }
    this.atMs = Math.max(this.atMs, untilMs);
  }

  #nextRecheck(): WatchedPod | undefined {
    let first: WatchedPod | undefined;
    for (const pod of this.#pods.values()) {
      if (pod.recheckAtMs === undefined) continue;
      if (first?.recheckAtMs === undefined || pod.recheckAtMs < first.recheckAtMs) first = pod;
    }
    return first;
  }

  #look(pod: WatchedPod, owner: WorkloadRef): void {
    pod.history = updateHistory(pod.history, pod.record, this.atMs, defaultDetectSettings);
    const { failures, recheckAtMs } = detectPod(pod.record, pod.history, this.atMs, defaultDetectSettings);
    pod.failures = failures;
    pod.recheckAtMs = recheckAtMs;
    this.tracker.observe(
      { type: 'pod', pod: summarizePod(pod.record), failures, owner: this.#ownerOf(owner) },
      this.atMs,
    );
  }

  #take(): void {
    this.said.push(...this.tracker.tick(this.atMs));
    const followed = this.tracker.followed();
    for (const ref of followed) {
      const key = workloadKeyOf(ref);
      if (this.#listed.has(key)) continue;
      const pods = [...(this.#ofOwner.get(key) ?? [])].flatMap((uid) => this.#pods.get(uid) ?? []);
      this.tracker.observe(
        {
          type: 'pods-listed',
          owner: this.#ownerOf(ref),
          pods: pods.map(({ record, failures }) => ({ pod: summarizePod(record), failures })),
        },
        this.atMs,
      );
    }
    this.#listed = new Set(followed.map(workloadKeyOf));
    for (const ref of this.tracker.staleOwners(this.atMs)) {
      this.tracker.observe({ type: 'owner', owner: this.#ownerOf(ref) }, this.atMs);
    }
    this.said.push(...this.tracker.tick(this.atMs));
  }

  #refOf(key: string): WorkloadRef {
    const [namespace = '', kind = '', name = ''] = key.split('/');
    return { namespace, kind, name };
  }
}
