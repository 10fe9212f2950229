import type { ClusterState } from '../cluster/cluster.ts';
import type { Kube, KubeObject } from '../cluster/kube.ts';
import { ref } from '../cluster/kube.ts';
import type { Lab } from './lab.ts';

/** Failures that a kubelet makes, and that stand until `finish` deletes what fails. */
export interface RealFailures {
  /** Deletes the workloads, waits until that is told, and complains of what went wrong about them. */
  finish(): Promise<readonly string[]>;
}

/** The back-off of the kubelet: three restarts take some 40 s, and the node shares the machine with everything else. */
const crashLoopMs = 120_000;
const otherMs = 60_000;

/** Makes a crash loop, an image that cannot be pulled, and a missing ConfigMap. */
export async function breakReally(
  kube: Kube,
  cluster: ClusterState,
  lab: Lab,
  namespace: string,
): Promise<RealFailures> {
  await kube.createNamespace(namespace);
  const image = cluster.busyboxImage ?? '';
  const wanted: readonly (readonly [name: string, kind: string, waitMs: number, container: object])[] = [
    ['real-crash', 'CrashLoopBackOff', crashLoopMs, { image, command: ['sh', '-c', 'echo "fatal: no" >&2; exit 3'] }],
    ['real-image', 'ImagePull', otherMs, { image: `${cluster.registry ?? ''}/404/app:1` }],
    ['real-config', 'ConfigError', otherMs, { image, envFrom: [{ configMapRef: { name: 'absent' } }] }],
  ];
  for (const [name, kind, waitMs, container] of wanted) {
    await kube.apply(deployment(namespace, name, container));
    lab.note({ name, kind, madeAtMs: Date.now(), waitMs, fact: false });
  }
  return {
    finish: async () => {
      const names = wanted.map(([name]) => name);
      for (const name of names) {
        const failure = lab.failures.find((one) => one.name === name);
        if (failure !== undefined) failure.healedAtMs = Date.now();
        await kube.remove(ref.deployment(namespace, name), 0);
      }
      await lab.settled();
      const { missed, duplicates, falseResolved, unresolved } = lab.verdict();
      const about = [...missed, ...duplicates, ...falseResolved, ...unresolved];
      return about.filter((text) => names.some((name) => text.startsWith(name)));
    },
  };
}

function deployment(namespace: string, name: string, container: object): KubeObject {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'app', imagePullPolicy: 'IfNotPresent', ...container }],
        },
      },
    },
  };
}
