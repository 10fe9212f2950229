import { kubectl } from '../kubectl.ts';
import type { Rule } from '../rule.ts';
import type { CaseView } from '../case-view.ts';
import { claimSpec, claimWords, pendingClaims, troubleOf } from './claims.ts';
import { nodeName } from './nodes.ts';
import { messageRule } from './message-rule.ts';
import { schedulingMessages, schedulingRule } from './scheduling-message.ts';

const describeClaim = (view: CaseView, name: string): string =>
  kubectl(view.namespace, 'describe', 'persistentvolumeclaim', name);

function volumeUse(view: CaseView, claim: string): string {
  const volume = view.podSpec?.volumes?.find((one) => one.persistentVolumeClaim?.claimName === claim);
  return volume?.name === undefined ? '' : ` (volume ${volume.name})`;
}

const claimMissing = messageRule({
  id: 'scheduling/claim-missing',
  rank: 'object',
  messages: schedulingMessages,
  pattern: /persistentvolumeclaims? "([^"]{1,253})" not found/u,
  say: (match, view) => ({
    rootCause: `PersistentVolumeClaim ${match[1] ?? ''} does not exist in namespace ${view.namespace} (not found), but ${view.target.kind} ${view.target.name} mounts it${volumeUse(view, match[1] ?? '')}, so its pod cannot be scheduled.`,
    confidence: 'high',
    fixes: [
      {
        summary: `Create the PersistentVolumeClaim ${match[1] ?? ''} with the size and class that the pod needs (kubectl apply -f)`,
      },
      { summary: `Or correct claimName in the pod template of ${view.target.kind} ${view.target.name}` },
    ],
  }),
});

const unbound = schedulingRule({
  id: 'claim-unbound',
  rank: 'object',
  pattern:
    /pod has unbound immediate PersistentVolumeClaims|didn't find available persistent volumes to bind|did not have enough free storage|storageclass\.storage\.k8s\.io "([^"]{1,253})" not found|waiting for (?:ephemeral volume controller|first consumer)/u,
  say: (_match, view, { pod, others }) => {
    const claim = pendingClaims(view)[0];
    const name =
      claim?.metadata?.name ??
      (view.podSpec?.volumes ?? []).find((one) => one.persistentVolumeClaim)?.persistentVolumeClaim?.claimName ??
      '';
    if (claim === undefined)
      return {
        rootCause: `${pod}: its PersistentVolumeClaim ${name} is unbound, no PersistentVolume is there to bind it${others}.`,
        confidence: 'medium',
        fixes: [{ summary: 'Look at the claim', command: describeClaim(view, name) }],
      };
    const trouble = troubleOf(claim, view);
    const other = otherClass(view, trouble.storageClass);
    return {
      rootCause: `${pod}: its PersistentVolumeClaim ${name} (${claimWords(claim)}) stays unbound, because ${trouble.why}${others}.`,
      confidence: 'high',
      cites: trouble.cites,
      fixes: [
        trouble.missingClass === true
          ? {
              summary: `Create the StorageClass ${trouble.storageClass ?? ''}, or make the claim anew with one that exists${other === undefined ? '' : ` (${other})`}`,
            }
          : {
              summary: `Create a PersistentVolume of ${claimSpec(claim).resources?.requests?.storage ?? 'the size wanted'} for it${trouble.storageClass === undefined ? '' : ` (StorageClass ${trouble.storageClass})`}, or use a class with a provisioner`,
            },
        { summary: 'Look at the claim', command: describeClaim(view, name) },
      ],
    };
  },
});

function otherClass(view: CaseView, not: string | undefined): string | undefined {
  return view
    .objects('StorageClass')
    .map((one) => one.metadata?.name)
    .find((name) => name !== not);
}

const alreadyUsed = schedulingRule({
  id: 'read-write-once-pod',
  rank: 'object',
  pattern: /PersistentVolumeClaim with ReadWriteOncePod access mode already in-use/u,
  say: (_match, view, { pod }) => {
    const names = (view.podSpec?.volumes ?? []).flatMap((one) => one.persistentVolumeClaim?.claimName ?? []);
    const name =
      names.find((one) => {
        const claim = view.object('PersistentVolumeClaim', one);
        return claim !== undefined && (claimSpec(claim).accessModes ?? []).includes('ReadWriteOncePod');
      }) ??
      names[0] ??
      '';
    const holder = [...view.file.neighbours, ...view.file.pods].find(
      (other) =>
        other.metadata?.name !== view.pod?.metadata?.name &&
        other.spec?.nodeName !== undefined &&
        other.spec.volumes?.some((one) => one.persistentVolumeClaim?.claimName === name) === true,
    );
    const by = holder?.metadata?.name;
    return {
      rootCause: `${pod}: PersistentVolumeClaim ${name} has the access mode ReadWriteOncePod and is already in use by ${by === undefined ? 'another pod' : `pod ${by}`}; only one pod may use it.`,
      confidence: 'high',
      fixes: [
        {
          summary: `Give ${view.target.name} a claim of its own, or share a volume with the access mode ReadWriteOnce or ReadWriteMany`,
        },
        { summary: `Or stop the pod that uses the claim now${by === undefined ? '' : ` (${by})`}` },
      ],
      ...(by !== undefined && { cites: [{ source: `pod ${by}`, text: `mounts PersistentVolumeClaim ${name}` }] }),
    };
  },
});

interface AffinityVolume {
  readonly nodeAffinity?: {
    readonly required?: {
      readonly nodeSelectorTerms?: readonly {
        readonly matchExpressions?: readonly { readonly key?: string; readonly values?: readonly string[] }[];
      }[];
    };
  };
}

const wrongNode = schedulingRule({
  id: 'volume-node-affinity',
  rank: 'exact',
  pattern:
    /had volume node affinity conflict|had no available disk|didn't match PersistentVolume's node affinity|had no available volume zone/u,
  say: (match, view, { pod, nodes, others }) => {
    const names = (view.podSpec?.volumes ?? []).flatMap((one) => one.persistentVolumeClaim?.claimName ?? []);
    const bound = names.flatMap((name) => {
      const claim = view.object('PersistentVolumeClaim', name);
      const volume = claim === undefined ? undefined : claimSpec(claim).volumeName;
      return volume === undefined ? [] : [{ name, volume, object: view.object('PersistentVolume', volume) }];
    });
    const first =
      bound.find(({ object }) => (object?.spec as AffinityVolume | undefined)?.nodeAffinity !== undefined) ?? bound[0];
    const terms = (first?.object?.spec as AffinityVolume | undefined)?.nodeAffinity?.required?.nodeSelectorTerms ?? [];
    const place = terms
      .flatMap((term) => term.matchExpressions ?? [])
      .map((one) => `${one.key ?? ''}=${(one.values ?? []).join('|')}`)
      .join(', ');
    const present = view.objects('Node').map(nodeName).slice(0, 4).join(', ');
    return {
      rootCause: `${pod}: its volume${first === undefined ? '' : ` ${first.volume} (PersistentVolumeClaim ${first.name})`} can only be used ${place === '' ? 'on certain nodes' : `where ${place}`}, and ${nodes === 1 ? `node ${present}` : `none of the ${nodes} nodes (${present})`} does not match: ${match[0].includes('zone') ? 'no available volume zone' : 'volume node affinity conflict'}${others}.`,
      confidence: 'high',
      fixes: [
        {
          summary: `Bring back a node ${place === '' ? 'that the volume belongs to' : `with ${place}`}, or restore the data to a volume elsewhere`,
        },
      ],
    };
  },
});

const tooManyVolumes = schedulingRule({
  id: 'too-many-volumes',
  pattern: /exceed max volume count|too many volumes/iu,
  say: (_match, _view, { pod, nodes, others }) => ({
    rootCause: `${pod}: ${nodes === 1 ? 'the node has' : `${nodes} nodes have`} as many volumes attached as the storage driver allows (max volume count exceeded)${others}.`,
    confidence: 'high',
    fixes: [
      { summary: 'Add a node, or use fewer volumes per node' },
      { summary: 'See the limit', command: kubectl(undefined, 'get', 'csinode', '-o', 'yaml') },
    ],
  }),
});

const lostVolume = schedulingRule({
  id: 'volume-lost',
  rank: 'object',
  pattern:
    /(?:bound to non-existent persistentvolume "([^"]{1,253})"|pvc\(s\) bound to non-existent pv\(s\)|persistentvolumeclaim "([^"]{1,253})" is being deleted|persistentvolume "([^"]{1,253})" not found)/u,
  say: (match, view, { pod, others }) => {
    const name =
      match[2] ??
      (view.podSpec?.volumes ?? []).find((one) => one.persistentVolumeClaim)?.persistentVolumeClaim?.claimName ??
      '';
    const what =
      match[2] === undefined
        ? `is bound to a PersistentVolume${(match[1] ?? match[3]) ? ` ${match[1] ?? match[3] ?? ''}` : ''} that does not exist any more`
        : 'is being deleted';
    return {
      rootCause: `${pod}: PersistentVolumeClaim ${name} ${what}${others}.`,
      confidence: 'high',
      fixes: [
        { summary: 'Restore the PersistentVolume, or let the workload use a new claim (from a backup)' },
        { summary: 'Look at the claim', command: describeClaim(view, name) },
      ],
    };
  },
});

/** Claims and volumes, as the scheduler and the claims' own events tell. */
export const schedulingStorageRules: readonly Rule[] = [
  claimMissing,
  lostVolume,
  alreadyUsed,
  unbound,
  wrongNode,
  tooManyVolumes,
];
