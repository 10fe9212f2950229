import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findFreePorts } from '../../test/cluster/free-ports.ts';
import { startDaemon, type Daemon } from '../../test/cluster/daemon.ts';
import { projectFolder } from '../../test/cluster/paths.ts';
import { sampleProcess, type ProcessSample } from './process-sampler.ts';

/** A daemon that is measured. */
export interface Subject {
  readonly daemon: Daemon;
  readonly sample: () => ProcessSample;
  /** Longest delay of its event loop since this was last asked, ms. */
  readonly loopLagMs: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Starts a daemon without a Lease that watches everything, or only some namespaces. */
export async function startSubject(
  bundle: string,
  kubeconfig: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Subject> {
  const [port = 0] = await findFreePorts(1);
  const daemon = startDaemon(
    {
      KUBECONFIG: kubeconfig,
      WATCH_NAMESPACES: '*',
      STORM_THRESHOLD: '0',
      SETTLE_SECONDS: '0',
      // As the image sets it.
      MALLOC_ARENA_MAX: '1',
      NODE_OPTIONS: '--max-old-space-size-percentage=60 --max-semi-space-size=2',
      ...settings,
    },
    port,
    bundle,
  );
  const pid = daemon.process.pid ?? 0;
  return {
    daemon,
    sample: () => sampleProcess(pid),
    loopLagMs: async () => {
      const { body } = await daemon.get('/metrics');
      return Number(/podmedic_event_loop_lag_seconds ([\d.e+-]+)/u.exec(String(body))?.[1] ?? Number.NaN) * 1000;
    },
    stop: async () => {
      await daemon.stop('SIGKILL');
    },
  };
}

/** Runs one of the scripts beside this one as a process; `line` resolves with each JSON line that it prints, in order. */
export function startScript(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child: ChildProcess = spawn(
    process.execPath,
    [
      '--max-old-space-size=8192',
      '--disable-warning=ExperimentalWarning',
      join(projectFolder, 'scripts/scale', name),
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } },
  );
  const lines: string[] = [];
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts);
  });
  return {
    child,
    line: async <T>(timeoutMs: number): Promise<T> => {
      for (let waited = 0; lines.length === 0 && waited < timeoutMs; waited += 20) await sleep(20);
      const line = lines.shift();
      if (line === undefined) throw new Error(`${name} said nothing within ${timeoutMs} ms`);
      return JSON.parse(line) as T;
    },
    stop: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
