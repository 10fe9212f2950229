import { quoteLog } from '../../model/log-quote.ts';
import type { FailureKind } from '../../model/failure.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite, Finding, ProposedFix, Rank, Rule } from '../rule.ts';
import { rolloutRestart } from '../kubectl.ts';
import { weighLines } from './line-weight.ts';
import type { Suspect } from './line-weight.ts';
import type { Endpoint } from './endpoint.ts';
import type { LogLine } from './parse-line.ts';
import type { ReadLog } from './read-log.ts';
import { causeSentence } from './sentence.ts';

/** Where a sign was found. */
export interface Hit {
  readonly view: CaseView;
  readonly log: ReadLog;
  readonly line: LogLine;
  readonly match: RegExpExecArray;
  /** Group n of the match, trimmed; '' when it took no part. */
  readonly group: (n: number) => string;
  /** Named group. */
  readonly named: (name: string) => string;
  /** Text of the lines before and after (default 4 and 4), the line itself between them. */
  readonly around: (before?: number, after?: number) => string;
}

/** What a sign means here. */
export interface Reading {
  /** A clause with a capital, without a full stop: `Environment variable X is not set (KeyError)`. */
  readonly cause: string;
  readonly fixes?: readonly ProposedFix[];
  readonly confidence?: Finding['confidence'];
  /** Added to the sign's strength: a reading that names more is the better one. */
  readonly bonus?: number;
  /** The other side of a connection, for the rules that look for the object behind it. */
  readonly endpoint?: Endpoint;
  readonly cites?: readonly Cite[];
}

/** A message that programs print when they end, and what it means. */
export interface Sign {
  readonly id: string;
  readonly rank: Rank;
  /** Matched against a line's message (joined with the following ones by a line feed when `lines` says so). Linear, no `g`. */
  readonly pattern: RegExp;
  /** How many lines the pattern looks at together; 1 by default. */
  readonly lines?: number;
  /** How telling the message is, on the scale of line weights; 10 by default. */
  readonly strength?: number;
  readonly read: (hit: Hit) => Reading | undefined;
}

/** The sign that explains a container's end, with the line it stands in. */
export interface Explained {
  readonly sign: Sign;
  readonly hit: Hit;
  readonly reading: Reading;
  readonly score: number;
  readonly suspect: Suspect;
}

/** Kinds whose cause a container's log can tell. */
const logKinds: readonly FailureKind[] = ['CrashLoopBackOff', 'JobFailed', 'Failed', 'RolloutStuck', 'ConfigError'];

// Below this a line is more likely noise than a cause.
const leastScore = 8;

/** The best explanation a log gives, of a list of signs: the weightiest line with the most telling sign, the first of equals. */
export function explainLog(view: CaseView, log: ReadLog | undefined, signs: readonly Sign[]): Explained | undefined {
  if (!log) return undefined;
  let best: Explained | undefined;
  for (const suspect of weighLines(log)) {
    const texts: string[] = [];
    for (const sign of signs) {
      const strength = suspect.weight + (sign.strength ?? 10);
      // A reading may add at most 12.
      if (strength + 12 < leastScore || (best && strength + 12 <= best.score)) continue;
      const text = (texts[sign.lines ?? 1] ??= textAt(log, suspect.line, sign.lines ?? 1));
      const match = sign.pattern.exec(text);
      if (!match) continue;
      const hit = makeHit(view, log, suspect.line, match);
      const reading = sign.read(hit);
      if (!reading) continue;
      const score = strength + Math.min(12, reading.bonus ?? 0);
      if (score >= leastScore && (!best || score > best.score)) best = { sign, hit, reading, score, suspect };
    }
  }
  return best;
}

function textAt(log: ReadLog, line: LogLine, lines: number): string {
  if (lines === 1) return line.message;
  const rest = log.lines.slice(line.index + 1, line.index + lines).map((one) => one.message);
  return [line.message, ...rest].join('\n');
}

function makeHit(view: CaseView, log: ReadLog, line: LogLine, match: RegExpExecArray): Hit {
  return {
    view,
    log,
    line,
    match,
    group: (n) => (match[n] ?? '').trim(),
    named: (name) => (match.groups?.[name] ?? '').trim(),
    around: (before = 4, after = 4) =>
      log.lines
        .slice(Math.max(0, line.index - before), line.index + after + 1)
        .map((one) => one.message)
        .join('\n'),
  };
}

/** The finding that an explained log makes: a sentence with the container and its exit, the line as proof. */
export function findingOf(view: CaseView, explained: Explained): Finding {
  const { reading, hit } = explained;
  return {
    rootCause:
      causeSentence(view, withErrorClass(reading.cause, hit.line.message)) + alsoSays(reading, hit.line.message),
    confidence: reading.confidence ?? confidenceOf(explained),
    cites: [{ source: hit.log.source, text: quoteLog(hit.line.text) }, ...(reading.cites ?? []), ...exitCites(view)],
    fixes: withRestart(view, reading.fixes ?? []),
  };
}

// A changed ConfigMap reaches a program only when its pods start anew.
function withRestart(view: CaseView, fixes: readonly ProposedFix[]): readonly ProposedFix[] {
  const edits = fixes.some((fix) => fix.command?.includes(' edit configmap ') === true);
  if (!edits || !['Deployment', 'StatefulSet', 'DaemonSet'].includes(view.target.kind)) return fixes;
  return [...fixes, { summary: 'Then start the pods anew', command: rolloutRestart(view.target) }];
}

const errorClass = /\b(?:[A-Za-z_]\w*[.:]{1,2})*([A-Z]\w*(?:Error|Exception))\b|\b(E[A-Z]{4,14})\b(?=[: ,'])/;

// The class of an error is what people search for.
function withErrorClass(cause: string, message: string): string {
  const found = errorClass.exec(message);
  const name = found?.[1] ?? found?.[2];
  return name === undefined ||
    cause.includes(name) ||
    /^(?:EMERG|ERROR|EVENT|EXCEPT|ENTRY|EXPECT|EITHER|EVERY|EMPTY|ENABLE|ENGINE|EXEC|EXIT|EXISTS?|ENSURE)/.test(name)
    ? cause
    : `${cause} (${name})`;
}

// Places in programs and libraries say little to who reads the cause.
const place =
  /\.(?:py|rb|php|js|mjs|ts|go|rs|c|cc|cpp|java|pl|pm)\b|^(?:https?|www)\b|(?:Error|Exception)$|^(?:org|com|java|javax|io|net|sun|jdk|urllib3|requests|node|internal)[./]/i;

/** Names in the message that the cause does not hold yet: then the message itself is shown behind it. */
function alsoSays(reading: Reading, message: string): string {
  if (message.length > 400 || (reading.bonus ?? 0) >= 5 || reading.cause.includes('\uE0A1')) return '';
  const known = reading.cause.toLowerCase();
  const quoted = message.match(/["'`][^"'`\n]{2,60}["'`]/g) ?? [];
  const joined = (message.match(/[\w./-]{3,200}/g) ?? []).filter(
    (word) => /[A-Za-z]/.test(word) && /\w[_./-]+\w/.test(word),
  );
  const names = [...quoted, ...joined.map((word) => word.replace(/^[./]+(?=\w)|[./-]+$/g, ''))];
  const unsaid = names
    .map((name) => name.replace(/["'`]/g, ''))
    .filter((name) => !place.test(name) && !known.includes(name.toLowerCase()));
  return unsaid.length === 0 ? '' : ` Its log says: ${quoteLog(message.replace(/\s+/g, ' ').slice(0, 240))}`;
}

function confidenceOf(explained: Explained): Finding['confidence'] {
  if (explained.suspect.role.uncaught) return 'high';
  if (explained.score >= 22) return 'high';
  return explained.score >= 16 ? 'medium' : 'low';
}

function exitCites(view: CaseView): readonly Cite[] {
  const { exit, container, pod } = view;
  if (!exit || container === undefined) return [];
  const ran = exit.ranMs === undefined ? '' : ` after ${String(Math.round(exit.ranMs / 1000))} s`;
  return [
    {
      source: `pod ${pod?.metadata?.name ?? ''}`,
      text: `container ${container}: exit code ${String(exit.code)} (${exit.reason})${ran}, ${String(view.restarts)} restarts`,
    },
  ];
}

/** The rules of a list of signs: each speaks only when its sign is the one that explains the log. */
export function signRules(signs: readonly Sign[], explain: (view: CaseView) => Explained | undefined): readonly Rule[] {
  return signs.map((sign) => ({
    id: sign.id,
    rank: sign.rank,
    kinds: logKinds,
    explain: (view) => {
      const explained = explain(view);
      return explained?.sign === sign ? findingOf(view, explained) : undefined;
    },
  }));
}
