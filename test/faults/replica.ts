import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { startDaemon, type Daemon } from '../cluster/daemon.ts';
import { findFreePorts } from '../cluster/free-ports.ts';
import { writeKubeconfig } from '../cluster/kubeconfig.ts';
import { startApiProxy, type ApiProxy } from './api-proxy.ts';

/** One podmedic behind a proxy of its own. */
export interface Replica {
  readonly name: string;
  readonly proxy: ApiProxy;
  readonly daemon: () => Daemon;
  /** When it began (true) or ceased (false) to lead, by our clock. */
  readonly turns: readonly { readonly atMs: number; readonly leads: boolean }[];
  isAlive(): boolean;
  /** As far as it says itself. */
  leads(): boolean;
  /** Starts it (again) and waits until it is ready. */
  start(): Promise<void>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<void>;
  /** SIGTERM, and waits for the end; its exit code. */
  stop(): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  /** Sets its wall clock off by this much. */
  shiftClock(shiftMs: number): void;
  /** Writes the token file that its kubeconfig names. */
  writeToken(token: string): void;
  close(): Promise<void>;
}

export interface ReplicaSettings {
  readonly name: string;
  readonly plane: ControlPlane;
  readonly folder: string;
  readonly token: string;
  /** The daemon's file. */
  readonly bundle: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Hears each line that it logs. */
  readonly onLine?: (line: string) => void;
}

const clockScript = join(import.meta.dirname, 'clock-shift.ts');

/** Prepares a replica; nothing runs before `start`. */
export async function createReplica(options: ReplicaSettings): Promise<Replica> {
  const { name, plane, folder, token, bundle, settings, onLine } = options;
  const proxy = await startApiProxy(plane);
  const tokenFile = join(folder, `${name}.token`);
  const clockFile = join(folder, `${name}.clock`);
  const kubeconfig = join(folder, `${name}.kubeconfig`);
  writeFileSync(tokenFile, token, { mode: 0o600 });
  writeKubeconfig(kubeconfig, {
    server: proxy.url,
    caPem: readFileSync(plane.caFile, 'utf8'),
    tokenFile,
    tlsServerName: 'localhost',
  });
  const logFile = join(folder, 'logs', `${name}.log`);
  mkdirSync(join(folder, 'logs'), { recursive: true });
  const turns: { atMs: number; leads: boolean }[] = [];
  let daemon: Daemon | undefined;

  const current = (): Daemon => {
    if (daemon === undefined) throw new Error(`${name} was not started`);
    return daemon;
  };
  const isAlive = (): boolean => daemon?.process.exitCode === null && daemon.process.signalCode === null;

  function listen(started: Daemon): void {
    let rest = '';
    started.process.stdout?.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.includes('This replica leads now')) turns.push({ atMs: Date.now(), leads: true });
        if (line.includes('This replica stands by now')) turns.push({ atMs: Date.now(), leads: false });
        appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`);
        onLine?.(line);
      }
    });
    started.process.once('exit', () => {
      if (turns.at(-1)?.leads === true) turns.push({ atMs: Date.now(), leads: false });
    });
  }

  return {
    name,
    proxy,
    daemon: current,
    turns,
    isAlive,
    leads: () => isAlive() && turns.at(-1)?.leads === true,
    start: async () => {
      writeFileSync(clockFile, '0');
      const [port = 0] = await findFreePorts(1);
      daemon = startDaemon(
        {
          ...settings,
          KUBECONFIG: kubeconfig,
          POD_NAME: name,
          LOG_FORMAT: 'json',
          CLOCK_FILE: clockFile,
          NODE_OPTIONS: `--import=${clockScript} --disable-warning=ExperimentalWarning`,
        },
        port,
        bundle,
      );
      listen(daemon);
      await daemon.whenReady(60_000);
    },
    kill: async () => {
      await current().stop('SIGKILL');
    },
    stop: () => current().stop('SIGTERM'),
    signal: (signal) => void current().process.kill(signal),
    shiftClock: (shiftMs) => {
      writeFileSync(clockFile, String(shiftMs));
      current().process.kill('SIGUSR2');
    },
    writeToken: (next) => {
      writeFileSync(tokenFile, next, { mode: 0o600 });
    },
    close: async () => {
      if (isAlive()) {
        current().process.kill('SIGCONT');
        await current().stop('SIGKILL');
      }
      await proxy.close();
    },
  };
}
