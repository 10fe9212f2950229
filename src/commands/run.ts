import { connect } from '../app/connect.ts';
import { createApp, type App } from '../app.ts';
import { loadConfig, splitPatterns, type Config } from '../config/load.ts';
import { createRedactor } from '../lib/redaction/redact.ts';
import { createSteadyClock } from '../lib/steady-clock.ts';
import { systemTimers } from '../lib/timers.ts';
import { toAppError } from '../model/errors.ts';
import { createLogger } from '../telemetry/logger.ts';
import { refuse, refuseConfig } from './check-config.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { keepHeapSmall } from './small-heap.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic run

Watches the namespaces of WATCH_NAMESPACES until stopped. Ends by itself only when the configuration is invalid.
Settings: podmedic check-config
`;

/** \`podmedic run\`. */
export async function run(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(args, { options: { help: { type: 'boolean', short: 'h' } } });
  if (!parsed.ok) return refuse(context, parsed.problems, 'podmedic run --help');
  if (parsed.values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  if (parsed.positionals.length > 0) {
    return refuse(context, [`unexpected argument '${parsed.positionals.join(' ')}'`], 'podmedic run --help');
  }
  const loaded = loadConfig(context, { needsNamespaces: true });
  if (!loaded.ok) return refuseConfig(context, loaded.problems);
  const { config, warnings } = loaded;
  const redact = createRedactor({ extraPatterns: splitPatterns(config.REDACT_PATTERNS) });
  const logger = createLogger({
    level: config.LOG_LEVEL ?? 'info',
    format: logFormat(config, context),
    redact,
    write: context.stdout,
    now: Date.now,
  });
  logger.info(`Starting podmedic ${context.version}`, { node: process.versions.node });
  for (const warning of warnings) logger.warn(warning);
  const clock = createSteadyClock({ wall: Date.now, mono: () => performance.now() });
  let app: App;
  try {
    const connection = await connect(config, context);
    logger.info(`Cluster: ${connection.description}`);
    app = createApp({
      config,
      connection,
      version: context.version,
      logger,
      redact,
      now: clock.now,
      clock,
      timers: systemTimers,
      random: Math.random,
      write: context.stdout,
      columns: context.columns,
      collectGarbage: keepHeapSmall(),
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    context.stderr(`podmedic: ${redact(error.message)}\n`);
    return error.code === 'KUBECONFIG_INVALID' || error.code === 'CONFIG_INVALID' ? exitCodes.usage : exitCodes.failed;
  }
  try {
    const port = await app.serve(config.PORT);
    logger.info(`Listening on port ${port}: /health /livez /ready /metrics /api/incidents`);
  } catch (thrown) {
    context.stderr(
      `podmedic: cannot listen on port ${config.PORT}: ${toAppError(thrown).message}; set PORT to a free one\n`,
    );
    await app.stop();
    return exitCodes.usage;
  }
  app.start();
  logger.info(monitoringSentence(config));
  await stopped(context.stop);
  logger.info('Stopping: sending what is waiting, then giving back the Lease');
  await app.stop();
  logger.info('Stopped');
  return exitCodes.ok;
}

function monitoringSentence({ WATCH_NAMESPACES: watched, EXCLUDE_NAMESPACES: excluded }: Config): string {
  const without = excluded.length === 0 ? '' : ` without ${excluded.join(', ')}`;
  if (watched.includes('*')) return `Monitoring started for all namespaces: *${without}`;
  const names = watched.filter((name) => !excluded.includes(name));
  return `Monitoring started for ${names.length} namespaces: ${names.join(', ')}`;
}

/** json in a cluster, text on a terminal, unless set. */
export function logFormat(config: Config, context: CommandContext): 'json' | 'text' {
  return config.LOG_FORMAT ?? (context.isTerminal && config.POD_NAMESPACE === undefined ? 'text' : 'json');
}

function stopped(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
