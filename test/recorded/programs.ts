import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A failure of a real program: what it printed and how it ended, with the answer that is wanted. */
export interface ProgramCase {
  readonly id: string;
  /** `missing-env`, `config-syntax`, `dns` … */
  readonly family: string;
  readonly program: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly exitCode: number;
  readonly log: string;
  readonly root_cause: string;
  /** Each group needs one of its words in the root cause; upper and lower case do not count. */
  readonly must_mention: readonly (readonly string[])[];
  readonly must_not_claim: readonly string[];
  readonly hard?: boolean;
}

/** The cases of every *.jsonl file of a folder, one a line, by the file's name. */
export function readPrograms(dir: string): readonly (readonly [string, readonly ProgramCase[]])[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((name) => [name.replace('.jsonl', ''), readLines(join(dir, name))]);
}

function readLines(path: string): readonly ProgramCase[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ProgramCase);
}
