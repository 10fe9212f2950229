import type { Failure } from '../model/failure.ts';
import { createRecheckMs, dropEndedOwnFailures, endingOf, wellSinceMs } from './ending.ts';
import { headFor, joinersOf, sharedCauseOf } from './folding.ts';
import type { IncidentBook } from './incident-book.ts';
import { newIncident, shortHash, type IncidentState } from './incident-state.ts';
import { materialChange } from './material-change.ts';
import { isQuietClass, slotsOf, type Slot } from './slots.ts';
import { stormDueKey, type StormWatch } from './storm-watch.ts';
import type { TrackSettings } from './track-settings.ts';
import type { WorkloadState } from './workload-state.ts';

/** Whoever speaks for many (a common cause, a storm) looks at them once for all that changed in this time. */
const gatherMs = 1000;

/** Steps of an incident's life, each at one moment: settling → open → resolved, folded, told, reminded. */
export class IncidentLife {
  readonly #book: IncidentBook;
  readonly #storms: StormWatch;
  readonly #settings: TrackSettings;
  readonly #isSynced: (namespace: string) => boolean;

  constructor(
    book: IncidentBook,
    storms: StormWatch,
    settings: TrackSettings,
    isSynced: (namespace: string) => boolean,
  ) {
    this.#book = book;
    this.#storms = storms;
    this.#settings = settings;
    this.#isSynced = isSynced;
  }

  /** Something about the workload changed: opens what is new and looks at what there is. */
  review(workload: WorkloadState, nowMs: number): void {
    dropEndedOwnFailures(workload, nowMs);
    for (const slot of slotsOf(workload)) this.#startIfNew(workload, slot, nowMs);
    for (const incident of this.#activeOf(workload)) this.evaluate(incident, nowMs);
    if (this.#activeOf(workload).length === 0 && !workload.hasFailures()) this.#book.workloads.delete(workload.key);
  }

  /** Does what is due for one incident at `nowMs` and sets when to look again. */
  evaluate(incident: IncidentState, nowMs: number): void {
    if (incident.state === 'resolved') {
      this.#evaluateResolved(incident, nowMs);
      return;
    }
    const workload = this.#book.workloadOf(incident);
    dropEndedOwnFailures(workload, nowMs);
    const standing = this.#standingOf(incident, workload);
    const fails = standing.some(({ fact }) => !fact);
    this.#book.setStanding(incident, standing, nowMs);
    this.#updateCause(incident, standing.length > 0, nowMs);
    if (incident.state === 'settling') {
      this.#evaluateSettling(incident, standing, nowMs);
      return;
    }
    this.#takeFacts(incident, standing, nowMs);
    if (fails) incident.hadCondition = true;
    incident.clearSinceMs = fails ? undefined : (incident.clearSinceMs ?? wellSinceMs(incident, workload, nowMs));
    this.#evaluateOpen(incident, workload, fails, nowMs);
  }

  #updateCause(incident: IncidentState, stands: boolean, nowMs: number): void {
    const cause = stands ? (incident.blamed ?? sharedCauseOf(incident)) : incident.cause;
    if (cause === incident.cause) return;
    incident.cause = cause;
    for (const child of this.#book.childrenOf(incident)) this.#book.due.set(child.id, nowMs);
  }

  /** Opens, folds or drops what a common cause joins; also used when a diagnosis names one. Returns whether it was folded. */
  foldIfShared(incident: IncidentState, nowMs: number): boolean {
    const head = headFor(this.#book, incident);
    if (head === undefined) return false;
    for (const child of this.#book.childrenOf(incident)) this.#book.setHead(child, head);
    this.#book.setHead(incident, head);
    this.#settleDone(incident, nowMs);
    this.#book.due.soon(head.id, nowMs + gatherMs);
    return true;
  }

  #activeOf(workload: WorkloadState): IncidentState[] {
    return this.#book.ofWorkload(workload.key).filter(({ state }) => state !== 'resolved');
  }

  /** The incident of this workload that its consequences (NotReady, RolloutStuck, JobFailed) join. */
  #mainOf(workload: WorkloadState): IncidentState | undefined {
    return this.#activeOf(workload).find((incident) => !isQuietClass(incident.class));
  }

  #startIfNew(workload: WorkloadState, slot: Slot, nowMs: number): void {
    const { class: failureClass, container, failures } = slot;
    const key = this.#book.keyOf(workload, failureClass, container);
    const known = this.#book.byKey(key);
    if (known !== undefined && known.state !== 'resolved') return;
    const seen = known?.seenFacts ?? new Set<string>();
    const isNew = failures.some((failure) => !failure.fact || !seen.has(factMark(failure)));
    if (!isNew) return;
    const quiet = isQuietClass(failureClass);
    if (quiet && this.#mainOf(workload) !== undefined) return;
    const consequence = quiet ? undefined : this.#activeOf(workload).find((one) => isQuietClass(one.class));
    if (consequence !== undefined && known === undefined) {
      this.#book.rekey(consequence, key, failureClass, container);
      return;
    }
    const settleEndsAtMs = Math.max(
      nowMs + this.#settings.settleMs,
      ...failures.map(({ kind, sinceMs }) =>
        kind === 'CreateFailed' ? sinceMs + this.#settings.createFailedDelayMs : 0,
      ),
    );
    const reopens = known?.resolvedAtMs !== undefined && nowMs < known.resolvedAtMs + this.#settings.reopenWindowMs;
    if (known !== undefined && !reopens) this.#book.remove(known);
    if (known !== undefined && reopens) {
      known.state = 'settling';
      known.storm = undefined;
      known.told = undefined;
      known.settleEndsAtMs = settleEndsAtMs;
      return;
    }
    this.#book.add(
      newIncident(seen, {
        id: this.#book.freshId(),
        key,
        workload: workload.ref,
        workloadKey: workload.key,
        class: failureClass,
        container,
        kind: failures[0]?.kind ?? 'Failed',
        createdAtMs: nowMs,
        settleEndsAtMs,
      }),
    );
  }

  #standingOf(incident: IncidentState, workload: WorkloadState): Failure[] {
    const isMain = this.#mainOf(workload) === incident;
    return slotsOf(workload).flatMap((slot) => {
      const own = slot.class === incident.class && slot.container === incident.container;
      return own || (isMain && isQuietClass(slot.class)) ? slot.failures : [];
    });
  }

  /** Facts count once: by their instance. */
  #takeFacts(incident: IncidentState, failures: readonly Failure[], nowMs: number): void {
    for (const failure of failures) {
      if (!failure.fact || incident.seenFacts.has(factMark(failure))) continue;
      incident.seenFacts.add(factMark(failure));
      incident.lastFactAtMs = nowMs;
      incident.factsSinceTold = true;
    }
  }

  #evaluateSettling(incident: IncidentState, standing: readonly Failure[], nowMs: number): void {
    for (const failure of standing) {
      if (failure.fact && !incident.seenFacts.has(factMark(failure)))
        incident.pendingFacts.set(factMark(failure), failure);
    }
    if (nowMs < incident.settleEndsAtMs) {
      this.#book.due.set(incident.id, incident.settleEndsAtMs);
      return;
    }
    this.#book.due.set(incident.id, undefined);
    if (!this.#isSynced(incident.workload.namespace)) return;
    const conditions = standing.filter(({ fact }) => !fact);
    if (conditions.length === 0 && incident.pendingFacts.size === 0) {
      this.#drop(incident, nowMs);
      return;
    }
    this.#book.setStanding(incident, [...conditions, ...incident.pendingFacts.values()], nowMs);
    if (conditions.length > 0) incident.hadCondition = true;
    if (this.foldIfShared(incident, nowMs)) return;
    this.#open(incident, nowMs);
  }

  #open(incident: IncidentState, nowMs: number): void {
    for (const joiner of joinersOf(this.#book, incident)) {
      for (const child of this.#book.childrenOf(joiner)) this.#book.setHead(child, incident);
      this.#book.setHead(joiner, incident);
      if (joiner.state === 'settling') this.#settleDone(joiner, nowMs);
    }
    const again = incident.lastTold !== undefined;
    this.#settleDone(incident, nowMs);
    if (again) incident.reopened += 1;
    if (!this.#storms.takes(incident, () => this.#waiting(incident), nowMs)) {
      if (again) this.#book.tell(incident, 'reopened', `failing again: ${incident.kind}`, nowMs);
      else this.#book.tell(incident, 'opened', incident.kind, nowMs);
    }
  }

  /** Others that fail and settle. */
  #waiting(incident: IncidentState): IncidentState[] {
    return [...this.#book.all].filter(
      (other) =>
        other !== incident &&
        other.state === 'settling' &&
        this.#isSynced(other.workload.namespace) &&
        this.#standingOf(other, this.#book.workloadOf(other)).length > 0,
    );
  }

  /** Settling is over: it is open, told or not. */
  #settleDone(incident: IncidentState, nowMs: number): void {
    if (incident.state === 'settling') {
      this.#takeFacts(incident, [...incident.pendingFacts.values()], nowMs);
      if (incident.resolvedAtMs === undefined) incident.openedAtMs = nowMs;
      incident.pendingFacts.clear();
      incident.resolvedAtMs = undefined;
      incident.resolution = undefined;
      incident.clearSinceMs = undefined;
      incident.reminders = 0;
    }
    incident.state = 'open';
    this.#book.due.set(incident.id, nowMs);
  }

  #drop(incident: IncidentState, nowMs: number): void {
    incident.pendingFacts.clear();
    if (incident.resolvedAtMs === undefined) {
      this.#book.remove(incident);
      return;
    }
    incident.state = 'resolved';
    this.#evaluateResolved(incident, nowMs);
  }

  #evaluateOpen(incident: IncidentState, workload: WorkloadState, standing: boolean, nowMs: number): void {
    if (!this.#isSynced(incident.workload.namespace)) return;
    const { foldedInto } = incident;
    const dues: number[] = [];
    if (!standing) {
      const ending = endingOf(incident, workload, nowMs, this.#settings);
      if (ending.type === 'over') {
        this.#end(incident, ending.how, ending.silent, nowMs);
        return;
      }
      if (ending.recheckAtMs !== undefined) dues.push(ending.recheckAtMs);
    }
    const createDueMs = createRecheckMs(workload);
    if (createDueMs !== undefined) dues.push(createDueMs);
    if (foldedInto !== undefined) {
      const head = this.#book.byId(foldedInto);
      if (head === undefined || this.#hasLeft(incident, head)) this.#comeOut(incident, nowMs);
      else this.#book.due.soon(head.id, nowMs + gatherMs);
    } else if (incident.storm === undefined) {
      dues.push(...this.#speak(incident, standing, nowMs));
    } else {
      this.#book.due.soon(stormDueKey, nowMs + gatherMs);
    }
    const next = dues.filter((dueMs) => dueMs > nowMs);
    if (incident.state === 'open') this.#book.due.set(incident.id, next.length === 0 ? undefined : Math.min(...next));
  }

  /** Says "worse", reminds, or tells again what may have got lost. Returns when to look again. */
  #speak(incident: IncidentState, standing: boolean, nowMs: number): number[] {
    const { told, lastTold } = incident;
    if (told === undefined || lastTold === undefined) return [];
    if (incident.inDoubt && standing) {
      this.#book.tell(incident, lastTold.type, 'may not have arrived before a restart', nowMs);
      return [];
    }
    const dues: number[] = [];
    const change = standing || incident.factsSinceTold ? this.#changeOf(incident, told) : undefined;
    if (change === undefined) {
      incident.worseSinceMs = undefined;
    } else {
      incident.worseSinceMs ??= nowMs;
      const dueMs = Math.max(change.notBeforeMs, incident.worseSinceMs + this.#settings.settleMs);
      if (nowMs >= dueMs) this.#book.tell(incident, 'worse', change.reason, nowMs);
      else dues.push(dueMs);
    }
    const stands = standing || incident.factsSinceTold;
    if (stands && incident.reminders < this.#settings.reminderLimit) {
      const dueMs = (incident.told ?? told).atMs + this.#settings.reminderIntervalMs;
      if (nowMs >= dueMs) {
        incident.reminders += 1;
        this.#book.tell(incident, 'reminded', `still failing after ${hours(nowMs - incident.openedAtMs)} h`, nowMs);
      }
      dues.push(nowMs >= dueMs ? nowMs + this.#settings.reminderIntervalMs : dueMs);
    }
    return dues;
  }

  #changeOf(incident: IncidentState, told: NonNullable<IncidentState['told']>): ReturnType<typeof materialChange> {
    return materialChange(incident, told, this.#book.sizeOf(incident), this.#settings);
  }

  #end(incident: IncidentState, how: string, silent: boolean, nowMs: number): void {
    const children = this.#book.childrenOf(incident);
    const heir = children.find((child) => child.cause === incident.cause && this.#stands(child));
    if (heir !== undefined) {
      this.#book.handOver(incident, heir);
      this.#close(incident, how, nowMs);
      this.#book.due.set(heir.id, nowMs);
      return;
    }
    const inStorm = incident.storm !== undefined;
    const tells = !silent && incident.told !== undefined && !inStorm;
    this.#close(incident, how, nowMs);
    if (tells) this.#book.tell(incident, 'resolved', how, nowMs);
    for (const child of children) this.#comeOut(child, nowMs);
    if (inStorm) this.#book.due.soon(stormDueKey, nowMs + gatherMs);
  }

  #close(incident: IncidentState, how: string, nowMs: number): void {
    const headId = incident.foldedInto;
    this.#book.setHead(incident, undefined);
    incident.state = 'resolved';
    incident.resolvedAtMs = nowMs;
    incident.resolution = how;
    this.#book.due.set(incident.id, nowMs + this.#settings.reopenWindowMs);
    if (headId !== undefined && this.#book.byId(headId) !== undefined) this.#book.due.soon(headId, nowMs + gatherMs);
  }

  #evaluateResolved(incident: IncidentState, nowMs: number): void {
    if (!this.#isSynced(incident.workload.namespace)) return;
    if (incident.inDoubt && incident.lastTold !== undefined) {
      this.#book.tell(incident, 'resolved', incident.resolution ?? 'over', nowMs);
    }
    const forgetAtMs = (incident.resolvedAtMs ?? nowMs) + this.#settings.reopenWindowMs;
    if (nowMs < forgetAtMs) {
      this.#book.due.set(incident.id, forgetAtMs);
      return;
    }
    // Facts that still show would be told again by whoever forgets that they were told.
    const workload = this.#book.workloads.get(incident.workloadKey);
    const shows = workload !== undefined && this.#standingOf(incident, workload).length > 0;
    if (shows) this.#book.due.set(incident.id, nowMs + this.#settings.reopenWindowMs);
    else this.#book.remove(incident);
  }

  #stands(incident: IncidentState): boolean {
    return this.#standingOf(incident, this.#book.workloadOf(incident)).some(({ fact }) => !fact);
  }

  /** Its failures stand, but no longer for the head's cause. */
  #hasLeft(incident: IncidentState, head: IncidentState): boolean {
    if (head.state === 'resolved') return true;
    const joins = incident.cause === head.cause || incident.cause === `workload:${head.workloadKey}`;
    return !joins && this.#stands(incident);
  }

  /** The common cause is over for it: what still fails gets a message of its own, after as long as healing may take. */
  #comeOut(incident: IncidentState, nowMs: number): void {
    this.#book.setHead(incident, undefined);
    incident.blamed = undefined;
    incident.cause = undefined;
    if (incident.told !== undefined) {
      this.#book.due.set(incident.id, nowMs);
      return;
    }
    incident.state = 'settling';
    incident.settleEndsAtMs = nowMs + this.#settings.runResolveHoldMs;
    this.#book.due.set(incident.id, incident.settleEndsAtMs);
  }
}

function factMark(failure: Failure): string {
  return shortHash(failure.instance ?? `${failure.subject.uid ?? failure.subject.name}/${failure.sinceMs}`);
}

function hours(durationMs: number): number {
  return Math.round(durationMs / 3_600_000);
}
