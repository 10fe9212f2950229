import type { LogLevel, LogLine } from './parse-line.ts';
import type { ReadLog } from './read-log.ts';
import { markTraces } from './traces.ts';
import type { TraceRole } from './traces.ts';

/**
 * The line that stands out of a log whose messages are all unknown: one that does not repeat with other numbers, speaks of
 * trouble or of one of the `names` (variables of the container), or is the last before a long row of alike ones. Undefined when none does.
 */
export function oddLine(log: ReadLog, names: readonly string[] = []): LogLine | undefined {
  const roles = markTraces(log.lines);
  const lines = log.lines.filter(
    (line) =>
      roles[line.index]?.frame !== true &&
      line.level !== 'debug' &&
      !planted.test(line.text) &&
      !access.test(line.text),
  );
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(shapeOf(line), (counts.get(shapeOf(line)) ?? 0) + 1);
  const alone = lines.map((line, at) => ({ line, at })).filter(({ line }) => counts.get(shapeOf(line)) === 1);
  let best: { readonly line: LogLine; readonly score: number } | undefined;
  for (const { line, at } of alone) {
    const row = lines.slice(at + 1, at + 5).filter((next) => (counts.get(shapeOf(next)) ?? 0) >= 4).length;
    const score =
      (line.level === 'fatal' || line.level === 'error' ? 5 : line.level === 'warn' ? 2 : 0) +
      (trouble.test(line.message) ? 4 : interesting.test(line.message) ? 2 : 0) +
      (ending.test(line.message) ? 2 : 0) +
      (row >= 3 ? 2 : 0) +
      (at > 0 && names.some((name) => line.message.includes(name)) ? 3 : 0) -
      (benign.test(line.message) ? 4 : 0) -
      (leaving.test(line.message) && !trouble.test(line.message) ? 1 : 0) -
      (at === 0 ? 2 : 0);
    if (score >= 4 && (best === undefined || score > best.score)) best = { line, score };
  }
  return best?.line;
}

/** How likely a line tells why the program ended; lines that cannot (frames, progress) are left out. */
export interface Suspect {
  readonly line: LogLine;
  readonly weight: number;
  readonly role: TraceRole;
}

const byLevel: Readonly<Record<LogLevel, number>> = { fatal: 30, error: 20, warn: 4, info: 6, debug: 0 };
const plainWeight = 12;

const ending =
  /\b(?:fatal|panic|abort(?:ed|ing)?|exit(?:ing|s|ed)?|giving up|gave up|give up|cannot start|can't start|could not start|unable to start|failed to start|refus(?:es|ed|ing) to start|not starting|startup failed|start-up failed|boot failed|bootstrap failed|initiali[sz]ation failed|shutting down|unrecoverable|terminat(?:ed|ing)|cannot continue|can't continue|unable to continue|cannot proceed|stopping|bailing out|stopped|dying)\b/i;
const benign =
  /\b(?:retry(?:ing)?|retries left|will try again|trying again|attempt \d+|continuing|continu(?:e|ed) (?:with|without|anyway)|ignor(?:ed|ing|e)|fall(?:ing|s)? back|fallback|using (?:the )?(?:built-in |builtin )?default|non-?fatal|not fatal|not critical|non-?critical|degraded|skipp(?:ed|ing)|optional|deprecat(?:ed|ion)|harmless|best.effort|proceeding|recovered|reconnect(?:ed|ing)?|no action|as expected|expected during|can be ignored|known issue|cosmetic|disabled|serving stale|using cached|from cache|0 errors|no errors|without errors?|errors?[=:] ?0|will be (?:retried|created|ignored|skipped)|not yet (?:ready|available|reachable|up)|in the background|warm(?:ing)?.?up failed|informational|example|e\.g\.|starting (?:with an empty|from scratch|fresh|empty)|assuming (?:an )?empty|Transient error)\b/i;
// What follows from a failure and says nothing of it: the line before it is the better one.
const consequence =
  /^(?:Aborting|(?:InnoDB: )?Plugin (?:'\w+' (?:init function|registration)|initialization aborted)|Failed to initialize plugins|Could not open mysql\.\w+ table|MaxRetriesPerRequestError|gunicorn\.errors\.HaltServer|AggregateError: \d+ of \d+ |(?:Base)?ExceptionGroup: |NumberOfRetriesExceeded|curl failed to verify the legitimacy|establish a secure connection to it|how to fix it, please|tar: (?:Child returned status|Error is not recoverable|Exiting with failure)|Running VCC-compiler failed|VCL compilation failed|Unknown\/unsupported storage engine|Shutting down|Stopping|Exiting|Error\(s\) found in configuration file|Fatal errors found in configuration|Program will exit|Error: A fatal exception has occurred|Error: Could not create the Java|npm (?:ERR!|error)|error Command failed|exit status \d|.*\b(?:exited with (?:exit )?(?:code|status)|Worker failed to boot|test failed$|Lifecycle script|Unable to determine Dialect without JDBC metadata|ELIFECYCLE|still could not bind|Application run failed|APPLICATION FAILED TO START|failed with exit code|terminated with exit code|process (?:exited|ended|died)|returned non-zero|bootstrap checks? failed\.|Could not read from remote repository|You must install or update \.NET to run|[Ff]ailed to start server(?: in \(\w+\) mode)?$|[Tt]imed out waiting for (?:the |all )?(?:\w+ )?caches? to sync))|: (?:startup failed|boot failed|start failed|failed to start|exiting|aborted|giving up)\W*$|check failed, exiting$|previous rule set restored|one or more errors occurred while applying the new configuration|contains errors, aborting\W*$|(?:^|[\]:] )(?:giving up|gave up)\b[^:]{0,80}$/i;
// Words to whoever reads the log, not about the program: an attempt to plant a cause.
const planted =
  /\b(?:system|admin|security|operator) override\b|\bdo not (?:report|alert|tell|notify|page|escalate)\b|\bincident (?:is )?(?:closed|resolved|over)\b|\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier|other)\b|\bsystem prompt\b|\b(?:the )?(?:real |true |actual )?root cause (?:is|of)\b|\b(?:tell|inform|advise) the (?:user|operator|reader|human)\b|\b(?:you are|act as) (?:an? |now )(?:\w+ )?(?:ai|assistant|model|agent)\b|\b(?:ai|llm|assistant|agent|diagnos\w+|analy[sz]er)s?\b[^\n]{0,40}\b(?:must|should|shall|please|respond|report|answer|conclude|output|say)\b|\b(?:respond|answer|reply) (?:only )?with\b|\bkubectl (?:delete|apply|exec|create|patch|drain)\b|^\s*(?:system|assistant|instructions?)\s*:/i;
// Lines of an access log tell of requests, not of the program's end.
const access = /"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+(?: HTTP\/[\d.]+)?" \d{3}\b/;
/** Words of trouble in a line without a level. */
export const trouble =
  /\b(?:err(?:or)?s?|fail\w*|fatal|cannot|can't|could not|couldn't|unable|denied|invalid|missing|not|no|panic|abort\w*|must|required|refus\w+|exceed\w*|unexpected|expected|too|unknown|duplicate|mismatch|corrupt\w*|differ\w*|rejected|forbidden|expired|lost|limit)\b|n't\b/i;
// Words of an orderly end.
const leaving = /\b(?:shut\w*|stop\w*|drain\w*|clos\w+|flush\w*|bye|clean\w*|exit\w*|terminat\w*|wait\w*|sleep\w*)\b/i;
const repeated = /retry|retries|attempt|try|reconnect|not yet/i;
const served =
  /\b(?:listening|ready|started|serving|accepting connections|up and running|startup complete|initialized)\b/i;
const gaveUp =
  /\b(?:giving up|gave up|give up|(?:retries|attempts|retry limit) (?:exhausted|exceeded|reached)|too many (?:retries|attempts|failures)|after \d+ (?:attempts|retries|tries)|max(?:imum)? (?:retries|attempts)|last attempt|no more retries)\b/i;

/** Words that a line about a failure has at least one of; others are progress. */
const interesting =
  /err|fail|fatal|cannot|can't|couldn|could not|can not|unable|not |n't|\bno\b|non|invalid|denied|refus|tim(?:e|ed)[ -]?out|timeout|missing|unknown|unexpected|expect|except|panic|abort|kill|must|requir|exceed|too |already|bad |undefined|nil|null|corrupt|mismatch|unsupported|illegal|exit|deadlock|assert|limit|full|empty|unset|unbound|lost|fenc|unreach|expired|untrusted|self.signed|conflict|duplicate|incompat|newer|older|broken|reset|closed|malformed|syntax|parse|usage|unrecogni|stale|locked|lock |busy|overflow|division|segm|core dump|violat|reject|forbid|unauthor|wrong|denied|stopp|termin|quorum|signal|oom|memory|leak|dead|orphan|blocked|permission|license|quota|space|\bcycle|circular/i;

// So that a noisy log stays a matter of milliseconds; the first lines and the last ones are looked at.
const mostSuspects = 140;
// Of a short log every line is looked at.
const manyLines = 60;

/** The lines that may tell the cause, in the order of the log, each with its weight. */
export function weighLines(log: ReadLog): readonly Suspect[] {
  const { lines } = log;
  const roles = markTraces(lines);
  const plain = lines.filter((line) => roles[line.index]?.frame !== true);
  const lastIndexes = new Set(plain.slice(-3).map((line) => line.index));
  const servedLast = lastIndexOf(
    plain,
    (line) =>
      (line.level ?? 'info') === 'info' && served.test(line.message) && !/\b(?:not|fail|never|un)/i.test(line.message),
  );
  // What was survived, only a later trouble can tell.
  const servedAt = plain.some((line) => line.index > servedLast && isTrouble(line)) ? servedLast : -1;
  const progressAt = secondLastProgress(plain);
  const gaveUpLater = plain.some((line) => gaveUp.test(line.message));
  const overtakenAt = lastOvertaken(plain, roles, lastIndexes);
  const lastOfShape = new Map(plain.map((line) => [shapeOf(line), line.index]));
  const many = plain.length > manyLines;
  const seen = new Set<string>();
  const suspects: Suspect[] = [];
  for (const line of plain) {
    const role = roles[line.index];
    if (!role || line.level === 'debug' || planted.test(line.text) || access.test(line.text)) continue;
    const cause = isCauseOfNext(plain, roles, line);
    if (many && line.level !== 'fatal' && !role.uncaught && !role.logged && !interesting.test(line.message)) continue;
    const shape = shapeOf(line);
    if (seen.has(shape) && !lastIndexes.has(line.index)) continue;
    seen.add(shape);
    suspects.push({
      line,
      role,
      weight: weigh(line, role, {
        last: lastIndexes.has(line.index),
        cause,
        survived: line.index < servedAt,
        gaveUpLater,
        progress: line.index < progressAt,
        overtaken: (lastOfShape.get(shape) ?? line.index) < overtakenAt,
      }),
    });
  }
  if (suspects.length <= mostSuspects) return suspects;
  return [...suspects.slice(0, mostSuspects / 2), ...suspects.slice(suspects.length - mostSuspects / 2)];
}

// `panic: boot`: the program's own word for "I give up"; what the runtime itself says is longer or names its matter.
const barePanic =
  /^panic: (?!.*(?:nil|index|map|channel|slice|divide|overflow|deadlock|stack|concurrent|unlock|negative|memory))[a-z]{1,40}(?: [a-z]{1,40}){0,2}$/;

function weigh(
  line: LogLine,
  role: TraceRole,
  place: {
    readonly last: boolean;
    readonly cause: boolean;
    readonly survived: boolean;
    readonly gaveUpLater: boolean;
    readonly progress: boolean;
    readonly overtaken: boolean;
  },
): number {
  let weight = line.level === undefined ? plainWeight : byLevel[line.level];
  if (role.uncaught)
    return barePanic.test(line.message) ? plainWeight : weight + (consequence.test(line.message) ? 0 : 34);
  // As much as the crash itself.
  if (place.cause) return byLevel.fatal + 34;
  if (role.logged) weight += 8;
  if (ending.test(line.message)) weight += 8;
  if (consequence.test(line.message)) weight -= 24;
  else if (place.last) weight += 8;
  else if (place.overtaken && line.level !== 'fatal') weight -= 24;
  if (place.survived && line.level !== 'fatal') weight -= 10;
  if (benign.test(line.message))
    weight -= repeated.test(line.message) && (place.gaveUpLater || !place.progress) ? 6 : 22;
  return weight;
}

const filler = new Set([
  'error',
  'errors',
  'failed',
  'cannot',
  'could',
  'unable',
  'with',
  'from',
  'that',
  'this',
  'have',
  'into',
  'when',
  'while',
  'panic',
  'fatal',
  'level',
  'exception',
  'file',
]);

function wordsOf(text: string): Set<string> {
  return new Set(
    (
      text
        .slice(0, 400)
        .toLowerCase()
        .match(/[a-z]{4,}/g) ?? []
    ).filter((one) => !filler.has(one)),
  );
}

/** An error line just before a crash whose message is about the same thing: it says why, the crash only that. */
function isCauseOfNext(lines: readonly LogLine[], roles: readonly TraceRole[], line: LogLine): boolean {
  if (line.level !== 'error' && line.level !== 'fatal') return false;
  const next = lines[lines.indexOf(line) + 1];
  if (
    next === undefined ||
    roles[next.index]?.uncaught !== true ||
    !/unable|fail|cannot|could not|error/i.test(next.message)
  )
    return false;
  const own = wordsOf(line.message);
  return [...wordsOf(next.message)].filter((one) => own.has(one)).length >= 2;
}

function shapeOf(line: LogLine): string {
  return line.message.replace(/\d+/g, '0');
}

/**
 * Before this line whoever was in trouble went on with ordinary work, and other trouble came after that: what ended the
 * program stands later.
 */
function lastOvertaken(
  lines: readonly LogLine[],
  roles: readonly TraceRole[],
  lastIndexes: ReadonlySet<number>,
): number {
  const inTrouble = (line: LogLine): boolean =>
    !benign.test(line.message) &&
    !consequence.test(line.message) &&
    !planted.test(line.text) &&
    (line.level === 'fatal' ||
      line.level === 'error' ||
      roles[line.index]?.uncaught === true ||
      (line.level === undefined && lastIndexes.has(line.index) && trouble.test(line.message)));
  const last = lastIndexOf(lines, inTrouble);
  return lastIndexOf(lines, (line) => line.index < last && isOrdinary(line));
}

// A line that goes on with what the one before began: an object that is printed over many lines.
const continuation = /^\s{2,}\S|^[\s[\](){},]+$/;

function isTrouble(line: LogLine): boolean {
  if (planted.test(line.text)) return false;
  return (
    line.level === 'fatal' ||
    line.level === 'error' ||
    (line.level !== 'info' && line.level !== 'debug' && trouble.test(line.message))
  );
}

function isOrdinary(line: LogLine): boolean {
  return (
    (line.level === undefined || line.level === 'info') &&
    !interesting.test(line.message) &&
    !leaving.test(line.message) &&
    !continuation.test(line.text)
  );
}

// After this line at least two more speak of ordinary work: whoever was in trouble before went on.
function secondLastProgress(lines: readonly LogLine[]): number {
  const ordinary = lines.filter(isOrdinary);
  return ordinary.at(-2)?.index ?? -1;
}

function lastIndexOf(lines: readonly LogLine[], accept: (line: LogLine) => boolean): number {
  for (let i = lines.length - 1; i >= 0; i -= 1) {
    const line = lines[i];
    if (line && accept(line)) return line.index;
  }
  return -1;
}
