import { stripLogQuotes } from '../../model/log-quote.ts';

/** Longest piece of a line that rules look at: patterns stay fast, and what matters of a wide line stands at its ends. */
const longest = 4096;

// CSI, OSC and two-character escape sequences (ECMA-48), with ESC or the 8-bit introducer.
// eslint-disable-next-line no-control-regex -- escape sequences are control characters
const escapes =
  /\u001B\[[0-?]*[ -/]*[@-~]|\u009B[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-_]/g;
// Control characters, bidirectional overrides, zero-width characters and the mark of a broken byte.
// eslint-disable-next-line no-control-regex -- control characters are what is removed
const controls = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/** A log line without colours and control characters, at most 4,096 characters: the middle of a longer one is left out. */
export function cleanLine(raw: string): string {
  const cut = raw.length <= longest * 2 ? raw : raw.slice(0, longest) + raw.slice(raw.length - longest);
  const clean = stripLogQuotes(cut.replace(escapes, '').replace(controls, '')).trimEnd();
  if (clean.length <= longest) return clean;
  return clean.slice(0, longest / 2) + ' … ' + clean.slice(clean.length - longest / 2 + 3);
}
