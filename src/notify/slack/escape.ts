import { visibleText } from '../../lib/redaction/visible-text.ts';

/** Escapes the three characters that mean something in Slack's message text (docs.slack.dev, "Escaping text"). */
function escapeMrkdwn(text: string): string {
  return visibleText(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Escapes, then cuts to `limit` UTF-16 units at a code point and never inside an entity. */
export function escapeAndCut(text: string, limit: number): string {
  const escaped = escapeMrkdwn(text);
  if (escaped.length <= limit) return escaped;
  let end = limit - 1;
  const last = escaped.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end--;
  const entity = escaped.lastIndexOf('&', end - 1);
  if (entity !== -1 && entity > end - 5 && !escaped.slice(entity, end).includes(';')) end = entity;
  return escaped.slice(0, end) + '…';
}

const formatting: Readonly<Record<string, string>> = { '*': '∗', _: 'ˍ', '~': '∼', '`': 'ˋ', ':': '꞉' };

/** A name for use inside formatted text. There is no escape for * _ ~ ` and :emoji:, so lookalikes stand in for them. */
export function plainName(text: string): string {
  return text.replace(/[*_~`]|:(?=\S)/gu, (character) => formatting[character] ?? character);
}
