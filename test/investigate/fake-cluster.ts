import { createBundleReader } from '../../src/investigate/bundle-reader.ts';
import type { ClusterReader, LogRequest, LogText, Reading } from '../../src/investigate/cluster-reader.ts';
import type { Failure } from '../../src/model/failure.ts';
import type {
  KubeContainerStatus,
  KubeEvent,
  KubeObject,
  KubePod,
  KubeWorkload,
} from '../../src/model/kube-objects.ts';

export const nowMs = Date.parse('2026-11-20T12:00:00Z');
export const ago = (seconds: number): string => new Date(nowMs - seconds * 1000).toISOString();

/** A cluster in memory, which counts what it was asked. */
export interface FakeCluster {
  readonly reader: ClusterReader;
  /** `get Node n1`, `log api-1/app previous`, `list Service` … in the order they came. */
  readonly asked: string[];
  /** Logs by `POD/CONTAINER` or `POD/CONTAINER previous`. */
  readonly logs: Map<string, string>;
}

export function fakeCluster(
  objects: {
    readonly pods?: readonly KubePod[];
    readonly events?: readonly KubeEvent[];
    readonly others?: readonly KubeObject[];
  },
  logs: Readonly<Record<string, string>> = {},
): FakeCluster {
  const asked: string[] = [];
  const { pods = [], events = [], others = [] } = objects;
  const inner = createBundleReader('/nowhere', { pods, events, others });
  const texts = new Map(Object.entries(logs));
  const nameOf = ({ pod, container, previous }: LogRequest): string =>
    `${pod}/${container}${previous ? ' previous' : ''}`;
  return {
    asked,
    logs: texts,
    reader: {
      getPod: (namespace, name) => {
        asked.push(`get Pod ${name}`);
        return inner.getPod(namespace, name);
      },
      listPods: (namespace, query) => {
        asked.push(`list Pod ${query.selector ?? '*'}`);
        return inner.listPods(namespace, query);
      },
      eventsOf: (object, limit) => {
        asked.push(`events ${object.kind} ${object.name}`);
        return inner.eventsOf(object, limit);
      },
      get: (object) => {
        asked.push(`get ${object.kind} ${object.name}`);
        return inner.get(object);
      },
      list: (query) => {
        asked.push(`list ${query.kind}`);
        return inner.list(query);
      },
      log: (request): Promise<Reading<LogText>> => {
        asked.push(`log ${nameOf(request)}`);
        const text = texts.get(nameOf(request));
        return Promise.resolve(
          text === undefined ? { gap: 'not found', reason: 'not-found' } : { ok: { text, truncated: false } },
        );
      },
    },
  };
}

export const crashed = (name: string, restartCount = 4): KubeContainerStatus => ({
  name,
  ready: false,
  restartCount,
  state: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(20) } },
  lastState: { terminated: { exitCode: 1, reason: 'Error', finishedAt: ago(80) } },
});

export const running = (name: string): KubeContainerStatus => ({
  name,
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: ago(9000) } },
});

export function pod(
  name: string,
  statuses: readonly KubeContainerStatus[],
  more: {
    readonly owner?: string;
    readonly labels?: Record<string, string>;
    readonly spec?: KubePod['spec'];
    readonly status?: KubePod['status'];
  } = {},
): KubePod {
  const ready = statuses.length > 0 && statuses.every((status) => status.ready);
  const [ownerKind = '', ownerName = ''] = more.owner?.split('/') ?? [];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: 'shop',
      uid: `uid-${name}`,
      creationTimestamp: ago(3600),
      ...(more.labels ? { labels: more.labels } : {}),
      ...(more.owner ? { ownerReferences: [{ kind: ownerKind, name: ownerName, controller: true }] } : {}),
    },
    spec: { nodeName: 'n1', containers: statuses.map((status) => ({ name: status.name ?? '' })), ...more.spec },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: statuses,
      ...more.status,
    },
  };
}

export function workload(kind: string, name: string, app?: string, owner?: string): KubeWorkload {
  const [ownerKind = '', ownerName = ''] = owner?.split('/') ?? [];
  return {
    kind,
    metadata: {
      name,
      namespace: 'shop',
      ...(app === undefined ? {} : { labels: { app } }),
      ...(owner === undefined ? {} : { ownerReferences: [{ kind: ownerKind, name: ownerName, controller: true }] }),
    },
    spec: app === undefined ? {} : { selector: { matchLabels: { app } } },
  };
}

export function service(
  name: string,
  selector: Record<string, string>,
  clusterIP = 'None',
  namespace = 'shop',
): KubeObject {
  return { kind: 'Service', metadata: { name, namespace }, spec: { selector, clusterIP, ports: [{ port: 80 }] } };
}

export function event(object: string, reason: string, message: string, secondsAgo = 30): KubeEvent {
  const [kind = '', name = ''] = object.split('/');
  return {
    kind: 'Event',
    metadata: {
      name: `${name}.${reason}.${secondsAgo}`,
      namespace: 'shop',
      uid: `${object}${reason}${secondsAgo}${message}`,
    },
    reason,
    message,
    lastTimestamp: ago(secondsAgo),
    involvedObject: { kind, name, namespace: 'shop' },
  };
}

export function failure(kind: Failure['kind'], podName: string | undefined, more: Partial<Failure> = {}): Failure {
  return {
    kind,
    subject: { kind: podName === undefined ? 'ReplicaSet' : 'Pod', name: podName ?? 'api-abc', namespace: 'shop' },
    ...(podName === undefined ? {} : { pod: { namespace: 'shop', name: podName, uid: `uid-${podName}` } }),
    sinceMs: nowMs - 60_000,
    reason: 'Error',
    restartCount: 4,
    fact: false,
    ...more,
  };
}
