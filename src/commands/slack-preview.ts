import type { Config } from '../config/load.ts';
import type { Incident } from '../model/incident.ts';
import { composeAlert } from '../notify/compose.ts';
import { slackMessage } from '../notify/slack/message.ts';

/** The Slack messages that would tell of these incidents, under the configured log sharing. */
export function slackMessages(
  incidents: readonly Incident[],
  config: Pick<Config, 'SHARE_LOGS'>,
  redact: (text: string) => string,
): unknown[] {
  const settings = { sharing: config.SHARE_LOGS ?? 'off', redact } as const;
  return incidents.map((incident) =>
    slackMessage(composeAlert({ type: 'opened', atMs: incident.lastSeenAtMs, incident, reason: '' }, settings)),
  );
}
