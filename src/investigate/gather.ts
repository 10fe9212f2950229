import type { CaseFile } from '../model/case-file.ts';
import type { Failure, FailureKind } from '../model/failure.ts';
import type { KubeObject, KubePod, KubeWorkload } from '../model/kube-objects.ts';
import type { WorkloadRef } from '../model/workload.ts';
import { createCaseReads, type CaseReads } from './case-reads.ts';
import { readClaims, readSurroundings } from './cluster-objects.ts';
import type { ClusterReader, Listing } from './cluster-reader.ts';
import { createCollector, type Collector } from './collector.ts';
import { logsWanted } from './container-logs.ts';
import { orderEvents } from './event-order.ts';
import { chooseFocus, directOwner, failingPods, podsCreated, podsOfWorkload } from './focus.ts';
import { claimsOf, distinct, findNeighbours, type Neighbours, type Surroundings } from './neighbours.ts';
import { readOwners, type OwnerChain } from './owner-chain.ts';
import { looksFailing } from './pod-condition.ts';

export interface GatherSettings {
  readonly nowMs: number;
  /** Time for the whole of it; what is not there by then becomes a gap. Default 8,000 ms. */
  readonly budgetMs?: number;
  /** Lines from the end of each log. Default 2,000. */
  readonly logTailLines?: number;
  /** Bytes of each log. Default 1 MiB. */
  readonly logLimitBytes?: number;
}

/** Bounds of what a case keeps, so that no workload can make it large. */
const ownPodLimit = 50;
const listedPodLimit = 100;
const serviceLimit = 200;
const eventLimit = 600;
/** Further failing pods of the workload whose events are read (and logs, where each may tell something else). */
const siblingLimit = 2;
const ownerEventLimit = 4;
const lostPodLimit = 3;
/** Pods that a setting or log speaks of, whose events and the end of whose logs are read. */
const namedLimit = 3;
/** The same of what the first failing one among them speaks of. */
const furtherLimit = 2;
const neighbourTailLines = 200;

/** Kinds whose container never ran, so that no log can explain it. */
const logless: ReadonlySet<FailureKind> = new Set([
  'ImagePull',
  'ConfigError',
  'Pending',
  'VolumeMount',
  'CreateFailed',
]);
/** Kinds that a node may be the cause of. Its events live in namespace `default`. */
const nodeKinds: ReadonlySet<FailureKind> = new Set(['Evicted', 'Failed', 'NotReady', 'OOMKilled']);

/** What all steps of one investigation share. */
interface Scene {
  readonly failures: readonly [Failure, ...Failure[]];
  readonly workload: WorkloadRef;
  readonly namespace: string;
  readonly nowMs: number;
  readonly reader: ClusterReader;
  readonly collector: Collector;
  readonly reads: CaseReads;
}

/**
 * Reads all that may explain the failures of one workload, in parallel and within the time budget. Never throws for what a
 * cluster may do: whatever could not be read is a gap of the case. `failures[0]` is the one to be explained first.
 */
export async function gather(
  failures: readonly [Failure, ...Failure[]],
  workload: WorkloadRef,
  reader: ClusterReader,
  settings: GatherSettings,
): Promise<CaseFile> {
  const collector = createCollector(settings.budgetMs ?? 8000);
  const limits = { tailLines: settings.logTailLines ?? 2000, limitBytes: settings.logLimitBytes ?? 1024 * 1024 };
  const reads = createCaseReads(reader, collector, limits);
  const { namespace } = workload;
  try {
    return await investigate({ failures, workload, namespace, nowMs: settings.nowMs, reader, collector, reads });
  } finally {
    collector.close();
  }
}

async function investigate(scene: Scene): Promise<CaseFile> {
  const { failures, workload, namespace, nowMs, reader, collector, reads } = scene;
  // A Job past its deadline deletes its pod within 2 s, so its logs are asked for before anything else is known.
  const [, shown, chain, listing, services, slices] = await Promise.all([
    readKnownLogs(scene),
    readShownPod(scene),
    readOwners(workload, directOwner(failures[0]), reader, collector),
    collector.take('pods', (signal) => reader.listPods(namespace, { limit: listedPodLimit }, { signal })),
    listObjects(scene, 'Service'),
    listObjects(scene, 'EndpointSlice'),
    reads.readEvents(failures[0].subject),
    reads.readEvents(workload),
  ]);
  const own = await findOwnPods(scene, chain, listing, shown);
  const pod = shown ?? chooseFocus(failures[0], own, nowMs);
  const [surroundings, claims] = await Promise.all([
    readSurroundings(kindsOf(failures), namespace, pod?.spec?.nodeName ?? failures[0].nodeName, reader, collector),
    pod ? readClaims(pod, reader, collector) : [],
    readPods(scene, own, pod),
    readOtherEvents(scene, chain.owners, pod),
  ]);
  await readLostPods(scene, own);
  const listed = listing?.items ?? [];
  const listedAll = listing !== undefined && !listing.truncated;
  const around = { namespace, nowMs, own, events: reads.events(), logs: reads.logs(), listed, listedAll, services };
  const neighbours = await findNeighbours(pod ? { ...around, pod } : around, reader, collector);
  const named = neighbours.named.slice(0, namedLimit);
  await Promise.all(named.map((one) => readNeighbour(scene, one)));
  const further = await readFurther(scene, around, named);
  return {
    nowMs,
    workload,
    failures,
    ...(pod ? { pod } : {}),
    pods: own,
    neighbours: distinct([...neighbours.pods, ...further.pods]),
    events: orderEvents(reads.events(), eventLimit),
    logs: reads.logs(),
    owners: chain.owners,
    cluster: [
      ...surroundings,
      ...claims,
      ...services,
      ...neighbours.foreign,
      ...neighbours.idle,
      ...further.idle,
      ...slices,
    ],
    gaps: collector.gaps(),
  };
}

async function readShownPod({ failures, reader, collector }: Scene): Promise<KubePod | undefined> {
  const ref = failures[0].pod;
  if (!ref) return undefined;
  const source = `pod ${ref.name}`;
  const pod = await collector.take(source, async (signal) => {
    const reading = await reader.getPod(ref.namespace, ref.name, { signal });
    if ('ok' in reading || reading.reason !== 'not-found') return reading;
    return { ...reading, gap: 'the pod is gone: it was deleted before it could be read' };
  });
  const uid = pod?.metadata?.uid;
  if (uid !== undefined && ref.uid !== '' && uid !== ref.uid) {
    collector.note(source, 'the pod was replaced by a new one of the same name');
  }
  return pod;
}

async function readKnownLogs({ failures, namespace, reads }: Scene): Promise<void> {
  const { pod, container, kind } = failures[0];
  if (!pod || container === undefined || logless.has(kind)) return;
  await reads.readLogs(namespace, [{ pod: pod.name, container, instance: 'current' }]);
}

async function listObjects({ namespace, reader, collector }: Scene, kind: string): Promise<readonly KubeObject[]> {
  const source = `${kind.toLowerCase()}s`;
  const query = { kind, namespace, limit: serviceLimit };
  const listing = await collector.take(source, (signal) => reader.list(query, { signal }));
  if (listing?.truncated) collector.note(source, `only the first ${listing.items.length} were read`);
  return (listing?.items ?? []).map((item) => (item.kind ? item : { ...item, kind }));
}

async function findOwnPods(
  { workload, namespace, nowMs, reader, collector }: Scene,
  chain: OwnerChain,
  listing: Listing<KubePod> | undefined,
  shown: KubePod | undefined,
): Promise<readonly KubePod[]> {
  const { selector } = chain;
  let listed = listing?.items ?? [];
  if (listing?.truncated && selector !== undefined) {
    const more = await collector.take('pods of the workload', (signal) =>
      reader.listPods(namespace, { selector, limit: listedPodLimit }, { signal }),
    );
    listed = more?.items ?? listed;
  }
  const own = podsOfWorkload(listed, workload, chain.owners);
  const failing = new Set(failingPods(own, nowMs));
  const ordered = [...failing, ...own.filter((pod) => !failing.has(pod))];
  const others = ordered.filter((pod) => pod.metadata?.name !== shown?.metadata?.name);
  return (shown ? [shown, ...others] : others).slice(0, ownPodLimit);
}

async function readPods(scene: Scene, own: readonly KubePod[], focus: KubePod | undefined): Promise<void> {
  const { failures, namespace, nowMs, reads } = scene;
  const [first] = failures;
  const siblings = failingPods(own, nowMs)
    .filter((pod) => pod !== focus)
    .slice(0, siblingLimit);
  const readLogs = (pod: KubePod) =>
    reads.readLogs(namespace, logsWanted(pod, first.container, logless.has(first.kind)));
  await Promise.all([
    focus && readLogs(focus),
    ...(focus ? [focus, ...siblings] : siblings).map((pod) => reads.readEvents(podName(pod, namespace))),
    // Each pod of a Job is another attempt, which may have failed for another reason.
    ...(first.kind === 'JobFailed' ? siblings.map(readLogs) : []),
  ]);
  const found = reads.logs().some((log) => log.text.trim() !== '');
  if (!found && !logless.has(first.kind)) await Promise.all(siblings.map(readLogs));
}

async function readOtherEvents(scene: Scene, owners: readonly KubeWorkload[], pod: KubePod | undefined): Promise<void> {
  const { namespace, failures, reads } = scene;
  const controllers = owners
    .filter((owner) => owner.kind !== 'ControllerRevision')
    .map((owner) => ({ kind: owner.kind ?? '', name: owner.metadata?.name ?? '', namespace, owner }))
    .sort((a, b) => createdAt(b.owner).localeCompare(createdAt(a.owner)));
  const nodeName = pod?.spec?.nodeName ?? failures[0].nodeName;
  await Promise.all([
    ...controllers.slice(0, ownerEventLimit).map((controller) => reads.readEvents(controller)),
    ...(pod ? claimsOf(pod) : []).map((name) => reads.readEvents({ kind: 'PersistentVolumeClaim', name, namespace })),
    nodeName !== undefined &&
      failures.some((failure) => nodeKinds.has(failure.kind)) &&
      reads.readEvents({ kind: 'Node', name: nodeName }),
  ]);
}

// Pods that are gone are still told of by their events: an evicted one, or that of a Job past its deadline.
async function readLostPods({ namespace, reads }: Scene, own: readonly KubePod[]): Promise<void> {
  const present = new Set(own.map((pod) => pod.metadata?.name));
  const lost = podsCreated(orderEvents(reads.events(), eventLimit)).filter((name) => !present.has(name));
  await Promise.all(lost.slice(0, lostPodLimit).map((name) => reads.readEvents({ kind: 'Pod', name, namespace })));
}

// What a failing dependency itself depends on: the cause of a chain lies at its end.
async function readFurther(
  scene: Scene,
  around: Surroundings,
  named: readonly KubePod[],
): Promise<Pick<Neighbours, 'pods' | 'idle'>> {
  const pod = named.find((one) => looksFailing(one, scene.nowMs));
  if (pod === undefined) return { pods: [], idle: [] };
  const { name, namespace } = podName(pod, scene.namespace);
  // Its Services are not listed there.
  if (namespace !== scene.namespace) return { pods: [], idle: [] };
  const logs = scene.reads.logs().filter((log) => log.pod === name);
  const known = [...around.own, ...named];
  const found = await findNeighbours({ ...around, own: known, pod, logs, events: [] }, scene.reader, scene.collector);
  const further = found.named.slice(0, furtherLimit);
  await Promise.all(further.map((one) => readNeighbour(scene, one)));
  return { pods: further, idle: found.idle };
}

async function readNeighbour({ namespace, reads }: Scene, pod: KubePod): Promise<void> {
  const name = podName(pod, namespace);
  await Promise.all([
    reads.readLogs(name.namespace, logsWanted(pod, undefined), neighbourTailLines),
    reads.readEvents(name),
  ]);
}

function podName(pod: KubePod, namespace: string): { kind: string; name: string; namespace: string } {
  return { kind: 'Pod', name: pod.metadata?.name ?? '', namespace: pod.metadata?.namespace ?? namespace };
}

function kindsOf(failures: readonly Failure[]): ReadonlySet<FailureKind> {
  return new Set(failures.map((failure) => failure.kind));
}

function createdAt(object: KubeObject): string {
  return object.metadata?.creationTimestamp ?? '';
}
