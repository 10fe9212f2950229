import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools, nodeTools } from '../cluster/build.ts';
import { clusterEnvironment, startCluster, stopCluster } from '../cluster/cluster.ts';
import { enterCommand } from '../cluster/namespace.ts';
import { ensurePackages, nodePackages } from '../cluster/packages.ts';
import { cacheFolder, projectFolder } from '../cluster/paths.ts';
import { runCommand } from '../cluster/run-command.ts';

/**
 * Builds what is missing, starts a cluster with a node, runs a script of this project in its network, and stops the cluster
 * whatever happens. Logs of a run that failed are kept. Resolves with the script's exit code.
 */
export async function runInCluster(name: string, script: string, args: readonly string[]): Promise<number> {
  const log = (line: string): void => console.error(line);
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
  const state = await startCluster({ name: `${name.slice(0, 1)}${process.pid}`, boundToThisProcess: true, log });
  try {
    const [file = '', ...words] = enterCommand(state.namespace, [
      process.execPath,
      '--disable-warning=ExperimentalWarning',
      script,
      ...args,
    ]);
    child = spawn(file, words, {
      cwd: projectFolder,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...clusterEnvironment(state) },
    });
    const running = child;
    const code = interruption.signal.aborted
      ? 1
      : await new Promise<number | null>((resolve) => running.once('exit', resolve));
    if (code !== 0) {
      const target = join(cacheFolder(), `last-failed-${name}-logs`);
      rmSync(target, { recursive: true, force: true });
      for (const logs of ['logs', `${name}/logs`]) {
        cpSync(join(state.folder, logs), target, { recursive: true });
      }
      log(`logs of the cluster and of the daemons: ${target}`);
    }
    return code ?? 1;
  } finally {
    await stopCluster(state);
  }
}
