import type { Failure, FailureClass } from '../model/failure.ts';
import type {
  FoldedWorkload,
  Incident,
  IncidentTransition,
  StormTransition,
  TransitionType,
} from '../model/incident.ts';
import { DueQueue } from './due-queue.ts';
import { viewOf, type IncidentState } from './incident-state.ts';
import { causeMark, type PresentSize } from './material-change.ts';
import { readyPods, severityOf, worstOf } from './severity.ts';
import { slotId, sortFailures } from './slots.ts';
import { WorkloadState, workloadKeyOf } from './workload-state.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** All incidents and workloads, what is due when, and what happened: the shelf from which the rules of tracking work. */
export class IncidentBook {
  readonly cluster: string;
  readonly due = new DueQueue();
  readonly workloads = new Map<string, WorkloadState>();
  readonly #newId: () => string;
  readonly #byId = new Map<string, IncidentState>();
  readonly #byKey = new Map<string, IncidentState>();
  readonly #ofWorkload = new Map<string, Set<IncidentState>>();
  readonly #children = new Map<string, Set<IncidentState>>();
  #output: (IncidentTransition | StormTransition)[] = [];

  constructor(cluster: string, newId: () => string) {
    this.cluster = cluster;
    this.#newId = newId;
  }

  get all(): Iterable<IncidentState> {
    return this.#byId.values();
  }

  byId(id: string): IncidentState | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): IncidentState | undefined {
    return this.#byKey.get(key);
  }

  /** Incidents of a workload, resolved ones included, the oldest first. */
  ofWorkload(workloadKey: string): IncidentState[] {
    return [...(this.#ofWorkload.get(workloadKey) ?? [])].sort(
      (a, b) => a.createdAtMs - b.createdAtMs || (a.key < b.key ? -1 : 1),
    );
  }

  workload(ref: WorkloadRef): WorkloadState {
    const key = workloadKeyOf(ref);
    const known = this.workloads.get(key);
    if (known !== undefined) return known;
    const made = new WorkloadState(ref);
    this.workloads.set(key, made);
    return made;
  }

  workloadOf(incident: IncidentState): WorkloadState {
    return this.workload(incident.workload);
  }

  add(incident: IncidentState): void {
    this.#byId.set(incident.id, incident);
    this.#byKey.set(incident.key, incident);
    const siblings = this.#ofWorkload.get(incident.workloadKey) ?? new Set();
    this.#ofWorkload.set(incident.workloadKey, siblings.add(incident));
  }

  remove(incident: IncidentState): void {
    this.due.set(incident.id, undefined);
    this.#byId.delete(incident.id);
    if (this.#byKey.get(incident.key) === incident) this.#byKey.delete(incident.key);
    const siblings = this.#ofWorkload.get(incident.workloadKey);
    siblings?.delete(incident);
    if (siblings?.size === 0) this.#ofWorkload.delete(incident.workloadKey);
    this.setHead(incident, undefined);
  }

  /** A consequence that turns out to be a failure of its own class keeps its id. */
  rekey(incident: IncidentState, key: string, failureClass: FailureClass, container: string | undefined): void {
    if (this.#byKey.get(incident.key) === incident) this.#byKey.delete(incident.key);
    incident.key = key;
    incident.class = failureClass;
    incident.container = container;
    this.#byKey.set(key, incident);
  }

  /** `heir` takes over the id of `head`, what people were told under it, and all that is folded into it. */
  handOver(head: IncidentState, heir: IncidentState): void {
    this.setHead(heir, undefined);
    const [headId, heirId] = [head.id, heir.id];
    this.due.set(headId, undefined);
    this.due.set(heirId, undefined);
    heir.id = headId;
    head.id = heirId;
    this.#byId.set(headId, heir);
    this.#byId.set(heirId, head);
    const { told, lastTold, confirmed, inDoubt, reminders, openedAtMs, reopened, diagnosis, deliveries } = head;
    Object.assign(heir, { told, lastTold, confirmed, inDoubt, reminders, openedAtMs, reopened, diagnosis, deliveries });
    Object.assign(head, {
      told: undefined,
      lastTold: undefined,
      reminders: 0,
      reopened: 0,
      diagnosis: undefined,
      deliveries: [],
    });
  }

  freshId(): string {
    for (let tries = 0; tries < 1000; tries++) {
      const id = this.#newId();
      if (!this.#byId.has(id)) return id;
    }
    throw new Error('newId gives only ids that are taken');
  }

  keyOf(workload: WorkloadState, failureClass: FailureClass, container: string | undefined): string {
    return `${workload.key}/${slotId(failureClass, container)}`;
  }

  /** Folds `child` into `head`, or takes it out. */
  setHead(child: IncidentState, head: IncidentState | undefined): void {
    if (child.foldedInto !== undefined) this.#children.get(child.foldedInto)?.delete(child);
    child.foldedInto = head?.id;
    if (head === undefined) return;
    const children = this.#children.get(head.id) ?? new Set();
    this.#children.set(head.id, children.add(child));
  }

  childrenOf(head: IncidentState): IncidentState[] {
    return [...(this.#children.get(head.id) ?? [])]
      .filter(({ state }) => state !== 'resolved')
      .sort((a, b) => a.createdAtMs - b.createdAtMs || (a.key < b.key ? -1 : 1));
  }

  /** What the incident amounts to, with those that are told in it. */
  sizeOf(incident: IncidentState): PresentSize {
    const children = this.childrenOf(incident);
    const failing = children.reduce((sum, child) => sum + child.failing, incident.failing);
    const total = children.reduce((sum, child) => sum + child.total, incident.total);
    const severity = worstOf(
      children.map((child) => child.severity),
      incident.severity,
    );
    const noneReady = [incident, ...children].some((one) => isDown(this.workloads.get(one.workloadKey)));
    return { failing, total, severity, noneReady };
  }

  /** Takes over what stands now; the last that stood is kept when nothing does. */
  setStanding(incident: IncidentState, failures: readonly Failure[], nowMs: number): void {
    const workload = this.workloadOf(incident);
    const sorted = sortFailures(failures);
    const first = sorted[0];
    const severity = severityOf(workload);
    if (first === undefined) return;
    const pods = new Set(sorted.flatMap(({ pod }) => pod?.uid ?? []));
    const wanted = workload.facts?.wanted ?? 0;
    const current = workload.currentPods().length;
    incident.failures = sorted;
    incident.kind = first.kind;
    incident.severity = severity;
    incident.failing = pods.size > 0 ? pods.size : Math.max(1, wanted - current);
    incident.total = Math.max(wanted, current, incident.failing);
    const stands = sorted.some(({ fact }) => !fact);
    const lastFactMs = Math.max(...sorted.map(({ sinceMs }) => sinceMs));
    incident.lastSeenAtMs = stands ? nowMs : Math.max(incident.lastSeenAtMs, lastFactMs);
    incident.beganAtMs = Math.min(incident.beganAtMs, ...sorted.map(({ sinceMs }) => sinceMs));
  }

  view(incident: IncidentState): Incident {
    const folded = this.childrenOf(incident).map((child): FoldedWorkload => ({
      workload: child.workload,
      kind: child.kind,
      failingPods: child.failing,
    }));
    return viewOf(incident, this.cluster, folded, this.sizeOf(incident).severity);
  }

  /** Remembers that people now know the incident as it is. */
  markTold(incident: IncidentState, nowMs: number): void {
    const { failing, severity } = this.sizeOf(incident);
    const before = incident.told;
    const cause = incident.diagnosis === undefined ? before?.cause : causeMark(incident.diagnosis);
    incident.told = {
      atMs: nowMs,
      kinds: new Set([...(before?.kinds ?? []), incident.kind]),
      severity: before === undefined ? severity : worstOf([severity], before.severity),
      // Pods that are not ready yet, but not called failing either, are no news when they are.
      pods: Math.max(failing, unreadyPods(this.workloads.get(incident.workloadKey)), before?.pods ?? 0),
      ...(cause === undefined ? {} : { cause }),
    };
    incident.worseSinceMs = undefined;
    incident.factsSinceTold = false;
  }

  /** Says it: the transition goes out with the incident as it is. */
  tell(incident: IncidentState, type: TransitionType, reason: string, atMs: number): void {
    this.markTold(incident, atMs);
    incident.lastTold = { type, atMs };
    incident.confirmed = false;
    incident.inDoubt = false;
    this.#output.push({ type, atMs, incident: this.view(incident), reason });
  }

  push(transition: StormTransition): void {
    this.#output.push(transition);
  }

  takeOutput(): (IncidentTransition | StormTransition)[] {
    const output = this.#output;
    this.#output = [];
    return output;
  }

  hasOutput(): boolean {
    return this.#output.length > 0;
  }
}

function unreadyPods(workload: WorkloadState | undefined): number {
  return workload?.currentPods().filter(({ summary }) => !summary.ready).length ?? 0;
}

function isDown(workload: WorkloadState | undefined): boolean {
  return workload !== undefined && readyPods(workload) === 0;
}
