import type { Delivery } from '../model/delivery.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Failure, FailureClass, FailureKind } from '../model/failure.ts';
import type { FoldedWorkload, Incident, Severity, TransitionType } from '../model/incident.ts';
import type { WorkloadRef } from '../model/workload.ts';

/** What people were told last, to judge what is news. */
export interface Told {
  readonly atMs: number;
  readonly kinds: ReadonlySet<FailureKind>;
  readonly severity: Severity;
  readonly pods: number;
  /** Mark of the diagnosis; undefined while none came, '' where the cause was not known. */
  readonly cause?: string;
}

/** The changing side of an incident; `viewOf` gives the value that others see. */
export interface IncidentState {
  id: string;
  key: string;
  readonly workloadKey: string;
  readonly workload: WorkloadRef;
  class: FailureClass;
  container: string | undefined;
  state: 'settling' | 'open' | 'resolved';
  readonly createdAtMs: number;
  settleEndsAtMs: number;
  kind: FailureKind;
  severity: Severity;
  beganAtMs: number;
  openedAtMs: number;
  lastSeenAtMs: number;
  resolvedAtMs: number | undefined;
  resolution: string | undefined;
  /** The latest that stood, the telling one first. */
  failures: readonly Failure[];
  failing: number;
  total: number;
  /** Something other than a fact stood: its end is worth telling. */
  hadCondition: boolean;
  /** Facts that are part of it already, by a short hash of their instance. */
  readonly seenFacts: Set<string>;
  /** Facts of the settling time: the pod that showed one may be gone before its end. */
  readonly pendingFacts: Map<string, Failure>;
  lastFactAtMs: number;
  factsSinceTold: boolean;
  /** Undefined while nobody was told of this incident by a message of its own. */
  told: Told | undefined;
  lastTold: { readonly type: TransitionType; readonly atMs: number } | undefined;
  /** The last message arrived (or was dropped for good). */
  confirmed: boolean;
  /** After a restart: what was told last may have got lost; told again once it is known to stand. */
  inDoubt: boolean;
  reminders: number;
  /** Since when a change waits to be told. */
  worseSinceMs: number | undefined;
  /** Since when nothing of it stands. */
  clearSinceMs: number | undefined;
  /** What a diagnosis blames: another workload's failure, or an object. */
  blamed: string | undefined;
  /** The cause that it may share with others: what is blamed, else what the objects themselves say. */
  cause: string | undefined;
  foldedInto: string | undefined;
  /** Id of the storm whose digest tells it. */
  storm: string | undefined;
  reopened: number;
  diagnosis: Diagnosis | undefined;
  deliveries: readonly Delivery[];
}

const maxShown = 10;

/** The incident as a value. `folded`: who is told in it; `pods` counts theirs too. */
export function viewOf(
  incident: IncidentState,
  cluster: string,
  folded: readonly FoldedWorkload[],
  severity: Severity,
): Incident {
  const { container, resolvedAtMs, diagnosis, resolution } = incident;
  const podNames = [...new Set(incident.failures.flatMap(({ pod }) => pod?.name ?? []))];
  const foldedFailing = folded.reduce((sum, { failingPods }) => sum + failingPods, 0);
  return {
    id: incident.id,
    key: `${cluster}/${incident.key}`,
    cluster,
    namespace: incident.workload.namespace,
    workload: incident.workload,
    class: incident.class,
    kind: incident.kind,
    ...(container === undefined ? {} : { container }),
    severity,
    state: incident.state,
    beganAtMs: incident.beganAtMs,
    openedAtMs: incident.openedAtMs,
    lastSeenAtMs: incident.lastSeenAtMs,
    ...(resolvedAtMs === undefined ? {} : { resolvedAtMs }),
    pods: {
      failing: incident.failing + foldedFailing,
      total: Math.max(incident.total, incident.failing) + foldedFailing,
    },
    restarts: incident.failures.reduce((sum, { restartCount }) => sum + restartCount, 0),
    failures: incident.failures.slice(0, maxShown),
    podNames: podNames.slice(0, maxShown),
    folded,
    ...(diagnosis === undefined ? {} : { diagnosis }),
    deliveries: incident.deliveries,
    oneOff: !incident.hadCondition,
    reopened: incident.reopened,
    ...(resolution === undefined ? {} : { resolution }),
  };
}

/** A mark of five characters for a long id (FNV-1a, folded to 25 bits); a clash would hide one of two facts of one incident. */
export function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  // 2^25 fits into five digits of base 36; the upper bits are folded in, as FNV's authors advise.
  return (((hash >>> 25) ^ hash) & 0x1ffffff).toString(36).padStart(5, '0');
}

/** An incident that begins to settle at `createdAtMs`; the rest is filled in by evaluation. `seenFacts` were told before. */
export function newIncident(
  seenFacts: ReadonlySet<string>,
  start: {
    readonly id: string;
    readonly key: string;
    readonly workload: WorkloadRef;
    readonly workloadKey: string;
    readonly class: FailureClass;
    readonly container: string | undefined;
    readonly kind: FailureKind;
    readonly createdAtMs: number;
    readonly settleEndsAtMs: number;
  },
): IncidentState {
  const { createdAtMs } = start;
  return {
    ...start,
    state: 'settling',
    severity: 'SEV-3',
    beganAtMs: createdAtMs,
    openedAtMs: createdAtMs,
    lastSeenAtMs: createdAtMs,
    resolvedAtMs: undefined,
    resolution: undefined,
    failures: [],
    failing: 0,
    total: 0,
    hadCondition: false,
    seenFacts: new Set(seenFacts),
    pendingFacts: new Map(),
    lastFactAtMs: 0,
    factsSinceTold: false,
    told: undefined,
    lastTold: undefined,
    confirmed: false,
    inDoubt: false,
    reminders: 0,
    worseSinceMs: undefined,
    clearSinceMs: undefined,
    blamed: undefined,
    cause: undefined,
    foldedInto: undefined,
    storm: undefined,
    reopened: 0,
    diagnosis: undefined,
    deliveries: [],
  };
}
