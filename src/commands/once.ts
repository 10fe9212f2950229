import { connect } from '../app/connect.ts';
import { createApp } from '../app.ts';
import { loadConfig, splitPatterns } from '../config/load.ts';
import { createRedactor } from '../lib/redaction/redact.ts';
import { systemTimers } from '../lib/timers.ts';
import { AppError, toAppError, type ErrorCode } from '../model/errors.ts';
import { incidentJson } from '../model/incident-json.ts';
import type { Incident } from '../model/incident.ts';
import { applyLogSharing } from '../model/log-quote.ts';
import { createLogger } from '../telemetry/logger.ts';
import { refuse, refuseConfig } from './check-config.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { exitCodeOf } from './diagnose.ts';
import { incidentReport, nothingFails } from './report.ts';
import { logFormat } from './run.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic once [--exit-zero] [-o text|json]

One pass over the namespaces of WATCH_NAMESPACES: sends alerts, prints a report.

      --exit-zero    exit 0 also when something fails
  -o, --output FORM  text (default) or json

Exit codes: 0 nothing fails · 1 something does · 2 usage or configuration · 3 unreachable · 4 forbidden or internal
`;

/** How long the first sync may take before the server counts as unreachable; it may be large. */
const syncTimeoutMs = 120_000;
const problemPatienceMs = 10_000;

/** \`podmedic once\`. */
export async function once(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(args, {
    options: {
      'exit-zero': { type: 'boolean' },
      output: { type: 'string', short: 'o', default: 'text' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (!parsed.ok) return refuse(context, parsed.problems, 'podmedic once --help');
  const { values, positionals } = parsed;
  if (values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  const problems = [
    ...(positionals.length > 0 ? [`unexpected argument '${positionals.join(' ')}'`] : []),
    ...(values.output === 'text' || values.output === 'json' ? [] : [`-o ${values.output}: must be text or json`]),
  ];
  if (problems.length > 0) return refuse(context, problems, 'podmedic once --help');
  const loaded = loadConfig(context, { needsNamespaces: true });
  if (!loaded.ok) return refuseConfig(context, loaded.problems);
  const { config } = loaded;
  const redact = createRedactor({ extraPatterns: splitPatterns(config.REDACT_PATTERNS) });
  // The report is on standard output, so everything else goes to standard error.
  const logger = createLogger({
    level: config.LOG_LEVEL ?? 'info',
    format: logFormat(config, context),
    redact,
    write: context.stderr,
    now: Date.now,
  });
  try {
    const connection = await connect(config, context);
    const app = createApp({
      config,
      connection,
      version: context.version,
      logger,
      redact,
      now: Date.now,
      timers: systemTimers,
      random: Math.random,
      write: context.stderr,
      columns: context.columns,
    });
    try {
      app.start();
      await firstSync(app, context.stop);
      const incidents = (await app.finishPass()).filter(({ state }) => state !== 'resolved');
      print(incidents, values.output, context, (text) => applyLogSharing(redact(text), 'full'));
      return incidents.length === 0 || values['exit-zero'] === true ? exitCodes.ok : exitCodes.failuresFound;
    } finally {
      await app.stop();
    }
  } catch (thrown) {
    const error = toAppError(thrown);
    context.stderr(`podmedic: ${redact(error.message)}\n`);
    return exitCodeOf(error);
  }
}

interface Syncing {
  whenSynced(): Promise<void>;
  watchProblems(): { readonly code: string; readonly message: string }[];
}

/** Waits for the first sync; a cluster that stays out of reach is an error here, not something to be retried for ever. */
async function firstSync(app: Syncing, stop: AbortSignal): Promise<void> {
  const started = performance.now();
  const synced = app.whenSynced().then(() => true);
  const aMoment = (): Promise<boolean> => new Promise((resolve) => setTimeout(() => resolve(false), 200));
  while (!(await Promise.race([synced, aMoment()]))) {
    const elapsedMs = performance.now() - started;
    const [problem] = app.watchProblems();
    const hopeless = problem !== undefined && (problem.code === 'API_FORBIDDEN' || problem.code === 'API_UNAUTHORIZED');
    if (problem !== undefined && (hopeless || elapsedMs > problemPatienceMs)) {
      throw new AppError(problem.code as ErrorCode, problem.message);
    }
    if (stop.aborted) throw new AppError('ABORTED', 'stopped before the first sync was complete');
    if (elapsedMs > syncTimeoutMs)
      throw new AppError('API_UNREACHABLE', 'the first sync did not complete within 2 min');
  }
}

function print(
  incidents: readonly Incident[],
  form: string,
  context: CommandContext,
  clean: (text: string) => string,
): void {
  if (form === 'json') {
    context.stdout(
      `${JSON.stringify({ incidents: incidents.map((incident) => incidentJson(incident, clean)) }, null, 2)}\n`,
    );
    return;
  }
  if (incidents.length === 0) {
    context.stdout(nothingFails);
    return;
  }
  context.stdout(`${incidents.length} ${incidents.length === 1 ? 'thing fails' : 'things fail'}\n\n`);
  context.stdout(incidents.map((incident) => incidentReport(incident, clean, context.columns)).join('\n'));
}
