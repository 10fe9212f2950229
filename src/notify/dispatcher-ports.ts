import type { Alert, AlertType } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Severity } from '../model/incident.ts';
import type { Sink } from './sink.ts';

/** A destination and what may go there. */
export interface Destination {
  readonly sink: Sink;
  /** Alerts below it are not sent, unless their incident was told there before. Default SEV-4: everything. */
  readonly minSeverity?: Severity;
}

/** Timers as the dispatcher needs them; Node's own by default. */
export interface Timers {
  set(callback: () => void, delayMs: number): unknown;
  clear(timer: unknown): void;
}

/** Something that people who run podmedic should read in its log. */
export interface DispatchProblem {
  readonly sink: string;
  readonly code: 'SINK_REJECTED' | 'SINK_THROTTLED' | 'SINK_UNAVAILABLE' | 'SINK_PERMANENT' | 'OUTBOX_FAILED';
  readonly message: string;
  readonly howToMend?: string;
}

/** What the dispatcher needs of others. */
export interface DispatcherPorts {
  /** The fence: asked synchronously right before every side effect; false while another instance leads. */
  readonly canSend: () => boolean;
  /**
   * Whether the state still lacks this message. Asked for what was read from disk or waited while `canSend` was false; what
   * was told meanwhile is deleted. Absent: always true.
   */
  readonly isUntold?: (id: string, type: AlertType, sink: string) => boolean;
  /** What was last delivered under an id, from the state. The dispatcher's own memory and the incident come first. */
  readonly previous?: (id: string, sink: string) => Delivery | undefined;
  /**
   * `claimed` before an attempt, then `sent`, `failed` or `dropped`. A promise returned for `claimed` is awaited, so that
   * the claim can be written first; if it rejects, the message is not sent now and tried again later.
   */
  readonly onDelivery?: (delivery: Delivery, alert: Alert) => void | Promise<void>;
  readonly onProblem?: (problem: DispatchProblem) => void;
  readonly now: () => number;
  /** Uniform in [0, 1), for jitter. */
  readonly random: () => number;
  readonly timers?: Timers;
}

export interface DispatcherSettings {
  readonly destinations: readonly Destination[];
  /** Where unsent messages are kept, one JSON file each; absent: only in memory. */
  readonly outboxDir?: string;
  /** Messages that may wait per destination; default 1,000. */
  readonly maxQueued?: number;
  /** Least time between two updates of one message, ms; default 45,000. */
  readonly updateGapMs?: number;
  /** How often a destination that refused for good is tried again, ms; default 300,000. */
  readonly probeMs?: number;
}

/** How one destination is doing. */
export interface DestinationStatus {
  readonly sink: string;
  readonly queued: number;
  /** How long ago that happened which the oldest waiting message tells, ms; 0 when none waits. */
  readonly oldestAgeMs: number;
  /** `open`: it refused for good and is only probed. */
  readonly circuit: 'closed' | 'open';
  readonly lastSentAtMs?: number;
  /** The last failure, absent after a success. */
  readonly problem?: string;
  readonly sent: number;
  readonly failed: number;
  readonly dropped: number;
}

/** Delivers alerts to every destination, each with a queue of its own. */
export interface Dispatcher {
  /** Reads the outbox and begins. Call once. */
  start(): void;
  /** Queues an alert everywhere it belongs; returns at once. */
  submit(alert: Alert): void;
  /** Takes back what was not sent yet under an id, for an incident that another one tells. */
  withdraw(id: string): void;
  /** Call when `canSend` may have become true. */
  wake(): void;
  /** Resolves when every queue is empty or held back by a closed gate; used by `once`, `demo` and tests. */
  idle(): Promise<void>;
  /** Sends what it can within the time, leaves the rest in the outbox. */
  stop(graceMs: number): Promise<{ readonly unsent: number }>;
  status(): readonly DestinationStatus[];
}
