import type { CaseView } from '../case-view.ts';
import { explainLog, signRules } from '../logs/sign.ts';
import type { Explained, Sign } from '../logs/sign.ts';
import type { Rule } from '../rule.ts';
import { authenticationSigns } from './signs/authentication.ts';
import { commandSigns } from './signs/commands.ts';
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

const wordsOf = (text: string): readonly string[] =>
  text
    .slice(0, 400)
    .toLowerCase()
    .match(/[a-z]{5,}/gu) ?? [];

// A last line in words of the program's own may only say what an earlier one, about the same thing, led to.
function withEarlierClue(view: CaseView, explained: Explained | undefined): Explained | undefined {
  if (explained?.sign.id !== 'general/fatal-line') return explained;
  const { hit, reading } = explained;
  const own = new Set(wordsOf(hit.line.message));
  const known = allSigns.filter((sign) => sign.rank === 'exact' || sign.rank === 'specific');
  const earlier = hit.log.lines
    .slice(Math.max(0, hit.line.index - 300), hit.line.index)
    .filter(
      (line) => line.level !== 'info' && line.level !== 'debug' && wordsOf(line.message).some((word) => own.has(word)),
    );
  for (const line of earlier.slice(0, 20)) {
    const clue = explainLog(view, { ...hit.log, lines: [{ ...line, index: 0 }] }, known);
    if (clue === undefined) continue;
    const cause = `${reading.cause}; before that it says: ${clue.reading.cause.charAt(0).toLowerCase()}${clue.reading.cause.slice(1)}`;
    return { ...explained, reading: { ...reading, cause, fixes: clue.reading.fixes ?? [], confidence: 'medium' } };
  }
  return explained;
}

/** One rule for each sign. */
export const logRules: readonly Rule[] = signRules(allSigns, explainedLog);
