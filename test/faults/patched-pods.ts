import { ref, type Kube } from '../cluster/kube.ts';
import { waitFor } from '../cluster/wait.ts';

/** How a pod is made to fail by its status. `fact`: told once, with no recovery. */
export type PatchedKind = 'CrashLoopBackOff' | 'OOMKilled' | 'ImagePull';

/** A workload whose pods no kubelet runs: a bare pod, or a Deployment of two. */
export interface PatchedWorkload {
  readonly name: string;
  readonly namespace: string;
  /** Mends it: healthy statuses; after a crash loop new pods, because an old one must be up for 2 min to count as well. */
  heal(): Promise<void>;
  /** Writes failing statuses on all its pods; resolves when the API server has taken the first. */
  fail(kind: PatchedKind): Promise<void>;
}

const image = 'registry.invalid/shop/app:1';
const podSpec = {
  schedulerName: 'nobody',
  terminationGracePeriodSeconds: 0,
  containers: [{ name: 'app', image }],
};
/** Characters of two to four bytes, for streams that are cut anywhere. */
export const manyBytes = 'Größe 日本語 🚀 Ошибка';

/** Makes workloads with healthy pods; every third is a Deployment (where there are controllers). */
export async function createPatchedWorkloads(
  kube: Kube,
  namespace: string,
  names: readonly string[],
  controllers: boolean,
): Promise<PatchedWorkload[]> {
  return Promise.all(
    names.map((name, index) =>
      controllers && index % 3 === 2 ? createDeployment(kube, namespace, name) : createPod(kube, namespace, name),
    ),
  );
}

async function createPod(kube: Kube, namespace: string, name: string): Promise<PatchedWorkload> {
  const create = async (): Promise<string[]> => {
    await kube.apply({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: podSpec });
    return [name];
  };
  return patched(kube, namespace, name, create);
}

async function createDeployment(kube: Kube, namespace: string, name: string): Promise<PatchedWorkload> {
  const labels = { app: name };
  const create = async (replaced: readonly string[]): Promise<string[]> => {
    await kube.apply({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec } },
    });
    return waitFor(`the pods of ${name}`, async () => {
      const found = await kube.list('v1', 'Pod', namespace, `labelSelector=app%3D${name}`);
      const names = found.map((pod) => pod.metadata.name).filter((pod) => !replaced.includes(pod));
      return names.length === 2 && names;
    });
  };
  return patched(kube, namespace, name, create);
}

async function patched(
  kube: Kube,
  namespace: string,
  name: string,
  create: (replaced: readonly string[]) => Promise<string[]>,
): Promise<PatchedWorkload> {
  let pods = await create([]);
  let restarts = 0;
  let crashed = false;
  const patchAll = async (status: () => object): Promise<void> => {
    await Promise.all(pods.map((pod) => kube.patchStatus(ref.pod(namespace, pod), status())));
  };
  await patchAll(() => healthyStatus(restarts));
  return {
    name,
    namespace,
    heal: async () => {
      if (crashed) {
        await Promise.all(pods.map((pod) => kube.remove(ref.pod(namespace, pod), 0)));
        if (pods[0] !== name) pods = await create(pods);
        else return;
        restarts = 0;
      }
      await patchAll(() => healthyStatus(restarts));
    },
    fail: (kind) => {
      crashed = kind === 'CrashLoopBackOff';
      restarts += kind === 'OOMKilled' ? 1 : crashed ? 4 : 0;
      return patchAll(() => failingStatus(kind, restarts));
    },
  };
}

const seconds = (): string => new Date().toISOString().replace(/\.\d+Z/u, 'Z');

function status(ready: boolean, container: object): object {
  const now = seconds();
  const condition = (type: string, isTrue: boolean): object => ({
    type,
    status: isTrue ? 'True' : 'False',
    lastTransitionTime: now,
  });
  return {
    phase: 'Running',
    startTime: now,
    conditions: [condition('Initialized', true), condition('ContainersReady', ready), condition('Ready', ready)],
    containerStatuses: [{ name: 'app', image, imageID: '', ready, started: ready, ...container }],
  };
}

function healthyStatus(restartCount: number): object {
  return status(true, { restartCount, state: { running: { startedAt: seconds() } }, lastState: {} });
}

function failingStatus(kind: PatchedKind, restartCount: number): object {
  const now = seconds();
  const containerID = `containerd://${Math.random().toString(16).slice(2)}`;
  switch (kind) {
    case 'CrashLoopBackOff':
      return status(false, {
        restartCount,
        state: { waiting: { reason: 'CrashLoopBackOff', message: `back-off 40s restarting ${manyBytes}` } },
        lastState: { terminated: { exitCode: 1, reason: 'Error', startedAt: now, finishedAt: now, containerID } },
      });
    case 'OOMKilled':
      return status(true, {
        restartCount,
        state: { running: { startedAt: now } },
        lastState: {
          terminated: {
            exitCode: 137,
            reason: 'OOMKilled',
            message: manyBytes,
            startedAt: now,
            finishedAt: now,
            containerID,
          },
        },
      });
    case 'ImagePull':
      return {
        ...status(false, {
          restartCount,
          state: { waiting: { reason: 'ErrImagePull', message: `rpc error: not found ${manyBytes}` } },
          lastState: {},
        }),
      };
  }
}
