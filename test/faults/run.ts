// npm run test:faults [-- options, see options.ts]: builds what is missing, starts a cluster with a node, runs inside.ts in
// its network and stops the cluster whatever happens. Ends with the plain line "N passed, N failed".
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools, nodeTools } from '../cluster/build.ts';
import { clusterEnvironment, startCluster, stopCluster } from '../cluster/cluster.ts';
import { enterCommand } from '../cluster/namespace.ts';
import { ensurePackages, nodePackages } from '../cluster/packages.ts';
import { cacheFolder, projectFolder } from '../cluster/paths.ts';
import { runCommand } from '../cluster/run-command.ts';
import { readOptions, usage } from './options.ts';

const log = (line: string): void => console.error(line);
try {
  readOptions();
} catch (error) {
  log(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}

let child: ChildProcess | undefined;
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    interruption.abort();
    child?.kill('SIGTERM');
  });
}

await runCommand([process.execPath, join(projectFolder, 'scripts/build.ts'), '--quiet'], { cwd: projectFolder });
await ensureTools(nodeTools, log);
await ensurePackages(nodePackages, log);
const state = await startCluster({ name: `f${process.pid}`, boundToThisProcess: true, log });
try {
  const [file = '', ...args] = enterCommand(state.namespace, [
    process.execPath,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'inside.ts'),
    ...process.argv.slice(2),
  ]);
  child = spawn(file, args, {
    cwd: projectFolder,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...clusterEnvironment(state) },
  });
  const running = child;
  const code = interruption.signal.aborted
    ? 1
    : await new Promise<number | null>((resolve) => running.once('exit', resolve));
  process.exitCode = code ?? 1;
  if (code !== 0) {
    const target = join(cacheFolder(), 'last-failed-faults-logs');
    rmSync(target, { recursive: true, force: true });
    for (const logs of ['logs', 'faults/logs']) {
      cpSync(join(state.folder, logs), target, { recursive: true });
    }
    log(`logs of the cluster and of the daemons: ${target}`);
  }
} finally {
  await stopCluster(state);
}
