import type { ClusterState } from './cluster.ts';
import type { KubeObject } from './kube.ts';

/** Builds what suites deploy: busybox containers that run a script. */
export function createWorkloads(cluster: Pick<ClusterState, 'busyboxImage'>, namespace: string) {
  const container = (name: string, script: string, more: object = {}): object => ({
    name,
    image: cluster.busyboxImage,
    command: ['sh', '-c', script],
    ...more,
  });
  const deployment = (
    name: string,
    podSpec: object,
    options: { readonly replicas?: number; readonly namespace?: string; readonly annotations?: object } = {},
  ): KubeObject => {
    const labels = { app: name };
    const { annotations } = options;
    return {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: {
        name,
        namespace: options.namespace ?? namespace,
        ...(annotations === undefined ? {} : { annotations }),
      },
      spec: {
        replicas: options.replicas ?? 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 1, ...podSpec } },
      },
    };
  };
  return { container, deployment };
}

/** A script that idles and ends at once when asked to. */
export const idle = 'trap "exit 0" TERM; while :; do sleep 1; done';
/** A script that idles and does not hear SIGTERM, so that only SIGKILL ends it. */
export const deaf = 'trap "" TERM; while :; do sleep 1; done';
