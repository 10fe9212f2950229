import { createDestinations } from '../app/destinations.ts';
import { loadConfig, splitPatterns } from '../config/load.ts';
import { createRedactor } from '../lib/redaction/redact.ts';
import type { Delivery } from '../model/delivery.ts';
import { explainFailure } from '../notify/explain-failure.ts';
import { sampleAlerts } from '../notify/sample-alerts.ts';
import type { Sink } from '../notify/sink.ts';
import { refuse, refuseConfig } from './check-config.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic test-alert

Sends one sample of each message to the configured place (WEBHOOK_URL, SLACK_BOT_TOKEN, or else the terminal), and says in
words what is wrong when that fails.

Exit codes: 0 all delivered · 2 usage or configuration · 4 something was not delivered
`;

/** \`podmedic test-alert\`. */
export async function testAlert(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(args, { options: { help: { type: 'boolean', short: 'h' } } });
  if (!parsed.ok) return refuse(context, parsed.problems, 'podmedic test-alert --help');
  if (parsed.values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  if (parsed.positionals.length > 0) {
    return refuse(context, [`unexpected argument '${parsed.positionals.join(' ')}'`], 'podmedic test-alert --help');
  }
  const loaded = loadConfig(context, { needsNamespaces: false });
  if (!loaded.ok) return refuseConfig(context, loaded.problems);
  const { config } = loaded;
  const redact = createRedactor({ extraPatterns: splitPatterns(config.REDACT_PATTERNS) });
  const destinations = createDestinations(
    { ...config, KUBE_EVENTS: false },
    { write: context.stdout, columns: context.columns, createEvent: () => Promise.resolve('forbidden') },
  );
  let failed = false;
  for (const { sink } of destinations) {
    if (!(await sendSamples(sink, config.CLUSTER_NAME ?? '', config.SHARE_LOGS ?? 'off', redact, context)))
      failed = true;
  }
  return failed ? exitCodes.failed : exitCodes.ok;
}

async function sendSamples(
  sink: Sink,
  cluster: string,
  sharing: 'off' | 'excerpt' | 'full',
  redact: (text: string) => string,
  context: CommandContext,
): Promise<boolean> {
  const alerts = sampleAlerts(Date.now(), cluster, { sharing, redact });
  const told = new Map<string, Delivery>();
  for (const alert of alerts) {
    if (sink.accepts?.(alert) === false) continue;
    const previous = told.get(alert.id);
    const result = await sink.send(alert, previous === undefined ? {} : { previous });
    if (result.outcome !== 'sent') {
      context.stderr(`podmedic: ${redact(explainFailure(sink.name, result))}\n`);
      return false;
    }
    const { channel, ts } = result;
    if (channel !== undefined && ts !== undefined && previous === undefined) {
      told.set(alert.id, { sink: sink.name, alert: alert.type, outcome: 'sent', atMs: alert.atMs, channel, ts });
    }
    await new Promise((resolve) => setTimeout(resolve, sink.gapMs));
  }
  context.stderr(`podmedic: ${sink.name}: all ${alerts.length} sample messages delivered\n`);
  return true;
}
