import type { CaseView } from '../../case-view.ts';
import { endpointName, findEndpoint } from '../../logs/endpoint.ts';
import type { Endpoint } from '../../logs/endpoint.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import type { ProposedFix } from '../../rule.ts';
import { isSecretSetting, settingsOf, settingsWith } from '../../settings.ts';
import { hasTemplate, setEnvFix } from './common-fixes.ts';

/** Host and port of a failed connection: from the message, its neighbours, else from the only address in the pod spec. */
export function endpointOf(hit: Hit): Endpoint | undefined {
  const own = namedAlike(hit, findEndpoint(hit.line.message));
  if (own?.port !== undefined) return own;
  const near = nearbyEndpoint(hit, own);
  if (own?.host !== undefined && near?.host !== own.host) return { ...own, ...portOfHost(hit.view, own.host) };
  return near ?? own ?? onlyAddress(hit.view);
}

/** A field of a structured line may name the address that its message shows: `"broker": "audit-kafka:9092"`. */
function namedAlike(hit: Hit, endpoint: Endpoint | undefined): Endpoint | undefined {
  if (endpoint?.host === undefined || !/^[\d.]+$/.test(endpoint.host)) return endpoint;
  for (const [key, value] of Object.entries(hit.line.fields)) {
    const named = /broker|host|server|addr|peer|target|upstream|url|endpoint|remote/iu.test(key)
      ? findEndpoint(value)
      : undefined;
    if (named?.host !== undefined && named.port === endpoint.port && !/^[\d.]+$/.test(named.host)) return named;
  }
  return endpoint;
}

/** The same for a database: an address that stands in the settings alone and is a web address is another server's. */
export function databaseEndpoint(hit: Hit): Endpoint | undefined {
  const endpoint = endpointOf(hit);
  const { host = '' } = endpoint ?? {};
  if (hit.around(6, 8).includes(host)) return endpoint;
  return settingsWith(hit.view.spec, host).some(({ value }) => /^https?:/u.test(value)) ? undefined : endpoint;
}

function nearbyEndpoint(hit: Hit, own: Endpoint | undefined): Endpoint | undefined {
  const { lines } = hit.log;
  for (const step of [-1, 1, -2, 2, -3, 3, -4, 4, -5, 5, -6, 6, 7, 8]) {
    const line = lines[hit.line.index + step];
    if (!line || /^\s+at |^\s*File "|otel|opentelemetry|telemetry|statsd|jaeger|zipkin|sentry|datadog/.test(line.text))
      continue;
    const found = findEndpoint(line.message);
    if (found?.port !== undefined && (own?.host === undefined || found.host === own.host)) return found;
  }
  return undefined;
}

function portOfHost(view: CaseView, host: string): { readonly port?: number } {
  for (const setting of settingsWith(view.spec, host)) {
    const found = findEndpoint(setting.value);
    if (found?.host === host && found.port !== undefined) return { port: found.port };
  }
  return {};
}

function onlyAddress(view: CaseView): Endpoint | undefined {
  const found = new Map<string, Endpoint>();
  for (const setting of settingsOf(view.spec)) {
    const endpoint = findEndpoint(setting.value);
    if (endpoint?.port !== undefined && !/^(?:0\.0\.0\.0|::)$/.test(endpoint.host ?? ''))
      found.set(endpointName(endpoint), endpoint);
  }
  for (const one of hostSettings(view)) found.set(endpointName(one), one);
  const all = [...found.values()];
  const remote = all.filter(({ host = '' }) => !/^(?:localhost|127\.|::1$)/.test(host));
  const likely = remote.length > 0 ? remote : all;
  return likely.length === 1 ? likely[0] : undefined;
}

/** Addresses of variables that come in pairs: PGHOST and PGPORT, DB_HOST and DB_PORT. */
function hostSettings(view: CaseView): readonly Endpoint[] {
  const env = settingsOf(view.spec).filter(({ kind }) => kind === 'env');
  return env.flatMap(({ name, value }) => {
    const prefix = /^(.{0,60}?)HOST(?:NAME)?$/.exec(name)?.[1];
    if (prefix === undefined || /BIND|LISTEN/.test(prefix) || !/^[A-Za-z0-9][\w.-]{0,252}$/.test(value)) return [];
    if (/^0\.0\.0\.0$/.test(value)) return [];
    const port = Number(env.find((one) => one.name === `${prefix}PORT`)?.value ?? (prefix === 'PG' ? 5432 : 0));
    return [{ host: value, ...(port > 0 && port < 65_536 && { port }) }];
  });
}

/** ` (from environment variable DB_HOST)`: the setting that names the endpoint; '' when none does. */
function settingNote(view: CaseView, endpoint: Endpoint | undefined): string {
  const setting = endpointSetting(view, endpoint);
  if (setting !== undefined) return ` (set by environment variable ${setting})`;
  const hidden = endpoint === undefined ? undefined : hiddenAddress(view);
  return hidden === undefined ? '' : ` (likely set by environment variable ${hidden})`;
}

/** The only variable with the name of an address whose value comes from a Secret or ConfigMap: `DATABASE_URL from Secret x`. */
export function hiddenAddress(view: CaseView): string | undefined {
  const named = (view.spec?.env ?? []).filter(
    (one) =>
      one.valueFrom !== undefined &&
      /(?:^|_)(?:URLS?|URI|DSN|ADDR(?:ESS)?|HOSTS?|ENDPOINT|SERVERS?|BROKERS?|PORT)$/i.test(one.name ?? ''),
  );
  const [one] = named;
  const from = one?.valueFrom?.secretKeyRef ?? one?.valueFrom?.configMapKeyRef;
  if (named.length !== 1 || one?.name === undefined || from?.name === undefined) return undefined;
  return `${one.name} from ${one.valueFrom?.secretKeyRef ? 'Secret' : 'ConfigMap'} ${from.name}`;
}

/** The environment variable that names the endpoint: its host and port, else the host, else the port. */
export function endpointSetting(view: CaseView, endpoint: Endpoint | undefined): string | undefined {
  if (!endpoint) return undefined;
  const texts = [
    endpointName(endpoint),
    endpoint.host,
    endpoint.port === undefined ? undefined : String(endpoint.port),
  ];
  for (const text of texts) {
    const found = text === undefined ? undefined : settingsWith(view.spec, text).find((one) => one.kind === 'env');
    if (found) return found.name;
  }
  return undefined;
}

function reachFixes(view: CaseView, endpoint: Endpoint | undefined): readonly ProposedFix[] {
  const name = endpoint === undefined ? 'the other side' : endpointName(endpoint);
  const fixes: ProposedFix[] = [
    {
      summary: `Make ${name} reachable: its Service needs ready endpoints on that port, and no NetworkPolicy may forbid it`,
    },
  ];
  const setting = endpointSetting(view, endpoint);
  if (setting !== undefined && hasTemplate(view.target) && !isSecretSetting(setting, ''))
    fixes.push(setEnvFix(view, setting));
  return fixes;
}

function connection(what: (name: string) => string): Sign['read'] {
  return (hit): Reading => {
    const endpoint = endpointOf(hit);
    const name = endpoint === undefined ? 'a server that its log does not name' : endpointName(endpoint);
    return {
      cause: `${what(name)}${settingNote(hit.view, endpoint)}`,
      fixes: reachFixes(hit.view, endpoint),
      ...(endpoint && { endpoint }),
      bonus: endpoint?.port !== undefined ? 5 : endpoint ? 3 : 0,
      ...(endpoint === undefined && { confidence: 'medium' as const }),
    };
  };
}

const name = String.raw`([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,250}[A-Za-z0-9])?)`;

// Each pattern has the host name in one of its groups.
const dns: readonly string[] = [
  String.raw`getaddrinfo (?:for|of) ${name} (?:failed|on)`,
  String.raw`zero addresses for (?:dns:/{2,3})?${name}`,
  String.raw`could not translate host name "${name}" to address`,
  String.raw`getaddrinfo (?:ENOTFOUND|EAI_AGAIN) ${name}`,
  String.raw`getaddrinfo: [^\n]{0,60}\(([^()\s]{1,253})\)`,
  String.raw`lookup ${name}(?: on [^\s]{1,80})?: (?:no such host|server misbehaving|i\/o timeout|Temporary failure|Try again|no answer|read udp|dial udp)`,
  String.raw`Could not resolve host(?:name)?:? ['"]?${name}`,
  String.raw`could not resolve (?:host|address|hostname|name|server|upstream)?:? ?['"\x60]?${name}`,
  String.raw`UnknownHostException: ${name}`,
  String.raw`Unknown (?:MySQL |MariaDB )?(?:server )?host '?${name}'?`,
  String.raw`bad address '?${name}`,
  String.raw`unable to resolve (?:host|host address|hostname|address)?:? ?['"\x60]?${name}`,
  String.raw`(?:cannot|can't|can not|failed to|couldn't) resolve(?: the)?(?: host| hostname| host name| address| name| DNS| broker| bootstrap)*:? ?['"\x60]?${name}`,
  String.raw`Failed to resolve '?${name}`,
  String.raw`(?:Name or service not known|Temporary failure in name resolution|nodename nor servname provided)[^\n]{0,40}\(?['"]${name}['"]`,
  String.raw`(?:host|server|name|hostname) ['"\x60]{0,2}${name}['"\x60]{0,2}:? (?:could not be resolved|cannot be resolved|not found: \d|does not resolve|resolution failed)`,
  String.raw`${name}: (?:Name or service not known|Temporary failure in name resolution|Name does not resolve|No address associated with hostname|nodename nor servname provided|Unknown host|NXDOMAIN|Name has no usable address)`,
  String.raw`host:? ['"\x60]?${name}['"\x60]?[^\n]{0,30}(?:NameResolutionError|Name or service not known|Temporary failure in name resolution|nodename nor servname)`,
  String.raw`(?:Couldn't|No) resolve(?:able|d)? [^\n]{0,40}(?:in|from) bootstrap[^\n]{0,40}?${name}:\d`,
  String.raw`DNS (?:resolution|lookup|query)[^\n]{0,30}(?:failed|error|timed out|timeout)[^\n]{0,20}? (?:for|of):? ['"\x60]?${name}`,
  String.raw`host not found(?: in \w+)?:? ['"\x60]?${name}`,
];
const dnsAnonymous =
  /UnresolvedAddressException|(?:Name or service not known|Temporary failure in name resolution|Name does not resolve|nodename nor servname provided|No address associated with hostname|getaddrinfo failed|NXDOMAIN|no such host|NameResolutionError|php_network_getaddresses|EAI_AGAIN|ENOTFOUND|failed to lookup address information|Resource temporarily unavailable \(\S{0,60}:\d|could not be resolved|host not found|No resolvable bootstrap urls)/;

// What the program asks for, where the log does not say it and only one setting can be meant.
function onlyUrl(view: CaseView): string {
  const urls = settingsOf(view.spec).flatMap(({ kind, name, value }) => {
    const host = /^[a-z][a-z+]{1,20}:\/\/(?:[^\s@/]{1,200}@)?([A-Za-z][\w.-]{0,250})/u.exec(value)?.[1];
    return kind === 'env' && host !== undefined && !isSecretSetting(name, value)
      ? [`environment variable ${name} names ${host}`]
      : [];
  });
  return urls.length === 1 ? `; ${urls.join('')}` : '';
}

/** The variable whose URL has more than one @ before its path, so that a part of the password looks like the host. */
function unescapedUrl(view: CaseView, host: string): string | undefined {
  return settingsWith(view.spec, host).find(
    ({ kind, value }) => kind === 'env' && /^[a-z][\w+.-]{1,20}:\/\/[^\s@]{1,200}@[^\s@]{0,200}@/u.test(value),
  )?.name;
}

function unresolved(hit: Hit, host: string, port?: number): Reading {
  const endpoint: Endpoint = { host, ...(port !== undefined ? { port } : portOfHost(hit.view, host)) };
  const broken = unescapedUrl(hit.view, host);
  if (broken !== undefined)
    return {
      cause: `Environment variable ${broken} holds an invalid URI: a character of its password (@, / or :) is not percent-escaped (RFC 3986), so ${host} is taken for the host name, which cannot be resolved (DNS)`,
      fixes: [{ summary: `Percent-escape the password in ${broken}` }],
      bonus: 8,
    };
  return {
    cause: `Host name ${host} cannot be resolved (DNS lookup fails, no such host)${settingNote(hit.view, { host })}`,
    fixes: [
      { summary: `Correct the host name ${host}, or create the Service of that name` },
      ...reachFixes(hit.view, { host }).slice(1),
    ],
    endpoint,
    bonus: 6,
  };
}

const dnsSigns: readonly Sign[] = [
  ...dns.map((source): Sign => ({
    id: 'dependency/dns',
    rank: 'specific',
    strength: 17,
    pattern: new RegExp(source, 'i'),
    read: (hit) => {
      const host = hit
        .group(1)
        .replace(/[.,;:]+$/, '')
        .replace(/:\d+$/, '');
      return /^(?:the|a|an|information|address|addresses|host|name|address|for|on|in|to|failed|error|lookup|upstream|hostname|getaddrinfo|placeholder|symbol|variable|dependency|module|or|and|from|all|\w*error|\w*exception|type|import|reference|references|plugin|package|template|dependencies|dependency|conflicts?|service|services|type|types|bean|beans)$/i.test(
        host,
      ) || !/[a-z]/i.test(host)
        ? undefined
        : unresolved(hit, host);
    },
  })),
  {
    id: 'dependency/dns-unnamed',
    rank: 'specific',
    strength: 15,
    pattern: dnsAnonymous,
    read: (hit) => {
      const endpoint = endpointOf(hit);
      const host = endpoint?.host;
      return host === undefined || /^[\d.]+$/.test(host)
        ? { cause: `A host name cannot be resolved (DNS lookup fails)${onlyUrl(hit.view)}`, confidence: 'medium' }
        : unresolved(hit, host, endpoint?.port);
    },
  },
];

/** Connections to other programs that do not come about. */
export const connectionSigns: readonly Sign[] = [
  ...dnsSigns,
  {
    id: 'dependency/no-kubeconfig',
    rank: 'exact',
    strength: 22,
    pattern:
      /The connection to the server (localhost:8080) was refused|[Kk]ubernetes cluster unreachable: Get "?http:\/\/(localhost:8080)|error loading config file "?[^"\n]{1,200}"?: [^\n]{1,80}|context "([^"\n]{1,100})" does not exist|no context exists with the name: "([^"\n]{1,100})"/,
    read: (hit) => {
      const context = hit.group(3) || hit.group(4);
      return {
        cause:
          context === ''
            ? 'The Kubernetes client has no kubeconfig and no ServiceAccount token, so it asks its default address localhost:8080, which refuses the connection'
            : `The kubeconfig has no context ${context}: it does not exist`,
        fixes: [
          {
            summary:
              context === ''
                ? 'Give it a ServiceAccount token (automountServiceAccountToken) or a kubeconfig (KUBECONFIG)'
                : `Correct the context ${context}`,
          },
        ],
        bonus: 6,
      };
    },
  },
  {
    id: 'dependency/git',
    rank: 'exact',
    strength: 18,
    pattern:
      /fatal: (?:'([^'\n]{1,200})' does not appear to be a git repository|could not read Username for '([^'\n]{1,200})'|Remote branch (\S{1,200}) not found in upstream|repository '([^'\n]{1,200})' not found|couldn't find remote ref (\S{1,200})|detected dubious ownership in repository at '([^'\n]{1,200})'|not a git repository)/,
    read: (hit) => {
      const [, none, login, branch, gone, ref, owner] = hit.match;
      const what =
        none !== undefined
          ? `${none} does not appear to be a git repository`
          : login !== undefined
            ? `${login} asks for credentials (could not read Username, authentication required)`
            : branch !== undefined || ref !== undefined
              ? `branch or tag ${branch ?? ref ?? ''} does not exist in the remote repository (not found)`
              : gone !== undefined
                ? `repository ${gone} does not exist (not found), or may not be read`
                : owner !== undefined
                  ? `repository ${owner} belongs to another user (detected dubious ownership)`
                  : 'the directory is not a git repository';
      return {
        cause: `git fails: ${what}`,
        fixes: [{ summary: 'Correct the repository, branch or credentials that git is given' }],
        bonus: 5,
      };
    },
  },
  {
    id: 'dependency/connection-refused',
    rank: 'specific',
    strength: 15,
    pattern:
      /connection refused|ECONNREFUSED|ConnectionRefused|connect(?:ion)? (?:was )?refused|actively refused|\(111\)|Errno 111|os error 111|Couldn't connect to server|[Cc]onnection to \S+ refused|NoBrokersAvailable|no brokers? available|bootstrap broker \S+ [^\n]{0,40}disconnected|could not be established\. Broker may not be available|0x274D/i,
    read: connection(
      (to) => `The connection to ${to} is refused (connection refused): nothing accepts connections there`,
    ),
  },
  {
    id: 'dependency/connection-timeout',
    rank: 'specific',
    strength: 14,
    pattern:
      /ETIMEDOUT|ESOCKETTIMEDOUT|ERR_SOCKET_CONNECTION_TIMEOUT|UND_ERR_CONNECT_TIMEOUT|[Cc]onnect(?:ion)?(?: attempt)?(?: to [^\n]{1,100}?)? (?:has )?(?:timed out|timeout)|[Cc]onnection timed out|connect(?:ion)? timeout|i\/o timeout|dial timeout|[Ss]ocket(?: operation)? timed? ?out|ConnectTimeout|ConnectionTimeout|\bReadTimeout|Read timed out|SocketTimeoutException|[Cc]onnect timed out|[Tt]imed out (?:while |after |trying |connecting|waiting)[^\n]{0,120}|[Tt]imeout (?:was reached|while |after |connecting|reached while|waiting|expired|exceeded)[^\n]{0,120}|context deadline exceeded|DeadlineExceeded|Operation timed out|Failed to update metadata after|Errno 110|os error 110|\(110\)|Server selection timeout|ServerSelectionTimeoutError|timeout: timed out|\btimed out\b|did not (?:respond|answer|reply)|no response\b|connection attempt failed because the connected party did not/,
    read: (hit) => {
      const reading = connection((to) => `The connection to ${to} timed out (timeout): it does not answer`)(hit);
      // A time that ran out without any address may be anything.
      return (
        reading &&
        (reading.endpoint
          ? reading
          : { ...reading, bonus: -6, confidence: 'low' as const, cause: 'An operation timed out (timeout)' })
      );
    },
  },
  {
    id: 'dependency/cannot-connect',
    rank: 'specific',
    strength: 12,
    pattern:
      /(?:[Cc]an't|[Cc]annot|[Cc]ould not|[Uu]nable to|[Ff]ailed to|[Cc]ouldn't) (?:connect|reach|contact|establish (?:a )?connection)\b[^\n]{0,160}|[Cc]onnection (?:to [^\n]{1,80} )?(?:failed|error|lost|could not be established)\b|[Cc]onnect(?:ion)? (?:attempt )?failed|[\w.-]{1,253}:\d{2,5} (?:is )?(?:still )?not (?:up|ready|reachable|available|responding|open|listening)\b/,
    read: (hit) => {
      if (
        / not \w+$/.test(hit.match[0]) &&
        /non-?fatal|\b(?:off|disabled|optional|without|anyway)\b/i.test(hit.line.message)
      )
        return undefined;
      // The name's trouble may stand on a line of its own, without the name.
      const unresolved = /name resolution|Name or service not known|getaddrinfo|no such host/i.test(hit.around(2, 2));
      const waited = / not \w+$/.test(hit.match[0]) ? ': it is not available' : '';
      const why = unresolved ? ': its name does not resolve (DNS)' : waited;
      const reading = connection((to) => `The program cannot connect to ${to}${why}`)(hit);
      return reading && { ...reading, confidence: 'medium', bonus: reading.endpoint ? 3 : -4 };
    },
  },
  {
    id: 'dependency/unreachable',
    rank: 'specific',
    strength: 15,
    pattern:
      /EHOSTUNREACH|ENETUNREACH|[Nn]o route to host|[Nn]etwork is unreachable|[Nn]etwork unreachable|[Hh]ost is unreachable|NoRouteToHostException|Errno 1(?:13|01)\b|os error 1(?:13|01)\b/,
    read: connection(
      (to) => `${to.charAt(0).toUpperCase() === to.charAt(0) ? 'Host ' : ''}${to} is unreachable (no route to host)`,
    ),
  },
  {
    id: 'dependency/connection-reset',
    rank: 'specific',
    strength: 12,
    pattern:
      /ECONNRESET|[Cc]onnection reset by peer|[Cc]onnection (?:was )?reset|socket hang up|server closed the connection unexpectedly|[Cc]onnection closed (?:by|unexpectedly|prematurely)|Remote end closed connection|[Uu]nexpected EOF|EOFException|[Bb]roken pipe|EPIPE|Empty reply from server|Lost connection to (?:MySQL|MariaDB|server)|has gone away|Connection aborted/,
    read: (hit) => {
      if (/archive|gzip|tar:|unzip|zip/i.test(hit.line.message)) return undefined;
      const reading = connection((to) =>
        /[Ee]mpty reply/.test(hit.match[0])
          ? `${to} closed the connection without an answer (empty reply)`
          : `The connection to ${to} was closed by the other side (connection reset)`,
      )(hit);
      return reading && { ...reading, ...(!reading.endpoint && { bonus: -4 }), confidence: 'medium' };
    },
  },
  {
    id: 'dependency/http-status',
    rank: 'specific',
    strength: 11,
    pattern:
      /(?:HTTP(?:\/\d(?:\.\d)?)?(?: status| error| code| response)*|[Ss]tatus(?: ?[Cc]ode)?|returned(?: error)?:?|responded with|response code|[Rr]esponse|answered(?: with)?|got|error: ) ?(?:code |status |HTTP )*[:=]? ?(401|403|404|407|409|410|429|500|501|502|503|504)\b(?: ([A-Z][A-Za-z ]{2,30}))?/,
    read: (hit) => {
      const endpoint = endpointOf(hit);
      const path = /(?:https?:\/\/[^\s/]+|(?<![\w.)-]))(\/[A-Za-z_][\w./-]{0,100})/.exec(hit.line.message)?.[1];
      const words = hit.group(2) === '' ? (statusWords[hit.group(1)] ?? '') : hit.group(2);
      const to = endpoint ? endpointName(endpoint) : 'A server that it calls';
      return {
        cause: `${to} answers with HTTP status ${hit.group(1)}${words === '' ? '' : ` (${words.trim()})`}${path === undefined ? '' : ` for ${path}`}${settingNote(hit.view, endpoint)}`,
        fixes: [
          { summary: `Look at ${endpoint ? endpointName(endpoint) : 'the called server'}: it answers ${hit.group(1)}` },
        ],
        confidence: 'medium',
        ...(endpoint ? { endpoint, bonus: 4 } : {}),
      };
    },
  },
];

const statusWords: Readonly<Record<string, string>> = {
  '401': 'Unauthorized: credentials are missing or wrong',
  '403': 'Forbidden: access denied',
  '404': 'Not Found',
  '407': 'Proxy Authentication Required',
  '409': 'Conflict',
  '410': 'Gone',
  '429': 'Too Many Requests: rate limit',
  '500': 'Internal Server Error',
  '502': 'Bad Gateway',
  '503': 'Service Unavailable',
  '504': 'Gateway Timeout',
};
