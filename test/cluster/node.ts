import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ToolName } from './build.ts';
import type { ControlPlane } from './control-plane.ts';
import { httpCall } from './http-call.ts';
import { importBaseImages, pauseImage } from './images.ts';
import { nodeAddress } from './namespace.ts';
import { isAlive, logTail, startProcess } from './processes.ts';
import { cgroupControllers, cgroupPath } from './cgroups.ts';
import { runCommand } from './run-command.ts';
import { waitFor } from './wait.ts';

export const nodeName = 'podmedic-node';

export interface NodeFacts {
  readonly nodeName: string;
  readonly containerdSocket: string;
}

/** Starts containerd and imports the base images; needs no control plane, so it can start beside it. */
export async function startContainerd(folder: string, clusterName: string, pauseFile: string): Promise<string> {
  const nodeFolder = join(folder, 'node');
  const socket = join(nodeFolder, 'containerd.sock');
  mkdirSync(join(nodeFolder, 'cni'), { recursive: true });
  writeFileSync(join(nodeFolder, 'containerd.toml'), containerdConfig(nodeFolder, socket));
  writeFileSync(join(nodeFolder, 'cni', '10-bridge.conflist'), JSON.stringify(cniConfig(nodeFolder, clusterName)));
  const record = startProcess(folder, 'containerd', ['containerd', '--config', join(nodeFolder, 'containerd.toml')]);
  const look = async (): Promise<boolean> => {
    if (!isAlive(record)) return true; // looked at below
    await runCommand(['ctr', '--address', socket, 'version']);
    return true;
  };
  await waitFor('containerd serves', look, { timeoutMs: 30_000, intervalMs: 100, explain: () => logTail(record) });
  if (!isAlive(record)) throw new Error(`containerd ended:\n${logTail(record)}`);
  await importBaseImages(socket, nodeFolder, pauseFile);
  return socket;
}

/** Starts kubelet and kube-proxy and returns when the node is ready for pods. */
export async function startKubelet(
  plane: ControlPlane,
  clusterName: string,
  containerdSocket: string,
  tools: Readonly<Record<ToolName, string>>,
): Promise<NodeFacts> {
  const nodeFolder = join(plane.folder, 'node');
  for (const controller of cgroupControllers()) mkdirSync(cgroupPath(controller, clusterName), { recursive: true });
  const kubeletFile = join(nodeFolder, 'kubelet.json');
  const proxyFile = join(nodeFolder, 'kube-proxy.json');
  writeFileSync(kubeletFile, JSON.stringify(kubeletConfig(nodeFolder, clusterName, containerdSocket), null, 2));
  writeFileSync(proxyFile, JSON.stringify(kubeProxyConfig(plane), null, 2));
  const kubelet = startProcess(plane.folder, 'kubelet', [
    tools.kubelet,
    `--config=${kubeletFile}`,
    `--kubeconfig=${plane.kubeconfig}`,
    `--root-dir=${join(nodeFolder, 'kubelet')}`,
    `--cert-dir=${join(nodeFolder, 'kubelet-certificates')}`,
    `--hostname-override=${nodeName}`,
    `--node-ip=${nodeAddress}`,
  ]);
  startProcess(plane.folder, 'kube-proxy', [
    tools['kube-proxy'],
    `--config=${proxyFile}`,
    `--hostname-override=${nodeName}`,
  ]);
  await nodeReady(plane, () => `\n${logTail(kubelet)}`);
  return { nodeName, containerdSocket };
}

async function nodeReady(plane: ControlPlane, explain: () => string): Promise<void> {
  const url = `${plane.apiServerUrl}/api/v1/nodes/${nodeName}`;
  const call = { url, token: plane.adminToken, caPem: readFileSync(plane.caFile, 'utf8') };
  const look = async (): Promise<boolean> => {
    const answer = await httpCall(call);
    if (answer.status !== 200) return false;
    const node = JSON.parse(answer.body) as {
      spec: { taints?: unknown[] };
      status: { conditions?: { type: string; status: string }[] };
    };
    const ready = node.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True');
    return ready === true && (node.spec.taints ?? []).length === 0;
  };
  await waitFor('node ready', look, { timeoutMs: 60_000, intervalMs: 100, explain });
}

function containerdConfig(nodeFolder: string, socket: string): string {
  const path = (name: string): string => JSON.stringify(join(nodeFolder, name));
  return `version = 2
root = ${path('containerd-root')}
state = ${path('containerd-state')}
[grpc]
  address = ${JSON.stringify(socket)}
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = ${JSON.stringify(pauseImage)}
  # Without CAP_SYS_RESOURCE nothing may lower its OOM score, and every sandbox would fail.
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${path('cni')}
`;
}

function cniConfig(nodeFolder: string, clusterName: string): object {
  return {
    cniVersion: '0.4.0',
    name: `podmedic-${clusterName}`,
    plugins: [
      {
        type: 'bridge',
        bridge: 'podmedic0',
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(nodeFolder, 'cni-addresses'),
          ranges: [[{ subnet: '10.98.0.0/16' }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  };
}

function kubeletConfig(nodeFolder: string, clusterName: string, containerdSocket: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroupPath('', clusterName).split('/').pop() ?? ''}`,
    failCgroupV1: false,
    failSwapOn: false,
    evictionHard: {},
    enforceNodeAllocatable: [],
    imageGCHighThresholdPercent: 100, // else a full disk costs us the pause image
    resolvConf: '',
    // Nobody answers there; without it the kubelet warns at every pod.
    clusterDNS: ['10.96.0.10'],
    clusterDomain: 'cluster.local',
    podLogsDir: join(nodeFolder, 'pod-logs'),
    serializeImagePulls: false,
    registryPullQPS: 0,
    eventRecordQPS: 50,
    oomScoreAdj: 0,
    healthzPort: 10248,
  };
}

function kubeProxyConfig(plane: ControlPlane): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: plane.kubeconfig },
    clusterCIDR: '10.98.0.0/16',
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    conntrack: { maxPerCore: 0 },
    // Pods share one bridge: without it the answer of a Service's pod to another pod would come from the wrong address.
    iptables: { masqueradeAll: true },
    oomScoreAdj: 0,
  };
}
