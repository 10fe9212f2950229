import type { CaseView } from '../case-view.ts';
import type { ProposedFix, Rule } from '../rule.ts';
import { probeAnswerRules, probeServerErrorRules } from './probe-answers.ts';
import { budgetSeconds, listenPorts, askedPort, probeWords } from './probe-facts.ts';
import type { FailingProbe } from './probe-facts.ts';
import { capital, change, onPort, otherPort, probeRule, short, subject, toldByLog } from './probe-rule.ts';
import { containerPatch } from './proposed-commands.ts';
import { readinessGate } from './readiness-gate.ts';

const refused = /connection refused/iu;

const wrongPort = probeRule({
  id: 'wrong-port',
  pattern: refused,
  cause: (probe, view) => {
    const other = probe.probe.exec === undefined ? otherPort(probe, view) : undefined;
    if (other === undefined) return undefined;
    const asked = askedPort(probe) ?? '';
    return `${subject(probe, view)} asks port ${asked}, but the program listens on port ${other.port} (${other.how}): connection refused`;
  },
  fixes: (probe, view) => {
    const other = otherPort(probe, view);
    return other === undefined
      ? []
      : [change(probe, view, `Let the ${probe.kind} probe ask port ${other.port}`, onPort(probe, other.port))];
  },
});

const portName = probeRule({
  id: 'port-name',
  pattern: /^port (\S{1,63}) not found|parsing "([^"]{1,63})": invalid syntax/u,
  cause: (probe, view, match) =>
    `${subject(probe, view)} asks the port named ${match[1] ?? match[2] ?? ''}, but the container has no port of that name (port not found)`,
  fixes: (probe, view) => {
    const port = otherPort(probe, view)?.port;
    return port === undefined
      ? [{ summary: 'Give a port of the container that name, or ask a number' }]
      : [change(probe, view, `Ask port ${port} by its number`, onPort(probe, port))];
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

function told({ result }: FailingProbe): string {
  return result === '' ? '' : `: ${short(result)}`;
}

const tooEarly = probeRule({
  id: 'too-early',
  pattern: /connection refused|statuscode: 50[0-9]|timed out|timeout|deadline exceeded|no such file|^$/iu,
  cause: (probe, view) => {
    if (probe.kind === 'readiness' || !probe.kills || !startsSlowly(probe, view)) return undefined;
    const budget = budgetSeconds(probe.probe);
    return `${subject(probe, view)} gives up too early: it allows ${budget} s (initialDelaySeconds ${probe.probe.initialDelaySeconds ?? 0}, ${probe.probe.failureThreshold ?? 3} failures every ${probe.probe.periodSeconds ?? 10} s), and the program is still starting then, a slow start (${probeWords(probe.probe)}${told(probe)})`;
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
    const port = askedPort(probe) ?? '';
    const claims = listenPorts(view, probe.container).some((one) => one.how.includes('log'));
    return `${subject(probe, view)} gets connection refused on port ${port}: nothing listens on port ${port} of the container's address${claims ? ', although its log says so (it may listen on 127.0.0.1 only)' : toldByLog(probe, view)}`;
  },
  fixes: (probe, view) => [
    {
      summary: `Let the program listen on 0.0.0.0:${askedPort(probe) ?? ''}, or correct the port of the probe`,
    },
    ...(probe.kind === 'liveness' && startsSlowly(probe, view) ? [startupProbe(probe, view)] : []),
  ],
});

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
    return `${subject(probe, view)} speaks ${https ? 'HTTPS' : 'plain HTTP'} on port ${askedPort(probe) ?? ''}, but the program speaks ${https ? 'plain HTTP' : 'TLS (HTTPS)'} there`;
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
    `${subject(probe, view)} (gRPC, port ${askedPort(probe) ?? ''}${probe.probe.grpc?.service ? `, service ${probe.probe.grpc.service}` : ''}) fails: ${match[1] === undefined ? short(match[0]) : `the service answers ${match[1]}`}`,
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
  cause: (probe, view) => `${subject(probe, view)} (${probeWords(probe.probe)}) fails${told(probe)}`,
  fixes: () => [],
  confidence: 'medium',
});

/** Probes that ask for something the program does not offer: they fail however well it is. */
export const wrongProbeRules: readonly Rule[] = [portName, execMissing, wrongPort, scheme, ...probeAnswerRules];

/** Probes that fail, the particular first. */
export const probeRules: readonly Rule[] = [
  readinessGate,
  portName,
  execMissing,
  tooEarly,
  wrongPort,
  scheme,
  ...probeAnswerRules,
  grpc,
  timeout,
  notListening,
  ...probeServerErrorRules,
  exec,
  anyFailure,
];
