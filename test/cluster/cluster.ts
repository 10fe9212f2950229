import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureTools, controlPlaneTools, nodeTools } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { createNamespace, enterCommand } from './namespace.ts';
import { ensurePackages, nodePackages } from './packages.ts';
import { clusterFolder, harnessFolder } from './paths.ts';
import { recordSelf } from './processes.ts';
import { runCommand } from './run-command.ts';
import { removeCluster, removeStaleClusters } from './remove-cluster.ts';

export interface ClusterOptions {
  /** Part of the folder's, namespace's and cgroup's name; default: random. */
  readonly name?: string;
  /** With a kubelet, so that pods really run (default true; false is up in 4 s). */
  readonly node?: boolean;
  readonly featureGates?: Readonly<Record<string, boolean>>;
  readonly etcdCompactionInterval?: string;
  readonly serviceAccountAdmission?: boolean;
  readonly apiServerArguments?: readonly string[];
  /** The cluster is stale, and is removed by the next start, when this process is gone (default false). */
  readonly boundToThisProcess?: boolean;
  readonly log?: (line: string) => void;
}

/** Facts about a running cluster, as kept in `<folder>/state.json`. */
export interface ClusterState extends ControlPlane {
  readonly name: string;
  /** Name of the network namespace. */
  readonly namespace: string;
  /** Address of the node: what listens there is reachable from pods. */
  readonly nodeAddress: string;
  /** Undefined in a cluster without a node, like the three below. */
  readonly nodeName?: string;
  readonly containerdSocket?: string;
  /** Image names under `<registry>/<failure>/…` cannot be pulled: see registry.ts. */
  readonly registry?: string;
  /** Image that test pods can use. */
  readonly busyboxImage?: string;
  readonly tools: Readonly<Record<string, string>>;
}

/**
 * Builds and installs what is missing, makes a network namespace and starts a cluster in it. Needs root.
 * Talk to it from inside only: `enterCommand(state.namespace, […])`. Throws when a part does not start;
 * nothing is left behind then.
 */
export async function startCluster(options: ClusterOptions = {}): Promise<ClusterState> {
  const { name = randomBytes(3).toString('hex'), node = true, log = () => undefined } = options;
  if (!/^[a-z0-9-]{1,20}$/.test(name)) throw new Error(`cluster name ${name}: at most 20 of a-z, 0-9 and -`);
  if (process.getuid?.() !== 0) throw new Error('The test cluster needs root (network namespaces, containers)');
  await removeStaleClusters(log);
  const folder = clusterFolder(name);
  if (existsSync(folder)) throw new Error(`cluster ${name} runs already (${folder})`);
  await ensurePackages(node ? nodePackages : { iproute2: nodePackages.iproute2 }, log);
  await ensureTools(node ? nodeTools : controlPlaneTools, log);

  mkdirSync(folder, { mode: 0o711 });
  recordSelf(folder, options.boundToThisProcess === true ? 'owner' : 'starter');
  writeFileSync(join(folder, 'options.json'), JSON.stringify({ ...options, name, node }));
  try {
    await createNamespace(namespaceOf(name));
    const inside = [process.execPath, join(harnessFolder, 'start-inside.ts'), folder];
    await runCommand(enterCommand(namespaceOf(name), inside));
  } catch (error) {
    await removeCluster(name, log);
    throw error;
  }
  return readClusterState(folder);
}

/** Stops a cluster and removes all that it left on the machine. */
export async function stopCluster(state: Pick<ClusterState, 'name'>): Promise<void> {
  await removeCluster(state.name, () => undefined);
}

/** Facts about the cluster that keeps its data in the folder, once it is up. */
export function readClusterState(folder: string): ClusterState {
  return JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8')) as ClusterState;
}

/** The cluster that this process is meant to use: the file is named by `PODMEDIC_CLUSTER_STATE`. */
export function currentCluster(): ClusterState {
  const file = process.env.PODMEDIC_CLUSTER_STATE;
  if (file === undefined) throw new Error('PODMEDIC_CLUSTER_STATE is not set: run this by npm run test:cluster');
  return JSON.parse(readFileSync(file, 'utf8')) as ClusterState;
}

/** Environment for a command that uses the cluster. */
export function clusterEnvironment(state: ClusterState): Record<string, string> {
  return {
    PODMEDIC_CLUSTER_STATE: join(state.folder, 'state.json'),
    KUBECONFIG: state.kubeconfig,
    PATH: `${join(state.folder, 'bin')}:${process.env.PATH ?? ''}`,
  };
}

/** Name of a cluster's network namespace. */
export function namespaceOf(name: string): string {
  return `podmedic-${name}`;
}
