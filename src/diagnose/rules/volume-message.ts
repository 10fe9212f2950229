import type { KubeVolume } from '../../model/kube-objects.ts';
import { volumeLabel } from '../mounts.ts';
import type { CaseView } from '../case-view.ts';
import type { Rule } from '../rule.ts';
import { eventMessages, failureMessages, messageRule } from './message-rule.ts';
import type { Message, Said } from './message-rule.ts';

/** What kubelet and the attach-detach controller say of volumes, the newest first, what names a volume before a timeout. */
function volumeMessages(view: CaseView): readonly Message[] {
  if (view.failure.kind !== 'VolumeMount' && !isStarting(view)) return [];
  const events = eventMessages(
    view,
    'FailedMount',
    'FailedAttachVolume',
    'FailedMapVolume',
    'VolumeResizeFailed',
    'FileSystemResizeFailed',
  );
  const own = failureMessages(view).filter((message) => /volume|mount/iu.test(message.text));
  const all = [...own, ...events];
  const vague = (message: Message): boolean =>
    /timed out waiting for the condition|context deadline exceeded$/u.test(message.text) &&
    message.text.startsWith('Unable to attach');
  return [...all.filter((message) => !vague(message)), ...all.filter(vague)];
}

// A pod that is past its first containers' start has its volumes.
function isStarting(view: CaseView): boolean {
  const statuses = [...(view.pod?.status?.initContainerStatuses ?? []), ...(view.pod?.status?.containerStatuses ?? [])];
  return (
    view.pod?.status?.phase === 'Pending' &&
    statuses.every((one) => one.state?.running === undefined && one.state?.terminated === undefined)
  );
}

/** The volume that a message names, by the pod's own name for it. */
export function volumeOf(message: string, view: CaseView): KubeVolume | undefined {
  const name = /for volume "([^"]{1,253})"/u.exec(message)?.[1];
  const direct = view.podSpec?.volumes?.find((one) => one.name === name);
  if (direct !== undefined || name === undefined) return direct;
  // Of a claim kubelet names the PersistentVolume.
  const claim = view
    .objects('PersistentVolumeClaim')
    .find((one) => (one.spec as { readonly volumeName?: string } | undefined)?.volumeName === name);
  return view.podSpec?.volumes?.find(
    (one) => claim !== undefined && one.persistentVolumeClaim?.claimName === claim.metadata?.name,
  );
}

/** `volume c (ConfigMap forms-conf)`, as far as known. */
export function volumeWords(message: string, view: CaseView): string {
  const volume = volumeOf(message, view);
  const name = /for volume "([^"]{1,253})"/u.exec(message)?.[1] ?? volume?.name;
  if (volume === undefined) return name === undefined ? 'a volume' : `volume ${name}`;
  const label = volumeLabel(volume);
  return label === `volume ${volume.name ?? ''}` ? label : `volume ${name ?? ''} (${label})`;
}

interface VolumeRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly rank?: Rule['rank'];
  readonly say: (match: RegExpExecArray, view: CaseView, volume: string) => Said | undefined;
}

/** A rule about one message on volumes; `volume` in words is passed on. */
export function volumeRule({ id, pattern, rank = 'exact', say }: VolumeRule): Rule {
  return messageRule({
    id: `volume/${id}`,
    rank,
    messages: volumeMessages,
    pattern,
    say: (match, view, message) => say(match, view, volumeWords(message.text, view)),
  });
}

/** `so pod forms-… cannot start`. */
export function consequence(view: CaseView): string {
  const name = view.pod?.metadata?.name;
  return name === undefined ? 'so the pod cannot start' : `so pod ${name} stays in ContainerCreating`;
}
