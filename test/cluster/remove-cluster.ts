import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeCgroups } from './cgroups.ts';
import { deleteNamespace } from './namespace.ts';
import { clusterFolder, clusterNameOf } from './paths.ts';
import { isAlive, listProcesses, type ProcessRecord } from './processes.ts';
import { tryCommand } from './run-command.ts';

/**
 * Ends every process of a cluster and removes its mounts, cgroups, network namespace and files, in
 * whatever state it is. Only processes that belong to it are touched: recorded ones, those in its
 * cgroups and namespace, and the shims of its containerd.
 */
export async function removeCluster(name: string, log: (line: string) => void): Promise<void> {
  const folder = clusterFolder(name);
  const records = listProcesses(folder).filter((record) => record.pid !== process.pid && record.name !== 'owner');
  const end = async (wanted: (record: ProcessRecord) => boolean): Promise<void> => {
    const chosen = records.filter(wanted);
    for (const record of chosen) if (isAlive(record)) process.kill(record.pid, 'SIGKILL');
    while (chosen.some(isAlive)) await sleep(20);
  };
  await end((record) => record.name === 'kubelet' || record.name === 'starter'); // first, or it starts containers again
  await removeCgroups(name); // containers
  await end(() => true);
  killShims(folder);
  await deleteNamespace(`podmedic-${name}`);
  for (const mount of mountsUnder(folder)) await tryCommand(['umount', '--lazy', mount]);
  await removeCgroups(name);
  removeCniResults(folder);
  removeLogLinks(folder);
  await removeFolder(folder, log);
}

/** Removes the clusters whose processes, or whose owner, are gone. */
export async function removeStaleClusters(log: (line: string) => void): Promise<void> {
  for (const name of clusterNames()) {
    const records = listProcesses(clusterFolder(name));
    const owner = records.find((record) => record.name === 'owner');
    if (owner === undefined ? records.some(isAlive) : isAlive(owner)) continue;
    log(`removing the stale cluster ${name}`);
    await removeCluster(name, log);
  }
}

/** Names of the clusters that have a folder on this machine. */
export function clusterNames(): string[] {
  return readdirSync(tmpdir())
    .map(clusterNameOf)
    .filter((name) => name !== undefined);
}

/** containerd leaves its shims behind; their command line names its socket. */
function killShims(folder: string): void {
  const socket = join(folder, 'node', 'containerd.sock');
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (command[0]?.includes('containerd-shim') && command.includes(socket)) process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It is gone already.
    }
  }
}

function mountsUnder(folder: string): string[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const points = lines.map((line) => (line.split(' ')[1] ?? '').replaceAll('\\040', ' '));
  return points.filter((point) => point.startsWith(`${folder}/`)).reverse();
}

/** The CNI library caches results in a folder that all clusters of a machine share; each names its pod's namespace. */
function removeCniResults(folder: string): void {
  const results = '/var/lib/cni/results';
  if (!existsSync(results)) return;
  for (const file of readdirSync(results)) {
    const result = join(results, file);
    if (readFileSync(result, 'utf8').includes(`${folder}/`)) rmSync(result, { force: true });
  }
}

/** kubelet links container logs from a folder that cannot be configured. */
function removeLogLinks(folder: string): void {
  const links = '/var/log/containers';
  if (!existsSync(links)) return;
  for (const file of readdirSync(links)) {
    const link = join(links, file);
    const isOurs = lstatSync(link).isSymbolicLink() && readlinkSync(link).startsWith(`${folder}/`);
    if (isOurs) rmSync(link, { force: true });
  }
}

async function removeFolder(folder: string, log: (line: string) => void): Promise<void> {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch (error) {
    log(`${folder} is not removed yet: ${String(error)}`);
    await sleep(1000);
    rmSync(folder, { recursive: true, force: true });
  }
}
