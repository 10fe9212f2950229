import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Text for the standard input. */
  readonly input?: string;
  /** `inherit`: output goes to our own; the result is then empty. */
  readonly output?: 'collect' | 'inherit';
}

/** A command that ended with something else than 0; the message carries the end of its stderr. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(command: readonly string[], exitCode: number, output: string) {
    super(`${command.join(' ').slice(0, 300)} ended with ${String(exitCode)}: ${output.trim().slice(-6000)}`);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** Runs a command to its end and returns its standard output. Throws CommandError when it fails. */
export async function runCommand(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [file = '', ...args] = command;
  const inherit = options.output === 'inherit';
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', inherit ? 'inherit' : 'pipe', inherit ? 'inherit' : 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  child.stdin?.on('error', () => undefined); // a command may end without reading its input
  child.stdin?.end(options.input ?? '');
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      resolve(code ?? 128);
    });
  });
  const text = Buffer.concat(stdout).toString('utf8');
  if (exitCode !== 0) throw new CommandError(command, exitCode, Buffer.concat(stderr).toString('utf8') || text);
  return text;
}

/** Like runCommand, for clean-up: says whether it succeeded instead of throwing. */
export async function tryCommand(command: readonly string[]): Promise<boolean> {
  try {
    await runCommand(command);
    return true;
  } catch {
    return false;
  }
}
