import { randomBytes } from 'node:crypto';
import { connect } from '../app/connect.ts';
import { explainNow, type ExplainedIncident, type Moment } from '../app/explain-now.ts';
import { detectSettingsOf } from '../app/settings.ts';
import { loadConfig, splitPatterns, type Config } from '../config/load.ts';
import { promptPreview } from '../diagnose/second-opinion.ts';
import { openBundle } from '../investigate/bundle.ts';
import type { ClusterReader } from '../investigate/cluster-reader.ts';
import { saveBundle } from '../investigate/save-bundle.ts';
import { createApiClient } from '../kubernetes/api-client.ts';
import { createReader } from '../kubernetes/reader.ts';
import { createRedactor } from '../lib/redaction/redact.ts';
import { systemTimers } from '../lib/timers.ts';
import { toAppError, type AppError, type ErrorCode } from '../model/errors.ts';
import { incidentJson } from '../model/incident-json.ts';
import { applyLogSharing } from '../model/log-quote.ts';
import { refuse, refuseConfig } from './check-config.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { incidentReport, nothingFails } from './report.ts';
import { slackMessages } from './slack-preview.ts';
import { parseTarget, readMoment } from './target.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic diagnose POD|KIND/NAME -n NAMESPACE [--context CONTEXT] [--kubeconfig FILE]
       podmedic diagnose --from DIR

Explains why a pod or workload fails now: cause, proof and fix. Reads only; nothing is sent anywhere.

  -n, --namespace NS     namespace (default: the context's)
      --context CONTEXT  context of the kubeconfig
      --kubeconfig FILE  kubeconfig
      --from DIR         a saved bundle instead of a cluster
      --save DIR         also write a redacted bundle, for --from
  -o, --output FORM      text (default), json, or slack (the Block Kit messages)
      --show-prompt      print exactly what would be sent to the model instead, and ask nobody

Exit codes: 0 answered, also when nothing fails · 2 usage · 3 unreachable · 4 forbidden, not found or internal
`;

const seeHelp = 'podmedic diagnose --help';
const forms = ['text', 'json', 'slack'] as const;
type Form = (typeof forms)[number];

interface Request {
  readonly target: string | undefined;
  readonly namespace: string | undefined;
  readonly from: string | undefined;
  readonly save: string | undefined;
  readonly form: Form;
  readonly showPrompt: boolean;
}

/** \`podmedic diagnose\`. */
export async function diagnoseCommand(args: readonly string[], context: CommandContext): Promise<number> {
  const parsed = parseArguments(args, {
    options: {
      namespace: { type: 'string', short: 'n' },
      context: { type: 'string' },
      kubeconfig: { type: 'string' },
      from: { type: 'string' },
      save: { type: 'string' },
      output: { type: 'string', short: 'o', default: 'text' },
      'show-prompt': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (!parsed.ok) return refuse(context, parsed.problems, seeHelp);
  const { values, positionals } = parsed;
  if (values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  const request: Request = {
    target: positionals[0],
    namespace: values.namespace,
    from: values.from,
    save: values.save,
    form: values.output as Form,
    showPrompt: values['show-prompt'],
  };
  const problems = requestProblems(request, positionals);
  if (problems.length > 0) return refuse(context, problems, seeHelp);
  const env = {
    ...context.env,
    ...(values.context === undefined ? {} : { KUBE_CONTEXT: values.context }),
    ...(values.kubeconfig === undefined ? {} : { KUBECONFIG: values.kubeconfig }),
  };
  const loaded = loadConfig({ env, readFile: context.readFile }, { needsNamespaces: false });
  if (!loaded.ok) return refuseConfig(context, loaded.problems);
  const redact = createRedactor({ extraPatterns: splitPatterns(loaded.config.REDACT_PATTERNS) });
  try {
    return await answer(request, loaded.config, { ...context, env }, redact);
  } catch (thrown) {
    const error = toAppError(thrown);
    context.stderr(`podmedic: ${redact(error.message)}\n`);
    return exitCodeOf(error);
  }
}

function requestProblems(request: Request, positionals: readonly string[]): string[] {
  const problems: string[] = [];
  if (!forms.includes(request.form)) problems.push(`-o ${request.form}: must be one of ${forms.join(', ')}`);
  if (request.from === undefined && request.target === undefined)
    problems.push('name a pod or KIND/NAME, or a bundle with --from DIR');
  if (request.from !== undefined && request.target !== undefined)
    problems.push('give either POD or KIND/NAME, or --from DIR, not both');
  if (positionals.length > 1) problems.push(`unexpected argument '${positionals.slice(1).join(' ')}'`);
  if (request.target !== undefined) {
    const target = parseTarget(request.target);
    if (typeof target === 'string') problems.push(target);
  }
  return problems;
}

async function answer(
  request: Request,
  config: Config,
  context: CommandContext,
  redact: (text: string) => string,
): Promise<number> {
  const { moment, reader, close, warnings } = await open(request, config, context);
  try {
    const explained = await explainNow(moment, reader, {
      cluster: config.CLUSTER_NAME ?? '',
      detect: detectSettingsOf(config),
      budgetMs: config.INVESTIGATE_BUDGET_SECONDS,
      logTailLines: config.LOG_TAIL_LINES,
      newId: () => randomBytes(3).toString('hex'),
    });
    for (const warning of warnings) context.stderr(`podmedic: ${redact(warning)}\n`);
    const [first] = explained;
    if (request.save !== undefined && first !== undefined) {
      await saveBundle(request.save, first.file, redact);
      context.stderr(`podmedic: wrote a redacted bundle to ${request.save}\n`);
    }
    if (request.showPrompt) context.stdout(prompts(explained, config, redact));
    else print(explained, request.form, config, context, redact);
    return exitCodes.ok;
  } finally {
    await close();
  }
}

async function open(
  request: Request,
  config: Config,
  context: CommandContext,
): Promise<{ moment: Moment; reader: ClusterReader; close: () => Promise<void>; warnings: readonly string[] }> {
  if (request.from !== undefined) {
    const bundle = await openBundle(request.from);
    return {
      moment: bundle,
      reader: bundle.reader,
      close: () => Promise.resolve(),
      warnings: bundle.gaps.map(({ source, why }) => `${source}: ${why}`),
    };
  }
  const connection = await connect(config, context);
  const client = createApiClient(connection, { userAgent: `podmedic/${context.version}` });
  const reader = createReader(client, { timers: systemTimers });
  const target = parseTarget(request.target ?? '');
  if (typeof target === 'string') throw new TypeError(target);
  try {
    const moment = await readMoment(target, request.namespace ?? connection.namespace, reader, Date.now());
    return { moment, reader, close: () => client.close(), warnings: [] };
  } catch (error) {
    await client.close();
    throw error;
  }
}

function prompts(explained: readonly ExplainedIncident[], config: Config, redact: (text: string) => string): string {
  if (explained.length === 0) return nothingFails;
  const settings = {
    ...(config.DIAGNOSIS_MODEL === undefined ? {} : { model: config.DIAGNOSIS_MODEL }),
    ...(config.DIAGNOSIS_MODEL_STRONG === undefined ? {} : { strongModel: config.DIAGNOSIS_MODEL_STRONG }),
    redact,
    sharing: config.SHARE_LOGS ?? 'off',
  } as const;
  return explained.map(({ file, diagnosis }) => `${promptPreview(file, diagnosis, settings)}\n`).join('\n');
}

function print(
  explained: readonly ExplainedIncident[],
  form: Form,
  config: Config,
  context: CommandContext,
  redact: (text: string) => string,
): void {
  // What is printed here stays with the person who asked, so log text is shown in full; secrets are not.
  const clean = (text: string): string => applyLogSharing(redact(text), 'full');
  const incidents = explained.map(({ incident }) => incident);
  switch (form) {
    case 'json':
      context.stdout(
        `${JSON.stringify({ incidents: incidents.map((incident) => incidentJson(incident, clean)) }, null, 2)}\n`,
      );
      return;
    case 'slack':
      context.stdout(`${JSON.stringify(slackMessages(incidents, config, redact), null, 2)}\n`);
      return;
    case 'text':
      context.stdout(
        incidents.length === 0
          ? nothingFails
          : incidents.map((incident) => incidentReport(incident, clean, context.columns)).join('\n'),
      );
  }
}

/** The exit code of an error, by the contract of once and diagnose. */
export function exitCodeOf(error: AppError): number {
  if (usageErrors.has(error.code)) return exitCodes.usage;
  return outOfReach.has(error.code) ? exitCodes.unreachable : exitCodes.failed;
}

const usageErrors: ReadonlySet<ErrorCode> = new Set(['CONFIG_INVALID', 'KUBECONFIG_INVALID', 'BUNDLE_INVALID']);
const outOfReach: ReadonlySet<ErrorCode> = new Set(['API_UNREACHABLE', 'API_UNAVAILABLE', 'TIMEOUT']);
