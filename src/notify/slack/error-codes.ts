import type { DeliveryResult } from '../sink.ts';

// The message itself is refused; a plainer one may pass (docs.slack.dev, chat.postMessage "Errors" and "Sending messages
// using incoming webhooks").
const payloadErrors = new Set([
  'invalid_blocks',
  'invalid_blocks_format',
  'invalid_attachments',
  'invalid_payload',
  'invalid_form_data',
  'invalid_json',
  'invalid_arguments',
  'json_not_object',
  'missing_text_or_fallback_or_attachments',
  'no_text',
  'msg_too_long',
  'msg_blocks_too_long',
  'markdown_text_conflict',
  'too_many_attachments',
  'too_many_contact_cards',
  'attachment_payload_limit_exceeded',
  'rollup_error',
  'block_mismatch',
]);

const newWebhook =
  'Create a new incoming webhook for the channel in the Slack app’s settings and put its URL into WEBHOOK_URL.';
const newToken = 'Install the Slack app again and put its bot token (xoxb-…) into SLACK_BOT_TOKEN.';
const invite = 'Invite the app to the channel (/invite @app), or set SLACK_CHANNEL to one where it is a member.';
const scopes =
  'Give the app the scope chat:write (and chat:write.public for channels that it is no member of), and install it again.';

// Refused until somebody mends it.
const permanentErrors: Readonly<Record<string, string>> = {
  no_service: newWebhook,
  no_service_id: newWebhook,
  no_team: newWebhook,
  no_active_hooks: newWebhook,
  invalid_token: newWebhook,
  team_disabled: 'The Slack workspace is disabled; its owner has to enable it.',
  user_not_found: newWebhook,
  channel_not_found: 'Set SLACK_CHANNEL to the id of a channel that exists (C…), or create a new webhook for one.',
  channel_is_archived: 'Take the channel out of the archive, or choose another one.',
  is_archived: 'Take the channel out of the archive, or choose another one.',
  action_prohibited: 'An administrator of the workspace restricts who may post there; ask them to allow the app.',
  posting_to_general_channel_denied: 'Choose another channel: posting to #general is restricted.',
  posting_to_channel_denied: 'Choose another channel: posting to this one is restricted.',
  restricted_action: 'An administrator of the workspace restricts who may post there; ask them to allow the app.',
  restricted_action_read_only_channel: 'The channel is read-only; choose another one.',
  not_in_channel: invite,
  not_authed: newToken,
  invalid_auth: newToken,
  account_inactive: newToken,
  token_revoked: newToken,
  token_expired: newToken,
  not_allowed_token_type: newToken,
  missing_scope: scopes,
  no_permission: scopes,
  access_denied: scopes,
  ekm_access_denied: 'An administrator of the workspace suspended posting; ask them.',
  org_login_required: 'The workspace is being moved; try again when that is over.',
  team_access_not_granted: newToken,
  team_added_to_org: newToken,
};

/** The message that an update or reply refers to is gone or closed: what is left is to post anew. */
export const goneMessageErrors: ReadonlySet<string> = new Set([
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
  'cannot_reply_to_message',
  'cant_broadcast_message',
]);

/** What Slack's error code means for a delivery; `undefined` for a code that is not known here. */
export function resultOfErrorCode(code: string): DeliveryResult | undefined {
  if (payloadErrors.has(code)) return { outcome: 'degrade', why: code };
  const howToMend = permanentErrors[code];
  if (howToMend !== undefined) return { outcome: 'permanent', why: code, howToMend };
  if (/^(?:ratelimited|rate_limited|message_limit_exceeded)$/u.test(code)) return { outcome: 'retry', why: code };
  if (/^(?:fatal_error|internal_error|service_unavailable|request_timeout|server_error|accesslimited)$/u.test(code))
    return { outcome: 'retry', why: code };
  return undefined;
}
