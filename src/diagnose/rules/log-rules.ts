import { quoteLog } from '../../model/log-quote.ts';
import type { CaseView } from '../case-view.ts';
import { trouble } from '../logs/line-weight.ts';
import type { LogLine } from '../logs/parse-line.ts';
import { explainLog, signRules } from '../logs/sign.ts';
import type { Explained, Sign } from '../logs/sign.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { authenticationSigns } from './signs/authentication.ts';
import { commandSigns } from './signs/commands.ts';
import { short } from './signs/common-fixes.ts';
import { connectionSigns } from './signs/connection.ts';
import { databaseServerSigns } from './signs/database-server.ts';
import { databaseSigns } from './signs/database.ts';
import { environmentSigns } from './signs/environment.ts';
import { exceptionSigns } from './signs/exceptions.ts';
import { fencingSigns } from './signs/fencing.ts';
import { filesystemSigns } from './signs/filesystem.ts';
import { flagSigns } from './signs/flags.ts';
import { generalSigns } from './signs/general.ts';
import { librarySigns } from './signs/libraries.ts';
import { memorySigns } from './signs/memory.ts';
import { moduleSigns } from './signs/modules.ts';
import { permissionSigns } from './signs/permission.ts';
import { portSigns } from './signs/ports.ts';
import { serverConfigSigns } from './signs/server-config.ts';
import { syntaxSigns } from './signs/syntax.ts';
import { tlsSigns } from './signs/tls.ts';
import { valueSigns } from './signs/values.ts';

/** All messages that are known; of equally telling ones the earlier wins. */
const allSigns: readonly Sign[] = [
  ...environmentSigns,
  ...flagSigns,
  ...serverConfigSigns,
  ...syntaxSigns,
  ...memorySigns,
  ...portSigns,
  ...librarySigns,
  ...moduleSigns,
  ...commandSigns,
  ...tlsSigns,
  ...authenticationSigns,
  ...databaseServerSigns,
  ...databaseSigns,
  ...connectionSigns,
  ...permissionSigns,
  ...filesystemSigns,
  ...valueSigns,
  ...fencingSigns,
  ...exceptionSigns,
  ...generalSigns,
];

// From here on a log is taken to tell the cause, and no other one is asked.
const tellingScore = 24;
const mostLogs = 4;

const known = new WeakMap<CaseView, Explained | { readonly nothing: true }>();

/** What the log of the container in focus says about its end; computed once for each view. */
export function explainedLog(view: CaseView): Explained | undefined {
  const before = known.get(view);
  if (before) return 'nothing' in before ? undefined : before;
  const explained = explainLogs(view);
  known.set(view, explained ?? { nothing: true });
  return explained;
}

// The first log that says something telling; else the best of what the others say.
function explainLogs(view: CaseView): Explained | undefined {
  let best: Explained | undefined;
  for (const log of view.logs.slice(0, mostLogs)) {
    const explained = withEarlierClue(view, explainLog(view, log, allSigns));
    if (explained && explained.score >= tellingScore) return explained;
    if (explained && (!best || explained.score > best.score)) best = explained;
  }
  return best;
}

// Words of some length, and what stands for one thing: an address, a path.
const wordsOf = (text: string): readonly string[] => [
  ...(text
    .slice(0, 400)
    .toLowerCase()
    .match(/[a-z]{5,}/gu) ?? []),
  ...thingsOf(text),
];
const thingsOf = (text: string): readonly string[] =>
  text.slice(0, 400).match(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?|(?:\/[\w.-]{1,60}){2,8}/gu) ?? [];

const local = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/u;
const specific = (sign: Sign): boolean => sign.rank === 'exact' || sign.rank === 'specific';

/** What a last line may leave open: how earlier lines are tied to it, and which signs may explain them. */
function openEnd(
  view: CaseView,
  { sign, hit, reading }: Explained,
): { readonly tied: (line: LogLine) => boolean; readonly signs: readonly Sign[] } | undefined {
  const own = new Set(wordsOf(hit.line.message));
  const alike = (line: LogLine): boolean => wordsOf(line.message).some((word) => own.has(word));
  if (sign.id === 'general/fatal-line') return { tied: alike, signs: allSigns.filter(specific) };
  if (sign.id.startsWith('runtime/') && hit.line.message.length < 60)
    return { tied: alike, signs: allSigns.filter((one) => specific(one) && !one.id.startsWith('runtime/')) };
  // A program that cannot reach itself has not come up.
  const alone = view.containers.length === 1;
  if (sign.id === 'dependency/connection-refused' && alone && local.test(reading.endpoint?.host ?? ''))
    return { tied: () => true, signs: allSigns.filter((one) => specific(one) && !one.id.startsWith('dependency/')) };
  return undefined;
}

// A last line in words of the program's own may only say what an earlier one, about the same thing, led to.
function withEarlierClue(view: CaseView, explained: Explained | undefined): Explained | undefined {
  const open = explained && openEnd(view, explained);
  if (explained === undefined || open === undefined) return explained;
  const { hit, reading } = explained;
  const { lines } = hit.log;
  const earlier = lines
    .slice(Math.max(0, hit.line.index - 300), hit.line.index)
    .filter((line) => line.level !== 'info' && line.level !== 'debug' && trouble.test(line.message) && open.tied(line));
  for (const line of earlier.slice(0, 20)) {
    const near = lines
      .slice(line.index, Math.min(line.index + 3, hit.line.index))
      .map((one, index) => ({ ...one, index }));
    const clue = explainLog(view, { ...hit.log, lines: near }, open.signs);
    if (clue !== undefined) return led(explained, clue.reading.cause, clue.reading.fixes ?? []);
  }
  const things = new Set(thingsOf(hit.line.message));
  const same = earlier.find((line) => thingsOf(line.message).some((thing) => things.has(thing)));
  return explained.sign.rank === 'general' && same !== undefined
    ? led(explained, quoteLog(short(same.message, 240)), reading.fixes ?? [])
    : explained;
}

function led(explained: Explained, earlier: string, fixes: readonly ProposedFix[]): Explained {
  const { reading } = explained;
  const clause = /^[A-Z][a-z]/u.test(earlier) ? `${earlier.charAt(0).toLowerCase()}${earlier.slice(1)}` : earlier;
  const cause = `${reading.cause}; before that it says: ${clause}`;
  return { ...explained, reading: { ...reading, cause, fixes, confidence: 'medium' } };
}

/** One rule for each sign. */
export const logRules: readonly Rule[] = signRules(allSigns, explainedLog);
