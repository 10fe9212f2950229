import type { LogLine } from './parse-line.ts';

/** What a line is within a stack trace. */
export interface TraceRole {
  /** A stack frame, a code excerpt, a trace's frame of words: says where, not what. */
  readonly frame: boolean;
  /** The root of a trace that ended the program. */
  readonly uncaught: boolean;
  /** The root of a trace that the program itself logged and may have survived. */
  readonly logged: boolean;
}

// Frames name a function and a place; what is longer is none.
const longestFrame = 1000;

const frames: readonly RegExp[] = [
  /^\s*File "[^"]*", line \d+/, // Python
  /^\s*Traceback \(most recent call last\):$/,
  /^\s+[~^]+\s*$/,
  /^(?:During handling of the above exception|The above exception was the direct cause)/,
  /^\s{1,40}at .*(?::\d{1,7}:\d{1,7}\)?|<anonymous>\)?|\(native\)|node:internal\S{0,200}) ?\{?$/, // JavaScript
  /^Emitted 'error' event (?:on|at)/,
  /^(?:node:|internal\/|file:\/\/|\/)[\w./@-]+:\d+(?::\d+)?$/,
  /^\s*throw (?:er|err|error|new \w+|e)\b.*;/,
  /^Node\.js v\d/,
  /^\(Use `node --trace/,
  /^\s+at [\w.$<>/@-]+\([^()]*\)(?: ~?\[[^\]]*\])?$/, // Java
  /^\s*\.\.\. \d+ (?:more|common frames omitted)$/,
  /^goroutine \d+ (?:gp=\S+ )?(?:m=\S+ )?(?:mp=\S+ )?\[[^\]]+\]:$/, // Go
  /^\t?\S+\.go:\d+ \+0x[0-9a-f]+/,
  /^\t\S+\.go:\d+/,
  /^created by [\w./()*-]+/,
  /^\[signal SIG\w+/,
  /^[\w./()*[\]-]{1,300}\((?:0x[0-9a-f?, ]{1,200}|\{?\.\.\.\}?|)\)$/,
  /^exit status \d+$/,
  /^\s+from \S+:\d+:in /, // Ruby
  /^\s*\S{1,400}:\d{1,7}:in [`'][^'`]{0,200}'$/,
  /^\t \d+: from /,
  /^\s*#\d+ (?:\{main\}|\S+\(\d+\)|0x[0-9a-f]+)/, // PHP, native
  /^\s*Stack trace:\s*$/i,
  /^\s+thrown in \S+ on line \d+/,
  /^\s{1,40}at [\w.<>`,[\]+ ]{1,400}\([^)]{0,400}\)(?: in [^\n]{1,400}:line \d{1,7})?$/, // .NET
  /^\s*--- End of (?:inner exception )?stack trace/,
  /^note: (?:run with|Some details are omitted)/, // Rust
  /^stack backtrace:$/,
  /^\s*\d+: +0x[0-9a-f]+/,
  /^\t\w+::\w+\(.*\) called at /, // Perl
  /^\s+\^+$/,
];

const chain = /^(?:During handling of the above exception|The above exception was the direct cause)/;

/** Marks the frames and roots of the stack traces in a log, in the order of its lines. */
export function markTraces(lines: readonly LogLine[]): readonly TraceRole[] {
  const isFrame = lines.map(
    (line) => line.text.length <= longestFrame && frames.some((pattern) => pattern.test(line.text)),
  );
  markPythonSource(lines, isFrame);
  const node = lines.some((line) =>
    /^Node\.js v\d|^\(node:\d+\)|^\s*throw er; \/\/ Unhandled|^\s+at .*\(node:\w/.test(line.text),
  );
  const roles: TraceRole[] = [];
  let inTrace = false;
  let logged = false;
  lines.forEach((line, index) => {
    if (isFrame[index]) {
      if (/^\s*Traceback \(most/.test(line.text)) {
        inTrace = true;
        // What another exception led to is one affair with it.
        if (!chain.test(lines[index - 1]?.text ?? ''))
          logged = isLogged(lines[index - 1]) && hasLaterLife(lines, isFrame, index);
      }
      roles.push({ frame: true, uncaught: false, logged: false });
      return;
    }
    let root: 'uncaught' | 'logged' | undefined;
    if (inTrace && /^[A-Za-z_][\w.]*(?::|$)/.test(line.text)) {
      root = logged ? 'logged' : 'uncaught';
      inTrace = false;
    } else if (uncaughtRoot.test(line.text) || continuesRoot(line, lines[index - 1])) root = 'uncaught';
    else if (/^\s*(?:Uncaught )?(?:\w+ )?\[?[A-Z]?\w*(?:Error|Exception)\b/.test(line.text) && isFrame[index + 1]) {
      root = node || isFrame[index - 1] === true ? 'uncaught' : 'logged';
    } else if (node && /^\w*(?:Error|Exception)\b.{0,200}[[{]$/.test(line.text)) root = 'uncaught';
    else if (/^\s*(?:Caused by: |\[cause\]: )/.test(line.text))
      root = roles.some((role) => role.uncaught) ? 'uncaught' : 'logged';
    roles.push({ frame: false, uncaught: root === 'uncaught', logged: root === 'logged' });
  });
  return withoutInner(lines, roles);
}

// An error of a look-up inside a library, on the way to the exception that says what it means.
const innerError = /^(?:KeyError|IndexError|AttributeError|StopIteration|LookupError)\b/;

// Ruby prints the exception that was rescued below the one that was raised for it.
const rescued = /:in [`'](?:block in )?rescue in /;
const rubyRoot = /^\S+\.rb:\d+:in [`'].*\(\w+(?:::\w+)*\)$/;

function withoutInner(lines: readonly LogLine[], roles: readonly TraceRole[]): readonly TraceRole[] {
  return roles.map((role, index) => {
    const text = lines[index]?.text ?? '';
    const next = lines[index + 1]?.text ?? '';
    if (
      role.uncaught &&
      rescued.test(text) &&
      lines.slice(index + 1, index + 300).some((line) => rubyRoot.test(line.text))
    )
      return { ...role, uncaught: false };
    if (!role.uncaught || !innerError.test(text) || !next.startsWith('During handling of')) return role;
    const frame = lines.slice(Math.max(0, index - 4), index).findLast((line) => /^\s*File "/.test(line.text));
    return /site-packages|dist-packages|\/lib\/python|<frozen/.test(frame?.text ?? '')
      ? { ...role, uncaught: false }
      : role;
  });
}

const uncaughtRoot = new RegExp(
  [
    '^Exception in thread "',
    '^(?:panic|fatal error): ',
    "^thread '[^']*'(?: \\(\\d+\\))? (?:has )?panicked at ",
    '^(?:PHP )?(?:Fatal|Parse) error:\\s',
    '^Unhandled [Ee]xception[.:]',
    '^terminate called ',
    '^libc\\+\\+abi: terminating',
    rubyRoot.source,
    '^\\s*\\*\\* \\(\\w',
    '^Fatal error: (?:exception|\\S)',
    '^(?:Uncaught|error: Uncaught) ',
    '^(?:lua|luajit)\\S*: ',
    '^Error in .*:$',
    '^ERROR: LoadError',
    '^\\[?UnhandledPromiseRejection',
    '^\\{"init terminating in do_boot"',
    '^FATAL ERROR: ',
    '^Error: Could not find or load main class',
    '^SIG(?:SEGV|ABRT|BUS|ILL|FPE): ',
    "^\\S+: \\S+:\\d+: .*Assertion [`'].*failed\\.$",
    ' at \\S+ line \\d+\\.$',
  ].join('|'),
);

// Rust and C++ print what happened on the line after the one that says that it did.
function continuesRoot(line: LogLine, before: LogLine | undefined): boolean {
  if (!before) return false;
  return (
    / panicked at \S+:\d+:\d+:$/.test(before.text) ||
    (/^\s*what\(\): /.test(line.text) && before.text.startsWith('terminate called '))
  );
}

// A line after `File "…", line n` that stands deeper is the source itself.
function markPythonSource(lines: readonly LogLine[], isFrame: boolean[]): void {
  lines.forEach((line, index) => {
    if (/^\s*File "[^"]*", line \d+/.test(line.text) && index + 1 < lines.length) {
      const next = lines[index + 1];
      if (next && /^\s{4,}\S/.test(next.text)) isFrame[index + 1] = true;
    }
    // Go names the function above its place.
    if (/^\t\S+\.go:\d+/.test(lines[index + 1]?.text ?? '') && /^\S+$/.test(line.text)) isFrame[index] = true;
    // Node prints the source line and a caret before the error.
    if (/^\s*\^+\s*$/.test(line.text) && index > 0) isFrame[index - 1] = true;
  });
}

function isLogged(before: LogLine | undefined): boolean {
  return before?.level === 'error' || before?.level === 'warn';
}

function hasLaterLife(lines: readonly LogLine[], isFrame: readonly boolean[], from: number): boolean {
  let plain = 0;
  for (let i = from + 1; i < lines.length; i += 1) if (!isFrame[i]) plain += 1;
  return plain > 3;
}
