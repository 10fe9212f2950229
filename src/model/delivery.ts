/** What became of one message at one destination. */
export interface Delivery {
  /** `slack-webhook`, `slack-bot` or `console`. */
  readonly sink: string;
  /** What the message said: opened, worse, reminder … */
  readonly alert: string;
  readonly outcome: 'sent' | 'claimed' | 'failed' | 'dropped';
  readonly atMs: number;
  /** Slack's channel id and message timestamp, for updates and threads. */
  readonly channel?: string;
  readonly ts?: string;
  /** Why it failed or was dropped. */
  readonly error?: string;
}
