import type { Alert } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';

/** How rich a message is: with everything, without the attachment, or text alone. Each is a step down after a refusal. */
export type MessageForm = 'full' | 'blocks' | 'text';

/** What became of one attempt. Never an exception: every way to fail is a value. */
export type DeliveryResult =
  /** Delivered. Slack's channel id and timestamp where the destination tells them. */
  | { readonly outcome: 'sent'; readonly channel?: string; readonly ts?: string }
  /** Not delivered now: throttled, unavailable, timed out. `afterMs` is what the destination asked for. */
  | { readonly outcome: 'retry'; readonly why: string; readonly afterMs?: number }
  /** Will fail until somebody mends it; `howToMend` says what to do, in one sentence. */
  | { readonly outcome: 'permanent'; readonly why: string; readonly howToMend: string }
  /** The destination refuses this message's form: a plainer one may pass. */
  | { readonly outcome: 'degrade'; readonly why: string };

export interface SendContext {
  /** What was last delivered there under the same id: what an update or a thread reply refers to. */
  readonly previous?: Delivery;
  /** Default `full`. */
  readonly form?: MessageForm;
  /** Aborts the attempt; the result is then `retry`. */
  readonly signal?: AbortSignal;
}

/** One place where alerts go. */
export interface Sink {
  /** `slack-webhook`, `slack-bot`, `console` or `kubernetes-event`; names the deliveries and the metric label. */
  readonly name: string;
  /** Least time between two messages, ms. */
  readonly gapMs: number;
  /** True when a message that was sent can be changed later. */
  readonly updates: boolean;
  /** False for alerts that this destination never shows. Absent: it shows all. */
  accepts?(alert: Alert): boolean;
  send(alert: Alert, context?: SendContext): Promise<DeliveryResult>;
}
