import type { Delivery } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import {
  severities,
  type Incident,
  type IncidentTransition,
  type Storm,
  type StormTransition,
  type TransitionType,
} from '../model/incident.ts';
import type { PodRef } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';
import { blamedCause, joinersOf } from './folding.ts';
import { IncidentBook } from './incident-book.ts';
import { IncidentLife } from './incident-life.ts';
import type { IncidentState } from './incident-state.ts';
import { causeMark } from './material-change.ts';
import { Intake } from './intake.ts';
import type { Observation } from './observation.ts';
import { readRecord, recordOfIncident, recordOfStorm, type StateRecord } from './state-record.ts';
import { stormDueKey, StormWatch } from './storm-watch.ts';
import type { TrackSettings } from './track-settings.ts';
import type { WorkloadState } from './workload-state.ts';

export type Transition = IncidentTransition | StormTransition;

/** What became of an annotation. */
export interface AnnotateResult {
  /** False when the incident was folded into another one (or is over): a message not yet sent must not be sent any more. */
  readonly tell: boolean;
  /** Id of the incident that tells it instead. */
  readonly foldedInto?: string;
}

/**
 * Failures over time → what happened to incidents. Pure: time comes in with every call and must not go backwards. The same
 * inputs with the same times give the same transitions, however seldom `tick` is called: what was due earlier happens at
 * its own time, before the input that comes later.
 */
export interface Tracker {
  observe(input: Observation, nowMs: number): void;
  /** The pod is gone. */
  remove(pod: PodRef, nowMs: number): void;
  /**
   * A full sync of these namespaces (all, when absent) has been observed. Before it nothing there is opened or resolved:
   * restored incidents wait for it, and a start on a sick cluster is seen whole.
   */
  synced(namespaces: readonly string[] | undefined, nowMs: number): void;
  /** Everything that happened until now and was not returned yet, oldest first. */
  tick(nowMs: number): Transition[];
  /** When `tick` should be called next, if no observation comes first. */
  nextWakeAtMs(): number | undefined;
  /** A diagnosis. The first is part of the opening message; a later one with another cause is a material change. */
  annotate(incidentId: string, diagnosis: Diagnosis, nowMs: number): AnnotateResult;
  /** What became of a message of this incident or storm. */
  delivered(id: string, delivery: Delivery): void;
  /** Whether this message of this incident or storm still has to be sent: it is still true and nobody has it yet. */
  isUntold(id: string, alert: TransitionType | StormTransition['type']): boolean;
  incident(id: string): Incident | undefined;
  /** Open and settling ones, worst first; with the resolved ones of the re-open window when asked. */
  incidents(options?: { readonly includeResolved?: boolean }): Incident[];
  storm(): Storm | undefined;
  /** Workloads of which every pod must be observed, healthy ones too (one LIST, then the stream). */
  followed(): WorkloadRef[];
  /** Followed workloads whose OwnerFacts are missing, old, or older than what happened to their pods. */
  staleOwners(nowMs: number): WorkloadRef[];
  /** How many workloads are in memory: those that fail, and those of which an incident is active. */
  keptWorkloads(): number;
  /** What to keep: one record per open or lately resolved incident, and one for a storm. */
  snapshot(): StateRecord[];
  /** Takes over the records of an earlier process, before any observation. Returns how many could not be read. */
  restore(records: readonly Pick<StateRecord, 'json'>[], nowMs: number): number;
}

export interface TrackerParts {
  readonly cluster: string;
  /** Six hexadecimal digits; asked again when one is taken. */
  readonly newId: () => string;
}

/** Facts that a change of pods has made doubtful are asked for again, but not more often than this. */
const doubtfulFactsMs = 5_000;
const maxDeliveries = 20;

/** An empty tracker. */
export function createTracker(settings: TrackSettings, parts: TrackerParts): Tracker {
  const book = new IncidentBook(parts.cluster, parts.newId);
  const storms = new StormWatch(book, settings);
  const syncedNamespaces = new Set<string>();
  let allSynced = false;
  let clockMs = Number.NEGATIVE_INFINITY;
  const isSynced = (namespace: string): boolean => allSynced || syncedNamespaces.has(namespace);
  const life = new IncidentLife(book, storms, settings, isSynced);
  const intake = new Intake(book, life);

  /** Does everything that is due until then, each at its own time. */
  const advance = (nowMs: number): number => {
    const untilMs = Math.max(nowMs, clockMs);
    for (let next = book.due.take(untilMs); next !== undefined; next = book.due.take(untilMs)) {
      clockMs = Math.max(clockMs, next.dueMs);
      const incident = book.byId(next.key);
      if (next.key === stormDueKey) storms.evaluate(clockMs);
      if (incident === undefined) continue;
      life.evaluate(incident, clockMs);
      intake.forgetIfWell(incident.workloadKey);
    }
    clockMs = untilMs;
    return untilMs;
  };

  const active = (): IncidentState[] => [...book.all].filter(({ state }) => state !== 'resolved');

  const followedWorkloads = (): WorkloadState[] => {
    const keys = new Set(active().map(({ workloadKey }) => workloadKey));
    return [...keys].flatMap((key) => book.workloads.get(key) ?? []);
  };

  return {
    observe(input, nowMs) {
      const atMs = advance(nowMs);
      intake.observe(input, atMs);
    },
    remove(pod, nowMs) {
      const atMs = advance(nowMs);
      intake.remove(pod, atMs);
    },
    synced(namespaces, nowMs) {
      const atMs = advance(nowMs);
      const fresh = (namespace: string): boolean => !isSynced(namespace) && (namespaces?.includes(namespace) ?? true);
      const waiting = [...book.all].filter(({ workload }) => fresh(workload.namespace));
      if (namespaces === undefined) allSynced = true;
      else for (const namespace of namespaces) syncedNamespaces.add(namespace);
      for (const incident of waiting) {
        // Owners and siblings are looked up in this time, as at any other opening.
        if (incident.state === 'settling') {
          incident.settleEndsAtMs = Math.max(incident.settleEndsAtMs, atMs + settings.settleMs);
        }
        life.evaluate(incident, atMs);
      }
      storms.resume(atMs);
    },
    tick(nowMs) {
      advance(nowMs);
      return book.takeOutput();
    },
    nextWakeAtMs() {
      return book.hasOutput() ? clockMs : book.due.nextDueMs();
    },
    annotate(incidentId, diagnosis, nowMs) {
      const atMs = advance(nowMs);
      const incident = book.byId(incidentId);
      if (incident === undefined || incident.state === 'resolved') return { tell: false };
      incident.diagnosis = diagnosis;
      if (incident.told !== undefined && incident.told.cause === undefined) {
        incident.told = { ...incident.told, cause: causeMark(diagnosis) };
      }
      const { causedBy } = diagnosis;
      incident.blamed = causedBy === undefined ? undefined : blamedCause(book, incident, causedBy);
      incident.cause = incident.blamed ?? incident.cause;
      if (incident.foldedInto === undefined && incident.blamed !== undefined && life.foldIfShared(incident, atMs)) {
        // Nobody has its message yet: it can still come out as an opening of its own.
        if (incident.deliveries.length === 0) {
          incident.told = undefined;
          incident.lastTold = undefined;
        }
      } else {
        for (const joiner of joinersOf(book, incident)) life.foldIfShared(joiner, atMs);
      }
      const { foldedInto } = incident;
      if (incident.state === 'open') life.evaluate(incident, atMs);
      return foldedInto === undefined ? { tell: true } : { tell: false, foldedInto };
    },
    delivered(id, delivery) {
      const target = book.byId(id) ?? storms.byId(id);
      if (target === undefined) return;
      target.deliveries = [...target.deliveries, delivery].slice(-maxDeliveries);
      if (delivery.outcome === 'sent' || delivery.outcome === 'dropped') target.confirmed = true;
    },
    isUntold(id, alert) {
      const incident = book.byId(id);
      const target = incident ?? storms.byId(id);
      if (target?.lastTold === undefined) return false;
      const { lastTold, deliveries } = target;
      // A one-off fact may be closed before its message got through: it is still news. That it got worse is not.
      if (incident?.state === 'resolved' && (alert === 'worse' || alert === 'reminded')) return false;
      return lastTold.type === alert && !hasSent(deliveries, lastTold.atMs);
    },
    incident(id) {
      const incident = book.byId(id);
      return incident === undefined ? undefined : book.view(incident);
    },
    incidents(options) {
      const shown = options?.includeResolved === true ? [...book.all] : active();
      return shown
        .map((incident) => book.view(incident))
        .sort(
          (a, b) =>
            Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
            severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
            a.openedAtMs - b.openedAtMs ||
            (a.key < b.key ? -1 : 1),
        );
    },
    storm: () => storms.view(),
    followed: () => followedWorkloads().map(({ ref }) => ref),
    staleOwners(nowMs) {
      return followedWorkloads()
        .filter(({ factsAtMs, facts, podsChangedAtMs }) => {
          const ageMs = nowMs - factsAtMs;
          const doubtful = podsChangedAtMs > factsAtMs && ageMs >= doubtfulFactsMs;
          return facts === undefined || ageMs >= settings.ownerRefreshMs || doubtful;
        })
        .map(({ ref }) => ref);
    },
    keptWorkloads: () => book.workloads.size,
    snapshot() {
      const kept = [...book.all].filter(
        ({ state, resolvedAtMs }) => state !== 'settling' || resolvedAtMs !== undefined,
      );
      return [...kept.map(recordOfIncident), ...(storms.current === undefined ? [] : [recordOfStorm(storms.current)])];
    },
    restore(records, nowMs) {
      clockMs = Math.max(clockMs, nowMs);
      let unreadable = 0;
      const heads: IncidentState[] = [];
      for (const { json } of records) {
        const read = readRecord(json);
        if (read === undefined) {
          unreadable += 1;
        } else if ('storm' in read) {
          storms.restore(read.storm);
        } else if (book.byId(read.incident.id) === undefined && book.byKey(read.incident.key) === undefined) {
          book.add(read.incident);
          heads.push(read.incident);
        }
      }
      for (const incident of heads) {
        const head = incident.foldedInto === undefined ? undefined : book.byId(incident.foldedInto);
        incident.foldedInto = undefined;
        if (head !== undefined && head !== incident) book.setHead(incident, head);
        if (incident.state === 'open') book.workload(incident.workload);
        life.evaluate(incident, clockMs);
      }
      return unreadable;
    },
  };
}

function hasSent(deliveries: readonly Delivery[], sinceMs: number): boolean {
  // Kept times have whole seconds.
  const fromMs = Math.floor(sinceMs / 1000) * 1000;
  return deliveries.some(({ outcome, atMs }) => (outcome === 'sent' || outcome === 'dropped') && atMs >= fromMs);
}
