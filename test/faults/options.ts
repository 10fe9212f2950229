import { parseArgs } from 'node:util';

/** What a run was asked for. */
export interface FaultOptions {
  readonly seed: number;
  /** Rounds over all kinds are begun until this time is over; 0: one round. */
  readonly minutes: number;
  /** Only kinds whose name contains one of these; empty: all, and what else belongs to a run. */
  readonly kinds: readonly string[];
  /** Prints what the daemons log. */
  readonly verbose: boolean;
  /** Markdown file between whose marks the figures are written. */
  readonly report: string | undefined;
}

export const usage = `npm run test:faults [-- --seed N] [--minutes N] [--soak] [--kind PART …] [--verbose] [--report FILE]`;

/** Throws on an unknown option. `--soak` is an hour. */
export function readOptions(args: readonly string[] = process.argv.slice(2)): FaultOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      soak: { type: 'boolean', default: false },
      kind: { type: 'string', multiple: true, default: [] },
      verbose: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  });
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * 1_000_000) : Number(values.seed),
    minutes: Number(values.minutes ?? (values.soak ? 60 : 0)),
    kinds: values.kind,
    verbose: values.verbose,
    report: values.report,
  };
}
