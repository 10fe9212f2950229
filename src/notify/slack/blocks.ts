import { visibleText } from '../../lib/redaction/visible-text.ts';
import { cutText } from '../cut-text.ts';

/** The few of Slack's layout blocks that are used here (docs.slack.dev, "Blocks"). */
export type SlackBlock = SectionBlock | ContextBlock | RichTextBlock;

interface SectionBlock {
  type: 'section';
  text: { type: 'mrkdwn'; text: string };
}

interface ContextBlock {
  type: 'context';
  elements: { type: 'plain_text'; text: string; emoji: false }[];
}

interface RichTextBlock {
  type: 'rich_text';
  elements: RichTextPart[];
}

/** A paragraph or a preformatted stretch. Neither parses its text: no mention, link or emoji comes of it. */
export interface RichTextPart {
  type: 'rich_text_section' | 'rich_text_preformatted';
  elements: RichTextRun[];
}

interface RichTextRun {
  type: 'text';
  text: string;
  style?: { bold: true };
}

/** A message as Slack's webhooks and chat.postMessage take it. */
export interface SlackMessage {
  text: string;
  blocks?: SlackBlock[];
  attachments?: { color: string; fallback: string; blocks: SlackBlock[] }[];
}

/** A first line. `mrkdwn` must be escaped and within 3,000 characters. */
export function sectionBlock(mrkdwn: string): SlackBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: mrkdwn } };
}

/** Small print. */
export function contextBlock(text: string, limit: number): SlackBlock {
  return { type: 'context', elements: [{ type: 'plain_text', text: shown(text, limit), emoji: false }] };
}

export function richTextBlock(parts: readonly RichTextPart[]): SlackBlock {
  return { type: 'rich_text', elements: [...parts] };
}

/** A paragraph that begins with a bold label. */
export function labelled(label: string, text: string, limit: number): RichTextPart {
  return {
    type: 'rich_text_section',
    elements: [
      { type: 'text', text: `${label}: `, style: { bold: true } },
      { type: 'text', text: shown(text, limit) },
    ],
  };
}

/** A bold line of ours. */
export function heading(text: string): RichTextPart {
  return { type: 'rich_text_section', elements: [{ type: 'text', text, style: { bold: true } }] };
}

export function paragraph(text: string, limit: number): RichTextPart {
  return { type: 'rich_text_section', elements: [{ type: 'text', text: shown(text, limit) }] };
}

export function preformatted(text: string, limit: number): RichTextPart {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: shown(text, limit) }] };
}

/** Slack refuses an empty text element. */
function shown(text: string, limit: number): string {
  const visible = cutText(visibleText(text), limit);
  return visible === '' ? ' ' : visible;
}
