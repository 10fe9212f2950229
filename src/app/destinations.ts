import type { Config } from '../config/load.ts';
import type { Destination } from '../notify/dispatcher-ports.ts';
import { createConsoleSink } from '../notify/console-sink.ts';
import { createBotSink } from '../notify/slack/bot-sink.ts';
import { createWebhookSink } from '../notify/slack/webhook-sink.ts';
import { createKubeEventSink, type CreateEvent } from '../notify/kube-event-sink.ts';
import type { Sink } from '../notify/sink.ts';

/** Where messages go: what is configured, or else the console. */
export function createDestinations(
  config: Config,
  parts: {
    readonly write: (text: string) => void;
    readonly columns: number;
    readonly createEvent: CreateEvent;
  },
): Destination[] {
  const sinks: Sink[] = [];
  const { WEBHOOK_URL: webhook, SLACK_BOT_TOKEN: token, SLACK_CHANNEL: channel } = config;
  if (webhook.isSet) sinks.push(createWebhookSink({ url: () => webhook.reveal() ?? '' }));
  if (token.isSet && channel !== undefined) {
    sinks.push(createBotSink({ token: () => token.reveal() ?? '', channel, apiUrl: config.SLACK_API_URL }));
  }
  if (sinks.length === 0) sinks.push(createConsoleSink(parts));
  if (config.KUBE_EVENTS === true) sinks.push(createKubeEventSink(parts.createEvent));
  return sinks.map((sink) => ({ sink, minSeverity: config.MIN_SEVERITY ?? 'SEV-4' }));
}
