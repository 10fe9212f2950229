import { describeSettings } from '../config/describe.ts';
import { loadConfig } from '../config/load.ts';
import { Secret } from '../config/secret.ts';
import { exitCodes, type CommandContext } from './command-context.ts';
import { parseArguments } from './usage.ts';

const help = `Usage: podmedic check-config

Checks every setting of the environment and .env. Prints what is in force, or every problem at once (exit code 2).
`;

/** \`podmedic check-config\`. */
export function checkConfig(args: readonly string[], context: CommandContext): number {
  const parsed = parseArguments(args, { options: { help: { type: 'boolean' } } });
  if (!parsed.ok) return refuse(context, parsed.problems, 'podmedic check-config --help');
  if (parsed.values.help === true) {
    context.stdout(help);
    return exitCodes.ok;
  }
  if (parsed.positionals.length > 0)
    return refuse(context, [`unexpected argument '${parsed.positionals.join(' ')}'`], 'podmedic check-config --help');
  const loaded = loadConfig(context, { needsNamespaces: true });
  if (!loaded.ok) return refuseConfig(context, loaded.problems);
  const values = loaded.config as unknown as Record<string, unknown>;
  for (const setting of describeSettings())
    context.stdout(`${setting.name}=${shown(setting.name, values[setting.name])}\n`);
  for (const warning of loaded.warnings) context.stderr(`warning: ${warning}\n`);
  context.stdout('The configuration is valid.\n');
  return exitCodes.ok;
}

function shown(name: string, value: unknown): string {
  if (value instanceof Secret) return value.isSet ? '[secret]' : '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value === 'number' && name.endsWith('_SECONDS')) return String(value / 1000);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** Says what is wrong with the arguments and where to look; exit code 2. */
export function refuse(context: CommandContext, problems: readonly string[], seeHelp: string): number {
  for (const problem of problems) context.stderr(`podmedic: ${problem}\n`);
  context.stderr(`See: ${seeHelp}\n`);
  return exitCodes.usage;
}

/** Says every problem of the configuration; exit code 2. */
export function refuseConfig(context: CommandContext, problems: readonly string[]): number {
  context.stderr(
    `podmedic: the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n`,
  );
  for (const problem of problems) context.stderr(`  - ${problem}\n`);
  return exitCodes.usage;
}
