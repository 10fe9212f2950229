/** A JSON or logfmt line, flattened. */
export interface StructuredLine {
  readonly level: string | undefined;
  /** Message, error and cause in one text; of a stack trace the first line. */
  readonly message: string;
  /** The further lines of stack traces. */
  readonly below: readonly string[];
  readonly fields: Readonly<Record<string, string>>;
}

const levelKeys = [
  'level_name',
  'level',
  'severity',
  'lvl',
  'loglevel',
  'log.level',
  'levelname',
  's',
  '@l',
  'Level',
  'LogLevel',
];
const messageKeys = [
  'msg',
  'message',
  'event',
  'text',
  'log',
  '@m',
  '@mt',
  'Message',
  'short_message',
  'body',
  'textPayload',
];
const errorKeys =
  /(?:^|^(?:context|extra|data|ctx|params|payload)\.)(?:err|error|exception|exc_info|exc|stack|stacktrace|stack_trace|cause|reason|detail|details|chain|previous|@x|thrown|throwable|Exception|failure|problem|attr)(?:\.|$)/;

// A stack trace that is longer shows its root at one of its ends.
const mostBelow = 200;

const stack =
  /\n(?:[ \t]{1,20}(?:at \S|File "|from \S|\S{1,300}\.go:\d|\d{1,4}: \S)|goroutine \d|Traceback |Caused by: |[ \t]{0,20}#\d{1,4} \S)/;

/** Reads a line that is one JSON object, or key=value pairs throughout; undefined for anything else. */
export function readStructured(text: string): StructuredLine | undefined {
  const fields = jsonFields(text) ?? logfmtFields(text);
  if (!fields) return undefined;
  const level = levelKeys.map((key) => fields[key]).find((value) => value !== undefined);
  const parts: string[] = [];
  const below: string[] = [];
  const add = (value: string): void => {
    // Other texts of more than one line are one message.
    const [first = '', ...rest] = stack.test(value) ? value.split('\n') : [value];
    // A stack that begins with its first frame says nothing by that.
    const trace = first.startsWith('Traceback (most recent') || (rest.length > 0 && !/[: ]/u.test(first));
    if (!trace && first !== '' && !parts.includes(first)) parts.push(first);
    below.push(...(trace ? [first, ...rest] : rest));
  };
  for (const key of messageKeys) add(fields[key] ?? '');
  for (const [key, value] of Object.entries(fields)) if (errorKeys.test(key)) add(value);
  for (const issue of issuesOf(fields)) add(issue);
  // Whatever the field is called, in whatever language.
  if (/^(?:err|crit|fatal|alert|emerg|panic)/i.test(level ?? '')) {
    for (const value of Object.values(fields)) if (systemMessage.test(value.slice(0, 500))) add(value.slice(0, 500));
  }
  const system = systemError(fields);
  if (system !== undefined && !parts.some((part) => part.includes(system.code))) add(system.text);
  return { level, message: parts.join(': ') || text, below: below.slice(0, mostBelow), fields };
}

const systemMessage =
  /\b(?:[Pp]ermission denied|[Nn]o such file or directory|[Cc]onnection (?:refused|timed out|reset)|[Nn]o space left|[Rr]ead-only file system|[Nn]ame or service not known|[Nn]o such host|[Aa]ddress already in use)\b/;

// Node's system errors, whose properties some loggers spread over the line (nodejs.org/api/errors.html, class SystemError).
function systemError(fields: Readonly<Record<string, string>>): { code: string; text: string } | undefined {
  const { code, syscall, path, address, port } = fields;
  if (code === undefined || syscall === undefined || !/^E[A-Z0-9]{2,20}$/.test(code)) return undefined;
  const where = path === undefined ? [address, port].filter((part) => part !== undefined).join(':') : `'${path}'`;
  return { code, text: `${code}: ${syscall} ${where}`.trim() };
}

const mostIssues = 3;

// `"issues": [{"path": ["NAME"], "message": "…"}]`, as validators list what they reject.
function issuesOf(fields: Readonly<Record<string, string>>): readonly string[] {
  const issues = Object.entries(fields).flatMap(([key, message]) => {
    const item =
      /^((?:\w+\.)?(?:issues|errors|violations|problems|details|validationErrors)\.\d+)\.(?:message|msg|reason)$/.exec(
        key,
      )?.[1];
    if (item === undefined) return [];
    const path = Object.entries(fields).filter(([other]) => other.startsWith(`${item}.path.`));
    const name =
      path.length > 0
        ? path.map(([, part]) => part).join('.')
        : ['path', 'field', 'property', 'param', 'key', 'instancePath']
            .map((one) => fields[`${item}.${one}`])
            .find(Boolean);
    return name === undefined ? [] : [`${name}: ${message}`];
  });
  return issues.slice(0, mostIssues);
}

function jsonFields(text: string): Record<string, string> | undefined {
  const start = text.indexOf('{');
  // `2026-… {"level": …}` and `app | {"level": …}` occur; a brace far inside is prose.
  if (start < 0 || start > 60 || !/^\s*\{\s*"/.test(text.slice(start))) return undefined;
  const end = text.lastIndexOf('}');
  if (end <= start) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
  const fields: Record<string, string> = {};
  flatten(parsed, '', fields, 0);
  return Object.keys(fields).length > 0 ? fields : undefined;
}

// What stands at the top comes before what is nested, so that a large object hides no error beside it.
function flatten(value: unknown, prefix: string, into: Record<string, string>, depth: number): void {
  if (Object.keys(into).length > 100) return;
  if (typeof value === 'string') into[prefix] = value;
  else if (typeof value === 'number' || typeof value === 'boolean') into[prefix] = String(value);
  else if (typeof value === 'object' && value !== null && depth < 4) {
    const entries = Object.entries(value);
    const isNested = ([, inner]: readonly [string, unknown]): boolean => typeof inner === 'object' && inner !== null;
    for (const [key, inner] of [...entries.filter((one) => !isNested(one)), ...entries.filter(isNested)]) {
      flatten(inner, prefix === '' ? key : `${prefix}.${key}`, into, depth + 1);
    }
  }
}

// Some loggers do not escape the quotes within a value: the one that ends it has a blank behind it.
const pair = /([A-Za-z_@][\w.@/-]*)=("(?:[^"\\]|\\.|"(?!\s|$))*"|[^\s"]\S*|(?=\s|$))/y;

// logfmt: nearly the whole line is pairs, and one of them is a level or a message.
function logfmtFields(text: string): Record<string, string> | undefined {
  if (!/(?:^|\s)(?:level|lvl|severity|msg|message)=/.test(text)) return undefined;
  const fields: Record<string, string> = {};
  let stray = 0;
  let at = 0;
  while (at < text.length) {
    pair.lastIndex = at;
    const found = pair.exec(text);
    if (found?.[1] !== undefined) {
      fields[found[1]] = unquote(found[2] ?? '');
      at = pair.lastIndex;
    } else {
      const space = text.indexOf(' ', at);
      const next = space < 0 ? text.length : space;
      if (next > at) stray += 1;
      at = next;
    }
    while (text[at] === ' ' || text[at] === '\t') at += 1;
  }
  return stray <= 4 && Object.keys(fields).length >= 2 ? fields : undefined;
}

function unquote(value: string): string {
  if (!value.startsWith('"')) return value;
  return value
    .slice(1, -1)
    .replace(/\\(["\\])/g, '$1')
    .replace(/\\n/g, '\n')
    .replace(/\\t/g, '\t');
}
