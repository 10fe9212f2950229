import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { projectFolder } from './paths.ts';
import type { Kube, KubeObject } from './kube.ts';
import { waitFor } from './wait.ts';

/** A podmedic of the built bundle, as a process of its own. */
export interface Daemon {
  readonly process: ChildProcess;
  readonly port: number;
  /** Everything that it wrote. */
  readonly output: () => string;
  /** The JSON of a path of its server, with the status. */
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: unknown }>;
  readonly whenReady: (timeoutMs?: number) => Promise<void>;
  /** Ends it with a signal and gives its exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
}

const bundle = join(projectFolder, 'dist/podmedic.mjs');
const node = join(projectFolder, 'node_modules/.bin/node');

/** Starts `podmedic run` with only these settings; `file` is the bundle, where it is not that of the project. */
export function startDaemon(settings: Readonly<Record<string, string>>, port: number, file = bundle): Daemon {
  const child = spawn(node, [file, 'run'], {
    env: { PATH: process.env.PATH, ...settings, PORT: String(port) },
    cwd: '/',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output += text));
  }
  const get = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5000) });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  };
  return {
    process: child,
    port,
    output: () => output,
    get,
    whenReady: async (timeoutMs = 30_000) => {
      await waitFor('the daemon to be ready', async () => (await get('/ready')).status === 200, {
        timeoutMs,
        explain: () => `; it wrote:\n${output.slice(-3000)}`,
      });
    },
    stop: (signal = 'SIGTERM') =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
          resolve(child.exitCode);
          return;
        }
        child.once('exit', resolve);
        child.kill(signal);
      }),
  };
}

/** Runs one podmedic command to its end. */
export function runPodmedic(
  args: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(node, [bundle, ...args], {
      env: { PATH: process.env.PATH, ...settings },
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The permissions that the shipped manifests give the daemon. */
export function shippedRbac(): KubeObject[] {
  const kinds = ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Lease'];
  return parseAllDocuments(readFileSync(join(projectFolder, 'k8s-deployment.yaml'), 'utf8'))
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object): object is KubeObject => object !== null && kinds.includes(object.kind));
}

/**
 * Logs in as the shipped ServiceAccount with the shipped permissions, in a namespace of its own, so that suites that run side
 * by side share neither Lease nor state. Returns the kubeconfig's path.
 */
export async function logInAsDaemon(kube: Kube, folder: string, home: string): Promise<string> {
  const file = join(folder, `${home}.kubeconfig`);
  await kube.createNamespace(home);
  const text = JSON.stringify(shippedRbac())
    .replaceAll('"namespace":"podmedic"', `"namespace":"${home}"`)
    .replaceAll('"name":"podmedic-podmedic"', `"name":"podmedic-${home}"`);
  await kube.logIn({ namespace: home, name: 'podmedic', file, rbac: JSON.parse(text) as KubeObject[] });
  return file;
}
