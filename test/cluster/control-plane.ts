import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { controlPlaneTools, ensureTools } from './build.ts';
import { findFreePorts } from './free-ports.ts';
import { httpCall } from './http-call.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { isInsideNamespace, nodeAddress } from './namespace.ts';
import {
  findProcess,
  isAlive,
  logTail,
  startAgain,
  startProcess,
  stopProcess,
  type ProcessRecord,
} from './processes.ts';
import { waitFor } from './wait.ts';

export interface ControlPlaneOptions {
  /** Folder for data, certificates, logs and pids; made when it is missing. */
  readonly folder: string;
  /** Such as `{ WatchList: false }`, for the API server. */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /** The API server's `--etcd-compaction-interval`, such as `10s` (its default is 5m). */
  readonly etcdCompactionInterval?: string;
  /** Off: pods need no ServiceAccount and get no token (default on). */
  readonly serviceAccountAdmission?: boolean;
  /** Off: neither controller-manager nor scheduler (default on). */
  readonly controllers?: boolean;
  /** More arguments for the API server. */
  readonly apiServerArguments?: readonly string[];
  /** Called when etcd serves, before the API server starts: the moment to write straight into the store. */
  readonly beforeApiServer?: (etcdUrl: string) => Promise<void>;
}

/** Facts about a running control plane; plain data, so that it can be kept in a file. */
export interface ControlPlane {
  readonly folder: string;
  readonly apiServerUrl: string;
  readonly apiServerPort: number;
  readonly etcdUrl: string;
  /** Token of a user in system:masters. */
  readonly adminToken: string;
  /** Kubeconfig file of that user. */
  readonly kubeconfig: string;
  /** PEM file that the API server's certificate can be checked with (names: localhost, the address in apiServerUrl). */
  readonly caFile: string;
  readonly controllers: boolean;
}

/**
 * Starts etcd and kube-apiserver (RBAC on), controller-manager and scheduler in the network namespace
 * of this process and returns when they serve. In a namespace of ours they listen on all its addresses,
 * elsewhere on 127.0.0.1 only.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { folder } = options;
  mkdirSync(folder, { recursive: true });
  const tools = await ensureTools(controlPlaneTools, (line) => console.error(line));
  const [etcdPort = 0, peerPort = 0, apiServerPort = 0] = await findFreePorts(3);
  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  const host = isInsideNamespace() ? nodeAddress : '127.0.0.1';
  const plane: ControlPlane = {
    folder,
    apiServerUrl: `https://${host}:${apiServerPort}`,
    apiServerPort,
    etcdUrl,
    adminToken: randomBytes(16).toString('hex'),
    kubeconfig: join(folder, 'admin.kubeconfig'),
    caFile: join(folder, 'certificates', 'apiserver.crt'),
    controllers: options.controllers ?? true,
  };
  writeCredentials(plane);

  const etcd = startProcess(folder, 'etcd', etcdCommand(tools.etcd, plane, peerPort));
  await etcdServes(plane, etcd);
  await options.beforeApiServer?.(etcdUrl);

  startProcess(folder, 'kube-apiserver', apiServerCommand(tools['kube-apiserver'], plane, options));
  await apiServerReady(plane);
  writeKubeconfig(plane.kubeconfig, {
    server: plane.apiServerUrl,
    caPem: readFileSync(plane.caFile, 'utf8'),
    token: plane.adminToken,
  });
  if (plane.controllers) {
    startProcess(folder, 'kube-controller-manager', controllerManagerCommand(tools['kube-controller-manager'], plane));
    startProcess(folder, 'kube-scheduler', schedulerCommand(tools['kube-scheduler'], plane));
    await defaultServiceAccountExists(plane);
  }
  return plane;
}

/** Ends the processes at once; the folder stays. */
export async function stopControlPlane(plane: ControlPlane): Promise<void> {
  const names = ['kube-apiserver', 'etcd', ...(plane.controllers ? ['kube-scheduler', 'kube-controller-manager'] : [])];
  await Promise.all(names.map((name) => stopProcess(plane.folder, name, 'SIGKILL')));
}

/** Ends the API server (SIGKILL: without a goodbye; SIGTERM: cleanly, takes seconds). */
export async function stopApiServer(plane: ControlPlane, signal: 'SIGKILL' | 'SIGTERM' = 'SIGKILL'): Promise<void> {
  await stopProcess(plane.folder, 'kube-apiserver', signal, 60_000);
}

/** Starts the API server again on its port and returns when it is ready. */
export async function startApiServerAgain(plane: ControlPlane): Promise<void> {
  startAgain(plane.folder, 'kube-apiserver');
  await apiServerReady(plane);
}

/** Waits until the API server says that it is ready; warming up with 100,000 pods takes a minute. */
export async function apiServerReady(plane: ControlPlane, timeoutMs = 180_000): Promise<void> {
  const record = findProcess(plane.folder, 'kube-apiserver');
  const look = async (): Promise<boolean> => {
    if (!isAlive(record)) return true; // looked at below
    const caPem = readFileSync(plane.caFile, 'utf8');
    const answer = await httpCall({ url: `${plane.apiServerUrl}/readyz`, token: plane.adminToken, caPem });
    return answer.status === 200;
  };
  await waitFor('API server ready', look, { timeoutMs, intervalMs: 100, explain: () => `\n${logTail(record)}` });
  if (!isAlive(record)) throw new Error(`kube-apiserver ended:\n${logTail(record)}`);
}

function writeCredentials(plane: ControlPlane): void {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const write = (file: string, text: string | Buffer): void => {
    writeFileSync(join(plane.folder, file), text, { mode: 0o600 });
  };
  write('service-account.key', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  write('service-account.pub', publicKey.export({ type: 'spki', format: 'pem' }));
  write('tokens.csv', `${plane.adminToken},admin,admin,"system:masters"\n`);
}

/** Our etcd must own its port before the API server starts: two clusters in one store spoil both. */
async function etcdServes(plane: ControlPlane, record: ProcessRecord): Promise<void> {
  const look = async (): Promise<boolean> => {
    if (!isAlive(record)) return true; // looked at below
    const answer = await httpCall({ url: `${plane.etcdUrl}/v3/cluster/member/list`, method: 'POST', body: '{}' });
    const list = JSON.parse(answer.body) as { members?: { name?: string }[] };
    const names = list.members?.map(({ name }) => name) ?? [];
    if (names.some((name) => name !== undefined && name !== etcdName(plane))) {
      throw new Error(`another etcd answers at ${plane.etcdUrl}`);
    }
    return names.includes(etcdName(plane)) && (await httpCall({ url: `${plane.etcdUrl}/health` })).status === 200;
  };
  await waitFor('etcd serves', look, { timeoutMs: 30_000, intervalMs: 50, explain: () => `\n${logTail(record)}` });
  if (!isAlive(record)) throw new Error(`etcd ended:\n${logTail(record)}`);
}

/** The controllers make it; without it no pod is admitted. */
async function defaultServiceAccountExists(plane: ControlPlane): Promise<void> {
  const url = `${plane.apiServerUrl}/api/v1/namespaces/default/serviceaccounts/default`;
  const call = { url, token: plane.adminToken, caPem: readFileSync(plane.caFile, 'utf8') };
  const explain = (): string => `\n${logTail(findProcess(plane.folder, 'kube-controller-manager'))}`;
  const look = async (): Promise<boolean> => (await httpCall(call)).status === 200;
  await waitFor('ServiceAccount default', look, { timeoutMs: 60_000, intervalMs: 50, explain });
}

function etcdName(plane: ControlPlane): string {
  return `etcd-${plane.adminToken.slice(0, 8)}`;
}

function etcdCommand(tool: string, plane: ControlPlane, peerPort: number): string[] {
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  return [
    tool,
    `--name=${etcdName(plane)}`,
    `--data-dir=${join(plane.folder, 'etcd')}`,
    `--listen-client-urls=${plane.etcdUrl}`,
    `--advertise-client-urls=${plane.etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=${etcdName(plane)}=${peerUrl}`,
    '--unsafe-no-fsync',
    '--quota-backend-bytes=8589934592', // room for 100,000 pods; the default is 2 GiB
    '--log-level=warn',
  ];
}

function apiServerCommand(tool: string, plane: ControlPlane, options: ControlPlaneOptions): string[] {
  const { featureGates = {}, etcdCompactionInterval, serviceAccountAdmission = true } = options;
  const gates = Object.entries(featureGates).map(([name, on]) => `${name}=${String(on)}`);
  return [
    tool,
    `--etcd-servers=${plane.etcdUrl}`,
    `--bind-address=${isInsideNamespace() ? '0.0.0.0' : '127.0.0.1'}`,
    `--advertise-address=${nodeAddress}`,
    `--secure-port=${plane.apiServerPort}`,
    `--cert-dir=${join(plane.folder, 'certificates')}`,
    '--service-cluster-ip-range=10.96.0.0/16',
    '--authorization-mode=Node,RBAC',
    `--token-auth-file=${join(plane.folder, 'tokens.csv')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${join(plane.folder, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(plane.folder, 'service-account.key')}`,
    '--allow-privileged',
    '--kubelet-preferred-address-types=InternalIP', // the node's name is in no DNS
    ...(serviceAccountAdmission ? [] : ['--disable-admission-plugins=ServiceAccount']),
    ...(etcdCompactionInterval === undefined ? [] : [`--etcd-compaction-interval=${etcdCompactionInterval}`]),
    ...(gates.length === 0 ? [] : [`--feature-gates=${gates.join(',')}`]),
    ...(options.apiServerArguments ?? []),
  ];
}

function controllerManagerCommand(tool: string, plane: ControlPlane): string[] {
  return [
    tool,
    `--kubeconfig=${plane.kubeconfig}`,
    `--service-account-private-key-file=${join(plane.folder, 'service-account.key')}`,
    `--root-ca-file=${plane.caFile}`,
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=200',
    '--kube-api-burst=400',
  ];
}

function schedulerCommand(tool: string, plane: ControlPlane): string[] {
  return [tool, `--kubeconfig=${plane.kubeconfig}`, '--leader-elect=false', '--secure-port=0'];
}
