// npm run test:cluster [-- PATTERN …]: builds and installs what is missing, starts a cluster, runs the
// suites whose path matches inside its network, and stops the cluster whatever happens.
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { allTools, ensureTools, nodeTools } from './build.ts';
import { clusterEnvironment, startCluster, stopCluster, type ClusterState } from './cluster.ts';
import { enterCommand } from './namespace.ts';
import { ensurePackages, nodePackages } from './packages.ts';
import { cacheFolder, harnessFolder, projectFolder } from './paths.ts';

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly success: boolean;
}

const log = (line: string): void => console.error(line);
const shares: string[] = [];
let jest: ChildProcess | undefined;
const interruption = new AbortController();

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruption.abort();
    jest?.kill('SIGTERM');
  });
}

let state: ClusterState | undefined;
let results: Results | undefined;
try {
  // helm and its kin belong to the suites that use them, which also build them when they run alone.
  await timed('builds', () => ensureTools(process.argv.length > 2 ? nodeTools : allTools, log));
  await timed('packages', () => ensurePackages(nodePackages, log));
  if (!interruption.signal.aborted) {
    const name = `t${process.pid}`;
    state = await timed('start', () => startCluster({ name, boundToThisProcess: true, log }));
  }
  if (state !== undefined && !interruption.signal.aborted)
    results = await timed('tests', runJest.bind(undefined, state));
} finally {
  if (state !== undefined) {
    if (results?.success !== true) keepLogs(state);
    await timed('stop', stopCluster.bind(undefined, state));
  }
  log(`time: ${shares.join(', ')}`);
}
const failed = (results?.numFailedTests ?? 0) + (results?.numRuntimeErrorTestSuites ?? 0);
if (results === undefined) log(interruption.signal.aborted ? 'interrupted' : 'no results');
if ((results?.numPendingTests ?? 0) > 0) log(`${results?.numPendingTests ?? 0} skipped`);
console.log(`${results?.numPassedTests ?? 0} passed, ${failed} failed`);
process.exitCode = results?.success === true && results.numPassedTests > 0 && !interruption.signal.aborted ? 0 : 1;

async function timed<T>(step: string, work: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  try {
    return await work();
  } finally {
    shares.push(`${step} ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

async function runJest(cluster: ClusterState): Promise<Results | undefined> {
  const outputFile = join(cluster.folder, 'jest.json');
  const [file = '', ...args] = enterCommand(cluster.namespace, [
    process.execPath,
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(projectFolder, 'node_modules', 'jest', 'bin', 'jest.js'),
    `--config=${join(harnessFolder, 'jest.config.js')}`,
    '--json',
    // A process that a failed test left behind must not hold up the end.
    '--forceExit',
    `--outputFile=${outputFile}`,
    ...process.argv.slice(2),
  ]);
  const child = spawn(file, args, {
    cwd: projectFolder,
    stdio: ['ignore', 'ignore', 'inherit'], // the results, as JSON, go to standard output too
    env: { ...process.env, ...clusterEnvironment(cluster) },
  });
  jest = child;
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => resolve());
  });
  return existsSync(outputFile) ? (JSON.parse(readFileSync(outputFile, 'utf8')) as Results) : undefined;
}

/** Logs of etcd to kubelet outlive a failed run. */
function keepLogs(cluster: ClusterState): void {
  const target = join(cacheFolder(), 'last-failed-cluster-logs');
  rmSync(target, { recursive: true, force: true });
  cpSync(join(cluster.folder, 'logs'), target, { recursive: true });
  log(`logs of the cluster: ${target}`);
}
