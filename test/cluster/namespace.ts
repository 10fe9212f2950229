import { networkInterfaces } from 'node:os';
import { runCommand, tryCommand } from './run-command.ts';

/** The node's address, on lo: reachable from pods and from every process in the namespace, not a loopback address. */
export const nodeAddress = '10.99.0.1';

/** Makes a network namespace in which only its own addresses exist. Needs root. */
export async function createNamespace(name: string): Promise<void> {
  await runCommand(['ip', 'netns', 'add', name]);
  const inside = (command: readonly string[]): Promise<string> => runCommand(enterCommand(name, command));
  await inside(['ip', 'link', 'set', 'lo', 'up']);
  await inside(['ip', 'address', 'add', `${nodeAddress}/32`, 'dev', 'lo']);
  // A pod that calls an address which does not exist hears so at once, each time.
  await inside(['sh', '-c', 'echo 0 > /proc/sys/net/ipv4/icmp_ratelimit']);
}

/** Kills what still runs in the namespace (never the caller) and deletes it. */
export async function deleteNamespace(name: string): Promise<void> {
  for (const pid of await processesIn(name)) {
    if (pid !== process.pid) killNow(pid);
  }
  await tryCommand(['ip', 'netns', 'delete', name]);
}

/**
 * The command that runs another one inside the namespace. Not `ip netns exec`: that remounts /sys,
 * and a kubelet then finds no cgroups.
 */
export function enterCommand(name: string, command: readonly string[]): string[] {
  return ['nsenter', `--net=/var/run/netns/${name}`, ...command];
}

/** Whether this process runs in a namespace made by createNamespace. */
export function isInsideNamespace(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === nodeAddress));
}

async function processesIn(name: string): Promise<number[]> {
  try {
    const pids = await runCommand(['ip', 'netns', 'pids', name]);
    return pids.split('\n').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
