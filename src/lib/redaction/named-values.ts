import { placeholder } from './placeholder.ts';
import { isAboutSecret, isNoSecret, looksRandom, strongWords, weakWords } from './secret-names.ts';
import { readValue } from './read-value.ts';

const quotes = `["'\`\\\\]{0,4}`;
const mark = '[\\uE000-\\uF8FF]?';

// Between a name and its value: = : => := == (also %3D and \u003d), an option's space or next list item, and the
// `value` member of a name/value pair.
const separators = [
  `${quotes}[ \\t]{0,16}(?:=>|:=|={1,3}|:(?:[-=?+](?=[^ ]))?|%3[dDaA]|\\\\u003[dD])[ \\t]{0,16}`,
  `${quotes}[\\s,]{1,40}${quotes}[vV]alue${quotes}[ \\t]{0,8}[:=][ \\t]{0,8}`,
  `(?<=<[\\w:.-]{0,40})>`,
].join('|');

const named = new RegExp(
  `(?:(?<strong>${strongWords})|(?<![A-Za-z])(?<weak>${weakWords}))(?<rest>[\\w.-]{0,48})(?<separator>${separators})${mark}`,
  'giu',
);

/**
 * Replaces the value of `password=…`-like pairs: key=value, key: value, JSON, YAML, XML, query strings, environment
 * dumps, connection strings, name/value members. A name alone, and a name that only speaks about a secret, stay.
 */
export function redactNamedValues(text: string): string {
  let out = '';
  let at = 0;
  let weakFrom = 0;
  for (const match of text.matchAll(named)) {
    const groups = match.groups ?? {};
    const from = match.index + match[0].length;
    if (match.index < at || (groups.strong === undefined && match.index < weakFrom)) continue;
    const separator = groups.separator ?? '';
    const value = readValue(text, from, { lineStart: startsLine(text, match.index), xml: separator === '>' });
    if (value.to === value.from) continue;
    const word = groups.strong ?? groups.weak ?? '';
    const secret = text.slice(value.from, value.to);
    const rest = groups.rest ?? '';
    const name = word + rest;
    if (
      !isSecret({ name, rest, strong: groups.strong !== undefined, separator, secret, value, text, from: match.index })
    ) {
      if (groups.strong === undefined && !value.quoted) weakFrom = value.to;
      continue;
    }
    out += text.slice(at, value.from) + placeholder;
    at = value.to;
  }
  return out + text.slice(at);
}

interface Candidate {
  readonly name: string;
  /** What follows the word that matched. */
  readonly rest: string;
  readonly strong: boolean;
  readonly separator: string;
  readonly secret: string;
  readonly value: { readonly from: number; readonly to: number; readonly quoted: boolean };
  readonly text: string;
  readonly from: number;
}

function isSecret(found: Candidate): boolean {
  const { name, secret, separator, text } = found;
  const before = text.slice(Math.max(0, found.from - 80), found.from);
  // `compass` is no pass; `dbPass` is one.
  if (/^pass(?!w|[-_ ]?(?:phrase|code))/u.test(name) && /[A-Za-z]$/u.test(before)) return false;
  if (isAboutSecret(name) || isNoSecret(secret) || isExpression(secret, separator)) return false;
  if (/(?:public[-_]?key|existing)$/iu.test(before)) return false;
  if (!found.strong) return !/^\p{Ll}/u.test(found.rest) && looksRandom(secret);
  if (/^(?:tokens|secrets)/iu.test(name)) return looksRandom(secret);
  const tight = separator.startsWith(':') && separator === separator.trimEnd();
  // A port, or the tag of an image that is named after a secret.
  if (tight && /^\d{1,5}(?!\w)/u.test(secret) && !/^passw/iu.test(name)) return false;
  if (tight && /^v?\d+\.\d[\w.-]*$/u.test(secret) && /[\w.-]*\/[\w./-]*$/u.test(before)) return false;
  if (/^pass$/iu.test(name) && /^\d{1,4}$/u.test(secret)) return false;
  return !isProse(found, before);
}

/** Source code in a stack trace (`token = os.environ["TOKEN"]`), and the beginning of an object. */
function isExpression(secret: string, separator: string): boolean {
  if (/^[[{](?![{[])/u.test(secret) && !separator.includes('=')) return true;
  return /^(?:(?:await |new )?(?:process\.env|os\.environ|os\.getenv|System\.getenv|getenv|env|ENV|config|settings|self|this)\b[.[(])/u.test(
    secret,
  );
}

/** `token: could not parse …`, `Unexpected token: punc`, `GetSecret: StatusCode=404` are sentences; a password may be any word. */
function isProse({ name, separator, secret, value, text }: Candidate, before: string): boolean {
  if (value.quoted || !separator.endsWith(': ')) return false;
  if (
    /(?:\/|(?:get|fetch|read|load|create|refresh|validate|verify|parse|decode|update|list|mount|sync)[-_]?)$/iu.test(
      before,
    )
  )
    return !looksRandom(secret);
  if (secret.includes(' ')) return isNoSecret(secret.split(' ')[0] ?? '');
  if (/^passw/iu.test(name)) return false;
  if (/(?:unexpected|illegal|invalid) $/iu.test(before) && !looksRandom(secret)) return true;
  return /^[a-z][a-z'-]*$/u.test(secret) && /^ [("'A-Za-z]/u.test(text.slice(value.to, value.to + 2));
}

/** True when only indentation, a list dash or `export` stands before the name on its line. */
function startsLine(text: string, at: number): boolean {
  const before = text.slice(Math.max(0, at - 80), at);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (line.length === 80) return false;
  return /^\s*(?:- |export |declare -x |set )?["']?[\w.-]*$/u.test(line);
}
