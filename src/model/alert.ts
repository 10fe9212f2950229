import type { Incident, Severity, Storm } from './incident.ts';

/** What a message is about. */
export type AlertType =
  | 'opened'
  | 'reopened'
  | 'worse'
  | 'reminder'
  | 'recovered'
  | 'amended'
  | 'storm-opened'
  | 'storm-updated'
  | 'storm-closed'
  | 'test';

/**
 * The neutral content of a message: redacted, log sharing applied, not yet escaped or cut for any destination.
 * Every string is untrusted plain text; a sink escapes it its own way.
 */
export interface Alert {
  readonly type: AlertType;
  /** Incident or storm id: messages with the same id belong together. */
  readonly id: string;
  readonly atMs: number;
  readonly severity: Severity;
  /** `CrashLoopBackOff in orders-api (production)`, without emoji. */
  readonly headline: string;
  readonly rootCause: string;
  readonly confidence: string;
  /** The first action: words, and a command where there is one. */
  readonly fix?: { readonly summary: string; readonly command?: string; readonly verified: boolean };
  readonly otherFixes: readonly { readonly summary: string; readonly command?: string; readonly verified: boolean }[];
  /** Short facts for the line below: `3 of 5 pods`, `4 restarts in 6 min`, `since 10:02` … in the order to show them. */
  readonly facts: readonly string[];
  readonly evidence: readonly { readonly id: string; readonly source: string; readonly text: string }[];
  /** Log lines, only where sharing allows; at most 12. */
  readonly logLines: readonly string[];
  /** One command that shows the proof. */
  readonly proofCommand?: string;
  readonly notes: readonly string[];
  /** Why this message is sent now (worse, recovered, reminder). */
  readonly reason?: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  /** Rows of a storm digest. */
  readonly rows: readonly { readonly text: string; readonly id: string }[];
  readonly more: number;
  readonly incident?: Incident;
  readonly storm?: Storm;
}
