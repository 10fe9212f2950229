import type { ClusterState } from '../cluster.ts';
import type { KubeObject } from '../kube.ts';
import { createWorkloads, idle } from '../workloads.ts';

/** What the cases are built with. */
export type Builders = ReturnType<typeof buildersFor>;

/** Builders of workloads whose pods carry the label `app` with the workload's name. */
export function buildersFor(cluster: ClusterState, namespace: string) {
  const { container, deployment } = createWorkloads(cluster, namespace);
  const workload = (
    kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
    name: string,
    podSpec: object,
    replicas = 1,
  ): KubeObject => {
    const made = deployment(name, podSpec, { replicas });
    const { replicas: count, ...spec } = made.spec as Readonly<Record<string, unknown>>;
    if (kind === 'DaemonSet') return { ...made, kind, spec };
    return { ...made, kind, spec: { ...spec, replicas: count, ...(kind === 'StatefulSet' && { serviceName: name }) } };
  };
  /** A CronJob that runs each minute, one attempt each. */
  const cronJob = (name: string, podSpec: object): KubeObject => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name, namespace },
    spec: {
      schedule: '* * * * *',
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          template: { metadata: { labels: { app: name } }, spec: { restartPolicy: 'Never', ...podSpec } },
        },
      },
    },
  });
  const webServer = (port: number): string =>
    `mkdir -p /tmp/www; echo fine > /tmp/www/health; echo "listening on 0.0.0.0:${port}"; exec httpd -f -v -p ${port} -h /tmp/www`;
  return {
    namespace,
    nodeName: cluster.nodeName ?? '',
    /** A folder of the node that goes with the cluster. */
    nodeFolder: cluster.folder,
    image: cluster.busyboxImage ?? '',
    registry: cluster.registry ?? '',
    container,
    workload,
    cronJob,
    idle,
    /** A script that says on which port it listens and answers /health. */
    webServer,
    inNamespace: (other: string) => buildersFor(cluster, other),
  };
}
