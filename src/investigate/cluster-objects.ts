import type { FailureKind } from '../model/failure.ts';
import type { KubeObject, KubePod } from '../model/kube-objects.ts';
import type { ClusterReader } from './cluster-reader.ts';
import type { Collector } from './collector.ts';
import { claimsOf } from './neighbours.ts';

/** Bounds of the lists: a cluster may have thousands of nodes, a namespace hundreds of Services. */
const nodeLimit = 300;
const policyLimit = 20;
const claimLimit = 10;
const volumeLimit = 200;
const keptVolumes = 20;

/** Kinds for which the whole of the nodes matters, and those for which quotas and limit ranges do. */
const needsAllNodes: ReadonlySet<FailureKind> = new Set(['Pending']);
const needsQuota: ReadonlySet<FailureKind> = new Set(['CreateFailed', 'RolloutStuck', 'JobFailed', 'Failed']);
const needsLimitRange: ReadonlySet<FailureKind> = new Set(['CreateFailed', 'OOMKilled', 'Pending', 'RolloutStuck']);

/** The Namespace, the node or nodes, and quotas and limit ranges, as far as the kinds of failure call for them. */
export async function readSurroundings(
  kinds: ReadonlySet<FailureKind>,
  namespace: string,
  nodeName: string | undefined,
  reader: ClusterReader,
  collector: Collector,
): Promise<KubeObject[]> {
  const all = [...needsAllNodes].some((kind) => kinds.has(kind)) && nodeName === undefined;
  const list = async (kind: string, wanted: boolean, scope: { namespace?: string }, limit: number) => {
    if (!wanted) return [];
    const source = `${kind.toLowerCase()}s`;
    const listing = await collector.take(source, (signal) => reader.list({ kind, ...scope, limit }, { signal }));
    if (listing?.truncated) collector.note(source, `only the first ${listing.items.length} were read`);
    return (listing?.items ?? []).map((item) => withKind(item, kind));
  };
  const get = async (kind: string, name: string | undefined) => {
    if (name === undefined || name === '') return [];
    const object = await collector.take(`${kind.toLowerCase()} ${name}`, (signal) =>
      reader.get({ kind, name }, { signal }),
    );
    return object ? [withKind(object, kind)] : [];
  };
  const found = await Promise.all([
    get('Namespace', namespace),
    get('Node', all ? undefined : nodeName),
    list('Node', all, {}, nodeLimit),
    list(
      'ResourceQuota',
      [...needsQuota].some((kind) => kinds.has(kind)),
      { namespace },
      policyLimit,
    ),
    list(
      'LimitRange',
      [...needsLimitRange].some((kind) => kinds.has(kind)),
      { namespace },
      policyLimit,
    ),
  ]);
  return found.flat();
}

/** The claims of a pod with the volumes they are bound to and their storage classes. */
export async function readClaims(pod: KubePod, reader: ClusterReader, collector: Collector): Promise<KubeObject[]> {
  const namespace = pod.metadata?.namespace ?? '';
  const found = await Promise.all(
    [...new Set(claimsOf(pod))].slice(0, claimLimit).map(async (name) => {
      const claim = await collector.take(`persistentvolumeclaim ${name}`, (signal) =>
        reader.get({ kind: 'PersistentVolumeClaim', name, namespace }, { signal }),
      );
      if (!claim) return [];
      const { volumeName, storageClassName } = (claim.spec ?? {}) as { volumeName?: string; storageClassName?: string };
      const further = await Promise.all([
        readNamed('PersistentVolume', volumeName, reader, collector),
        readNamed('StorageClass', storageClassName, reader, collector),
      ]);
      return [withKind(claim, 'PersistentVolumeClaim'), ...further.flat()];
    }),
  );
  const objects = found.flat();
  return [...objects, ...(await readVolumesFor(objects, reader, collector))];
}

// Which volumes there are tells why a claim is not bound.
async function readVolumesFor(
  objects: readonly KubeObject[],
  reader: ClusterReader,
  collector: Collector,
): Promise<readonly KubeObject[]> {
  const classes = objects
    .filter(
      ({ kind, status }) =>
        kind === 'PersistentVolumeClaim' && (status as { phase?: string } | undefined)?.phase !== 'Bound',
    )
    .map(classOf);
  if (classes.length === 0) return [];
  const source = 'persistentvolumes';
  const listing = await collector.take(source, (signal) =>
    reader.list({ kind: 'PersistentVolume', limit: volumeLimit }, { signal }),
  );
  if (listing?.truncated) collector.note(source, `only the first ${listing.items.length} were read`);
  const known = new Set(objects.map(({ kind, metadata }) => `${kind ?? ''}/${metadata?.name ?? ''}`));
  return (listing?.items ?? [])
    .map((volume) => withKind(volume, 'PersistentVolume'))
    .filter(
      (volume) => classes.includes(classOf(volume)) && !known.has(`PersistentVolume/${volume.metadata?.name ?? ''}`),
    )
    .slice(0, keptVolumes);
}

function classOf({ spec }: KubeObject): string {
  return (spec as { storageClassName?: string | null } | undefined)?.storageClassName ?? '';
}

async function readNamed(
  kind: string,
  name: string | undefined,
  reader: ClusterReader,
  collector: Collector,
): Promise<KubeObject[]> {
  if (name === undefined || name === '') return [];
  const object = await collector.take(`${kind.toLowerCase()} ${name}`, (signal) =>
    reader.get({ kind, name }, { signal }),
  );
  return object ? [withKind(object, kind)] : [];
}

// Items of a list do not carry their kind.
function withKind(object: KubeObject, kind: string): KubeObject {
  return object.kind ? object : { ...object, kind };
}
