import type { Alert } from '../../model/alert.ts';
import { lookOf } from '../alert-look.ts';
import { asksForAction, causeLabel, summaryLines } from '../alert-text.ts';
import { cutText, oneLine } from '../cut-text.ts';
import type { MessageForm } from '../sink.ts';
import {
  contextBlock,
  heading,
  labelled,
  paragraph,
  preformatted,
  richTextBlock,
  sectionBlock,
  type RichTextPart,
  type SlackBlock,
  type SlackMessage,
} from './blocks.ts';
import { escapeAndCut, plainName } from './escape.ts';

// A message fails near 13 kB of JSON (github.com/slackapi/bolt-js/issues/2509); this leaves room for what Slack adds.
const maxMessageBytes = 9_000;
const maxText = 3_000;

// A cut command is a dangerous command: one that is longer than this is left out.
const maxCommand = 1_200;

/** `root` is the message itself; `compact` the short one that later steps post where nothing can be edited, and in threads. */
export type MessageSize = 'root' | 'compact';

/**
 * An alert as a Slack message of at most 9,000 bytes of JSON. Untrusted text stands only in elements that parse nothing,
 * apart from the escaped first line and the escaped `text`, which says it all for previews and screen readers.
 */
export function slackMessage(alert: Alert, form: MessageForm = 'full', size: MessageSize = 'root'): SlackMessage {
  for (const scale of [1, 0.6, 0.35, 0.2, 0.1]) {
    const message = build(alert, form, size, scale);
    if (jsonBytes(message) <= maxMessageBytes) return message;
  }
  return { text: escapeAndCut(summaryLines(alert).map(oneLine).join('\n'), 700) };
}

/** Size of a message on the wire, UTF-8 bytes. */
export function jsonBytes(message: SlackMessage): number {
  return Buffer.byteLength(JSON.stringify(message));
}

function build(alert: Alert, form: MessageForm, size: MessageSize, scale: number): SlackMessage {
  const text = escapeAndCut(summaryLines(alert).map(oneLine).join('\n'), Math.floor(maxText * scale));
  if (form === 'text') return { text };
  const whole = size === 'compact' ? compactBlocks(alert, scale) : topBlocks(alert, scale);
  const attaches = size === 'root' && form === 'full';
  // What is over stands in green: an attachment is the only thing that has a colour.
  const over = attaches && !asksForAction(alert);
  const blocks = over ? whole.slice(0, 1) : whole;
  const proof = over ? whole.slice(1) : attaches ? proofBlocks(alert, scale) : [];
  if (proof.length === 0) return { text, blocks };
  const fallback = escapeAndCut(oneLine(alert.headline), 150);
  return { text, blocks, attachments: [{ color: lookOf(alert).color, fallback, blocks: proof }] };
}

function headline(alert: Alert, scale: number): SlackBlock {
  const name = escapeAndCut(plainName(oneLine(alert.headline)), Math.floor(300 * Math.max(scale, 0.5)));
  return sectionBlock(`${lookOf(alert).emoji} *${name}*`);
}

function topBlocks(alert: Alert, scale: number): SlackBlock[] {
  const parts: RichTextPart[] = [
    ...(alert.reason === undefined ? [] : [paragraph(oneLine(alert.reason), Math.floor(300 * scale))]),
    labelled(causeLabel(alert), oneLine(alert.rootCause), Math.floor(700 * scale)),
    ...fixParts(alert, scale),
  ];
  return [
    headline(alert, scale),
    richTextBlock(parts),
    ...(alert.rows.length === 0 ? [] : [richTextBlock([preformatted(rowsText(alert, scale), 2_900)])]),
    contextBlock(alert.facts.map(oneLine).join(' · '), Math.floor(900 * Math.max(scale, 0.35))),
  ];
}

function fixParts(alert: Alert, scale: number): RichTextPart[] {
  const { fix } = alert;
  if (fix === undefined || !asksForAction(alert)) return [];
  const limit = Math.floor(400 * scale);
  if (fix.command === undefined) return [labelled('Suggested Fix', oneLine(fix.summary), limit)];
  if (fix.command.length > maxCommand * Math.max(scale, 0.5))
    return [labelled('Suggested Fix', `${oneLine(fix.summary)} (its command is too long for a message)`, limit + 50)];
  return [labelled('Suggested Fix', fixWords(fix), limit), preformatted(fix.command, maxCommand)];
}

/** A verified fix says so: its object, container and path exist and its patch applies. */
function fixWords(fix: Alert['otherFixes'][number]): string {
  return `${oneLine(fix.summary)}${fix.verified ? ' ✓ checked' : ''}`;
}

function rowsText(alert: Alert, scale: number): string {
  const rows = alert.rows.map((row) => cutText(`#${row.id} ${oneLine(row.text)}`, Math.floor(220 * scale)));
  return [...rows, ...(alert.more > 0 ? [`+${alert.more} more`] : [])].join('\n');
}

/** One section and one line: what happened, why, and the facts. */
function compactBlocks(alert: Alert, scale: number): SlackBlock[] {
  const tellsCause = alert.type === 'worse' || alert.type === 'reopened' || alert.type === 'reminder';
  const lines = [
    ...(alert.reason === undefined ? [] : [paragraph(oneLine(alert.reason), Math.floor(300 * scale))]),
    ...(tellsCause ? [labelled(causeLabel(alert), oneLine(alert.rootCause), Math.floor(500 * scale))] : []),
    ...(tellsCause ? fixParts(alert, scale) : []),
  ];
  return [
    headline(alert, scale),
    ...(lines.length === 0 ? [] : [richTextBlock(lines)]),
    contextBlock(alert.facts.map(oneLine).join(' · '), Math.floor(600 * Math.max(scale, 0.35))),
  ];
}

/** Lines in the order of their evidence numbers; lines without one stay behind the line before them. */
function byNumber(lines: readonly string[]): string[] {
  let number = 0;
  const numbered = lines.map((line) => {
    number = Number(/^E(\d{1,4}) /u.exec(line)?.[1] ?? number);
    return { line, number };
  });
  return numbered.sort((a, b) => a.number - b.number).map(({ line }) => line);
}

/** The coloured attachment: evidence, log lines, other fixes, the command that shows the proof, notes. */
function proofBlocks(alert: Alert, scale: number): SlackBlock[] {
  const some = <T>(list: readonly T[], most: number): readonly T[] =>
    list.slice(0, Math.max(1, Math.floor(most * scale)));
  const line = (text: string, limit: number): string =>
    cutText(oneLine(text), Math.floor(limit * Math.max(scale, 0.5)));
  const proof = byNumber([
    ...some(alert.evidence, 8).map((item) => line(`${item.id} ${item.source}: ${item.text}`, 260)),
    ...some(alert.logLines, 12).map((text) => cutText(text, Math.floor(200 * Math.max(scale, 0.5)))),
  ]);
  const others = some(alert.otherFixes, 3).flatMap((other) => [
    labelled('Or', fixWords(other), Math.floor(300 * Math.max(scale, 0.5))),
    ...(other.command === undefined || other.command.length > maxCommand * scale
      ? []
      : [preformatted(other.command, maxCommand)]),
  ]);
  const command = alert.proofCommand === undefined ? [] : [alert.proofCommand];
  const notes = some(alert.notes, 4).map((note) => line(note, 240));
  const parts: RichTextPart[] = [
    ...(proof.length === 0 ? [] : [heading('Proof'), preformatted(proof.join('\n'), 2_900)]),
    ...(command.length === 0 ? [] : [heading('See it yourself'), preformatted(command.join('\n'), 600)]),
    ...others,
  ];
  return [
    ...(parts.length === 0 ? [] : [richTextBlock(parts)]),
    ...(notes.length === 0 ? [] : [contextBlock(notes.join('\n'), 1_200)]),
  ];
}
