import { readFileSync, writeFileSync } from 'node:fs';
import type { Lab } from './lab.ts';
import type { FaultOptions } from './options.ts';
import { quantile, type Results } from './results.ts';

const begin = '<!-- figures of npm run test:faults: begin -->';
const end = '<!-- figures of npm run test:faults: end -->';

/** Prints the figures of a run and, where a file was named, writes them between its marks. */
export function writeReport(results: Results, labs: readonly Lab[], options: FaultOptions): void {
  const latencies = labs.flatMap((lab) => lab.verdict().latenciesMs);
  const calm = latencies.filter(({ disturbed }) => !disturbed).map(({ ms }) => ms);
  const rows: string[][] = [
    row('time to alert, undisturbed', calm),
    row(
      'time to alert, all (faults included)',
      latencies.map(({ ms }) => ms),
    ),
    ...[...results.figures()].map(([name, values]) => row(name, values)),
  ];
  for (const [name, count, median, p99, worst] of rows) {
    results.log(`${name}: median ${median}, p99 ${p99}, worst ${worst} (${count})`);
  }
  if (options.report === undefined) return;
  const table = [
    `Seed ${options.seed}, ${results.passed()} tests passed, ${results.failed()} failed; ${latencies.length} failures made.`,
    '',
    '| | count | median | p99 | worst |',
    '|---|---|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
  const text = readFileSync(options.report, 'utf8');
  const [head, rest] = text.split(begin);
  const tail = rest?.split(end)[1];
  if (head === undefined || tail === undefined) throw new Error(`${options.report} has no marks for figures`);
  writeFileSync(options.report, `${head}${begin}\n\n${table}\n\n${end}${tail}`);
}

function row(name: string, valuesMs: readonly number[]): string[] {
  const text = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
  if (valuesMs.length === 0) return [name, '0', '-', '-', '-'];
  return [
    name,
    String(valuesMs.length),
    text(quantile(valuesMs, 0.5)),
    text(quantile(valuesMs, 0.99)),
    text(Math.max(...valuesMs)),
  ];
}
