import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane, stopControlPlane, type ControlPlane } from '../../test/cluster/control-plane.ts';
import { connectKube, type Kube } from '../../test/cluster/kube.ts';
import { runCommand } from '../../test/cluster/run-command.ts';
import { makeSeedPod } from '../../test/cluster/seed-pod.ts';
import { seedPods } from '../../test/cluster/seed-pods.ts';

/** Pods that a bench makes fail, at once and one after the other; none has an owner. */
export const failingPods = 100;
export const sparePods = 100;
const namespaces = Array.from({ length: 20 }, (_, index) => `crowd-${index}`);

/** A control plane without controllers and with many healthy pods in it. */
export interface Crowd {
  readonly plane: ControlPlane;
  readonly kube: Kube;
  /** Namespace and name of the n-th pod. */
  readonly pod: (index: number) => { readonly namespace: string; readonly name: string };
  /** How long `curl` needs for the whole list, seconds. */
  readonly curlSeconds: () => Promise<number>;
  /** How long `curl` needs for the same as the beginning of a watch, up to its end mark; seconds. */
  readonly curlStreamSeconds: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export async function startCrowd(folder: string, name: string, count: number): Promise<Crowd> {
  const where = join(folder, name);
  const namespaceOf = (index: number): string => namespaces[index % namespaces.length] ?? '';
  const plane = await startControlPlane({
    folder: where,
    controllers: false,
    serviceAccountAdmission: false,
    beforeApiServer: (etcdUrl) =>
      seedPods(etcdUrl, {
        count,
        namespaces,
        change: (pod, index) => {
          if (index >= failingPods + sparePods) return pod;
          return { ...pod, metadata: { ...pod.metadata, ownerReferences: [] } };
        },
      }),
  });
  return {
    plane,
    kube: connectKube(plane),
    pod: (index) => ({ namespace: namespaceOf(index), name: makeSeedPod(index, namespaceOf(index)).metadata.name }),
    curlSeconds: async () => {
      const printed = await runCommand([
        'curl',
        '-sS',
        ...curlLogin(plane),
        '-o',
        '/dev/null',
        '-w',
        '%{time_total}',
        `${plane.apiServerUrl}/api/v1/pods?pretty=false`,
      ]);
      return Number(printed);
    },
    curlStreamSeconds: async () => {
      const query = 'watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan';
      const url = `${plane.apiServerUrl}/api/v1/pods?${query}`;
      const startedAtMs = performance.now();
      const curl = spawn('curl', ['-sSN', ...curlLogin(plane), url], { stdio: ['ignore', 'pipe', 'inherit'] });
      // Beside this process, which would be slower than what is measured.
      const found = spawn('grep', ['-q', '-m1', 'initial-events-end'], { stdio: [curl.stdout, 'ignore', 'inherit'] });
      await once(found, 'exit');
      curl.kill('SIGKILL');
      return (performance.now() - startedAtMs) / 1000;
    },
    stop: async () => {
      await stopControlPlane(plane);
      rmSync(where, { recursive: true, force: true });
    },
  };
}

function curlLogin({ caFile, adminToken }: ControlPlane): string[] {
  return ['--cacert', caFile, '-H', `Authorization: Bearer ${adminToken}`];
}

/** A crash loop, for a pod of the crowd. */
export function failingStatus(): object {
  const now = new Date().toISOString().replace(/\.\d+/u, '');
  const containerID = `containerd://${Math.random().toString(16).slice(2)}`;
  const ran = { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now, containerID };
  return {
    phase: 'Running',
    startTime: now,
    conditions: ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'False', lastTransitionTime: now })),
    containerStatuses: [
      {
        name: 'app',
        image: 'app',
        imageID: '',
        ready: false,
        restartCount: 4,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: ran },
      },
    ],
  };
}
