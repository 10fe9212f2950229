import { quoteLog } from '../../model/log-quote.ts';
import type { LogSharing } from '../../model/log-quote.ts';
import type { KubeCondition, KubeContainer, KubeContainerStatus, KubePod } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { allStatuses } from '../containers.ts';
import { weighLines } from '../logs/line-weight.ts';
import type { ReadLog } from '../logs/read-log.ts';
import { isSecretSetting, settingsOf } from '../settings.ts';

/** Something that a case file tells, for the model; raw text, free log text in `quoteLog`. */
export interface Fact {
  readonly source: string;
  readonly text: string;
}

const mostEvents = 12;
const mostLines = 12;
const mostTailLines = 60;
const mostOthers = 6;

/**
 * What a case file tells beyond the evidence of the rules, the most telling first. Annotations, labels and managed fields are
 * left out: nobody needs them to find a cause, and anybody may write into them.
 */
export function caseFacts(view: CaseView, sharing: LogSharing): readonly Fact[] {
  return [
    ...failureFacts(view),
    ...containerFacts(view),
    ...lineFacts(view.log),
    ...eventFacts(view),
    ...conditionFacts(view),
    ...specFacts(view),
    ...otherPodFacts(view),
    ...objectFacts(view),
    ...(sharing === 'full' ? tailFacts(view.log) : []),
  ];
}

function failureFacts(view: CaseView): Fact[] {
  const programTexts = view.file.pods.flatMap((pod) => allStatuses(pod).flatMap(programText));
  return view.file.failures.slice(0, 4).map((failure) => {
    const { message } = failure;
    // What a program wrote about its own end is as much a log as its output.
    const ofProgram = message !== undefined && programTexts.some((text) => text.includes(message));
    const said = message === undefined || message === '' ? '' : `: ${ofProgram ? quoteLog(message) : message}`;
    const exit = failure.exitCode === undefined ? '' : `, exit code ${failure.exitCode}`;
    const where = failure.container === undefined ? '' : `container ${failure.container}: `;
    return {
      source: `${failure.subject.kind.toLowerCase()} ${failure.subject.name}`,
      text: `${where}${failure.kind}, ${failure.reason}${said}${exit}, ${failure.restartCount} restarts`,
    };
  });
}

function programText(status: KubeContainerStatus): string[] {
  return [status.state?.terminated?.message, status.lastState?.terminated?.message].filter(
    (text) => text !== undefined,
  );
}

function containerFacts(view: CaseView): Fact[] {
  return allStatuses(view.pod).map((status) => ({
    source: `pod ${view.pod?.metadata?.name ?? ''}`,
    text: `container ${status.name ?? ''}: ${stateText(status)}, ready ${String(status.ready ?? false)}, ${status.restartCount ?? 0} restarts, image ${status.image ?? ''}`,
  }));
}

function stateText({ state, lastState }: KubeContainerStatus): string {
  const now =
    state?.waiting !== undefined
      ? `waiting ${state.waiting.reason ?? ''}${state.waiting.message === undefined ? '' : ` (${state.waiting.message})`}`
      : state?.terminated !== undefined
        ? endText(state.terminated)
        : state?.running !== undefined
          ? 'running'
          : 'state unknown';
  return lastState?.terminated === undefined ? now : `${now}, before that ${endText(lastState.terminated)}`;
}

function endText(ended: NonNullable<NonNullable<KubeContainerStatus['state']>['terminated']>): string {
  const said =
    ended.message === undefined || ended.message === '' ? '' : ` saying ${quoteLog(ended.message.slice(0, 2000))}`;
  return `terminated with exit code ${ended.exitCode ?? 0} (${ended.reason ?? ''})${said}`;
}

/** The lines that most likely tell the cause, in the order of the log. */
function lineFacts(log: ReadLog | undefined): Fact[] {
  if (log === undefined) return [];
  const best = [...weighLines(log)].sort((a, b) => b.weight - a.weight).slice(0, mostLines);
  return best
    .sort((a, b) => a.line.index - b.line.index)
    .map(({ line }) => ({ source: log.source, text: quoteLog(line.text) }));
}

function tailFacts(log: ReadLog | undefined): Fact[] {
  const tail = log?.lines.slice(-mostTailLines) ?? [];
  if (log === undefined || tail.length === 0) return [];
  return [{ source: `end of ${log.source}`, text: quoteLog(tail.map(({ text }) => text).join('\n')) }];
}

function eventFacts(view: CaseView): Fact[] {
  return view.events
    .filter((event) => event.type === 'Warning')
    .slice(-mostEvents)
    .reverse()
    .map((event) => ({
      source: `event ${event.reason ?? ''}`,
      text: `${event.involvedObject?.kind ?? ''} ${event.involvedObject?.name ?? ''}: ${event.message ?? ''}`,
    }));
}

function conditionFacts(view: CaseView): Fact[] {
  const pod = (view.pod?.status?.conditions ?? []).filter(
    (one) => one.status === 'False' && one.reason !== 'PodCompleted',
  );
  const owner = (view.owner?.status?.conditions ?? []).filter(isBad);
  const node = (view.node?.status as { readonly conditions?: readonly KubeCondition[] } | undefined)?.conditions ?? [];
  const nodeIsBad = (one: KubeCondition): boolean => (one.type === 'Ready') !== (one.status === 'True');
  return [
    ...pod.map((one) => conditionFact(`pod ${view.pod?.metadata?.name ?? ''}`, one)),
    ...owner.map((one) => conditionFact(`${view.file.workload.kind.toLowerCase()} ${view.file.workload.name}`, one)),
    ...node.filter(nodeIsBad).map((one) => conditionFact(`node ${view.node?.metadata?.name ?? ''}`, one)),
  ];
}

function isBad(one: KubeCondition): boolean {
  return one.type === 'ReplicaFailure' || one.type === 'Failed' ? one.status === 'True' : one.status === 'False';
}

function conditionFact(source: string, one: KubeCondition): Fact {
  return { source, text: `${one.type ?? ''} ${one.status ?? ''}: ${one.reason ?? ''} ${one.message ?? ''}`.trim() };
}

function specFacts(view: CaseView): Fact[] {
  const { spec } = view;
  if (spec === undefined) return [];
  const source = `spec of container ${spec.name ?? ''}`;
  const facts = [
    list('command', spec.command),
    list('args', spec.args),
    json('resources', spec.resources),
    json('readinessProbe', spec.readinessProbe),
    json('livenessProbe', spec.livenessProbe),
    json('startupProbe', spec.startupProbe),
    json(
      'ports',
      spec.ports?.map((port) => port.containerPort),
    ),
    json(
      'mounts',
      spec.volumeMounts?.filter(isOwnMount).map((mount) => `${mount.name ?? ''} at ${mount.mountPath ?? ''}`),
    ),
    json('securityContext', spec.securityContext),
    envText(spec),
  ];
  return facts.filter((text) => text !== '').map((text) => ({ source, text }));
}

function list(name: string, words: readonly string[] | undefined): string {
  return words === undefined || words.length === 0 ? '' : `${name}: ${words.join(' ')}`;
}

function json(name: string, value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || text === '{}' || text === '[]' ? '' : `${name}: ${text}`;
}

/** Not the token volume that every pod gets. */
function isOwnMount({ mountPath = '' }: { readonly mountPath?: string }): boolean {
  return !mountPath.startsWith('/var/run/secrets/kubernetes.io/');
}

/** Names and origins; a literal value only where neither its name nor itself speaks of a secret. */
function envText(spec: KubeContainer): string {
  const open = new Set(
    settingsOf(spec)
      .filter(({ kind, name, value }) => kind === 'env' && value.length <= 80 && !isSecretSetting(name, value))
      .map(({ name }) => name),
  );
  const own = (spec.env ?? []).map(({ name = '', value, valueFrom }) => {
    if (valueFrom?.secretKeyRef)
      return `${name} from Secret ${valueFrom.secretKeyRef.name ?? ''} key ${valueFrom.secretKeyRef.key ?? ''}`;
    if (valueFrom?.configMapKeyRef)
      return `${name} from ConfigMap ${valueFrom.configMapKeyRef.name ?? ''} key ${valueFrom.configMapKeyRef.key ?? ''}`;
    return open.has(name) ? `${name}=${value ?? ''}` : name;
  });
  const whole = (spec.envFrom ?? []).map(({ configMapRef, secretRef }) =>
    configMapRef === undefined
      ? `all of Secret ${secretRef?.name ?? ''}`
      : `all of ConfigMap ${configMapRef.name ?? ''}`,
  );
  const all = [...own, ...whole];
  return all.length === 0 ? '' : `environment: ${all.join(', ')}`;
}

function otherPodFacts(view: CaseView): Fact[] {
  const siblings = view.file.pods.filter((pod) => pod.metadata?.name !== view.pod?.metadata?.name);
  const failing = view.file.neighbours.filter((pod) => !isReady(pod));
  return [...siblings, ...failing].slice(0, mostOthers).map((pod) => ({
    source: `pod ${pod.metadata?.name ?? ''}`,
    text: [
      `phase ${pod.status?.phase ?? 'unknown'}, ready ${String(isReady(pod))}`,
      ...allStatuses(pod).map((status) => `container ${status.name ?? ''} ${stateText(status)}`),
    ].join('; '),
  }));
}

function isReady(pod: KubePod): boolean {
  return pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True') === true;
}

function objectFacts(view: CaseView): Fact[] {
  const claims = view.objects('PersistentVolumeClaim').map((claim) => ({
    source: `persistentvolumeclaim ${claim.metadata?.name ?? ''}`,
    text: `phase ${phaseOf(claim.status)}, ${JSON.stringify((claim.spec as { storageClassName?: string } | undefined)?.storageClassName ?? 'default class')}`,
  }));
  const quotas = view.objects('ResourceQuota').map((quota) => ({
    source: `resourcequota ${quota.metadata?.name ?? ''}`,
    text: JSON.stringify(quota.status ?? {}),
  }));
  const services = view.objects('Service').map((service) => {
    const ports =
      (service.spec as { ports?: readonly { port?: number; targetPort?: number | string }[] } | undefined)?.ports ?? [];
    return {
      source: `service ${service.metadata?.name ?? ''}`,
      text: `ports ${ports.map(({ port, targetPort }) => `${port ?? ''} to ${targetPort ?? port ?? ''}`).join(', ')}`,
    };
  });
  return [...claims.slice(0, mostOthers), ...quotas.slice(0, 2), ...services.slice(0, mostOthers)];
}

function phaseOf(status: unknown): string {
  return typeof status === 'object' && status !== null && 'phase' in status ? String(status.phase) : 'unknown';
}
