import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { quoteLog } from '../../../model/log-quote.ts';
import { settingsSpokenOf } from '../../settings.ts';
import { setEnvFix, short, traceLocation } from './common-fixes.ts';

/** ` It was started with REGION=apac.`: settings that the last lines before the crash speak of. */
function settings(hit: Hit): { readonly note: string; readonly fixes: Reading['fixes'] } {
  const spoken = settingsSpokenOf(hit.view.spec, hit.around(12, 12));
  if (spoken.length === 0) return { note: '', fixes: [] };
  return {
    note: `, started with ${spoken.map((one) => `${one.name}=${one.value}`).join(' and ')}`,
    fixes: spoken.map((one) => ({
      ...setEnvFix(hit.view, one.name),
      summary: `Correct ${one.name} if its value ${one.value} is not one that the program knows`,
    })),
  };
}

// Error messages hold data; the class of the error and the place are typed facts, the rest is quoted.
function exception(language: string, error: string, message: string, hit: Hit, safe = ''): Reading {
  const { note, fixes } = settings(hit);
  // Where to read more is no part of what happened.
  const said = message.replace(
    /(?:\.|,)? ?(?:See|Refer to|For more (?:information|details),? (?:see|visit))(?: also)? https?:\/\/\S{1,300}(?: for [\w ]{1,40})?\.?/gu,
    '',
  );
  const text = said === '' ? '' : `: ${quoteLog(short(said, 200))}`;
  return {
    cause: `${language} ends with an unhandled ${error}${safe === '' ? text : ` (${safe})`}${traceLocation(hit)}${note}`,
    fixes: [...(fixes ?? []), { summary: `Mend the error that the trace shows${traceLocation(hit)}` }],
  };
}

// Messages of the runtimes themselves carry identifiers of the program only.
const runtimeMessage =
  /^(?:Cannot read propert(?:y|ies) (?:'[\w$]+' )?of (?:undefined|null)(?: \(reading '[\w$]+'\))?|[\w$.]+ is not (?:a function|defined|iterable|a constructor)|division by zero|integer divide by zero|(?:float |integer )?division (?:or modulo )?by zero|(?:list|tuple|string|array) index out of range|index out of range \[\d+\] with length \d+|'[\w.]+' object (?:has no attribute '[\w.]+'|is not (?:callable|subscriptable|iterable))|name '[\w.]+' is not defined|[\w.]+\(\) (?:missing \d+ required|takes|got an unexpected)[\w ':,()]{1,120}|unsupported operand type\(s\) for [^\n]{1,80}|undefined method [`'][\w?!=]+' for [\w:<>]{1,40}|undefined local variable or method [`']\w+'[^\n]{0,40}|[Ii]ndex \d+ out of bounds for length \d+|assignment to entry in nil map|invalid memory address or nil pointer dereference|interface conversion: [^\n]{1,160}|slice bounds out of range[^\n]{0,60}|called `Option::unwrap\(\)` on a `None` value|index out of bounds: the len is \d+ but the index is \d+|attempt to (?:divide by zero|subtract with overflow|add with overflow|multiply with overflow)[^\n]{0,20}|Object reference not set to an instance of an object\.?|Cannot invoke "[^"]{1,160}" because "[^"]{1,160}" is null|class [\w.$]+ cannot be cast to class [\w.$]+|close of closed channel|send on closed channel|all goroutines are asleep - deadlock!|concurrent map (?:writes|read and map write|iteration and map write)|argument of type '\w+' is not iterable|cannot unpack non-iterable \w+ object|must be (?:str|int), not \w+|can(?:'t|not) convert [\w ]{1,60}|Undefined (?:variable|property|constant|array key|offset)[^\n]{0,60}|Unsupported operand types: [^\n]{1,60}|Call to (?:a member function|undefined method) [\w\\:>()-]{1,120}(?: on \w+)?|Modulo by zero)/;

function reading(language: string, error: string, message: string, hit: Hit): Reading {
  const clean = message.replace(/^runtime error: /, '');
  return exception(language, error, message, hit, runtimeMessage.test(clean) ? short(message, 160) : '');
}

const pythonFrame = /^Traceback \(most recent call last\)|^\s*File "[^"\n]{1,300}", line \d+/mu;

/** Uncaught exceptions and panics, by language; other signs that know the message better win by their strength. */
export const exceptionSigns: readonly Sign[] = [
  {
    id: 'runtime/assertion',
    rank: 'specific',
    strength: 18,
    pattern:
      /(\S+?):(\d+): (?:(\S+?): )?Assertion [`']([^\n]{1,200})' failed|[Aa]ssertion failed: \(?([^\n]{1,160}?)\)?,? (?:function \w+, )?(?:file |at )?([\w./-]+)[, ]+(?:line )?(\d+)|AssertionError(?: \[ERR_ASSERTION\])?:? ?([^\n]{0,200})|java\.lang\.AssertionError:? ?([^\n]{0,160})|assertion (?:`)?([^\n]{1,120}?)(?:`)? failed/,
    read: (hit) => {
      const spoken = settings(hit);
      const expression = [4, 5, 8, 9, 10].map(hit.group).find((one) => one !== '') ?? '';
      const native = hit.group(4) !== '';
      const place = native
        ? ` at ${hit.group(1).split('/').slice(-2).join('/')}:${hit.group(2)}`
        : hit.group(6) !== ''
          ? ` at ${hit.group(6)}:${hit.group(7)}`
          : traceLocation(hit);
      const shown =
        native || hit.group(5) !== ''
          ? short(expression, 120)
          : expression === ''
            ? ''
            : quoteLog(short(expression, 160));
      return {
        cause: `An assertion of the program fails${shown === '' ? '' : ` (assertion ${shown})`}${place}${spoken.note}`,
        fixes: [...(spoken.fixes ?? []), { summary: 'Give it input that meets the assertion, or mend the check' }],
        bonus: 4,
      };
    },
  },
  {
    id: 'runtime/memory-corruption',
    rank: 'specific',
    strength: 22,
    // glibc: debug/fortify_fail.c, malloc/malloc.c
    pattern:
      /\*\*\* (stack smashing detected|buffer overflow detected) \*\*\*|\b(double free or corruption|free\(\): (?:invalid (?:pointer|size|next size)|double free detected)[\w ]{0,40}|malloc\(\): [\w ]{1,60}|corrupted size vs\. prev_size|munmap_chunk\(\): invalid pointer|realloc\(\): invalid \w+)|AddressSanitizer: ([\w-]{1,60})/,
    read: (hit) => {
      const spoken = settings(hit);
      return {
        cause: `The program damages its own memory and is aborted: ${[1, 2, 3].map(hit.group).find((one) => one !== '') ?? ''}${spoken.note}`,
        fixes: [
          ...(spoken.fixes ?? []),
          { summary: 'Mend the program (or its native library): it writes past a buffer or frees twice' },
        ],
        bonus: 4,
      };
    },
  },
  {
    id: 'dependency/nats-no-responders',
    rank: 'specific',
    strength: 20,
    pattern: /NatsError: 503|nats: no responders|NoRespondersError|ErrNoResponders|jetstream not enabled/i,
    read: (hit) => {
      const stream = /jetstream|jsm|StreamInfo/i.test(hit.around(0, 30));
      return {
        cause: stream
          ? 'JetStream is not enabled on the NATS server (503, no responders)'
          : 'Nobody answers the request on the NATS server (503, no responders)',
        fixes: [
          {
            summary: stream ? 'Start nats-server with JetStream (-js)' : 'Start the service that answers this subject',
          },
        ],
        bonus: 4,
      };
    },
  },
  {
    id: 'runtime/go-deadlock',
    rank: 'specific',
    strength: 22,
    pattern: /all goroutines are asleep - deadlock!/,
    read: (hit) => ({
      cause: `Go ends the program: all goroutines are asleep, a deadlock (each waits on a channel or lock)${traceLocation(hit)}`,
      fixes: [{ summary: 'Mend the deadlock; the goroutine dump shows who waits for what' }],
    }),
  },
  {
    id: 'runtime/go-panic',
    rank: 'specific',
    strength: 14,
    pattern: /^(?:panic|fatal error): (.{1,300})/,
    read: (hit) => {
      const nil = hit.group(1).includes('nil pointer');
      return reading(
        'The Go program',
        nil ? 'panic, a nil pointer dereference' : 'panic',
        hit.group(1).replace(/ \[recovered\].*/, ''),
        hit,
      );
    },
  },
  {
    id: 'runtime/rust-panic',
    rank: 'specific',
    strength: 14,
    lines: 2,
    pattern:
      /^thread '([^']*)'(?: \(\d+\))? (?:has )?panicked at (?:'([^\n]{0,300})', )?(\S+?):(\d+):\d+:?(?:\n([^\n]{1,300}))?/,
    read: (hit) => {
      const message = hit.group(2) || hit.group(5);
      const known = /kind: (\w+), message: "([^"]{1,80})"|Err` value: (\w+)/.exec(message);
      const what = runtimeMessage.test(message) ? short(message) : known ? short(known[0]) : '';
      const base = exception('The Rust program', 'panic', message, hit, what);
      return {
        ...base,
        cause: base.cause.includes(hit.group(3)) ? base.cause : `${base.cause} at ${hit.group(3)}:${hit.group(4)}`,
      };
    },
  },
  {
    id: 'runtime/unhandled-exception',
    rank: 'specific',
    strength: 8,
    pattern:
      /^((?:[A-Za-z_]\w{0,60}\.){0,10}[A-Z]\w{0,80}(?:Error|Exception|Warning|Exit|Interrupt|Timeout|NotFound|Invalid\w{0,40}|Denied|Missing\w{0,40}|Failed|Failure|Configured|Required|Refused|Unavailable|Group|Iteration|s?))(?:: (.{0,600}))?$/,
    read: (hit) =>
      /^(?:Failed|Failure|Required|Timeout|Warning|Exit|Unavailable|Refused|Configured)$/.test(hit.group(1)) ||
      (/^\w+$/.test(hit.group(1)) &&
        !/(?:Error|Exception|Exit|Warning|Interrupt|Failure|Failed|Configured|Iteration)$/.test(hit.group(1)))
        ? undefined
        : { ...reading('The program', hit.group(1), hit.group(2), hit), bonus: hit.group(2) === '' ? -24 : 0 },
  },
  {
    id: 'runtime/node-exception',
    rank: 'specific',
    strength: 8,
    pattern:
      /^(?:Uncaught )?(?:\(in promise\) )?(?:error: Uncaught (?:\(in promise\) )?)?(\w*(?:Error|Exception))(?: \[(\w+)\])?: (.{0,600})/,
    read: (hit) =>
      reading('The program', hit.group(1) + (hit.group(2) === '' ? '' : ` [${hit.group(2)}]`), hit.group(3), hit),
  },
  {
    id: 'runtime/node-rejection',
    rank: 'specific',
    strength: 10,
    pattern: /The promise rejected with the reason ["']?([^\n]{1,300}?)["']?\.?\]?(?: \{)?$/,
    read: (hit) => reading('The program', 'promise rejection', hit.group(1), hit),
  },
  {
    id: 'runtime/java-exception',
    rank: 'specific',
    strength: 10,
    pattern:
      /^\s*(?:Exception in thread "([^"]{0,80})" |Caused by: |\S+ - )?((?:[a-z]\w*\.)+[A-Z][\w$]*(?:Error|Exception|Throwable|Failure))(?:: (.{0,600}))?$/,
    // Python's errors carry their module's name in the same way.
    read: (hit) =>
      pythonFrame.test(hit.around(40, 0))
        ? undefined
        : {
            ...reading('The Java program', hit.group(2), hit.group(3), hit),
            bonus: /^\s*Caused by/.test(hit.line.text) ? 2 : 0,
          },
  },
  {
    id: 'runtime/spring-failure',
    rank: 'specific',
    strength: 16,
    lines: 24,
    pattern: /APPLICATION FAILED TO START[\s\S]{0,120}?Description:\s{1,10}(\S[\s\S]{1,1500}?)(?=\n\s{0,10}Action:|$)/,
    read: (hit) => {
      const said = hit.group(1);
      const beans = [
        ...new Set([...said.matchAll(/^\|\s+([\w.$]{1,120})/gmu)].map(([, bean = '']) => bean.replace(/^.*\./u, ''))),
      ];
      return {
        cause:
          said.includes('form a cycle') && beans.length > 0
            ? `The Spring beans ${beans.join(' and ')} form a circular dependency (cycle)`
            : `The Spring application fails to start: ${quoteLog(short(said, 400))}`,
        fixes: [{ summary: 'Follow the Action that Spring prints below the description' }],
        bonus: 4,
      };
    },
  },
  {
    id: 'runtime/ruby-exception',
    rank: 'specific',
    strength: 12,
    pattern: /^(\S+\.rb|\S+\.ru|\S+\.rake):(\d+):in [`'][^'\n]{1,120}': (.{0,400}) \(((?:\w+::)*\w+)\)$/,
    read: (hit) => ({ ...reading('The Ruby program', hit.group(4), hit.group(3), hit), bonus: 2 }),
  },
  {
    id: 'runtime/php-fatal',
    rank: 'specific',
    strength: 12,
    pattern:
      /^(?:PHP )?(Fatal|Parse|Recoverable fatal) error:\s+(?:Uncaught (?:PHP )?(?:Exception )?)?(?:([\w\\]{1,200}): )?(.{0,500}?)(?: in (\S{1,400}?)(?:\((\d{1,7})\)|:(\d{1,7})| on line (\d{1,7}))(?!\d).*)?$/,
    read: (hit) => {
      const place =
        hit.group(4) === ''
          ? ''
          : ` at ${hit.group(4).split('/').slice(-2).join('/')}:${hit.group(5) || hit.group(6) || hit.group(7)}`;
      const spoken = settings(hit);
      const kind = hit.group(2) === '' ? `${hit.group(1).toLowerCase()} error` : hit.group(2);
      const message =
        runtimeMessage.test(hit.group(3)) || hit.group(1) === 'Parse'
          ? short(hit.group(3), 160)
          : quoteLog(short(hit.group(3), 200));
      return {
        cause: `PHP ends with ${hit.group(1) === 'Parse' ? 'a parse error (syntax error)' : `an uncaught ${kind}`}: ${message}${place}${spoken.note}`,
        fixes: [...(spoken.fixes ?? []), { summary: `Mend the error${place}` }],
        bonus: 2,
      };
    },
  },
  {
    id: 'runtime/dotnet-exception',
    rank: 'specific',
    strength: 12,
    pattern: /^Unhandled [Ee]xception[.:] ((?:\w+\.)*\w+(?:Exception|Error))(?: \([^)]{1,60}\))?: (.{0,500})/,
    read: (hit) => reading('The .NET program', hit.group(1), hit.group(2), hit),
  },
  {
    id: 'runtime/perl-die',
    rank: 'specific',
    strength: 10,
    pattern: /^(.{1,400}) at (\S+) line (\d+)\.?$/,
    read: (hit) => {
      const spoken = settings(hit);
      const safe =
        /^(?:Illegal division by zero|Illegal modulus zero|Can't (?:call method "\w+" on (?:an undefined value|unblessed reference)|use an undefined value as \w+ \w+)|Undefined subroutine \S+ called|Modification of (?:a read-only|non-creatable)[\w ]+|Not (?:an? )\w+ reference|syntax error|Global symbol "[^"]{1,60}" requires explicit package name)/.exec(
          hit.group(1),
        )?.[0];
      return {
        cause: `Perl dies: ${safe ?? quoteLog(short(hit.group(1), 200))} at ${hit.group(2)} line ${hit.group(3)}${spoken.note}`,
        fixes: [...(spoken.fixes ?? []), { summary: `Mend ${hit.group(2)} line ${hit.group(3)}` }],
        bonus: 3,
      };
    },
  },
  {
    id: 'runtime/cpp-exception',
    rank: 'specific',
    strength: 14,
    lines: 2,
    pattern:
      /terminate called (?:after throwing an instance of '([^']{1,120})'|without an active exception)(?:\n\s*what\(\):\s+([^\n]{1,300}))?|terminating (?:due to|with) uncaught exception of type ([\w:]{1,120})(?:: ([^\n]{1,300}))?/,
    read: (hit) =>
      exception(
        'The C++ program',
        `exception ${hit.group(1) || hit.group(3)}`.trim(),
        hit.group(2) || hit.group(4),
        hit,
      ),
  },
  {
    id: 'runtime/beam-exception',
    rank: 'specific',
    strength: 12,
    pattern:
      /^\*\* \(((?:\w+\.)*\w+)\) (.{0,400})|\*\* \(EXIT\) (?:an exception was raised: )?(?:\*\* \((\w+)\) )?(.{0,300})|init terminating in do_boot[^\n]{0,200}|Failed to start application: (\w+)(?=$|[ ,]*\{)/,
    read: (hit) => {
      // The supervisor's exit holds the exception of its child.
      const inner = [...hit.around(0, 8).matchAll(/\*\* \(((?:\w{1,60}\.){0,8}\w{0,60}Error)\) ([^\n]{1,300})/g)].at(
        -1,
      );
      const [, name = hit.group(1) || hit.group(3) || 'exit', text = hit.group(2) || hit.group(4) || hit.group(5)] =
        inner ?? [];
      return exception('The BEAM program (Elixir, Erlang)', name, text, hit);
    },
  },
  {
    id: 'runtime/script-error',
    rank: 'specific',
    strength: 13,
    pattern:
      /^(?:lua\S*: |[\w./-]+: )?([\w./-]+\.(?:lua|R|jl|tcl|exs?|awk|sh|bash|groovy|clj|nim|ml|hs|sql)):? ?(?:line )?(\d+): (.{1,300})/,
    read: (hit) => {
      const syntax = /syntax error|unexpected (?:token|end of file|EOF)|Syntax error/.exec(hit.group(3));
      return {
        cause: `The script ${hit.group(1)} fails at line ${hit.group(2)}: ${syntax ? short(hit.group(3)) : quoteLog(short(hit.group(3), 200))}`,
        fixes: [{ summary: `Mend ${hit.group(1)} line ${hit.group(2)}` }],
      };
    },
  },
  {
    id: 'runtime/shell-syntax',
    rank: 'specific',
    strength: 16,
    pattern: /^(?:\S{0,60}\/)?(?:ba|da|a|z|k)?sh: (?:(?:-c: )?(?:line )?\d+: )?[Ss]yntax error:? ([^\n]{1,160})/,
    read: (hit) => ({
      cause: `The shell script of the command has a syntax error: ${short(hit.group(1))}`,
      fixes: [{ summary: 'Mend the script in the command (quotes, fi, done, esac)' }],
      bonus: 4,
    }),
  },
  {
    id: 'runtime/syntax-error',
    rank: 'specific',
    strength: 13,
    pattern:
      /^(SyntaxError|IndentationError|TabError): (.{1,200})|^\S+\.rb:\d+: syntax error[^\n]{0,120}|error\[E\d{4}\]: [^\n]{1,160}|syntax error at \S+ line \d+, near [^\n]{1,80}/,
    read: (hit) => {
      // Node prints the place above the line of code that it shows.
      const place = /^((?:file:\/\/)?\/\S{1,200}\.[cm]?[jt]s:\d{1,6})$/m.exec(hit.around(6, 0))?.[1];
      return {
        cause: `The program has a syntax error: ${short(hit.match[0], 200)}${place === undefined ? traceLocation(hit) : ` at ${place}`}`,
        fixes: [{ summary: 'Mend the source and build the image again' }],
      };
    },
  },
];
