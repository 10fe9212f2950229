import { shorten } from './clean-line.ts';
import { readStructured } from './structured-line.ts';

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug';

/** One line of a log. */
export interface LogLine {
  /** Its place among the kept lines. */
  readonly index: number;
  /** The whole line, cleaned. */
  readonly text: string;
  /** What it says: without timestamp, level and thread; of a JSON or logfmt line the message and the error together. */
  readonly message: string;
  readonly level?: LogLevel;
  /** The fields of a JSON or logfmt line, nested ones with dots; empty for plain text. */
  readonly fields: Readonly<Record<string, string>>;
}

// A JSON line may hold a whole stack trace.
const longestStructured = 200_000;

/**
 * A line without colours, split into level, message and fields, followed by the lines of the stack trace that one of its
 * fields holds. Each is at most 4,096 characters long.
 */
export function parseLines(whole: string, index: number): readonly LogLine[] {
  const text = shorten(whole);
  const structured = whole.length > longestStructured ? undefined : readStructured(whole);
  if (!structured) return [parsePlain(text, index)];
  const level = structured.level === undefined ? undefined : levelOf(structured.level);
  const more = { fields: structured.fields, ...(level && { level }) };
  const below = structured.below.filter((row) => row.trim() !== '').map(shorten);
  return [
    { index, text, message: withoutBlobs(shorten(structured.message)), ...more },
    ...below.map((row, at) => ({ ...more, index: index + 1 + at, text: row, message: withoutBlobs(row), fields: {} })),
  ];
}

function parsePlain(text: string, index: number): LogLine {
  const { level, rest } = stripPrefix(text);
  const reason = rejected.exec(rest)?.[1];
  if (reason !== undefined) return { index, text, message: withoutBlobs(reason), fields: {}, level: 'fatal' };
  return { index, text, message: withoutBlobs(rest), fields: {}, ...(level && { level }) };
}

/** Node wraps what was thrown into two sentences of its own (`lib/internal/process/promises.js`). */
const rejected = /^\[UnhandledPromiseRejection: .{0,250}The promise rejected with the reason "(.{1,2000})"\.\]/;

const longestWord = 400;

// A word longer than any path or URL is data (base64, a dump): it says nothing, and patterns would walk over it again and again.
function withoutBlobs(message: string): string {
  if (message.length <= longestWord) return message;
  const half = longestWord / 2;
  return message.replace(/\S{401,}/g, (word) => `${word.slice(0, half)}…${word.slice(word.length - half)}`);
}

const levels: readonly (readonly [LogLevel, RegExp])[] = [
  ['fatal', /^(?:fatal|crit(?:ical)?|emerg(?:ency)?|alert|panic|severe|dpanic|f|60)$/i],
  ['error', /^(?:err(?:or)?|failure|e|50|eror)$/i],
  ['warn', /^(?:warn(?:ing)?|w|40|wrn)$/i],
  ['info', /^(?:info(?:rmation)?|notice|note|i|30|inf|statement|hint|detail|context|system)$/i],
  ['debug', /^(?:debug\d?|trace|fine(?:r|st)?|verbose|d|t|20|10|dbg|config)$/i],
];

/** A level word or number (pino, bunyan) as one of five. */
function levelOf(word: string): LogLevel | undefined {
  return levels.find(([, pattern]) => pattern.test(word.trim()))?.[0];
}

const time =
  /^\s*(?:\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: ?(?:Z|UTC|GMT|(?:CES?T|[ECMP][SD]T|IST|JST|BST|MSK|AES?T|WES?T|EES?T)\b|[+-]\d\d:?\d\d))?\]?|\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d\d[/-][A-Z][a-z]{2}[/-]\d{4}[: ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?: [+-]\d{4})?|\[\d+(?:\.\d+)?\])\s*/;
const glog = /^([IWEF])(?=\d{4} \d\d:\d\d:\d\d)\d{4} [\d:.]+\s+\d+ [\w.-]+:\d+\] /;
const redis = /^\d+:[A-Z] \d\d \w{3} \d{4} [\d:.]+ ([.#*-]) /;
const celery = /^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: ([A-Z]{4,8})\/[\w-]{1,60}\] /;
const word =
  /(?:^|[\s[(<|:])(TRACE|DEBUG\d?|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|CRIT|SEVERE|PANIC|EMERG|ALERT|emerg|alert|crit|error|warn|warning|notice|info|debug|fatal|panic|Error|Warning|Fatal|Note|System|LOG|HINT|DETAIL|STATEMENT|CONTEXT)(?=[\s\]):>|,]|$)/;

function stripPrefix(text: string): { level: LogLevel | undefined; rest: string } {
  const g = glog.exec(text);
  if (g) return { level: levelOf(g[1] ?? ''), rest: text.slice(g[0].length) };
  const r = redis.exec(text);
  if (r) return { level: r[1] === '#' ? undefined : 'info', rest: text.slice(r[0].length) };
  const c = celery.exec(text);
  if (c) return { level: levelOf(c[1] ?? ''), rest: text.slice(c[0].length) };
  const stamp = time.exec(text);
  let rest = stamp ? text.slice(stamp[0].length) : text;
  const head = rest.slice(0, 80);
  const found = word.exec(head);
  if (!found?.[1]) return { level: undefined, rest };
  // A level stands near the front and before the message: `[main] ERROR x - …`, `nginx: [emerg] …`, `app ERROR: …`.
  const before = head.slice(0, found.index);
  const level = levelOf(found[1]);
  const upper = found[1] === found[1].toUpperCase();
  const marked =
    /[[(<|]$/.test(head.slice(0, found.index + 1)) || /^[\])>|:]/.test(head.slice(found.index + found[0].length));
  if (!upper && !marked) return { level: undefined, rest };
  const words = before.split(/[\s-]+/).filter((one) => one !== '').length;
  if (words > (marked ? 5 : 2)) return { level: undefined, rest };
  // `Error: …` and `panic: …` are part of what runtimes say; a level in capitals or brackets is not.
  if ((upper || /[[(<|]/.test(head[found.index] ?? '')) && (stamp || before.length < 40))
    rest = rest.slice(found.index + found[0].length).replace(/^[\])>|:,\s-]+/, '');
  return { level, rest };
}
