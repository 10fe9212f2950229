/** What a command may use of the process; main.ts makes the real one. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Content of a text file, undefined when it does not exist; throws when it cannot be read. */
  readonly readFile: (path: string) => string | undefined;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly isTerminal: boolean;
  /** Width of the terminal in columns. */
  readonly columns: number;
  /** Aborted by SIGTERM or SIGINT. */
  readonly stop: AbortSignal;
  readonly version: string;
}

/** Exit codes of the command line; a contract with scripts. */
export const exitCodes = {
  ok: 0,
  failuresFound: 1,
  usage: 2,
  unreachable: 3,
  failed: 4,
} as const;
