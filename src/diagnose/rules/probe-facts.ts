import type { KubeContainer, KubeProbe } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import type { Cite } from '../rule.ts';
import { eventMessages } from './message-rule.ts';
import type { Message } from './message-rule.ts';

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

/** A probe that fails now, with what it is and what kubelet saw. */
export interface FailingProbe {
  readonly kind: ProbeKind;
  readonly container: KubeContainer;
  readonly probe: KubeProbe;
  /** The field in the container's spec. */
  readonly field: 'livenessProbe' | 'readinessProbe' | 'startupProbe';
  /** What kubelet says after `probe failed:`; empty where only the end of the container is told. */
  readonly result: string;
  readonly cites: readonly Cite[];
  /** Kubelet ended or ends the container for it. */
  readonly kills: boolean;
  readonly exitCode?: number;
}

const failed = /^(Liveness|Readiness|Startup) probe (?:failed|errored)(?: and resulted in [\w ]{1,40})?: ?([\s\S]*)$/u;
// Restartable init containers are told without "will be restarted" (pkg/kubelet/kuberuntime/kuberuntime_container.go).
const killed = /^(?:Init c|C)ontainer (\S{1,63}) failed (liveness|startup) probe/u;

/** The failing probe that matters most: one that kills before one that only keeps traffic away, the newest first. */
export function failingProbe(view: CaseView): FailingProbe | undefined {
  const kills = eventMessages(view, 'Killing').flatMap((message) => {
    const match = killed.exec(message.text);
    return match === null ? [] : [{ container: match[1] ?? '', kind: match[2] as ProbeKind, message }];
  });
  const told = eventMessages(view, 'Unhealthy', 'ProbeWarning').flatMap((message) => {
    const match = failed.exec(message.text);
    return match === null
      ? []
      : [{ kind: (match[1] ?? '').toLowerCase() as ProbeKind, result: (match[2] ?? '').trim(), message }];
  });
  const all = [...told, ...untold(view, kills, told)];
  const wanted = view.container;
  for (const { kind, result, message } of [...all].sort((a, b) => order(a.kind, kills) - order(b.kind, kills))) {
    const name = message.container ?? wanted;
    if (wanted !== undefined && name !== wanted) continue;
    const container = view.specOf(name ?? '');
    const field = `${kind}Probe` as const;
    const probe = container?.[field];
    const kill = kills.find((one) => one.container === name && one.kind === kind);
    if (container === undefined || probe === undefined || !stillMatters(kind, view, container, kill !== undefined))
      continue;
    const cites = [message, ...(kill === undefined ? [] : [kill.message])].map(({ source, text }) => ({
      source,
      text,
    }));
    const exitCode = kill === undefined ? undefined : view.exit?.code;
    return {
      kind,
      container,
      probe,
      field,
      result,
      cites: [...cites, probeCite(probe, field, container)],
      kills: kill !== undefined,
      ...(exitCode !== undefined && { exitCode }),
    };
  }
  return undefined;
}

interface Told {
  readonly kind: ProbeKind;
  readonly result: string;
  readonly message: Message;
}

/**
 * Probes of which only the end of the container is told: kubelet's events are rate-limited for each pod (client-go
 * tools/record, EventSourceObjectSpamFilter). Another probe that asks the same thing tells the result.
 */
function untold(
  view: CaseView,
  kills: readonly { readonly container: string; readonly kind: ProbeKind; readonly message: Message }[],
  told: readonly Told[],
): Told[] {
  const asks = (container: string, kind: ProbeKind): string => {
    const { httpGet, tcpSocket, grpc, exec } = view.specOf(container)?.[`${kind}Probe`] ?? {};
    return JSON.stringify([httpGet, tcpSocket, grpc, exec]);
  };
  return kills.flatMap(({ container, kind, message }) => {
    const own = told.filter((one) => (one.message.container ?? container) === container);
    if (own.some((one) => one.kind === kind)) return [];
    const same = own.find((one) => asks(container, one.kind) === asks(container, kind));
    return [{ kind, result: same?.result ?? '', message: { ...message, container } }];
  });
}

function order(kind: ProbeKind, kills: readonly { readonly kind: ProbeKind }[]): number {
  if (kills.some((one) => one.kind === kind)) return 0;
  return kind === 'readiness' ? 1 : 2;
}

// Probes also fail while a container starts and after it has ended by itself: then they are not the cause.
function stillMatters(kind: ProbeKind, view: CaseView, container: KubeContainer, kills: boolean): boolean {
  if (kind !== 'readiness' && kills) return true;
  const status = view.statusOf(container.name ?? '');
  const crashes = view.failure.kind === 'CrashLoopBackOff' || view.failure.kind === 'OOMKilled';
  return !crashes && status?.state?.running !== undefined && status.ready !== true;
}

function probeCite(probe: KubeProbe, field: string, container: KubeContainer): Cite {
  const timing = `initialDelaySeconds ${probe.initialDelaySeconds ?? 0}, periodSeconds ${probe.periodSeconds ?? 10}, timeoutSeconds ${probe.timeoutSeconds ?? 1}, failureThreshold ${probe.failureThreshold ?? 3}`;
  return { source: `${field} of container ${container.name ?? ''}`, text: `${probeWords(probe)}; ${timing}` };
}

/** `GET /health on port 8080`, `a TCP connection to port 5432`, `the command …`. */
export function probeWords(probe: KubeProbe): string {
  if (probe.httpGet) {
    const scheme = probe.httpGet.scheme === 'HTTPS' ? 'HTTPS ' : '';
    return `${scheme}GET ${probe.httpGet.path ?? '/'} on port ${probe.httpGet.port ?? ''}`;
  }
  if (probe.tcpSocket) return `a TCP connection to port ${probe.tcpSocket.port ?? ''}`;
  if (probe.grpc) return `a gRPC health check on port ${probe.grpc.port ?? ''}`;
  return `the command ${(probe.exec?.command ?? []).join(' ').slice(0, 120)}`;
}

/** The number of the probe's port; a name is looked up among the container's ports. */
function portNumber(probe: KubeProbe, container: KubeContainer): number | undefined {
  const port = probe.httpGet?.port ?? probe.tcpSocket?.port ?? probe.grpc?.port;
  if (typeof port === 'number') return port;
  if (port === undefined) return undefined;
  return /^\d+$/u.test(port) ? Number(port) : container.ports?.find((one) => one.name === port)?.containerPort;
}

/** The port that kubelet asked: by the probe, else as the result of the probe shows it. */
export function askedPort({ probe, container, result }: FailingProbe): number | undefined {
  const shown = /dial tcp \[?[^\s\]]{1,60}\]?:(\d{1,5}):/u.exec(result)?.[1];
  return portNumber(probe, container) ?? (shown === undefined ? undefined : Number(shown));
}

/** How long the probe lets a container try before it is restarted, in seconds. */
export function budgetSeconds(probe: KubeProbe): number {
  return (probe.initialDelaySeconds ?? 0) + (probe.periodSeconds ?? 10) * (probe.failureThreshold ?? 3);
}

const listening =
  /\b(?:listen(?:ing|s)?|serv(?:ing|er|es)|bound|binding|start(?:ed|ing)|running|ready|accepting|up)\b[^\n]{0,80}?(?:\bport(?:s|\(s\))?\s{0,3}[=:]?\s{0,3}|(?:[\w.*-]|\])?:)(\d{2,5})\b/iu;
const portVariable = /(?:^|_)PORT$|^(?:PORT|LISTEN|BIND)|(?:LISTEN|BIND)(?:_ADDR(?:ESS)?)?$/u;

/** Where the program listens, by its own log, its settings or its declared ports, and how that is known. */
export function listenPorts(
  view: CaseView,
  container: KubeContainer,
): readonly { readonly port: number; readonly how: string }[] {
  const found: { port: number; how: string }[] = [];
  const log = view.logOf(container.name ?? '') ?? (container.name === view.container ? view.log : undefined);
  for (const line of log?.lines.slice(0, 300) ?? []) {
    if (/connect(?:ing|ed)? to|upstream|refused|dial|error|fail|probe|GET |POST /iu.test(line.text)) continue;
    const port = Number(listening.exec(line.text.slice(0, 1000))?.[1]);
    if (isPort(port)) found.push({ port, how: 'its log says so' });
  }
  for (const variable of container.env ?? []) {
    if (!portVariable.test(variable.name ?? '')) continue;
    const port = Number(/(?:^|:)(\d{2,5})$/u.exec(variable.value ?? '')?.[1]);
    if (isPort(port)) found.push({ port, how: `its environment variable ${variable.name ?? ''} says so` });
  }
  for (const { containerPort } of container.ports ?? [])
    if (containerPort !== undefined) found.push({ port: containerPort, how: 'its containerPort says so' });
  return found.filter((one, index) => found.findIndex((other) => other.port === one.port) === index);
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65536;
}
