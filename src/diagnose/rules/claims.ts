import type { KubeObject } from '../../model/kube-objects.ts';
import { parseQuantity } from '../quantity.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite } from '../rule.ts';
import { eventMessages } from './message-rule.ts';
import { selects, selectorWords } from './nodes.ts';

interface ClaimSpec {
  readonly storageClassName?: string | null;
  readonly accessModes?: readonly string[];
  readonly resources?: { readonly requests?: { readonly storage?: string } };
  readonly volumeName?: string;
  readonly volumeMode?: string;
  readonly selector?: Parameters<typeof selects>[0];
}

interface VolumeSpec {
  readonly capacity?: { readonly storage?: string };
  readonly accessModes?: readonly string[];
  readonly storageClassName?: string;
  readonly volumeMode?: string;
  readonly claimRef?: { readonly name?: string; readonly namespace?: string };
}

/** Why a claim is not bound, with its proof. */
export interface ClaimTrouble {
  readonly why: string;
  readonly cites: readonly Cite[];
  readonly storageClass?: string;
  readonly missingClass?: true;
}

/** Claims of the pod that are read and not bound; of a StatefulSet's also those its volumeClaimTemplates made. */
export function pendingClaims(view: CaseView): readonly KubeObject[] {
  const names = (view.podSpec?.volumes ?? []).flatMap((one) => one.persistentVolumeClaim?.claimName ?? []);
  return view
    .objects('PersistentVolumeClaim')
    .filter((claim) => names.includes(claim.metadata?.name ?? '') && phaseOf(claim) !== 'Bound');
}

export function claimSpec(claim: KubeObject): ClaimSpec {
  return (claim.spec as ClaimSpec | undefined) ?? {};
}

function phaseOf(claim: KubeObject): string {
  return (claim.status as { readonly phase?: string } | undefined)?.phase ?? '';
}

/** Looks at the class, the volumes and the events of an unbound claim for the reason. */
export function troubleOf(claim: KubeObject, view: CaseView): ClaimTrouble {
  const name = claim.metadata?.name ?? '';
  const spec = claimSpec(claim);
  const className = spec.storageClassName ?? undefined;
  const cites: Cite[] = [{ source: `persistentvolumeclaim ${name}`, text: claimWords(claim) }];
  const events = eventMessages(
    view,
    'ProvisioningFailed',
    'FailedBinding',
    'ExternalProvisioning',
    'WaitForPodScheduled',
  );
  const failed = events.find((event) => /not found|fail|error|denied|exceed|no persistent volumes/iu.test(event.text));
  if (spec.volumeName !== undefined && spec.volumeName !== '') {
    const why = reservedVolume(spec.volumeName, claim, view);
    if (why !== undefined) return { why, cites, ...classOf(className) };
  }
  const classes = view.objects('StorageClass');
  const storageClass = classes.find((one) => one.metadata?.name === className);
  if (failed !== undefined) cites.push({ source: failed.source, text: failed.text });
  const saidMissing = /storageclass\.storage\.k8s\.io "([^"]{1,253})" not found/u.exec(failed?.text ?? '')?.[1];
  if (
    className !== undefined &&
    className !== '' &&
    (saidMissing === className || (storageClass === undefined && classes.length > 0))
  )
    return {
      why: `its StorageClass ${className} does not exist (storageclass not found)`,
      cites,
      storageClass: className,
      missingClass: true,
    };
  if (failed !== undefined && !failed.text.startsWith('no persistent volumes') && saidMissing === undefined)
    return { why: `the volume cannot be provisioned: ${failed.text.slice(0, 300)}`, cites, ...classOf(className) };
  const provisioner = (storageClass as { readonly provisioner?: string } | undefined)?.provisioner;
  const waits =
    (storageClass as { readonly volumeBindingMode?: string } | undefined)?.volumeBindingMode === 'WaitForFirstConsumer';
  if (provisioner === 'kubernetes.io/no-provisioner' || className === '')
    return {
      why: `${className ? `its StorageClass ${className}${waits ? ' (WaitForFirstConsumer)' : ''} has no provisioner` : 'it asks for no StorageClass'} and ${nearestVolume(claim, view)}`,
      cites,
      ...classOf(className),
    };
  if (className === undefined)
    return {
      why: `it names no StorageClass, the cluster has no default one, and ${nearestVolume(claim, view)}`,
      cites,
    };
  if (provisioner !== undefined) {
    const waitingFor = events.find((event) => /Waiting for a volume to be created/iu.test(event.text));
    if (waitingFor !== undefined)
      return {
        why: `the provisioner ${provisioner} of its StorageClass ${className} has not created a volume: it is not running, or cannot`,
        cites: [...cites, { source: waitingFor.source, text: waitingFor.text }],
        storageClass: className,
      };
    return {
      why: `the provisioner ${provisioner} of its StorageClass ${className} has created no volume yet`,
      cites,
      storageClass: className,
    };
  }
  return { why: nearestVolume(claim, view), cites, ...classOf(className) };
}

// A claim that names its volume waits for just that one.
function reservedVolume(volume: string, claim: KubeObject, view: CaseView): string | undefined {
  const object = view.object('PersistentVolume', volume);
  const lost = phaseOf(claim) === 'Lost';
  const gap = view.file.gaps.find(({ source }) => source === `persistentvolume ${volume}`);
  if (object === undefined && !lost && gap !== undefined && !/not found|not in the bundle/u.test(gap.why))
    return undefined;
  if (object === undefined)
    return `${lost ? 'it is Lost: ' : ''}it belongs to PersistentVolume ${volume} (volumeName), which does not exist (gone, lost)`;
  const { claimRef } = (object.spec as VolumeSpec | undefined) ?? {};
  const other = claimRef?.name !== undefined && claimRef.name !== claim.metadata?.name;
  return other
    ? `it asks for PersistentVolume ${volume} (volumeName), which is bound to claim ${claimRef.namespace ?? ''}/${claimRef.name ?? ''}`
    : undefined;
}

function classOf(name: string | undefined): { readonly storageClass?: string } {
  return name ? { storageClass: name } : {};
}

/** `5Gi, ReadWriteOnce, StorageClass fast`. */
export function claimWords(claim: KubeObject): string {
  const spec = claimSpec(claim);
  const parts = [
    spec.resources?.requests?.storage,
    spec.accessModes?.join('+'),
    spec.storageClassName ? `StorageClass ${spec.storageClassName}` : 'no StorageClass',
    phaseOf(claim),
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}

// Says which volume comes nearest, and what is wrong with it.
function nearestVolume(claim: KubeObject, view: CaseView): string {
  const spec = claimSpec(claim);
  const wanted = parseQuantity(spec.resources?.requests?.storage) ?? 0;
  const free = view
    .objects('PersistentVolume')
    .map((volume) => ({
      name: volume.metadata?.name ?? '',
      labels: volume.metadata?.labels ?? {},
      volume: (volume.spec as VolumeSpec | undefined) ?? {},
      phase: phaseOf(volume),
    }))
    .filter(({ volume }) => (volume.storageClassName ?? '') === (spec.storageClassName ?? ''));
  for (const { name, volume, phase, labels } of free) {
    const size = parseQuantity(volume.capacity?.storage) ?? 0;
    if (phase === 'Released')
      return `PersistentVolume ${name} is still Released from another claim, so no PersistentVolume is available to bind`;
    if (phase !== 'Available') continue;
    if (size < wanted)
      return `PersistentVolume ${name} is too small (${volume.capacity?.storage ?? ''}, the claim wants ${spec.resources?.requests?.storage ?? ''}), so no PersistentVolume fits`;
    const modes = volume.accessModes ?? [];
    const lacking = (spec.accessModes ?? []).filter((mode) => !modes.includes(mode));
    if (lacking.length > 0)
      return `PersistentVolume ${name} does not offer the access mode ${lacking.join(', ')} (it has ${modes.join(', ')}), so no PersistentVolume fits`;
    if (spec.selector !== undefined && !selects(spec.selector, labels))
      return `PersistentVolume ${name} does not carry the labels that the claim's selector wants (${selectorWords(spec.selector)}), so no PersistentVolume fits`;
    if ((volume.volumeMode ?? 'Filesystem') !== (spec.volumeMode ?? 'Filesystem'))
      return `PersistentVolume ${name} has volumeMode ${volume.volumeMode ?? 'Filesystem'}, the claim wants ${spec.volumeMode ?? 'Filesystem'}, so no PersistentVolume fits`;
  }
  return 'no PersistentVolume is available to bind';
}
