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
    const explained = explainLog(view, log, allSigns);
    if (explained && explained.score >= tellingScore) return explained;
    if (explained && (!best || explained.score > best.score)) best = explained;
  }
  return best;
}

/** One rule for each sign. */
export const logRules: readonly Rule[] = signRules(allSigns, explainedLog);
