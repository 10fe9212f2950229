import { LRUCache } from 'lru-cache';
import type { KubeObject, KubeWorkload } from '../model/kube-objects.ts';
import type { ObjectRef, WorkloadRef } from '../model/workload.ts';
import { factsByName, factsOf, type OwnerFacts } from './owner-facts.ts';
import type { ObjectName, Reading } from './reader-port.ts';

/** What the resolver reads: single objects. A live reader or that of a recording will do. */
export interface ObjectSource {
  get(object: ObjectName): Promise<Reading<KubeObject>>;
}

/** What of a pod names its owner (PodRecord has it all). */
interface OwnedPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly owner?: ObjectRef;
  readonly templateHash?: string;
}

/** Finds the top owner of pods, and what is to be known of it. */
export interface OwnerResolver {
  /** The facts of a pod's top owner; those read within the last `factsTtlMs` are good enough. */
  resolve(pod: OwnedPod): Promise<OwnerFacts>;
  /** The same from the object that controls the pods (a ReplicaSet or Job named by an event). */
  resolveOwner(owner: ObjectRef, namespace: string, templateHash?: string): Promise<OwnerFacts>;
  /** The facts of a workload, read now. */
  refresh(workload: WorkloadRef): Promise<OwnerFacts>;
  /** Forgets what was read of a workload. */
  invalidate(workload: WorkloadRef): void;
}

export interface OwnerResolverSettings {
  /** Age up to which facts are used again; default 5 s. */
  readonly factsTtlMs?: number;
  readonly now: () => number;
}

/** Deployment ← ReplicaSet is one step; a custom owner of a Deployment may add two more. */
const highestClimb = 4;
/** Who owns a ReplicaSet or Job never changes; a name that had to be derived is asked for again sooner. */
const topTtlMs = 10 * 60_000;
const derivedTopTtlMs = 60_000;
const namespaceTtlMs = 30_000;
const entries = 2000;

interface Top {
  readonly workload: WorkloadRef;
  readonly derived: boolean;
}

/**
 * A resolver with a memory of 2,000 owners.
 * - A pod without controller is its own workload; so is the mirror of a static pod (its owner is a Node): its name,
 *   NAME-NODE, stays the same over restarts and is what kubectl takes.
 * - An owner that cannot be read is the top as far as we know. Of a ReplicaSet the Deployment's name is derived from
 *   pod-template-hash, of a Job the CronJob's from the scheduled minute (kubernetes pkg/controller/cronjob/utils.go,
 *   getJobName).
 */
export function createOwnerResolver(source: ObjectSource, settings: OwnerResolverSettings): OwnerResolver {
  const factsTtlMs = settings.factsTtlMs ?? 5000;
  const perf = { now: settings.now };
  const tops = new LRUCache<string, Top>({ max: entries, perf, ttlResolution: 0 });
  const facts = new LRUCache<string, Promise<OwnerFacts>>({ max: entries, perf, ttlResolution: 0 });
  const namespaces = new LRUCache<string, Promise<KubeObject | undefined>>({ max: entries, perf, ttlResolution: 0 });

  async function findTop(owner: ObjectRef, namespace: string, templateHash: string | undefined): Promise<Top> {
    const key = keyOf({ ...owner, namespace });
    const known = tops.get(key);
    if (known) return known;
    const top = await climb(owner, namespace, templateHash);
    tops.set(key, top, { ttl: top.derived ? derivedTopTtlMs : topTtlMs });
    return top;
  }

  async function climb(owner: ObjectRef, namespace: string, templateHash: string | undefined): Promise<Top> {
    let ref: ObjectRef = owner;
    for (let level = 0; level < highestClimb; level++) {
      const reading = await source.get(nameOf(ref, namespace));
      if ('gap' in reading) {
        const workload = deriveTop(ref, templateHash) ?? ref;
        return { workload: { ...strip(workload), namespace }, derived: true };
      }
      const above = controllerOf(reading.ok);
      if (!above) break;
      ref = above;
    }
    return { workload: { ...strip(ref), namespace }, derived: false };
  }

  function readFacts(workload: WorkloadRef): Promise<OwnerFacts> {
    const key = keyOf(workload);
    const reading = Promise.all([
      source.get(nameOf(workload, workload.namespace)),
      namespaceOf(workload.namespace),
    ]).then(([object, namespace]) => {
      if ('ok' in object) return factsOf(workload, object.ok as KubeWorkload, namespace);
      return factsByName(workload, object.reason !== 'not-found' || isGuessed(workload), namespace);
    });
    facts.set(key, reading, { ttl: factsTtlMs });
    reading.catch(() => facts.delete(key));
    return reading;
  }

  function namespaceOf(name: string): Promise<KubeObject | undefined> {
    const known = namespaces.get(name);
    if (known) return known;
    const reading = source.get({ kind: 'Namespace', name }).then((found) => ('ok' in found ? found.ok : undefined));
    namespaces.set(name, reading, { ttl: namespaceTtlMs });
    reading.catch(() => namespaces.delete(name));
    return reading;
  }

  const knownOr = (workload: WorkloadRef): Promise<OwnerFacts> => facts.get(keyOf(workload)) ?? readFacts(workload);

  const resolver: OwnerResolver = {
    resolve: async ({ namespace, name, uid, owner, templateHash }) => {
      if (owner && owner.kind !== 'Node') return resolver.resolveOwner(owner, namespace, templateHash);
      return knownOr({ kind: 'Pod', name, namespace, ...(uid === undefined ? {} : { uid }) });
    },
    resolveOwner: async (owner, namespace, templateHash) =>
      knownOr((await findTop(owner, namespace, templateHash)).workload),
    refresh: readFacts,
    invalidate: (workload) => {
      facts.delete(keyOf(workload));
    },
  };
  return resolver;
}

/** A kind of Kubernetes' own has no dot in its apiVersion's group other than k8s.io; of others the plural is a guess. */
function isGuessed({ apiVersion }: ObjectRef): boolean {
  const group = apiVersion?.split('/')[0] ?? '';
  return group.includes('.') && !group.endsWith('.k8s.io');
}

function controllerOf(object: KubeObject): ObjectRef | undefined {
  const owner = object.metadata?.ownerReferences?.find((ref) => ref.controller === true);
  if (!owner?.kind || !owner.name) return undefined;
  const { kind, name, uid, apiVersion } = owner;
  return { kind, name, ...(uid === undefined ? {} : { uid }), ...(apiVersion === undefined ? {} : { apiVersion }) };
}

function deriveTop({ kind, name }: ObjectRef, templateHash: string | undefined): ObjectRef | undefined {
  if (kind === 'ReplicaSet' && templateHash && name.endsWith(`-${templateHash}`)) {
    return { kind: 'Deployment', name: name.slice(0, -templateHash.length - 1), apiVersion: 'apps/v1' };
  }
  const scheduled = kind === 'Job' ? /^(.+)-\d{8}$/.exec(name)?.[1] : undefined;
  return scheduled === undefined ? undefined : { kind: 'CronJob', name: scheduled, apiVersion: 'batch/v1' };
}

// One workload must have one key whether or not its owner could be read, so uids stay out of it.
function strip({ kind, name, apiVersion }: ObjectRef): ObjectRef {
  return apiVersion === undefined ? { kind, name } : { kind, name, apiVersion };
}

function nameOf(ref: ObjectRef, namespace: string): ObjectName {
  const { kind, name, apiVersion } = ref;
  return apiVersion === undefined ? { kind, name, namespace } : { kind, name, namespace, apiVersion };
}

function keyOf({ kind, name, namespace }: ObjectRef): string {
  return `${namespace ?? ''}/${kind}/${name}`;
}
