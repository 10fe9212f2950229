import type { CaseView } from '../../case-view.ts';
import { patch, templatePatch } from '../../kubectl.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { settingsOf, settingsWith } from '../../settings.ts';
import { hasTemplate, setEnvFix } from './common-fixes.ts';

const addressed =
  /(?:((?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-fA-F:]*\]|\*|localhost|::):|(?<![\w.)]):)(\d{1,5})(?!\d|[:.]\d)|\bport:? ?['"]?(\d{1,5})\b|\(['"]([\w.]*)['"], (\d{1,5})\)/i;

const listens = /\b(?:listen(?:ing|s)?|serving|binding)\b[^\n]{0,60}?(?<![\d.])(\d{2,5})(?![\d.])/i;

/** Port (and address) that a program could not take. */
function portOf(hit: Hit): { readonly port: string; readonly address: string } | undefined {
  for (const text of [
    hit.line.message.replace(/^.*?(?=bind|listen|address|port|EADDR|EACCES)/i, ''),
    hit.line.message,
    hit.around(0, 3),
    hit.around(4, 12),
  ]) {
    const found = addressed.exec(text);
    const port = found?.[2] ?? found?.[3] ?? found?.[5];
    if (port !== undefined && Number(port) > 0 && Number(port) < 65536) {
      return { port, address: found?.[1] ?? found?.[4] ?? '' };
    }
  }
  // `listening on 8080` may be said before the attempt.
  const spoken = hit.log.lines
    .slice(Math.max(0, hit.line.index - 40), hit.line.index)
    .map((line) => listens.exec(line.message.slice(0, 500))?.[1])
    .findLast((port) => port !== undefined);
  if (spoken !== undefined) return { port: spoken, address: '' };
  const set = settingsOf(hit.view.spec).find(
    (one) => one.kind === 'env' && /port$/i.test(one.name) && /^\d{2,5}$/.test(one.value),
  );
  return set ? { port: set.value, address: '' } : undefined;
}

/** The other container of the pod that has the port: by its settings, its ports or its log. */
function otherHolder(view: CaseView, port: string): string | undefined {
  for (const other of view.containers) {
    if (other.name === view.container || other.name === undefined) continue;
    const names =
      settingsWith(other, port).length > 0 || (other.ports ?? []).some((one) => String(one.containerPort) === port);
    if (names) return other.name;
    const says = view
      .logOf(other.name)
      ?.lines.some(
        (line) =>
          /listen|serving|started|bound|ready/i.test(line.message) &&
          new RegExp(`(?<!\\d)${port}(?!\\d)`).test(line.message),
      );
    if (says === true) return other.name;
  }
  return undefined;
}

function freePort(view: CaseView, port: string): string {
  const used = new Set(
    view.containers.flatMap((one) => [
      ...(one.ports ?? []).map((p) => p.containerPort),
      ...settingsOf(one).map((s) => Number(s.value)),
    ]),
  );
  let next = Number(port) + 1;
  while (used.has(next)) next += 1;
  return String(next);
}

function otherPortFix(view: CaseView, port: string, wanted: string): ProposedFix {
  const setting = settingsOf(view.spec).find((one) => one.kind === 'env' && one.value === port);
  if (setting && hasTemplate(view.target))
    return {
      ...setEnvFix(view, setting.name, wanted),
      summary: `Let container ${view.container ?? ''} listen on port ${wanted}: set ${setting.name}=${wanted} (and the Service's targetPort)`,
    };
  return { summary: `Let container ${view.container ?? ''} listen on another port, for example ${wanted}` };
}

/**
 * An added capability does not reach a program that is not root; the sysctl does (a safe one since Kubernetes 1.22,
 * kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster).
 */
function unprivilegedPorts(view: CaseView): ProposedFix {
  const sysctls = [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }];
  const body = templatePatch(view.target.kind, { securityContext: { sysctls } });
  const summary =
    'Or let programs that are not root listen on ports below 1024 in this pod (sysctl ip_unprivileged_port_start)';
  if (body === undefined || view.podSpec?.hostNetwork === true)
    return { summary: 'Or let it start as root, or give its binary the capability NET_BIND_SERVICE' };
  return { summary, command: patch(view.target, body) };
}

function privileged(hit: Hit): Reading | undefined {
  const found = portOf(hit);
  if (!found || /\.sock|unix:/.test(hit.line.message)) return undefined;
  const { port, address } = found;
  const id = hit.view.spec?.securityContext?.runAsUser ?? hit.view.podSpec?.securityContext?.runAsUser;
  const who = id === undefined ? 'a non-root user' : `user ${String(id)} (non-root)`;
  const low = Number(port) < 1024;
  return {
    cause: `The program may not bind ${address === '' ? `port ${port}` : `${address}:${port}`}: permission denied${low ? `, because port ${port} is privileged (below 1024) and it runs as ${who}` : ''}`,
    fixes: [
      otherPortFix(hit.view, port, low ? String(8000 + Number(port)) : freePort(hit.view, port)),
      ...(low ? [unprivilegedPorts(hit.view)] : []),
    ],
    bonus: 6,
  };
}

/** Listening sockets that cannot be opened. */
export const portSigns: readonly Sign[] = [
  {
    id: 'network/port-in-use',
    rank: 'exact',
    strength: 20,
    pattern:
      /EADDRINUSE|[Aa]ddress (?:is )?already in use|[Aa]ddress in use|[Pp]ort:? ?\d* (?:is |was )?(?:already |currently )?(?:in use|allocated|taken|used|occupied|bound)|AddrInUse|Only one usage of each socket address|[Uu]nable to bind to the (?:specified )?port|already listening on|Errno 98|os error 98|Failed to bind to|BindException/,
    read: (hit) => {
      const found = portOf(hit);
      if (/denied|Cannot assign|not available/i.test(hit.line.message)) return undefined;
      const port = found?.port ?? '';
      const holder = port === '' ? undefined : otherHolder(hit.view, port);
      const host =
        hit.view.podSpec?.hostNetwork === true && holder === undefined ? ' on the node (hostNetwork is on)' : '';
      const who =
        holder === undefined
          ? host
          : `: container ${holder} of the same pod listens there, and the containers of a pod share its network`;
      return {
        cause: `Port ${port === '' ? 'that it wants to listen on' : port} is already in use (address already in use, EADDRINUSE)${who}`,
        fixes: [otherPortFix(hit.view, port, port === '' ? 'REPLACE_ME' : freePort(hit.view, port))],
        bonus: port === '' ? 0 : 6,
      };
    },
  },
  {
    id: 'network/privileged-port',
    rank: 'exact',
    strength: 21,
    pattern:
      /(?:\bbind|listen|[Aa]ddress|socket)[^\n]{0,160}(?:[Pp]ermission denied|EACCES|[Nn]ot permitted|Errno 13|\(13\))|'(?:0\.0\.0\.0|::)', \d{1,5}\) failed: [^\n]{0,20}Permission denied|(?:[Pp]ermission denied|EACCES)[^\n]{0,80}(?:\bbind|\blisten|0\.0\.0\.0:\d|:::\d|\[::\]:\d)|[Pp]ermission denied: make_sock: could not bind|could not bind[^\n]{0,80}[Pp]ermission denied/,
    read: privileged,
  },
  {
    // The message names no port; the trace shows that it is about a listening socket.
    id: 'network/privileged-port-trace',
    rank: 'exact',
    strength: 20,
    pattern:
      /^(?:\S*PermissionError: \[Errno 13\] Permission denied|java\.net\.(?:Bind|Socket)Exception: Permission denied.*|.*SocketException \(13\): Permission denied.*)$/,
    read: (hit) =>
      /\bbind\(|server_bind|\.listen\(|HTTPServer\(|Net\.bind|\.bind\b/.test(hit.around(16, 10))
        ? privileged(hit)
        : undefined,
  },
  {
    id: 'network/address-not-available',
    rank: 'exact',
    strength: 19,
    pattern:
      /EADDRNOTAVAIL|[Cc]annot assign requested address|[Cc]an't assign requested address|Errno 99|os error 99|address not available|requested address is not valid in its context/,
    read: (hit) => {
      const found = portOf(hit);
      const ip = /((?:\d{1,3}\.){3}\d{1,3})/;
      const address =
        ip.exec(hit.line.message)?.[1] ?? found?.address ?? ip.exec(hit.line.text.slice(0, 500))?.[1] ?? '';
      const listens = /bind|listen/i.test(hit.line.message);
      return {
        cause: `${listens ? 'The program cannot listen on' : 'A connection cannot be made to'} ${address || 'the address'}${found ? `${address === '' ? ' port ' : ':'}${found.port}` : ''}: cannot assign requested address, the pod has no such address`,
        fixes: [{ summary: 'Listen on 0.0.0.0 (or the pod IP from the downward API)' }],
        bonus: 4,
      };
    },
  },
  {
    id: 'network/address-family',
    rank: 'exact',
    strength: 19,
    pattern: /[Aa]ddress family not supported by protocol|EAFNOSUPPORT|socket\(\) \[::\]:\d+ failed \(97/,
    read: () => ({
      cause: 'The node has no IPv6: address family not supported by protocol',
      fixes: [{ summary: 'Remove the IPv6 listen address from the configuration' }],
    }),
  },
  {
    id: 'network/invalid-port',
    rank: 'exact',
    strength: 18,
    pattern:
      /ERR_SOCKET_BAD_PORT|[Pp]ort should be >= 0 and < 65536|[Pp]ort out of range|[Ii]nvalid port(?: number)?\b|port must be (?:between|0-65535|in)|[Pp]ort value out of range|bad port|unknown port|listen tcp: (?:address )?[^\n]{0,60}(?:missing port|invalid port|unknown port|lookup tcp)|address (\S{1,60}): missing port in address|too many colons in address/,
    read: (hit) => {
      const value =
        /lookup tcp\/(\S{1,60}): unknown port/.exec(hit.line.message)?.[1] ??
        /(?:[Rr]eceived|port|value|address|got|:)[: ]{1,3}(?:type \w+ \()?['"]?([^\s'"():,]{1,60})['"]?/.exec(
          hit.line.message.slice(hit.match.index),
        )?.[1] ??
        '';
      const setting = settingsOf(hit.view.spec).find(
        (one) =>
          one.kind === 'env' &&
          /port|addr|listen|bind/i.test(one.name) &&
          (one.value === value || !/^\d{1,5}$/.test(one.value)),
      );
      return {
        cause: `The port it is told to use is invalid: ${setting ? `environment variable ${setting.name} is ${setting.value} (${hit.match[0]})` : value === '' ? hit.match[0] : `${value} (${hit.match[0]})`}`,
        fixes: [setting ? setEnvFix(hit.view, setting.name) : { summary: 'Give a port between 1 and 65535' }],
        bonus: 4,
      };
    },
  },
];
