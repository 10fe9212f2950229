import { kubectl, scale } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { createObject, specPatch } from './proposed-commands.ts';
import { correctKey, correctName } from './near-reference.ts';
import { projectedSources, usesOf } from './references.ts';
import { storageDriverRules } from './volume-drivers.ts';
import { consequence, volumeOf, volumeRule, volumeWords } from './volume-message.ts';

const correct = (view: CaseView, what: string): ProposedFix => ({
  summary: `Or correct ${what} in the pod template of ${view.target.kind} ${view.target.name}`,
});

const missingObject = volumeRule({
  id: 'missing-object',
  rank: 'object',
  pattern: /\b(configmap|secret)s? "([^"]{1,253})" not found/iu,
  say: (match, view, volume) => {
    const kind = match[1]?.toLowerCase() === 'secret' ? 'Secret' : 'ConfigMap';
    const name = match[2] ?? '';
    const keys = [...new Set(usesOf(view.podSpec, kind, name).flatMap((use) => use.key ?? []))];
    const where = volume.replace(/ \(.*\)$/u, '');
    return {
      rootCause: `${kind} ${name} does not exist in namespace ${view.namespace} (not found); ${where} mounts it, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [...correctName(view, kind, name), createObject(view, kind, name, keys), correct(view, 'its name')],
    };
  },
});

const missingKey = volumeRule({
  id: 'missing-key',
  rank: 'object',
  pattern: /(?:(configmap|secret) )?references non-existent (config|secret) key: ([^\s,]{1,253})/iu,
  say: (match, view, volume) => {
    const secret = match[2]?.toLowerCase() === 'secret';
    const kind = secret ? 'Secret' : 'ConfigMap';
    const key = (match[3] ?? '').replace(/\.$/u, '');
    const own = volumeOf(match.input, view);
    const name =
      (secret ? own?.secret?.secretName : own?.configMap?.name) ?? projectedWith(own?.projected, secret, key) ?? '';
    const data = secret ? { stringData: { [key]: 'REPLACE_ME' } } : { data: { [key]: 'REPLACE_ME' } };
    return {
      rootCause: `${kind} ${name} has no key ${key}: ${volume.replace(/ \(.*\)$/u, '')} asks for that non-existent ${secret ? 'secret' : 'config'} key, ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        ...correctKey(view, kind, name, key),
        ...(name === ''
          ? []
          : [
              {
                summary: `Add the key ${key} to ${kind} ${name}`,
                command: kubectl(view.namespace, 'patch', `${kind.toLowerCase()}/${name}`, '-p', JSON.stringify(data)),
              },
            ]),
        correct(view, `the item's key`),
      ],
    };
  },
});

function projectedWith(projected: unknown, secret: boolean, key: string): string | undefined {
  const sources = projectedSources(projected).map((source) => (secret ? source.secret : source.configMap));
  return sources.find((source) => source?.items?.some((item) => item.key === key) === true)?.name;
}

const notSynced = volumeRule({
  id: 'object-not-synced',
  rank: 'specific',
  pattern: /failed to sync (configmap|secret) cache: timed out|object "([^"]{1,63})"\/"([^"]{1,253})" not registered/u,
  say: (match, view, volume) => ({
    rootCause: `Kubelet cannot get the ${match[1] ?? 'object'}${match[3] === undefined ? '' : ` ${match[3]}`} of ${volume} from the API server (${match[1] === undefined ? 'not registered' : 'timed out'}), ${consequence(view)}.`,
    confidence: 'medium',
    fixes: [
      {
        summary:
          'Usually over within a minute; else check that the node reaches the API server and may read the object',
      },
    ],
  }),
});

const serviceAccountToken = volumeRule({
  id: 'service-account-token',
  rank: 'object',
  pattern: /failed to fetch token: [^\n]{0,100}?serviceaccounts? "([^"]{1,253})" not found/u,
  say: (match, view, volume) => ({
    rootCause: `ServiceAccount ${match[1] ?? ''} does not exist (not found), so its token for ${volume} cannot be fetched, ${consequence(view)}.`,
    confidence: 'high',
    fixes: [
      {
        summary: `Create the ServiceAccount ${match[1] ?? ''}`,
        command: kubectl(view.namespace, 'create', 'serviceaccount', match[1] ?? ''),
      },
    ],
  }),
});

const volumeMode = volumeRule({
  id: 'volume-mode',
  rank: 'object',
  pattern: /volume (\S{1,63}) has volumeMode (\w{1,20}), but is specified in (volumeMounts|volumeDevices)/u,
  say: (match, view) => {
    const [, name = '', mode = '', list = ''] = match;
    const claim = view.podSpec?.volumes?.find((one) => one.name === name)?.persistentVolumeClaim?.claimName;
    const right = list === 'volumeMounts' ? 'volumeDevices' : 'volumeMounts';
    return {
      rootCause: `Volume ${name}${claim === undefined ? '' : ` (PersistentVolumeClaim ${claim})`} has volumeMode ${mode}, but the container uses it under ${list} (as a ${list === 'volumeMounts' ? 'file system' : 'block device'}), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        {
          summary: `Use the volume under ${right} of the container, or a claim with volumeMode ${mode === 'Block' ? 'Filesystem' : 'Block'}`,
        },
      ],
    };
  },
});

const hostPath = volumeRule({
  id: 'host-path-type',
  pattern: /hostPath type check failed: (\S{1,400}) (is not [^\n.]{3,60})/u,
  say: (match, view) => {
    const volume = view.podSpec?.volumes?.find((one) => one.hostPath?.path === match[1]);
    const node = view.pod?.spec?.nodeName;
    return {
      rootCause: `The hostPath ${match[1] ?? ''}${volume?.name === undefined ? '' : ` of volume ${volume.name}`} ${match[2] ?? ''} on node ${node ?? ''} or does not exist there (hostPath type check failed, type ${volume?.hostPath?.type ?? ''}), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        { summary: `Make ${match[1] ?? 'the path'} on the node${node === undefined ? '' : ` ${node}`}` },
        ...(volume?.hostPath?.type === 'Directory'
          ? [
              specPatch(view, 'Or let kubelet make it: hostPath type DirectoryOrCreate', {
                volumes: [{ name: volume.name, hostPath: { path: match[1], type: 'DirectoryOrCreate' } }],
              }),
            ]
          : []),
      ],
    };
  },
});

const localPath = volumeRule({
  id: 'local-path-missing',
  pattern:
    /path "([^"]{1,400})" does not exist|stat (\/[^\s:]{1,400}): no such file or directory|mount point "?([^"\s]{1,300})"? (?:does not exist|not found)|special device (\S{1,300}) does not exist/u,
  say: (match, view, volume) => ({
    rootCause: `The path ${match[1] ?? match[2] ?? match[3] ?? match[4] ?? ''} of ${volume} does not exist on node ${view.pod?.spec?.nodeName ?? ''} (no such file or directory), ${consequence(view)}.`,
    confidence: 'high',
    fixes: [
      {
        summary: `Make ${match[1] ?? match[2] ?? match[3] ?? match[4] ?? 'the path'} on the node, or correct the path of the volume`,
      },
    ],
  }),
});

const multiAttach = volumeRule({
  id: 'multi-attach',
  rank: 'object',
  pattern:
    /Multi-Attach error for volume "([^"]{1,253})" Volume is already (?:exclusively attached to one node|used by (?:pod\(s\) (.{1,300})))/u,
  say: (match, view, volume) => {
    const claim = volumeOf(match.input, view)?.persistentVolumeClaim?.claimName;
    const holder =
      match[2]?.replace(/\.$/u, '') ??
      [...view.file.pods, ...view.file.neighbours].find(
        (pod) =>
          pod !== view.pod &&
          pod.spec?.nodeName !== undefined &&
          pod.spec.volumes?.some((one) => claim !== undefined && one.persistentVolumeClaim?.claimName === claim) ===
            true,
      )?.metadata?.name;
    return {
      rootCause: `The ${volume} is already attached to another node${holder === undefined ? '' : `, where pod ${holder} uses it`}, and can be attached to only one (Multi-Attach error), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [
        ...((view.owner?.spec?.replicas ?? 1) > 1 && view.target.kind === 'Deployment'
          ? [{ summary: 'Run a single replica, since the volume serves one node', command: scale(view.target, 1) }]
          : []),
        ...(view.target.kind === 'Deployment'
          ? [
              {
                summary: 'Let a rollout stop the old pod first: strategy Recreate',
                command: kubectl(
                  view.namespace,
                  'patch',
                  `deployment/${view.target.name}`,
                  '-p',
                  JSON.stringify({ spec: { strategy: { type: 'Recreate', rollingUpdate: null } } }),
                ),
              },
            ]
          : []),
        {
          summary:
            'If its node is gone for good, Kubernetes detaches the volume after 6 min, or once the node has the taint node.kubernetes.io/out-of-service',
        },
      ],
    };
  },
});

const network = volumeRule({
  id: 'network-storage',
  pattern:
    /(?:mount\.nfs4?|nfs|cifs|mount error)[^\n]{0,300}?(Connection refused|Connection timed out|timed out|No route to host|access denied by server[^\n]{0,80}|No such file or directory|Name or service not known|Failed to resolve server[^\n]{0,80}|Protocol not supported|Permission denied|Host is down)/iu,
  say: (match, view, volume) => {
    const nfs = volumeOf(match.input, view)?.nfs;
    const server = nfs === undefined ? '' : ` from ${nfs.server ?? ''}:${nfs.path ?? ''}`;
    return {
      rootCause: `The ${volume} cannot be mounted${server}: ${match[1] ?? ''} (NFS or network storage), ${consequence(view)}.`,
      confidence: 'high',
      fixes: [{ summary: `Check server, export and path${server}, and that the node may reach it` }],
    };
  },
});

const missingHelper = volumeRule({
  id: 'mount-helper-missing',
  pattern:
    /you might need a \/sbin\/mount\.<type> helper program|unknown filesystem type '?(\w{1,30})'?|executable file not found[^\n]{0,60}mount/u,
  say: (match, view, volume) => ({
    rootCause: `Node ${view.pod?.spec?.nodeName ?? ''} cannot mount ${volume}: ${match[1] === undefined ? 'the mount helper program (nfs-common, cifs-utils …) is missing' : `unknown filesystem type ${match[1]}`}, ${consequence(view)}.`,
    confidence: 'high',
    fixes: [{ summary: 'Install the filesystem client (nfs-common, cifs-utils …) on the nodes' }],
  }),
});

const badFilesystem = volumeRule({
  id: 'bad-filesystem',
  pattern:
    /wrong fs type, bad option, bad superblock|fsck' found errors|fsck found errors|Structure needs cleaning|can't read superblock|failed to run fsck/iu,
  say: (match, view, volume) => ({
    rootCause: `The filesystem of ${volume} is damaged or of another type than asked for (${match[0]}), so it cannot be mounted, ${consequence(view)}.`,
    confidence: 'high',
    fixes: [
      {
        summary: 'Check the disk with fsck on a copy or snapshot, or correct fsType; restore from a backup if need be',
      },
    ],
  }),
});

const ownership = volumeRule({
  id: 'fs-group',
  pattern: /applyFSGroup failed|failed to apply fsgroup|SetVolumeOwnership/iu,
  say: (_match, view, volume) => ({
    rootCause: `Kubelet cannot set the group (fsGroup ${view.podSpec?.securityContext?.fsGroup ?? ''}) of the files in ${volume}, ${consequence(view)}.`,
    confidence: 'medium',
    fixes: [
      { summary: 'Set fsGroupChangePolicy: OnRootMismatch, or remove fsGroup where the storage has its own rights' },
    ],
  }),
});

const otherFailure = volumeRule({
  id: 'mount-fails',
  rank: 'general',
  pattern: /((?:MountVolume|AttachVolume|MapVolume|WaitForAttach|UnmountVolume|NodeExpandVolume)\.?[^\n]{5,500})/u,
  say: (match, view, volume) => ({
    rootCause: `The ${volume} cannot be mounted: ${(match[1] ?? '').replace(/^.{0,120}?failed for volume "[^"]{1,253}" ?: ?/u, '').slice(0, 300)}`,
    confidence: 'medium',
    fixes: [
      {
        summary: 'Look at the pod',
        command: kubectl(view.namespace, 'describe', 'pod', view.pod?.metadata?.name ?? ''),
      },
    ],
  }),
});

const timedOut = volumeRule({
  id: 'mount-times-out',
  rank: 'fallback',
  pattern: /unmounted volumes=\[([^\]]{1,300})\]/u,
  say: (match, view) => {
    const names = (match[1] ?? '').split(/[ ,]+/u);
    const words = names.map((name) => volumeWords(`for volume "${name}"`, view)).join(', ');
    return {
      rootCause: `Kubelet waits in vain for ${words} to be attached or mounted (timed out), ${consequence(view)}.`,
      confidence: 'low',
      fixes: [
        {
          summary: 'Look at the pod',
          command: kubectl(view.namespace, 'describe', 'pod', view.pod?.metadata?.name ?? ''),
        },
      ],
    };
  },
});

/** Volumes that cannot be mounted or attached. */
export const volumeRules: readonly Rule[] = [
  missingKey,
  serviceAccountToken,
  missingObject,
  multiAttach,
  volumeMode,
  hostPath,
  ...storageDriverRules,
  network,
  missingHelper,
  badFilesystem,
  localPath,
  ownership,
  notSynced,
  otherFailure,
  timedOut,
];
