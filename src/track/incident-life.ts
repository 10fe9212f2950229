import type { Failure } from '../model/failure.ts';
import { createRecheckMs, dropEndedOwnFailures, endingOf, wellSinceMs } from './ending.ts';
import { hasLeft, headFor, joinersOf, sharedCauseOf } from './folding.ts';
import type { IncidentBook } from './incident-book.ts';
import { newIncident, type IncidentState } from './incident-state.ts';
import { isQuietClass, slotsOf, type Slot } from './slots.ts';
import { activeOf, factMark, mainOf, standingOf, stands } from './standing.ts';
import { speak, tellAgain } from './speaking.ts';
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
  /** Whether all pods of the namespace have been seen. */
  readonly isSynced: (namespace: string) => boolean;

  constructor(book: IncidentBook, storms: StormWatch, settings: TrackSettings, isSynced: IncidentLife['isSynced']) {
    this.#book = book;
    this.#storms = storms;
    this.#settings = settings;
    this.isSynced = isSynced;
  }

  /** Something about the workload changed: opens what is new and looks at what there is. */
  review(workload: WorkloadState, nowMs: number): void {
    dropEndedOwnFailures(workload, nowMs);
    for (const slot of slotsOf(workload)) this.#startIfNew(workload, slot, nowMs);
    for (const incident of activeOf(this.#book, workload)) this.evaluate(incident, nowMs);
  }

  hasActive(workload: WorkloadState): boolean {
    return activeOf(this.#book, workload).length > 0;
  }

  /** Does what is due for one incident at `nowMs` and sets when to look again. */
  evaluate(incident: IncidentState, nowMs: number): void {
    if (incident.state === 'resolved') {
      this.#evaluateResolved(incident, nowMs);
      return;
    }
    const workload = this.#book.workloadOf(incident);
    dropEndedOwnFailures(workload, nowMs);
    const standing = standingOf(this.#book, incident, workload);
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

  #startIfNew(workload: WorkloadState, slot: Slot, nowMs: number): void {
    const { class: failureClass, container, failures } = slot;
    const key = this.#book.keyOf(workload, failureClass, container);
    const known = this.#book.byKey(key);
    if (known !== undefined && known.state !== 'resolved') return;
    const seen = known?.seenFacts ?? new Set<string>();
    const isNew = failures.some((failure) => !failure.fact || !seen.has(factMark(failure)));
    if (!isNew) return;
    const quiet = isQuietClass(failureClass);
    if (quiet && mainOf(this.#book, workload) !== undefined) return;
    const consequence = quiet ? undefined : activeOf(this.#book, workload).find((one) => isQuietClass(one.class));
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
    if (!this.isSynced(incident.workload.namespace)) return;
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
        this.isSynced(other.workload.namespace) &&
        standingOf(this.#book, other, this.#book.workloadOf(other)).length > 0,
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
    if (!this.isSynced(incident.workload.namespace)) return;
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
      if (head === undefined || hasLeft(this.#book, incident, head)) {
        this.#comeOut(incident, nowMs);
        return;
      }
      this.#book.due.soon(head.id, nowMs + gatherMs);
    } else if (incident.storm === undefined) {
      dues.push(...speak(this.#book, incident, standing, nowMs, this.#settings));
    } else {
      this.#book.due.soon(stormDueKey, nowMs + gatherMs);
    }
    const next = dues.filter((dueMs) => dueMs > nowMs);
    this.#book.due.set(incident.id, next.length === 0 ? undefined : Math.min(...next));
  }

  #end(incident: IncidentState, how: string, silent: boolean, nowMs: number): void {
    const children = this.#book.childrenOf(incident);
    const heir = children.find((child) => child.cause === incident.cause && stands(this.#book, child));
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
    // What stood until proof came is over with it.
    if (incident.class === 'job') this.#book.workloadOf(incident).jobFailures.clear();
    this.#book.due.set(incident.id, nowMs + this.#settings.reopenWindowMs);
    if (headId !== undefined && this.#book.byId(headId) !== undefined) this.#book.due.soon(headId, nowMs + gatherMs);
  }

  #evaluateResolved(incident: IncidentState, nowMs: number): void {
    if (!this.isSynced(incident.workload.namespace)) return;
    if (incident.inDoubt) tellAgain(this.#book, incident, nowMs);
    const forgetAtMs = (incident.resolvedAtMs ?? nowMs) + this.#settings.reopenWindowMs;
    if (nowMs < forgetAtMs) {
      this.#book.due.set(incident.id, forgetAtMs);
      return;
    }
    // Facts that still show would be told again by whoever forgets that they were told.
    const workload = this.#book.workloads.get(incident.workloadKey);
    const shows = workload !== undefined && standingOf(this.#book, incident, workload).length > 0;
    if (shows) this.#book.due.set(incident.id, nowMs + this.#settings.reopenWindowMs);
    else this.#book.remove(incident);
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
