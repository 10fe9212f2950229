import { stripLogQuotes } from '../../model/log-quote.ts';

/** Longest line that rules look at: patterns stay fast, and what matters of a wide line stands at its ends or near a word of woe. */
const longest = 4096;
const end = 1400;
const middle = 1000;
const woe = /\b(?:error|fatal|exception|panic|failed|denied|refused|missing|invalid|cannot|unable|not found)\b/i;

// CSI, OSC and two-character escape sequences (ECMA-48), with ESC or the 8-bit introducer.
const escapes =
  // eslint-disable-next-line no-control-regex -- escape sequences are control characters
  /\u001B\[[0-?]*[ -/]*[@-~]|\u009B[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-_]/g;
// Control characters, bidirectional overrides, zero-width characters, and the mark of a broken byte.
const controls =
  // eslint-disable-next-line no-control-regex -- control characters are what is removed
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFFD]/g;

// rich draws a box around messages, loguru marks the frame where it caught, Python indents the members of exception groups.
function unframed(line: string): string {
  if (line.length > longest) return line;
  return line
    .replace(/^[\u2500-\u257F](.*)[\u2500-\u257F]$/u, (_, inner: string) => inner.trimEnd().replace(/^ /u, ''))
    .replace(/^> (?=File ")/u, '  ')
    .replace(/^\s{2,}\+ Exception Group (?=Traceback)/u, '')
    .replace(/^\s{2,}\+-[+-]{1,200}(?: \d{1,4} -{1,200})?$/u, '')
    .replace(/^\s{2,}(?:\| )+/u, '');
}

/** A log line without colours and control characters, as long as it is (of a million characters its halves' ends). */
export function stripLine(raw: string): string {
  const bounded = raw.length <= 1_000_000 ? raw : raw.slice(0, 500_000) + raw.slice(raw.length - 500_000);
  return unframed(stripLogQuotes(bounded.replace(escapes, '').replace(controls, '')).trimEnd());
}

/** At most 4,096 characters: of a longer line its ends and its first trouble. */
export function shorten(clean: string): string {
  if (clean.length <= longest) return clean;
  const head = clean.slice(0, end);
  const tail = clean.slice(clean.length - end);
  const inner = clean.slice(end, clean.length - end);
  const at = woe.exec(inner)?.index;
  if (at === undefined) return `${head} … ${tail}`;
  const from = Math.max(0, at - middle / 5);
  return `${head} … ${inner.slice(from, from + middle)} … ${tail}`;
}

/** Both. */
export function cleanLine(raw: string): string {
  return shorten(stripLine(raw));
}
