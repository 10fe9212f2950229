import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of a cluster, as kept in `<folder>/processes/<name>.json`. */
export interface ProcessRecord {
  readonly name: string;
  readonly pid: number;
  /** Start time in clock ticks since boot (/proc/PID/stat, field 22): tells a reused pid from ours. */
  readonly startTicks: string;
  readonly command: readonly string[];
  readonly logFile: string;
}

/** Starts a process that outlives this one; its output goes to `<folder>/logs/<name>.log`. */
export function startProcess(folder: string, name: string, command: readonly string[]): ProcessRecord {
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const logFile = join(folder, 'logs', `${name}.log`);
  const log = openSync(logFile, 'a');
  const [file = '', ...args] = command;
  const child = spawn(file, args, { cwd: folder, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.on('error', () => undefined); // reported below: there is no pid
  if (child.pid === undefined) throw new Error(`${file} cannot be started`);
  child.unref();
  const record = { name, pid: child.pid, startTicks: startTicksOf(child.pid) ?? '', command, logFile };
  saveRecord(folder, record);
  return record;
}

/** Notes this very process as the one that a cluster's life is bound to. */
export function recordSelf(folder: string, name: string): void {
  const startTicks = startTicksOf(process.pid) ?? '';
  saveRecord(folder, { name, pid: process.pid, startTicks, command: process.argv, logFile: '' });
}

/** All processes that were started in the folder and not forgotten since, dead ones included. */
export function listProcesses(folder: string): ProcessRecord[] {
  let files: string[];
  try {
    files = readdirSync(join(folder, 'processes')).filter((file) => file.endsWith('.json'));
  } catch {
    return [];
  }
  return files.map((file) => JSON.parse(readFileSync(join(folder, 'processes', file), 'utf8')) as ProcessRecord);
}

/** The process of this name. Throws when there was none. */
export function findProcess(folder: string, name: string): ProcessRecord {
  const record = listProcesses(folder).find((one) => one.name === name);
  if (record === undefined) throw new Error(`no process ${name} in ${folder}`);
  return record;
}

/** Whether the process runs (a stopped one does, a zombie does not). */
export function isAlive(record: ProcessRecord): boolean {
  return startTicksOf(record.pid) === record.startTicks;
}

/** Sends a signal, if the process still runs. */
export function signalProcess(folder: string, name: string, signal: NodeJS.Signals): void {
  const record = findProcess(folder, name);
  if (isAlive(record)) process.kill(record.pid, signal);
}

/** Sends a signal and waits until the process is gone; SIGKILL after `timeoutMs`. */
export async function stopProcess(
  folder: string,
  name: string,
  signal: NodeJS.Signals = 'SIGTERM',
  timeoutMs = 20_000,
): Promise<void> {
  const record = findProcess(folder, name);
  signalProcess(folder, name, signal);
  const deadline = Date.now() + timeoutMs;
  while (isAlive(record)) {
    if (Date.now() > deadline) signalProcess(folder, name, 'SIGKILL');
    await sleep(20);
  }
}

/** Starts a stopped process again with the very same command line, so on the same ports. */
export function startAgain(folder: string, name: string): ProcessRecord {
  const record = findProcess(folder, name);
  if (isAlive(record)) throw new Error(`${name} still runs`);
  return startProcess(folder, name, record.command);
}

/** The last lines of a process's log, for error messages. */
export function logTail(record: ProcessRecord, lineCount = 15): string {
  try {
    return readFileSync(record.logFile, 'utf8').trimEnd().split('\n').slice(-lineCount).join('\n');
  } catch {
    return '(no log)';
  }
}

/** Start time of a living process in clock ticks, undefined when it is gone or a zombie. */
function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' '); // from field 3, the state
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function saveRecord(folder: string, record: ProcessRecord): void {
  mkdirSync(join(folder, 'processes'), { recursive: true });
  const file = join(folder, 'processes', `${record.name}.json`);
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 2));
  renameSync(`${file}.new`, file);
}
