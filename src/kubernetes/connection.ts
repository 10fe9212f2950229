import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { AppError } from '../model/errors.ts';
import { readKubeconfig, type KubeconfigChoice } from './kubeconfig.ts';
import { askPlugin, type PluginCredentials } from './plugin-credentials.ts';

/** Where the kubelet puts a service account into a pod, and where the API server is found from there. */
export interface InClusterSettings {
  /** KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT. */
  readonly host: string;
  readonly port: string | number;
  readonly tokenFile: string;
  readonly caFile: string;
  readonly namespaceFile: string;
}

export interface ConnectionSettings {
  /** KUBECONFIG: one file, or a list as in PATH. Wins over `inCluster`. */
  readonly kubeconfig?: string | undefined;
  /** Name of the context; default is the kubeconfig's current-context. */
  readonly context?: string | undefined;
  /** Set when the process runs in a pod; used when neither kubeconfig nor context is given. */
  readonly inCluster?: InClusterSettings | undefined;
  /** Where .kube/config is looked for; default is the user's home. */
  readonly homeDir?: string | undefined;
  /** Clock in ms for the age of credentials; default is Date.now. */
  readonly now?: (() => number) | undefined;
}

export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

export interface Credentials {
  /** Value of the Authorization header, and others that go with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** The same object as long as nothing in it changed. */
  readonly tls: TlsSettings;
}

/** How to reach one API server, and as whom. */
export interface Connection {
  /** Scheme, host, port and path prefix, without a trailing slash. */
  readonly server: string;
  readonly proxyUrl?: string;
  readonly contextName?: string;
  /** The namespace of the context or of the own pod; `default` when neither says. */
  readonly namespace: string;
  /** For people: `context kind-dev (127.0.0.1:6443)`. */
  readonly description: string;
  /**
   * Present credentials. Token, certificate and CA files are read again after a minute and plugins asked again before
   * their credential is old; `fresh` does so now, after the server refused them. Throws API_UNAUTHORIZED when nothing
   * could be read.
   */
  readonly credentials: (options?: { readonly fresh?: boolean }) => Promise<Credentials>;
}

/** As client-go's cachingTokenSource: transport/token_source.go, `period: time.Minute`. */
const rereadFilesAfterMs = 60_000;
/** Plugins cost a process; tokens of clouds live 15 min and longer, and a refused one is renewed at once. */
const reaskPluginAfterMs = 10 * 60_000;

const noCredentials: PluginCredentials = {};

/** Finds out how to reach the API server. Throws KUBECONFIG_INVALID with a sentence that says what to do. */
export async function createConnection(settings: ConnectionSettings): Promise<Connection> {
  const now = settings.now ?? Date.now;
  if (settings.kubeconfig === undefined && settings.context === undefined && settings.inCluster !== undefined) {
    return inClusterConnection(settings.inCluster, now);
  }
  return kubeconfigConnection(await readKubeconfig(settings), now);
}

async function inClusterConnection(settings: InClusterSettings, now: () => number): Promise<Connection> {
  const host = isIPv6(settings.host) ? `[${settings.host}]` : settings.host;
  const read = async (): Promise<Credentials> => {
    const [token, ca] = await Promise.all([readText(settings.tokenFile), readText(settings.caFile)]);
    return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
  };
  const credentials = cached(read, rereadFilesAfterMs, now);
  try {
    await credentials();
  } catch (error) {
    const hint = 'is automountServiceAccountToken switched off for this pod?';
    throw new AppError('KUBECONFIG_INVALID', `${(error as Error).message}; ${hint}`, { cause: error });
  }
  const namespace = await readText(settings.namespaceFile).catch(() => 'default');
  return {
    server: parseServer(`https://${host}:${settings.port}`).server,
    namespace: namespace.trim(),
    description: `this cluster (${host}:${settings.port})`,
    credentials,
  };
}

function kubeconfigConnection(choice: KubeconfigChoice, now: () => number): Connection {
  const { cluster, user } = choice;
  const { server, host } = parseServer(cluster.server);
  const usesPlugin = user.token === undefined && user.tokenFile === undefined && hasPlugin(user);
  const read = async (): Promise<Credentials> => {
    const [token, ca, cert, key, plugin] = await Promise.all([
      // As kubectl: the file wins over the token beside it.
      user.tokenFile === undefined ? user.token : readText(user.tokenFile),
      fileOrData(cluster.caFile, cluster.caData),
      fileOrData(user.certFile, user.certData),
      fileOrData(user.keyFile, user.keyData),
      usesPlugin ? askPlugin(user, server) : noCredentials,
    ]);
    const basic = user.username === undefined ? undefined : `${user.username}:${user.password ?? ''}`;
    const authorization =
      token !== undefined
        ? `Bearer ${token.trim()}`
        : basic === undefined
          ? plugin.authorization
          : `Basic ${Buffer.from(basic).toString('base64')}`;
    const certificate = cert ?? plugin.cert;
    const privateKey = key ?? plugin.key;
    return {
      headers: {
        ...(authorization === undefined ? {} : { authorization }),
        ...(user.impersonate === undefined ? {} : { 'impersonate-user': user.impersonate }),
      },
      tls: {
        ...(ca === undefined ? {} : { ca }),
        ...(certificate === undefined ? {} : { cert: certificate }),
        ...(privateKey === undefined ? {} : { key: privateKey }),
        ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
        ...(cluster.skipTlsVerify ? { rejectUnauthorized: false } : {}),
      },
    };
  };
  return {
    server,
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    contextName: choice.contextName,
    namespace: choice.namespace ?? 'default',
    description: `context ${choice.contextName} (${host})`,
    credentials: cached(read, usesPlugin ? reaskPluginAfterMs : rereadFilesAfterMs, now),
  };
}

function hasPlugin(user: KubeconfigChoice['user']): boolean {
  return user.exec !== undefined || user.authProvider !== undefined;
}

/** Serves `read` from memory until it is too old; when a later read fails, what was read before still serves. */
function cached(
  read: () => Promise<Credentials>,
  maxAgeMs: number,
  now: () => number,
): (options?: { readonly fresh?: boolean }) => Promise<Credentials> {
  let last: { readonly value: Credentials; readonly readAtMs: number } | undefined;
  let running: Promise<Credentials> | undefined;
  const readOnce = async (): Promise<Credentials> => {
    try {
      const value = await read();
      const tls = last !== undefined && sameTls(last.value.tls, value.tls) ? last.value.tls : value.tls;
      last = { value: { headers: value.headers, tls }, readAtMs: now() };
      return last.value;
    } catch (error) {
      if (last === undefined) throw error;
      return last.value;
    } finally {
      running = undefined;
    }
  };
  return async (options) => {
    const ageMs = last === undefined ? Infinity : now() - last.readAtMs;
    // A negative age means that the clock was set back.
    if (last !== undefined && options?.fresh !== true && ageMs >= 0 && ageMs < maxAgeMs) return last.value;
    running ??= readOnce();
    return running;
  };
}

function sameTls(left: TlsSettings, right: TlsSettings): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

async function fileOrData(file: string | undefined, base64: string | undefined): Promise<string | undefined> {
  // As kubectl: inlined data wins over the file beside it.
  if (base64 !== undefined) return Buffer.from(base64, 'base64').toString('utf8');
  return file === undefined ? undefined : readText(file);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new AppError('API_UNAUTHORIZED', `cannot read ${file} (${code})`, { retryable: true, cause: error });
  }
}

/** kubectl takes a server without scheme as http; nobody means that, so it is refused. */
function parseServer(text: string): { readonly server: string; readonly host: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new AppError('KUBECONFIG_INVALID', 'the server of the cluster in the kubeconfig is no http or https address');
  }
  return { server: `${url.origin}${url.pathname}`.replace(/\/+$/, ''), host: url.host };
}
