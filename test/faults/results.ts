/** Outcomes and figures of a run, printed as they come. */
export interface Results {
  /** Runs one test; a throw or a list of complaints fails it. */
  test(name: string, work: () => Promise<readonly string[]>): Promise<void>;
  figure(name: string, ms: number): void;
  figures(): ReadonlyMap<string, readonly number[]>;
  passed(): number;
  failed(): number;
  log(line: string): void;
}

export function createResults(print: (line: string) => void): Results {
  const figures = new Map<string, number[]>();
  let passed = 0;
  let failed = 0;
  const startedAtMs = Date.now();
  const log = (line: string): void => {
    print(`${((Date.now() - startedAtMs) / 1000).toFixed(1).padStart(6)} s  ${line}`);
  };
  return {
    test: async (name, work) => {
      const fromMs = Date.now();
      const complaints = await work().catch((error: unknown) => [
        error instanceof Error ? error.message : String(error),
      ]);
      const took = `${((Date.now() - fromMs) / 1000).toFixed(1)} s`;
      if (complaints.length === 0) {
        passed += 1;
        log(`ok      ${name} (${took})`);
      } else {
        failed += 1;
        log(`FAILED  ${name} (${took})`);
        for (const complaint of complaints) log(`          ${complaint}`);
      }
    },
    figure: (name, ms) => void figures.set(name, [...(figures.get(name) ?? []), ms]),
    figures: () => figures,
    passed: () => passed,
    failed: () => failed,
    log,
  };
}

/** The value below which this share of the values lies (nearest rank); NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}
