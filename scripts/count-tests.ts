/** Runs jest and ends with the plain line `N passed, N failed`: `npm run test:counted [-- jest options]`. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numFailedTestSuites: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly numPendingTests: number;
}

const folder = mkdtempSync(join(tmpdir(), 'podmedic-jest-'));
const file = join(folder, 'results.json');
const { status } = spawnSync(
  'npm',
  ['run', '-s', 'jest', '--', '--json', `--outputFile=${file}`, ...process.argv.slice(2)],
  {
    stdio: ['ignore', 'ignore', 'inherit'],
  },
);
const results = JSON.parse(readFileSync(file, 'utf8')) as JestResults;
rmSync(folder, { recursive: true });
// A suite that does not even load has no test to count, and a skipped test is none that passed.
const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
if (results.numPendingTests > 0) process.stdout.write(`${results.numPendingTests} skipped\n`);
process.stdout.write(`${results.numPassedTests} passed, ${failed} failed\n`);
process.exitCode = status ?? 1;
