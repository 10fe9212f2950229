import type { Delivery } from './delivery.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Failure, FailureClass, FailureKind } from './failure.ts';
import type { WorkloadRef } from './workload.ts';

/** SEV-1 is the worst. */
export const severities = ['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'] as const;
export type Severity = (typeof severities)[number];

/** Another workload that fails for the same cause and is told in this incident. */
export interface FoldedWorkload {
  readonly workload: WorkloadRef;
  readonly kind: FailureKind;
  readonly failingPods: number;
}

/** Failures of one workload with one cause class over time. All times are ms since the epoch. */
export interface Incident {
  /** Six hexadecimal digits, stable over restarts and changes of leader; people quote it as #a1b2c3. */
  readonly id: string;
  /** cluster/namespace/owner kind/owner name/class/container. */
  readonly key: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: WorkloadRef;
  readonly class: FailureClass;
  /** The most specific kind seen within the class. */
  readonly kind: FailureKind;
  readonly container?: string;
  readonly severity: Severity;
  /** `settling` has not been told; `open` was opened; `resolved` is over. */
  readonly state: 'settling' | 'open' | 'resolved';
  /** When the failure began, as far as the objects tell. */
  readonly beganAtMs: number;
  readonly openedAtMs: number;
  readonly lastSeenAtMs: number;
  readonly resolvedAtMs?: number;
  /** Failing pods and all pods that the owner has or wants, whichever is known and larger. */
  readonly pods: { readonly failing: number; readonly total: number };
  readonly restarts: number;
  /** The failures that stand now, the telling one first; at most ten. */
  readonly failures: readonly Failure[];
  /** Names of the failing pods, at most ten. */
  readonly podNames: readonly string[];
  readonly folded: readonly FoldedWorkload[];
  readonly diagnosis?: Diagnosis;
  readonly deliveries: readonly Delivery[];
  /** A fact that is over by itself closes without a "recovered". */
  readonly oneOff: boolean;
  /** How often it was opened again within the re-open window. */
  readonly reopened: number;
  /** What made it resolved, in words. */
  readonly resolution?: string;
}

/** What happened to an incident that people may have to hear of. */
export type TransitionType = 'opened' | 'reopened' | 'worse' | 'reminded' | 'resolved';

/** One step in an incident's life; `closed` silently ones are not transitions. */
export interface IncidentTransition {
  readonly type: TransitionType;
  readonly atMs: number;
  readonly incident: Incident;
  /** Why, in words: `now OOMKilled`, `8 of 9 pods`, `all 3 pods ready for 5 min`. */
  readonly reason: string;
}

/** Many incidents at once, told as one digest. */
export interface Storm {
  /** Six hexadecimal digits. */
  readonly id: string;
  readonly state: 'open' | 'closed';
  readonly openedAtMs: number;
  readonly closedAtMs?: number;
  /** Incidents that the digest covers, worst first. */
  readonly incidents: readonly Incident[];
  readonly pods: number;
  readonly workloads: number;
  readonly namespaces: number;
  /** What most of them share, where something does: a node, a registry, a kind. */
  readonly likelyCause?: string;
}

/** What happened to a storm. */
export interface StormTransition {
  readonly type: 'storm-opened' | 'storm-updated' | 'storm-closed';
  readonly atMs: number;
  readonly storm: Storm;
}
