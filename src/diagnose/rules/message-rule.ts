import type { KubeContainerStatus, KubeEvent } from '../../model/kube-objects.ts';
import { allStatuses } from '../containers.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite, Finding, Rule } from '../rule.ts';

/** A text of Kubernetes' own (status or event) and where it stands. */
export interface Message extends Cite {
  /** The container it is about, where it says so. */
  readonly container?: string;
}

/** What a rule makes of a message; `cites` are added to the message itself. */
export type Said = Omit<Finding, 'cites'> & { readonly cites?: readonly Cite[] };

/** A rule that knows one message of Kubernetes, a runtime or a driver. */
export interface MessageRule extends Pick<Rule, 'id' | 'rank' | 'kinds'> {
  /** The messages to look at, the most telling first. */
  readonly messages: (view: CaseView) => readonly Message[];
  /** Linear: no nested repetition. Messages are cut to 4,096 characters first. */
  readonly pattern: RegExp;
  readonly say: (match: RegExpExecArray, view: CaseView, message: Message) => Said | undefined;
}

const longestMessage = 4096;

/** Turns the declaration into a rule: the first message that matches speaks, and is cited. */
export function messageRule(declaration: MessageRule): Rule {
  const { id, rank, kinds, messages, pattern, say } = declaration;
  return {
    id,
    rank,
    ...(kinds && { kinds }),
    explain: (view) => {
      for (const message of messages(view)) {
        const match = pattern.exec(message.text.slice(0, longestMessage));
        const said = match === null ? undefined : say(match, view, message);
        if (said !== undefined)
          return { ...said, cites: [{ source: message.source, text: message.text }, ...(said.cites ?? [])] };
      }
      return undefined;
    },
  };
}

/** Why containers wait, by the reason of their waiting state: the one in focus first. */
export function waitingMessages(view: CaseView, reasons: RegExp): readonly Message[] {
  const waiting = [view.status, ...allStatuses(view.pod)].filter((status): status is KubeContainerStatus =>
    reasons.test(status?.state?.waiting?.reason ?? ''),
  );
  return waiting.flatMap((status) => {
    const { name = '', state } = status;
    const text = state?.waiting?.message ?? '';
    return text === '' ? [] : [{ source: `status of container ${name}`, text, container: name }];
  });
}

/** Events with one of the reasons, those of the pod in focus first, the newest first. */
export function eventMessages(view: CaseView, ...reasons: readonly string[]): readonly Message[] {
  const events = view.eventsWith(...reasons).toReversed();
  const own = events.filter((event) => isAbout(event, view));
  return [...own, ...events.filter((event) => !own.includes(event) && isOfWorkload(event, view))].map(toMessage);
}

/** What the failure itself and the pod's own status say. */
export function failureMessages(view: CaseView): readonly Message[] {
  const { failure, pod } = view;
  const texts = [failure.message, pod?.status?.message];
  return texts.flatMap((text) =>
    text === undefined || text === ''
      ? []
      : [
          {
            source: `${failure.subject.kind.toLowerCase()} ${failure.subject.name}`,
            text,
            ...named(failure.container),
          },
        ],
  );
}

function toMessage(event: KubeEvent): Message {
  const field = /\{([^}]{1,63})\}$/u.exec(event.involvedObject?.fieldPath ?? '');
  return { source: `event ${event.reason ?? ''}`, text: event.message ?? '', ...named(field?.[1]) };
}

function named(container: string | undefined): { readonly container?: string } {
  return container === undefined ? {} : { container };
}

function isAbout(event: KubeEvent, view: CaseView): boolean {
  const name = event.involvedObject?.name;
  return name === view.pod?.metadata?.name || name === view.failure.subject.name;
}

// An event of another workload's pod must not explain this one.
function isOfWorkload(event: KubeEvent, view: CaseView): boolean {
  const { kind, name } = event.involvedObject ?? {};
  if (kind === 'Pod') return view.file.pods.some((pod) => pod.metadata?.name === name);
  return kind === 'Node' || kind === 'PersistentVolumeClaim' || isOwner(kind, name, view);
}

function isOwner(kind: string | undefined, name: string | undefined, view: CaseView): boolean {
  if (kind === view.target.kind && name === view.target.name) return true;
  const owner = view.file.owners.find((one) => one.kind === kind && one.metadata?.name === name);
  return owner?.metadata?.ownerReferences?.some((ref) => ref.name === view.target.name) === true;
}

/** `container web`, `init container seed`, `sidecar proxy`. */
export function containerWords(view: CaseView, name: string | undefined): string {
  if (name === undefined) return 'a container';
  const init = view.podSpec?.initContainers?.find((one) => one.name === name);
  if (init === undefined) return `container ${name}`;
  return init.restartPolicy === 'Always' ? `sidecar container ${name}` : `init container ${name}`;
}
