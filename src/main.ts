import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { parse } from 'dotenv';
import { checkConfig } from './commands/check-config.ts';
import { exitCodes, type CommandContext } from './commands/command-context.ts';
import { generalHelp } from './commands/usage.ts';
import { toAppError } from './model/errors.ts';

declare const PODMEDIC_VERSION: string | undefined;

/** Replaced by the bundler; run from source it is the version of package.json. */
const version = typeof PODMEDIC_VERSION === 'string' ? PODMEDIC_VERSION : versionFromManifest();

const commands: Readonly<
  Record<string, (args: readonly string[], context: CommandContext) => Promise<number> | number>
> = {
  // Loaded when called, so that a command costs only the memory of what it needs.
  run: async (args, context) => (await import('./commands/run.ts')).run(args, context),
  once: async (args, context) => (await import('./commands/once.ts')).once(args, context),
  diagnose: async (args, context) => (await import('./commands/diagnose.ts')).diagnoseCommand(args, context),
  demo: async (args, context) => (await import('./commands/demo.ts')).demo(args, context),
  'test-alert': async (args, context) => (await import('./commands/test-alert.ts')).testAlert(args, context),
  'check-config': checkConfig,
};

async function main(args: readonly string[]): Promise<number> {
  const context = processContext();
  const [first, ...rest] = args;
  if (first === '--help' || first === '-h' || first === 'help') {
    context.stdout(generalHelp);
    return exitCodes.ok;
  }
  if (first === '--version' || first === '-V') {
    context.stdout(`podmedic ${version}\n`);
    return exitCodes.ok;
  }
  const named = first !== undefined && !first.startsWith('-');
  const name = named ? first : 'run';
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    context.stderr(
      `podmedic: there is no command '${name}'; there are ${Object.keys(commands).join(', ')}\nSee: podmedic --help\n`,
    );
    return exitCodes.usage;
  }
  return command(named ? rest : args, context);
}

function processContext(): CommandContext {
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    // A second signal means now.
    if (stopping.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143);
    stopping.abort(signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  // A reader that goes away (`podmedic diagnose … | head`) is no error of ours.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    env: { ...readDotenv(), ...definedOnly(process.env) },
    homeDir: homedir(),
    readFile,
    stdout: (text) => void process.stdout.write(text),
    stderr: (text) => void process.stderr.write(text),
    isTerminal: process.stdout.isTTY,
    columns: process.stdout.isTTY ? process.stdout.columns : 100,
    stop: stopping.signal,
    version,
  };
}

function readDotenv(): Record<string, string> {
  const text = readFile('.env');
  return text === undefined ? {} : parse(text);
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

function readFile(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

function versionFromManifest(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };
  return manifest.version;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (thrown) {
  const error = toAppError(thrown);
  process.stderr.write(`podmedic: ${error.message} (${error.code})\n`);
  process.exitCode = exitCodes.failed;
}
