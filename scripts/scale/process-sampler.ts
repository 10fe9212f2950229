import { readFileSync } from 'node:fs';

/** What the kernel says of a process. */
export interface ProcessSample {
  readonly residentMiB: number;
  /** The most that was ever resident. */
  readonly peakMiB: number;
  /** User and system time since its start. */
  readonly cpuSeconds: number;
}

/** Linux counts CPU time for user space in hundredths of a second (proc(5), sysconf(_SC_CLK_TCK)). */
const ticksPerSecond = 100;

export function sampleProcess(pid: number): ProcessSample {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const kibOf = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`, 'u').exec(status)?.[1] ?? Number.NaN);
  return {
    residentMiB: kibOf('VmRSS') / 1024,
    peakMiB: kibOf('VmHWM') / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}
