import { createApp } from '../app.ts';
import { loadConfig } from '../config/load.ts';
import { createFastClock } from '../demo/fast-clock.ts';
import { openRecordings } from '../demo/recording.ts';
import { startReplayServer } from '../demo/replay-server.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { createRedactor } from '../lib/redaction/redact.ts';
import { createLogger } from '../telemetry/logger.ts';
import { refuse } from './check-config.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic demo

Replays six failures that were recorded on a real cluster, through the real pipeline and over HTTP on loopback, with a clock
that runs 20 times as fast. The alerts appear here as they would in Slack. Needs nothing and sends nothing.
`;

/** Virtual seconds per real one. */
const speed = 20;
/** Long enough for the slowest threshold (unschedulable for 5 min) and its settling time. */
const lengthMs = 330_000;

/** \`podmedic demo\`. */
export async function demo(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(args, { options: { help: { type: 'boolean', short: 'h' } } });
  if (!parsed.ok) return refuse(context, parsed.problems, 'podmedic demo --help');
  if (parsed.values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  const loaded = loadConfig(
    { env: { WATCH_NAMESPACES: '*', CLUSTER_NAME: 'demo', LOG_LEVEL: 'warn' }, readFile: () => undefined },
    { needsNamespaces: true },
  );
  if (!loaded.ok) throw new Error(loaded.problems.join('; '));
  const clock = createFastClock(speed);
  const endMs = clock.now() + lengthMs;
  const recordings = openRecordings(clock.now());
  const server = await startReplayServer(recordings, clock);
  const redact = createRedactor();
  context.stdout(`Replaying ${recordings.length} recorded failures, ${speed} times as fast as they happened …\n\n`);
  const app = createApp({
    config: loaded.config,
    connection: replayConnection(server.url),
    version: context.version,
    logger: createLogger({ level: 'warn', format: 'text', redact, write: context.stderr, now: clock.now }),
    redact,
    now: clock.now,
    timers: clock.timers,
    random: Math.random,
    write: context.stdout,
    columns: context.columns,
  });
  app.start();
  while (clock.now() < endMs && !context.stop.aborted) await new Promise((resolve) => setTimeout(resolve, 100));
  const incidents = app.incidents();
  await app.stop();
  await server.close();
  context.stdout(
    `\nDone: ${recordings.length} failures replayed, ${incidents.length} incidents told once each. ` +
      'With your cluster: podmedic diagnose POD -n NAMESPACE, or see README.md.\n',
  );
  return exitCodes.ok;
}

function replayConnection(url: string): Connection {
  const credentials = { headers: {}, tls: {} };
  return {
    server: url,
    namespace: 'default',
    description: 'recorded failures',
    credentials: () => Promise.resolve(credentials),
  };
}
