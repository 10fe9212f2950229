import { existsSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = '/sys/fs/cgroup';

/** Mounted cgroup v1 controllers (and `unified`, where runc also makes a cgroup); one empty name on a machine with cgroup v2 alone. */
export function cgroupControllers(): string[] {
  if (existsSync(join(root, 'cgroup.controllers'))) return [''];
  return readdirSync(root).filter((name) => existsSync(join(root, name, 'cgroup.procs')));
}

/** Folder of a cluster's cgroup under one controller. */
export function cgroupPath(controller: string, clusterName: string): string {
  return join(root, controller, `podmedic-${clusterName}`);
}

/** Kills every process in the cluster's cgroups (its containers), then removes the cgroups. */
export async function removeCgroups(clusterName: string): Promise<void> {
  const tops = cgroupControllers().map((controller) => cgroupPath(controller, clusterName));
  const deadline = Date.now() + 10_000;
  for (;;) {
    const pids = new Set(tops.flatMap((top) => foldersDeepestFirst(top).flatMap(processesOf)));
    if (pids.size === 0 || Date.now() > deadline) break;
    for (const pid of pids) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It is gone already.
      }
    }
    await sleep(50);
  }
  for (const folder of tops.flatMap(foldersDeepestFirst)) {
    try {
      rmdirSync(folder);
    } catch {
      // Busy for a moment longer; an empty cgroup costs nothing and the next start reuses the name.
    }
  }
}

function foldersDeepestFirst(folder: string): string[] {
  const children = foldersIn(folder);
  return children === undefined
    ? []
    : [...children.flatMap((child) => foldersDeepestFirst(join(folder, child))), folder];
}

// The runtime removes the cgroups of its containers too: any may go while they are listed.
function foldersIn(folder: string): string[] | undefined {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function processesOf(folder: string): number[] {
  try {
    return readFileSync(join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
