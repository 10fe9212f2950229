import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Failure, FailureKind } from '../../src/model/failure.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import type { OwnerFacts, PodSummary } from '../../src/track/observation.ts';
import { defaultTrackSettings, type TrackSettings } from '../../src/track/track-settings.ts';
import { createTracker, type Tracker, type Transition } from '../../src/track/tracker.ts';

export const startMs = Date.parse('2026-03-01T12:00:00Z');
export const second = 1000;
export const minute = 60_000;
export const hour = 3_600_000;

const facts: readonly FailureKind[] = ['OOMKilled', 'Evicted', 'Failed', 'JobFailed'];

/** A failure of a pod `WORKLOAD-x` in namespace `shop`. */
export function failure(kind: FailureKind, pod: string, more: Partial<Failure> = {}): Failure {
  return {
    kind,
    subject: { kind: 'Pod', name: pod, namespace: 'shop', uid: `uid-${pod}` },
    pod: { namespace: 'shop', name: pod, uid: `uid-${pod}` },
    ...(kind === 'CrashLoopBackOff' || kind === 'OOMKilled' || kind === 'ImagePull' ? { container: 'app' } : {}),
    sinceMs: startMs,
    reason: kind,
    restartCount: 0,
    fact: facts.includes(kind),
    ...(facts.includes(kind) ? { instance: `${kind}-${pod}` } : {}),
    ...more,
  };
}

function diagnosis(more: Partial<Diagnosis> = {}): Diagnosis {
  return { rootCause: 'x', confidence: 'high', source: 'rules', evidence: [], fixes: [], rule: 'family/rule', ...more };
}

/** The same of a controller: no pod shows it. */
export function controllerFailure(
  kind: FailureKind,
  subject: Failure['subject'],
  more: Partial<Failure> = {},
): Failure {
  return {
    kind,
    subject,
    sinceMs: startMs,
    reason: kind,
    restartCount: 0,
    fact: facts.includes(kind),
    ...(facts.includes(kind) ? { instance: `${kind}-${subject.name}` } : {}),
    ...more,
  };
}

interface PodInWorld {
  readonly pod: PodSummary;
  readonly failures: readonly Failure[];
}

/** A small cluster around one tracker: lists the pods of what the tracker follows, and writes down what it says. */
export class World {
  readonly said: Transition[] = [];
  readonly settings: TrackSettings;
  tracker: Tracker;
  atMs = startMs;
  readonly #pods = new Map<string, PodInWorld & { readonly workload: string }>();
  readonly #owners = new Map<string, OwnerFacts>();
  #listed = new Set<string>();
  #ids = 0;

  constructor(settings: Partial<TrackSettings> = {}, options: { readonly synced?: boolean } = {}) {
    this.settings = { ...defaultTrackSettings, ...settings };
    this.tracker = this.#newTracker();
    if (options.synced !== false) this.tracker.synced(undefined, startMs);
  }

  /** What was said, in short: `+10s opened web CrashLoopBackOff SEV-2 1/1`. */
  get lines(): string[] {
    return this.said.map((one) => {
      const head = `+${(one.atMs - startMs) / second}s ${one.type}`;
      if ('storm' in one) return `${head} ${one.storm.incidents.length}`;
      const { workload, kind, severity, pods } = one.incident;
      return `${head} ${workload.name} ${kind} ${severity} ${pods.failing}/${pods.total}`;
    });
  }

  /** The types and names only. */
  get steps(): string[] {
    return this.said.map((one) => ('storm' in one ? one.type : `${one.type} ${one.incident.workload.name}`));
  }

  owner(
    name: string,
    more: Partial<OwnerFacts> & { readonly kind?: string; readonly namespace?: string } = {},
  ): OwnerFacts {
    const { kind = 'Deployment', namespace = 'shop', ...rest } = more;
    const before = this.#owners.get(name);
    const workload: WorkloadRef = before?.workload ?? { kind, name, namespace };
    const owner = { readable: true, exists: true, ignored: false, ...before, workload, ...rest };
    this.#owners.set(name, owner);
    return owner;
  }

  /** The newest state of pod `WORKLOAD-…`; ready unless it has failures or is told otherwise. */
  pod(workload: string, name: string, failures: readonly Failure[] = [], more: Partial<PodSummary> = {}): void {
    const before = this.#pods.get(name)?.pod;
    const ready = more.ready ?? failures.every(({ kind }) => kind === 'OOMKilled');
    const { stableSinceMs: wasStable, ...kept } = before ?? { stableSinceMs: undefined };
    const summary: PodSummary = {
      ref: { namespace: this.owner(workload).workload.namespace, name, uid: `uid-${name}` },
      createdAtMs: this.atMs,
      leaving: false,
      finished: failures.some(({ kind }) => kind === 'Evicted' || kind === 'Failed'),
      succeeded: false,
      restarts: 0,
      ignored: false,
      ...kept,
      ready,
      ...(ready ? { stableSinceMs: wasStable ?? this.atMs } : {}),
      ...more,
    };
    this.#pods.set(name, { workload, pod: summary, failures });
    this.tracker.observe({ type: 'pod', pod: summary, failures, owner: this.owner(workload) }, this.atMs);
    this.#look();
  }

  gone(name: string): void {
    const pod = this.#pods.get(name);
    this.#pods.delete(name);
    if (pod !== undefined) this.tracker.remove(pod.pod.ref, this.atMs);
    this.#look();
  }

  /** New facts about an owner. */
  facts(name: string, more: Partial<OwnerFacts>, failures?: readonly Failure[]): void {
    const owner = this.owner(name, more);
    this.tracker.observe({ type: 'owner', owner, ...(failures === undefined ? {} : { failures }) }, this.atMs);
    this.#look();
  }

  rollout(name: string, failures: readonly Failure[]): void {
    this.tracker.observe({ type: 'rollout', owner: this.owner(name), failures }, this.atMs);
    this.#look();
  }

  annotate(name: string, more: Partial<Diagnosis>): ReturnType<Tracker['annotate']> {
    const incident = this.tracker.incidents().find(({ workload }) => workload.name === name);
    const result = this.tracker.annotate(incident?.id ?? '', diagnosis(more), this.atMs);
    this.#look();
    return result;
  }

  /** Lets time pass, waking the tracker whenever it asks. */
  pass(ms: number): void {
    const untilMs = this.atMs + ms;
    for (let wakeMs = this.tracker.nextWakeAtMs(); wakeMs !== undefined && wakeMs <= untilMs;) {
      this.atMs = Math.max(this.atMs, wakeMs);
      this.#look();
      const nextMs = this.tracker.nextWakeAtMs();
      if (nextMs !== undefined && nextMs <= wakeMs && nextMs <= this.atMs)
        throw new Error('the tracker does not move on');
      wakeMs = nextMs;
    }
    this.atMs = untilMs;
    this.#look();
  }

  /** Everything that was sent arrived. */
  deliverAll(): void {
    const ids = this.tracker.incidents({ includeResolved: true }).map(({ id }) => id);
    const storm = this.tracker.storm();
    for (const id of [...ids, ...(storm === undefined ? [] : [storm.id])]) {
      this.tracker.delivered(id, {
        sink: 'slack-bot',
        alert: 'opened',
        outcome: 'sent',
        atMs: this.atMs,
        channel: 'C1',
        ts: '1.2',
      });
    }
  }

  /** The process dies and another one takes over after `downMs`: it knows the records, and then sees the pods anew. */
  restart(downMs = 5 * second): void {
    const records = this.tracker.snapshot();
    this.#listed.clear();
    this.atMs += downMs;
    this.tracker = this.#newTracker();
    this.tracker.restore(records, this.atMs);
    for (const { workload, pod, failures } of this.#pods.values()) {
      if (failures.length === 0) continue;
      this.tracker.observe({ type: 'pod', pod, failures, owner: this.owner(workload) }, this.atMs);
    }
    this.tracker.synced(undefined, this.atMs);
    this.#look();
  }

  /** Lists the pods of a workload. */
  list(name: string): void {
    const pods = [...this.#pods.values()].filter(({ workload }) => workload === name);
    this.tracker.observe({ type: 'pods-listed', owner: this.owner(name), pods }, this.atMs);
  }

  #newTracker(): Tracker {
    return createTracker(this.settings, {
      cluster: 'test',
      newId: () => (++this.#ids).toString(16).padStart(6, '0'),
    });
  }

  #look(): void {
    this.said.push(...this.tracker.tick(this.atMs));
    const followed = new Set(this.tracker.followed().map(({ name }) => name));
    for (const name of followed) if (!this.#listed.has(name) && this.owner(name).readable) this.list(name);
    this.#listed = followed;
    this.said.push(...this.tracker.tick(this.atMs));
  }
}
