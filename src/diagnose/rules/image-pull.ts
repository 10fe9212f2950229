import { isTypingSlip } from '../../lib/typing-slip.ts';
import { kubectl, patch, setImage, templatePatch } from '../kubectl.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite, ProposedFix, Rule } from '../rule.ts';
import { containerWords, eventMessages, failureMessages, messageRule, waitingMessages } from './message-rule.ts';
import type { Message } from './message-rule.ts';
import { imageOf, splitReference } from './image-reference.ts';
import type { ImageReference } from './image-reference.ts';

const reasons =
  /^(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable|SignatureValidationFailed|ErrPull)$/u;

// During back-off older kubelets (before 1.30) only say "Back-off pulling image": the reason is in the events.
export function pullMessages(view: CaseView): readonly Message[] {
  const waiting = waitingMessages(view, reasons);
  if (waiting.length === 0 && view.failure.kind !== 'ImagePull') return [];
  const pulls = eventMessages(view, 'Failed', 'InspectFailed', 'ErrImageNeverPull', 'InvalidImageName');
  return [...waiting, ...failureMessages(view), ...pulls];
}

/** One pull that fails, in words. */
export interface Pull {
  readonly view: CaseView;
  readonly image: string;
  readonly reference: ImageReference;
  readonly container: string | undefined;
  /** `container web` or `init container seed`. */
  readonly who: string;
}

interface ImageRule {
  readonly id: string;
  readonly pattern: RegExp;
  readonly cause: (pull: Pull, match: RegExpExecArray) => string;
  readonly fixes?: (pull: Pull, match: RegExpExecArray) => readonly ProposedFix[];
  readonly cites?: (pull: Pull) => readonly Cite[];
}

export function imageRule({ id, pattern, cause, fixes, cites }: ImageRule): Rule {
  return messageRule({
    id: `image/${id}`,
    rank: 'exact',
    messages: pullMessages,
    pattern,
    say: (match, view, message) => {
      const container = message.container ?? view.container;
      const image = imageOf(message.text) ?? view.specOf(container ?? '')?.image;
      if (image === undefined) return undefined;
      const pull = { view, image, reference: splitReference(image), container, who: containerWords(view, container) };
      return {
        rootCause: cause(pull, match),
        confidence: 'high',
        fixes: fixes?.(pull, match) ?? [],
        cites: cites?.(pull) ?? [],
      };
    },
  });
}

/**
 * Sets another image: one that runs elsewhere in the namespace from the same repository, or whose name or tag differs by a
 * slip of the fingers; else one to fill in.
 */
export function otherImage(pull: Pull, why: string): ProposedFix[] {
  const { view, reference, container } = pull;
  if (container === undefined || view.target.kind === 'Job') return [];
  const inUse = imageInUse(pull);
  if (inUse !== undefined)
    return [
      { summary: `Use ${inUse}, which runs in this namespace`, command: setImage(view.target, container, inUse) },
    ];
  return [{ summary: why, command: setImage(view.target, container, `${reference.name}:REPLACE_ME`) }];
}

function imageInUse({ view, image, reference }: Pull): string | undefined {
  // As the spec names it: a status may show another name of the same image, or its id.
  const running = [...view.file.pods, ...view.file.neighbours].flatMap((pod) =>
    (pod.status?.containerStatuses ?? [])
      .filter(({ ready }) => ready === true)
      .flatMap((status) => pod.spec?.containers?.find(({ name }) => name === status.name)?.image ?? status.image ?? []),
  );
  const others = running.filter((one) => one !== image).map((one) => ({ image: one, ...splitReference(one) }));
  const near = others.find(
    (one) =>
      (one.name === reference.name && isTypingSlip(one.version, reference.version)) ||
      (one.version === reference.version && isTypingSlip(one.name, reference.name)),
  );
  return (near ?? others.find((one) => one.name === reference.name))?.image;
}

export function credentials({ view, reference }: Pull): ProposedFix[] {
  const secret = view.podSpec?.imagePullSecrets?.[0]?.name;
  const create = kubectl(
    view.namespace,
    'create',
    'secret',
    'docker-registry',
    secret ?? 'registry-credentials',
    `--docker-server=${reference.registry}`,
    '--docker-username=REPLACE_ME',
    '--docker-password=REPLACE_ME',
  );
  if (secret !== undefined)
    return [
      {
        summary: `Put valid credentials for ${reference.registry} into the pull secret ${secret} (create it anew)`,
        command: create,
      },
    ];
  const body = templatePatch(view.target.kind, { imagePullSecrets: [{ name: 'registry-credentials' }] });
  // One is of no use without the other, and the first waits for a person.
  return [
    {
      summary: `Create a pull secret with credentials for ${reference.registry} and name it in the pod template`,
      command: body === undefined ? create : `${create} && ${patch(view.target, body)}`,
    },
  ];
}

export function pullSecretWords({ view }: Pull): string {
  const names = (view.podSpec?.imagePullSecrets ?? []).map((secret) => secret.name ?? '');
  if (names.length === 0) return 'the pod names no imagePullSecrets';
  const absent = eventMessages(view, 'FailedToRetrieveImagePullSecret').length > 0;
  const list = names.join(', ');
  return absent
    ? `its imagePullSecret ${list} cannot be retrieved (missing)`
    : `the credentials in its imagePullSecret ${list} do not fit`;
}

export function pullSecretCites({ view }: Pull): readonly Cite[] {
  return eventMessages(view, 'FailedToRetrieveImagePullSecret').slice(0, 1);
}

export const subject = ({ image, who }: Pull): string => `Image ${image} (${who})`;
export const checkRegistry = (registry: string, what: string): ProposedFix => ({
  summary: `${what} (registry ${registry})`,
});

export function validName({ view, image, container, reference }: Pull): ProposedFix[] {
  if (container === undefined || view.target.kind === 'Job') return [];
  const lower = image.toLowerCase();
  const wrongCaseOnly =
    /^[\w.:/@-]+$/u.test(image) && lower !== image && reference.name !== reference.name.toLowerCase();
  const better = wrongCaseOnly ? reference.name.toLowerCase() + image.slice(reference.name.length) : 'REPLACE_ME';
  return [{ summary: 'Correct the name of the image', command: setImage(view.target, container, better) }];
}

export function pullPolicy({ view, container, reference }: Pull): ProposedFix[] {
  if (container === undefined || reference.registry.split(':')[0] === 'localhost') return [];
  const list = view.podSpec?.initContainers?.some((one) => one.name === container) ? 'initContainers' : 'containers';
  const body = templatePatch(view.target.kind, { [list]: [{ name: container, imagePullPolicy: 'IfNotPresent' }] });
  if (body === undefined) return [];
  return [{ summary: 'Let kubelet pull it: imagePullPolicy IfNotPresent', command: patch(view.target, body) }];
}

/** Words alone where the command would only have something to fill in. */
export function withoutPlaceholder(fix: ProposedFix): ProposedFix {
  return fix.command?.includes('REPLACE_ME') === true ? { summary: fix.summary } : fix;
}

export function nodeWords(view: CaseView): string {
  const name = view.pod?.spec?.nodeName;
  return name === undefined ? '' : ` ${name}`;
}

export function platformOf(view: CaseView): string | undefined {
  const info = (view.node?.status as { nodeInfo?: { operatingSystem?: string; architecture?: string } } | undefined)
    ?.nodeInfo;
  return info?.architecture === undefined ? undefined : `${info.operatingSystem ?? 'linux'}/${info.architecture}`;
}
