import type { Delivery } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident, IncidentTransition, Storm, StormTransition, TransitionType } from '../model/incident.ts';
import type { PodRef } from '../model/pod-record.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { Observation } from './observation.ts';
import type { TrackSettings } from './track-settings.ts';

export type Transition = IncidentTransition | StormTransition;

/** One line of the state that survives restarts. `json` is at most 400 bytes for names of usual length. */
export interface StateRecord {
  readonly key: string;
  readonly json: string;
  /** Resolved records are the first to go when the state is full. */
  readonly resolved: boolean;
  readonly touchedAtMs: number;
}

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
  /** Whether this alert of this incident or storm still has to be sent: nothing about it was sent or dropped yet. */
  isUntold(id: string, alert: TransitionType | StormTransition['type']): boolean;
  incident(id: string): Incident | undefined;
  /** Open and settling ones, worst first; with the resolved ones of the re-open window when asked. */
  incidents(options?: { readonly includeResolved?: boolean }): Incident[];
  storm(): Storm | undefined;
  /** Workloads of which every pod must be observed, healthy ones too (one LIST, then the stream). */
  followed(): WorkloadRef[];
  /** Followed workloads whose OwnerFacts are missing or older than ownerRefreshMs. */
  staleOwners(nowMs: number): WorkloadRef[];
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

/** An empty tracker. */
export function createTracker(settings: TrackSettings, parts: TrackerParts): Tracker {
  throw new Error(`not built yet: ${parts.cluster} ${settings.settleMs}`);
}
