import { readFileSync, readlinkSync } from 'node:fs';

/**
 * The command that runs another one in the network from which this process' cluster was entered: a cluster's namespace
 * reaches nothing outside, and building an image needs packages. Throws when no ancestor is in another network.
 */
export function outerNetworkCommand(command: readonly string[]): string[] {
  const own = networkOf(process.pid);
  for (let pid = process.ppid; pid > 1; pid = parentOf(pid)) {
    if (networkOf(pid) !== own) return ['nsenter', `--net=/proc/${pid}/ns/net`, ...command];
  }
  throw new Error('no parent process is outside of the cluster network: run this by npm run test:cluster');
}

const networkOf = (pid: number): string => readlinkSync(`/proc/${pid}/ns/net`);

/** proc(5): the fourth field, after the name in parentheses. */
function parentOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return Number(fields[1]);
}
