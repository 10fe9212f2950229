import { parseArgs, type ParseArgsConfig } from 'node:util';

/** The general help text. */
export const generalHelp = `podmedic watches Kubernetes pods, finds out why they fail, and tells people in Slack, once.

Usage: podmedic [COMMAND] [OPTIONS]

Commands:
  run           watch and alert until stopped (default)
  once          one pass: send alerts, print a report; exit 1 when something fails (--exit-zero: 0)
  diagnose      explain one pod or workload: podmedic diagnose POD|KIND/NAME -n NAMESPACE, or --from DIR
  demo          replay recorded failures through the real pipeline, alerts in the terminal
  check-config  check every setting and say what is wrong
  test-alert    send one sample of each message to the configured place

Options:
  --help        this text, or the help of a command
  --version     the version

Settings come from the environment and from .env; \`podmedic check-config\` checks them.
Exit codes: 0 ok · 1 failures found (once) · 2 usage or configuration · 3 cluster unreachable · 4 forbidden, not found or internal
`;

/** Parsed arguments of a command, or every problem with them. */
export type ParsedArguments<T extends ParseArgsConfig> =
  | { readonly ok: true; readonly values: ReturnType<typeof parseArgs<T>>['values']; readonly positionals: string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Parses a command's arguments strictly; node:util's own sentence names the option that is wrong. */
export function parseArguments<T extends ParseArgsConfig>(args: readonly string[], config: T): ParsedArguments<T> {
  try {
    const { values, positionals } = parseArgs({ ...config, args: [...args], strict: true, allowPositionals: true });
    return { ok: true, values, positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, problems: [message.split('. ')[0] ?? message] };
  }
}
