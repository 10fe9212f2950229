import type { CaseFile } from '../model/case-file.ts';
import type { Failure } from '../model/failure.ts';
import type {
  KubeContainer,
  KubeContainerStatus,
  KubeEvent,
  KubeObject,
  KubePod,
  KubePodSpec,
  KubePodTemplate,
  KubeTerminated,
  KubeWorkload,
} from '../model/kube-objects.ts';
import type { ContainerRole } from '../model/pod-record.ts';
import type { ObjectRef } from '../model/workload.ts';
import { allContainers, findContainer, findStatus, focusContainer } from './containers.ts';
import { distinctEvents } from './distinct-events.ts';
import { pickLog, pickLogs } from './logs/pick-log.ts';
import type { ReadLog } from './logs/read-log.ts';
import { mountAt } from './mounts.ts';
import type { Mount } from './mounts.ts';

/** How the instance that is to be explained ended. */
export interface Exit {
  readonly code: number;
  /** 137 is 9, 143 is 15; absent when no signal ended it. */
  readonly signal?: number;
  /** Kubelet's word: Error, OOMKilled, Completed, StartError, ContainerCannotRun, ContainerStatusUnknown … */
  readonly reason: string;
  /** Kubelet's or the program's own text (terminationMessagePath). */
  readonly message?: string;
  /** How long it ran, where kubelet gave both times. */
  readonly ranMs?: number;
  /** When it ended, ms since the epoch; absent when kubelet gave no time. */
  readonly finishedAtMs?: number;
}

/** Conveniences over a case file, computed when first asked for. Nothing here throws on odd input. */
export interface CaseView {
  readonly file: CaseFile;
  /** The telling one: `file.failures[0]`. */
  readonly failure: Failure;
  readonly namespace: string;
  /** The pod in focus. */
  readonly pod: KubePod | undefined;
  /** Its spec, or the owner's template when no pod exists. */
  readonly podSpec: KubePodSpec | undefined;
  /** The container in focus: the failure's, else the one that did worst. */
  readonly container: string | undefined;
  readonly role: ContainerRole | undefined;
  readonly spec: KubeContainer | undefined;
  readonly status: KubeContainerStatus | undefined;
  /** Restarts of the container in focus. */
  readonly restarts: number;
  /** App, init and sidecar containers of the pod (or template), in order, init ones first. */
  readonly containers: readonly KubeContainer[];
  readonly specOf: (container: string) => KubeContainer | undefined;
  readonly statusOf: (container: string) => KubeContainerStatus | undefined;
  /** The workload's own object (Deployment, StatefulSet, DaemonSet, Job, CronJob), when it could be read. */
  readonly owner: KubeWorkload | undefined;
  /** The pod template that people edit: the owner's; for a CronJob that of its Jobs. */
  readonly template: KubePodTemplate | undefined;
  /** What `kubectl` is told to change: `deployment/checkout`; a bare pod is `pod/name`. */
  readonly target: ObjectRef;
  /** How the instance that is to be explained ended; absent when none did. */
  readonly exit: Exit | undefined;
  /** The log of that instance; of a running container that never ended, its present log. */
  readonly log: ReadLog | undefined;
  /** That log first, then the container's other instance and the same container of the workload's other pods. */
  readonly logs: readonly ReadLog[];
  /** The log of any container of a pod (default: the one in focus), chosen in the same way. */
  readonly logOf: (container: string, pod?: string) => ReadLog | undefined;
  /** All events, one for each object and text, the newest state of each, oldest first. */
  readonly events: readonly KubeEvent[];
  /** Those with one of the reasons, newest last. */
  readonly eventsWith: (...reasons: string[]) => readonly KubeEvent[];
  /** An object of `file.cluster`, `file.owners` or the pods by kind and name. */
  readonly object: (kind: string, name?: string) => KubeObject | undefined;
  readonly objects: (kind: string) => readonly KubeObject[];
  /** The node the pod in focus runs on. */
  readonly node: KubeObject | undefined;
  /** The volume that is mounted at or above a path of a container (default: the one in focus), the deepest mount. */
  readonly mountAt: (path: string, container?: string) => Mount | undefined;
}

/** A view of a case; every part is computed once, on first use. */
export function viewCase(file: CaseFile): CaseView {
  const failure = file.failures[0];
  const owner = once(() => findOwner(file));
  const template = once(() => templateOf(owner()));
  const podSpec = once(() => file.pod?.spec ?? newestTemplate(file) ?? template()?.spec);
  const container = once(() => focusContainer(failure, file.pod, podSpec()));
  const status = once(() => findStatus(file.pod, container()));
  const exit = once(() => exitOf(status(), failure));
  const events = once(() => distinctEvents(file.events));
  const logs = once(() => pickLogs(file, container(), status(), failure));
  const everything = once((): readonly KubeObject[] => [
    ...file.cluster,
    ...file.owners,
    ...file.pods,
    ...file.neighbours,
  ]);
  const objects = (kind: string): readonly KubeObject[] =>
    everything().filter((object) => object.kind === kind || (kind === 'Pod' && isPod(object, file)));
  const object = (kind: string, name?: string): KubeObject | undefined =>
    objects(kind).find((one) => name === undefined || one.metadata?.name === name);

  return {
    file,
    failure,
    namespace: file.workload.namespace,
    pod: file.pod,
    get podSpec() {
      return podSpec();
    },
    get container() {
      return container();
    },
    get role() {
      return allContainers(podSpec()).find(({ spec }) => spec.name === container())?.role;
    },
    get spec() {
      return findContainer(podSpec(), container());
    },
    get status() {
      return status();
    },
    get restarts() {
      return status()?.restartCount ?? failure.restartCount;
    },
    get containers() {
      return allContainers(podSpec()).map(({ spec }) => spec);
    },
    specOf: (name) => findContainer(podSpec(), name),
    statusOf: (name) => findStatus(file.pod, name),
    get owner() {
      return owner();
    },
    get template() {
      return template();
    },
    target: file.workload,
    get exit() {
      return exit();
    },
    get log() {
      return logs()[0];
    },
    get logs() {
      return logs();
    },
    logOf: (name, pod) => pickLog(file, name, findStatus(podNamed(file, pod), name), failure, pod),
    get events() {
      return events();
    },
    eventsWith: (...reasons) => events().filter((event) => reasons.includes(event.reason ?? '')),
    object,
    objects,
    get node() {
      const name = file.pod?.spec?.nodeName ?? failure.nodeName;
      return name === undefined ? undefined : object('Node', name);
    },
    mountAt: (path, name = container()) => mountAt(podSpec(), findContainer(podSpec(), name), path),
  };
}

function once<T>(compute: () => T): () => T {
  let done: { readonly value: T } | undefined;
  return () => (done ??= { value: compute() }).value;
}

function isPod(object: KubeObject, file: CaseFile): boolean {
  return file.pods.includes(object as KubePod) || file.neighbours.includes(object as KubePod);
}

function podNamed(file: CaseFile, name: string | undefined): KubePod | undefined {
  if (name === undefined) return file.pod;
  return [...file.pods, ...file.neighbours].find((pod) => pod.metadata?.name === name);
}

function findOwner(file: CaseFile): KubeWorkload | undefined {
  const { kind, name } = file.workload;
  return file.owners.find((one) => one.kind === kind && one.metadata?.name === name);
}

function templateOf(owner: KubeWorkload | undefined): KubePodTemplate | undefined {
  return owner?.spec?.jobTemplate?.spec?.template ?? owner?.spec?.template;
}

// CreateFailed has no pod: the newest ReplicaSet's or Job's template is what was tried.
function newestTemplate(file: CaseFile): KubePodSpec | undefined {
  const { subject } = file.failures[0];
  const tried = file.owners.find((one) => one.kind === subject.kind && one.metadata?.name === subject.name);
  return templateOf(tried)?.spec;
}

/** How a container's instance ended that is to be explained: the present end, or the one before when it runs or waits. */
function exitOf(status: KubeContainerStatus | undefined, failure: Failure): Exit | undefined {
  const ended = status?.state?.terminated ?? status?.lastState?.terminated;
  if (ended) return toExit(ended);
  if (failure.exitCode === undefined) return undefined;
  return { code: failure.exitCode, reason: failure.reason, ...signalOf(failure.exitCode, failure.signal) };
}

function toExit(ended: KubeTerminated): Exit {
  const code = ended.exitCode ?? 0;
  const started = parseTime(ended.startedAt);
  const finished = parseTime(ended.finishedAt);
  return {
    code,
    reason: ended.reason ?? 'Error',
    ...signalOf(code, ended.signal),
    ...(ended.message !== undefined && { message: ended.message }),
    ...(started > 0 && finished >= started && { ranMs: finished - started }),
    ...(finished > 0 && { finishedAtMs: finished }),
  };
}

function signalOf(code: number, signal: number | undefined): { readonly signal?: number } {
  if (signal !== undefined && signal > 0) return { signal };
  return code > 128 && code < 160 ? { signal: code - 128 } : {};
}

/** An API time as ms since the epoch; 0 when absent or unreadable. */
function parseTime(time: string | null | undefined): number {
  const ms = time ? Date.parse(time) : 0;
  return Number.isFinite(ms) ? ms : 0;
}
