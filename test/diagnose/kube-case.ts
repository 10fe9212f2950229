import { diagnose } from '../../src/diagnose/engine.ts';
import type { CaseFile, ContainerLog } from '../../src/model/case-file.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { FailureKind } from '../../src/model/failure.ts';
import type {
  KubeContainer,
  KubeContainerStatus,
  KubeEvent,
  KubeObject,
  KubePod,
  KubePodSpec,
  KubePodStatus,
  KubeWorkload,
} from '../../src/model/kube-objects.ts';
import { applyLogSharing } from '../../src/model/log-quote.ts';

/** An event of the pod, or of another object. */
export interface EventOf {
  readonly reason: string;
  readonly message: string;
  readonly kind?: string;
  readonly name?: string;
  readonly container?: string;
}

/** What a test says of its case; everything else is a plain Deployment `shop` with one container `web`. */
export interface KubeCase {
  readonly kind: FailureKind;
  /** Default: the reason of `waiting`, else the kind. */
  readonly reason?: string;
  readonly sinceMs?: number;
  readonly workload?: string;
  readonly container?: KubeContainer;
  readonly spec?: KubePodSpec;
  readonly waiting?: { readonly reason: string; readonly message: string };
  readonly state?: KubeContainerStatus;
  readonly podStatus?: KubePodStatus;
  readonly events?: readonly EventOf[];
  readonly cluster?: readonly KubeObject[];
  readonly neighbours?: readonly KubePod[];
  readonly owners?: readonly KubeWorkload[];
  readonly ownerSpec?: KubeWorkload['spec'];
  readonly ownerStatus?: KubeWorkload['status'];
  readonly log?: string;
  readonly message?: string;
  readonly noPod?: boolean;
  /** False: scheduled nowhere. */
  readonly node?: string | false;
}

export const nowMs = Date.parse('2026-01-01T12:00:00Z');
const namespace = 'test';

/** A case as an investigation would hand it over. */
export function kubeCase(given: KubeCase): CaseFile {
  const kind = given.workload ?? 'Deployment';
  const container: KubeContainer = { name: 'web', image: 'registry.example/shop:1', ...given.container };
  const node = given.node ?? 'node-1';
  const templateSpec: KubePodSpec = { containers: [container], ...given.spec };
  const spec: KubePodSpec = { ...templateSpec, ...(node !== false && { nodeName: node }) };
  const name = kind === 'Pod' ? 'shop' : 'shop-1';
  const labels = { app: 'shop' };
  const containerStatus: KubeContainerStatus = {
    name: container.name ?? 'web',
    ready: false,
    restartCount: 0,
    ...(given.waiting && { state: { waiting: given.waiting } }),
    ...given.state,
  };
  const inits = (spec.initContainers ?? []).some((one) => one.name === containerStatus.name);
  const pod: KubePod = {
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      uid: 'u1',
      labels,
      ...(kind !== 'Pod' && {
        ownerReferences: [{ kind: kind === 'Deployment' ? 'ReplicaSet' : kind, name: 'shop', controller: true }],
      }),
    },
    spec,
    status: {
      phase: 'Pending',
      ...(node !== false && { [inits ? 'initContainerStatuses' : 'containerStatuses']: [containerStatus] }),
      ...given.podStatus,
    },
  };
  const template = { metadata: { labels }, spec: templateSpec };
  const owner: KubeWorkload = {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'shop', namespace, uid: 'o1' },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      ...(kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template }),
      ...given.ownerSpec,
    },
    status: given.ownerStatus ?? {},
  };
  const subjectName = given.noPod === true ? 'shop' : name;
  const waitingMessage = given.message ?? given.waiting?.message;
  const logs: ContainerLog[] =
    given.log === undefined
      ? []
      : [
          {
            pod: name,
            container: containerStatus.name ?? 'web',
            instance: 'current',
            text: given.log,
            truncated: false,
          },
        ];
  return {
    nowMs,
    workload: { kind, name: 'shop', namespace },
    failures: [
      {
        kind: given.kind,
        subject: { kind: given.noPod === true ? kind : 'Pod', name: subjectName, namespace },
        ...(given.noPod !== true && { pod: { namespace, name, uid: 'u1' } }),
        ...((given.waiting ?? given.reason) !== undefined && { container: containerStatus.name ?? 'web' }),
        sinceMs: given.sinceMs ?? nowMs - 300_000,
        reason: given.reason ?? given.waiting?.reason ?? given.kind,
        ...(waitingMessage !== undefined && { message: waitingMessage }),
        restartCount: containerStatus.restartCount ?? 0,
        fact: false,
      },
    ],
    ...(given.noPod !== true && { pod }),
    pods: given.noPod === true ? [] : [pod],
    neighbours: given.neighbours ?? [],
    events: (given.events ?? []).map((event, index) =>
      toEvent(event, index, subjectName, given.noPod === true ? kind : 'Pod'),
    ),
    logs,
    owners: kind === 'Pod' ? [] : [owner, ...(given.owners ?? [])],
    cluster: given.cluster ?? [],
    gaps: [],
  };
}

function toEvent(event: EventOf, index: number, name: string, kind: string): KubeEvent {
  return {
    type: 'Warning',
    reason: event.reason,
    message: event.message,
    lastTimestamp: new Date(nowMs - 60_000 + index * 1000).toISOString(),
    involvedObject: {
      kind: event.kind ?? kind,
      name: event.name ?? name,
      ...(event.container !== undefined && { fieldPath: `spec.containers{${event.container}}` }),
    },
  };
}

/** What the rules say, as people read it where logs are shared. */
export function explain(given: KubeCase): Diagnosis & { readonly text: string; readonly commands: readonly string[] } {
  const diagnosis = diagnose(kubeCase(given));
  return {
    ...diagnosis,
    text: applyLogSharing(diagnosis.rootCause, 'full'),
    commands: diagnosis.fixes.flatMap((fix) => (fix.verified && fix.command !== undefined ? [fix.command] : [])),
  };
}

/** A node with two cores, 8 GiB and 110 pods. */
export function node(
  name: string,
  more: Partial<KubeObject> & { readonly labels?: Readonly<Record<string, string>> } = {},
): KubeObject {
  const { labels, ...rest } = more;
  return {
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels } },
    spec: {},
    status: {
      allocatable: { cpu: '2', memory: '8Gi', pods: '110' },
      nodeInfo: { operatingSystem: 'linux', architecture: 'amd64' },
      conditions: [{ type: 'Ready', status: 'True' }],
    },
    ...rest,
  };
}
