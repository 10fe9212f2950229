import { quoteLog } from '../../model/log-quote.ts';
import type { CaseView } from '../case-view.ts';
import type { Finding, ProposedFix, Rank, Rule } from '../rule.ts';
import { readinessGate } from './readiness-gate.ts';
import { containerPatch } from './create.ts';
import { containerWords } from './message-rule.ts';
import { budgetSeconds, failingProbe, listenPorts, portNumber, probeWords } from './probe-facts.ts';
import type { FailingProbe } from './probe-facts.ts';

interface ProbeRule {
  readonly id: string;
  readonly rank?: Rank;
  /** What kubelet saw; the rule may still decline. */
  readonly pattern: RegExp;
  readonly cause: (probe: FailingProbe, view: CaseView, match: RegExpExecArray) => string | undefined;
  readonly fixes: (probe: FailingProbe, view: CaseView, match: RegExpExecArray) => readonly ProposedFix[];
  readonly confidence?: Finding['confidence'];
}

function probeRule({ id, rank = 'exact', pattern, cause, fixes, confidence = 'high' }: ProbeRule): Rule {
  return {
    id: `probe/${id}`,
    rank,
    explain: (view) => {
      const probe = failingProbe(view);
      const match = probe === undefined ? null : pattern.exec(probe.result.slice(0, 4096));
      if (probe === undefined || match === null) return undefined;
      const why = cause(probe, view, match);
      if (why === undefined) return undefined;
      return { rootCause: `${why}${effect(probe)}.`, confidence, cites: probe.cites, fixes: fixes(probe, view, match) };
    },
  };
}

/** What the failing probe leads to. */
function effect({ kind, kills, exitCode, container }: FailingProbe): string {
  if (kind === 'readiness') return `, so container ${container.name ?? ''} never becomes Ready`;
  if (!kills) return '';
  const end =
    exitCode === 137
      ? ' (exit code 137: SIGKILL after its grace period, since it does not end on SIGTERM)'
      : exitCode === 143
        ? ' (exit code 143)'
        : '';
  return `, so kubelet keeps restarting the container${end}`;
}

const capital = (probe: FailingProbe): string => probe.kind.charAt(0).toUpperCase() + probe.kind.slice(1);
const subject = (probe: FailingProbe, view: CaseView): string =>
  `The ${probe.kind} probe of ${containerWords(view, probe.container.name)}`;

function change(probe: FailingProbe, view: CaseView, summary: string, fields: object): ProposedFix {
  return containerPatch(view, probe.container.name ?? '', summary, { [probe.field]: fields });
}

function onPort(probe: FailingProbe, port: number | string): object {
  if (probe.probe.httpGet) return { httpGet: { port } };
  return probe.probe.tcpSocket ? { tcpSocket: { port } } : { grpc: { port } };
}

/** A port that the program is known to listen on and the probe does not ask. */
function otherPort(probe: FailingProbe, view: CaseView): { readonly port: number; readonly how: string } | undefined {
  const asked = portNumber(probe.probe, probe.container);
  const ports = listenPorts(view, probe.container);
  return ports.some((one) => one.port === asked && one.how.includes('log'))
    ? undefined
    : ports.find((one) => one.port !== asked);
}

const refused = /connection refused/iu;

const wrongPort = probeRule({
  id: 'wrong-port',
  pattern: refused,
  cause: (probe, view) => {
    const other = otherPort(probe, view);
    if (other === undefined) return undefined;
    const asked = portNumber(probe.probe, probe.container) ?? '';
    return `${subject(probe, view)} asks port ${asked}, but the program listens on port ${other.port} (${other.how}): connection refused`;
  },
  fixes: (probe, view) => {
    const other = otherPort(probe, view);
    return other === undefined
      ? []
      : [change(probe, view, `Let the ${probe.kind} probe ask port ${other.port}`, onPort(probe, other.port))];
  },
});

const startingWords =
  /\b(?:warm(?:ing)?[- ]?up|warming|loading|starting|initiali[sz]ing|bootstrapp?ing|migrat(?:ing|ions?)|replaying|recover(?:ing|y)|index(?:ing)?|preparing|compiling|importing|rebuilding|waiting|cache|\d{1,3} ?%)\b/iu;

/** The log shows that the program is still coming up, and nothing says that it listens. */
function startsSlowly(probe: FailingProbe, view: CaseView): boolean {
  const lines = view.log?.lines ?? [];
  const listens = listenPorts(view, probe.container).some((one) => one.how.includes('log'));
  return !listens && lines.slice(-20).some((line) => startingWords.test(line.text.slice(0, 500)));
}

const tooEarly = probeRule({
  id: 'too-early',
  pattern: /connection refused|statuscode: 50[0-9]|timed out|timeout|deadline exceeded|no such file/iu,
  cause: (probe, view) => {
    if (probe.kind === 'readiness' || !probe.kills || !startsSlowly(probe, view)) return undefined;
    const budget = budgetSeconds(probe.probe);
    return `${subject(probe, view)} gives up too early: it allows ${budget} s (initialDelaySeconds ${probe.probe.initialDelaySeconds ?? 0}, ${probe.probe.failureThreshold ?? 3} failures every ${probe.probe.periodSeconds ?? 10} s), and the program is still starting then, a slow start (${probeWords(probe.probe)}: ${short(probe.result)})`;
  },
  fixes: (probe, view) => [
    probe.kind === 'startup'
      ? change(probe, view, 'Allow the start ten times as long', {
          failureThreshold: (probe.probe.failureThreshold ?? 3) * 10,
        })
      : startupProbe(probe, view),
    ...(probe.kind === 'liveness'
      ? [change(probe, view, 'Or begin later', { initialDelaySeconds: Math.max(60, budgetSeconds(probe.probe) * 4) })]
      : []),
  ],
});

function startupProbe(probe: FailingProbe, view: CaseView): ProposedFix {
  const { httpGet, tcpSocket, exec, grpc } = probe.probe;
  return containerPatch(
    view,
    probe.container.name ?? '',
    'Add a startup probe that allows five minutes; the liveness probe begins after it',
    {
      startupProbe: {
        ...(httpGet && { httpGet }),
        ...(tcpSocket && { tcpSocket }),
        ...(exec && { exec }),
        ...(grpc && { grpc }),
        periodSeconds: 5,
        failureThreshold: 60,
      },
    },
  );
}

const notListening = probeRule({
  id: 'connection-refused',
  rank: 'specific',
  pattern: refused,
  cause: (probe, view) => {
    const port = portNumber(probe.probe, probe.container) ?? '';
    const claims = listenPorts(view, probe.container).some((one) => one.how.includes('log'));
    return `${subject(probe, view)} gets connection refused on port ${port}: nothing listens on port ${port} of the container's address${claims ? ', although its log says so (it may listen on 127.0.0.1 only)' : ''}`;
  },
  fixes: (probe, view) => [
    {
      summary: `Let the program listen on 0.0.0.0:${portNumber(probe.probe, probe.container) ?? ''}, or correct the port of the probe`,
    },
    ...(probe.kind === 'liveness' ? [startupProbe(probe, view)] : []),
  ],
});

const statusCode = probeRule({
  id: 'http-status',
  pattern: /statuscode: (\d{3})/iu,
  cause: (probe, view, match) => {
    const code = Number(match[1]);
    const path = probe.probe.httpGet?.path ?? '/';
    const port = portNumber(probe.probe, probe.container) ?? '';
    const at = `${path} on port ${port}`;
    if (code === 404 || code === 405)
      return `${subject(probe, view)} asks ${at}, which answers HTTP ${code}${code === 404 ? ' (not found: the program has no such path)' : ' (method not allowed)'}`;
    if (code === 401 || code === 403)
      return `${subject(probe, view)} asks ${at}, which wants authentication: HTTP ${code}`;
    if (code >= 300 && code < 400)
      return `${subject(probe, view)} asks ${at}, which answers with a redirect (HTTP ${code}) to another host or port`;
    if (code === 400)
      return `${subject(probe, view)} asks ${at}, which answers HTTP 400 (bad request; a TLS port asked by plain HTTP answers so, or a host that is not allowed)`;
    return undefined;
  },
  fixes: (probe, view, match) => {
    if (match[1] !== '404') return [{ summary: 'Give the probe a path that answers 200 without authentication' }];
    const path = answeredPath(probe, view);
    return [
      change(probe, view, `Ask a path that the program answers${path === undefined ? '' : `: ${path}`}`, {
        httpGet: { path: path ?? 'REPLACE_ME' },
      }),
    ];
  },
});

/** A health path that the log or another probe of the container shows to be answered. */
function answeredPath(probe: FailingProbe, view: CaseView): string | undefined {
  const own = probe.probe.httpGet?.path;
  const others = (['livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((field) => field !== probe.field)
    .map((field) => probe.container[field]?.httpGet?.path);
  const known = others.find((path) => path !== undefined && path !== own);
  if (known !== undefined) return known;
  for (const line of view.logOf(probe.container.name ?? '')?.lines.slice(-200) ?? []) {
    const match = /"(?:GET|HEAD) (\/[\w./-]{1,80})[^"]{0,40}" 200\b/u.exec(line.text.slice(0, 1000));
    if (match?.[1] !== undefined && match[1] !== own && /health|ready|live|ping|status|up/iu.test(match[1]))
      return match[1];
  }
  return undefined;
}

const serverError = probeRule({
  id: 'http-server-error',
  rank: 'specific',
  pattern: /statuscode: (5\d\d)/iu,
  cause: (probe, view, match) => {
    const path = probe.probe.httpGet?.path ?? '/';
    return `${subject(probe, view)} asks ${path} on port ${portNumber(probe.probe, probe.container) ?? ''}, which answers HTTP ${match[1] ?? ''}: the program itself says that it is not ${probe.kind === 'liveness' ? 'healthy' : 'ready'}${lastWords(probe, view)}`;
  },
  fixes: (probe) => [
    {
      summary: `See in the container's log why ${probe.probe.httpGet?.path ?? '/'} fails, often a dependency that does not answer`,
    },
  ],
});

function lastWords(probe: FailingProbe, view: CaseView): string {
  const lines = view.logOf(probe.container.name ?? '')?.lines ?? [];
  const bad = lines
    .filter(
      (line) =>
        line.level === 'error' ||
        line.level === 'fatal' ||
        line.level === 'warn' ||
        /fail|error|cannot|unable|not (?:ready|connected)|refused|timed? ?out/iu.test(line.text),
    )
    .at(-1);
  return bad === undefined ? '' : ` (its log: ${quoteLog(bad.text.slice(0, 300))})`;
}

const timeout = probeRule({
  id: 'timeout',
  pattern: /context deadline exceeded|Client\.Timeout|i\/o timeout|timed out|request canceled|timeout:/iu,
  cause: (probe, view) => {
    const seconds = probe.probe.timeoutSeconds ?? 1;
    const what = probe.probe.exec
      ? `${probeWords(probe.probe)} takes longer`
      : `${probeWords(probe.probe)} does not answer in that time, it is too slow or hangs`;
    return `${subject(probe, view)} times out: its timeoutSeconds is ${seconds} (${seconds} s) and ${what} (timed out, deadline exceeded)`;
  },
  fixes: (probe, view) => [
    change(probe, view, `Allow the ${probe.kind} probe more time`, {
      timeoutSeconds: Math.max(5, (probe.probe.timeoutSeconds ?? 1) * 5),
    }),
    { summary: `Or make ${probe.probe.httpGet?.path ?? 'the check'} cheap` },
  ],
});

const scheme = probeRule({
  id: 'wrong-scheme',
  pattern:
    /server gave HTTP response to HTTPS client|malformed HTTP response|first record does not look like a TLS|tls: |transport connection broken/iu,
  cause: (probe, view) => {
    const https = probe.probe.httpGet?.scheme === 'HTTPS';
    return `${subject(probe, view)} speaks ${https ? 'HTTPS' : 'plain HTTP'} on port ${portNumber(probe.probe, probe.container) ?? ''}, but the program speaks ${https ? 'plain HTTP' : 'TLS (HTTPS)'} there`;
  },
  fixes: (probe, view) => {
    const https = probe.probe.httpGet?.scheme === 'HTTPS';
    return probe.probe.httpGet
      ? [
          change(probe, view, `Set the scheme of the probe to ${https ? 'HTTP' : 'HTTPS'}`, {
            httpGet: { scheme: https ? 'HTTP' : 'HTTPS' },
          }),
        ]
      : [];
  },
});

const execMissing = probeRule({
  id: 'command-missing',
  pattern:
    /exec: "?([^"\n]{1,200}?)"?: (?:executable file not found|stat [^\n]{0,200}no such file|permission denied|no such file)[^\n]{0,60}/u,
  cause: (probe, view, match) => {
    const denied = match[0].includes('permission denied');
    return `${subject(probe, view)} runs ${match[1] ?? ''}, which ${denied ? 'is not executable (permission denied)' : 'does not exist in the image (executable file not found)'}`;
  },
  fixes: (probe, view) => [
    change(probe, view, 'Use a command that the image has', { exec: { command: ['REPLACE_ME'] } }),
    { summary: `Or let kubelet ask itself: an httpGet or tcpSocket ${probe.field} needs no program in the image` },
  ],
});

const grpc = probeRule({
  id: 'grpc',
  pattern:
    /does not implement the grpc health protocol|service unhealthy \(responded with "?(\w{1,30})"?\)|failed to connect service[^\n]{0,200}/iu,
  cause: (probe, view, match) =>
    `${subject(probe, view)} (gRPC, port ${portNumber(probe.probe, probe.container) ?? ''}${probe.probe.grpc?.service ? `, service ${probe.probe.grpc.service}` : ''}) fails: ${match[1] === undefined ? short(match[0]) : `the service answers ${match[1]}`}`,
  fixes: () => [
    {
      summary: 'Serve grpc.health.v1.Health on that port and set the service to SERVING, or use another kind of probe',
    },
  ],
});

const exec = probeRule({
  id: 'command-fails',
  rank: 'specific',
  pattern: /([\s\S]{0,400})/u,
  cause: (probe, view, match) => {
    if (probe.probe.exec === undefined) return undefined;
    const output = (match[1] ?? '').trim().split('\n')[0] ?? '';
    return `${subject(probe, view)} fails: ${probeWords(probe.probe)} exits with an error${output === '' ? '' : ` (${output.slice(0, 200)})`}`;
  },
  fixes: (probe) => [
    { summary: `Run that command in the container by hand to see why it fails (${capital(probe)} probe)` },
  ],
});

const anyFailure = probeRule({
  id: 'fails',
  rank: 'general',
  pattern: /([\s\S]{0,300})/u,
  cause: (probe, view, match) => `${subject(probe, view)} (${probeWords(probe.probe)}) fails: ${short(match[1] ?? '')}`,
  fixes: () => [],
  confidence: 'medium',
});

function short(text: string): string {
  return text
    .replace(/^Get "[^"]{1,300}": /u, '')
    .replace(/\s+/gu, ' ')
    .trim()
    .slice(0, 160);
}

/** Probes that fail, the particular first. */
export const probeRules: readonly Rule[] = [
  readinessGate,
  execMissing,
  tooEarly,
  wrongPort,
  scheme,
  statusCode,
  grpc,
  timeout,
  notListening,
  serverError,
  exec,
  anyFailure,
];
