import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { AppError } from '../model/errors.ts';

/** The cluster entry of a kubeconfig, file names made absolute (k8s.io/client-go tools/clientcmd/api/v1/types.go). */
export interface KubeconfigCluster {
  readonly server: string;
  readonly caFile?: string;
  readonly caData?: string;
  readonly tlsServerName?: string;
  readonly skipTlsVerify: boolean;
  readonly proxyUrl?: string;
}

/** The user entry; `exec` and `authProvider` are kept as written, for the plugin that reads them. */
export interface KubeconfigUser {
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly certFile?: string;
  readonly certData?: string;
  readonly keyFile?: string;
  readonly keyData?: string;
  readonly impersonate?: string;
  readonly exec?: Readonly<Record<string, unknown>>;
  readonly authProvider?: Readonly<Record<string, unknown>>;
}

/** What one context selects. */
export interface KubeconfigChoice {
  readonly contextName: string;
  readonly namespace?: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
}

type Fields = Readonly<Record<string, unknown>>;

interface Merged {
  currentContext: string | undefined;
  readonly clusters: Map<string, { readonly fields: Fields; readonly folder: string }>;
  readonly users: Map<string, { readonly fields: Fields; readonly folder: string }>;
  readonly contexts: Map<string, Fields>;
}

/**
 * Reads the files of a KUBECONFIG path list (default: ~/.kube/config) and picks a context (default: current-context).
 * As kubectl does, the first file that names a thing wins and files of a list that do not exist are passed over.
 * Throws KUBECONFIG_INVALID with a sentence that says what to change.
 */
export async function readKubeconfig(settings: {
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  readonly homeDir?: string | undefined;
}): Promise<KubeconfigChoice> {
  const listed = (settings.kubeconfig ?? '').split(delimiter).filter((file) => file !== '');
  const files = listed.length > 0 ? listed : [join(settings.homeDir ?? homedir(), '.kube', 'config')];
  const merged: Merged = { currentContext: undefined, clusters: new Map(), users: new Map(), contexts: new Map() };
  let found = 0;
  for (const file of files) {
    const text = await readOrSkip(file);
    if (text === undefined) continue;
    found += 1;
    mergeFile(merged, file, text);
  }
  if (found === 0) {
    throw invalid(
      listed.length > 0
        ? `KUBECONFIG names ${files.join(', ')}, which does not exist; correct the path or unset it`
        : `no kubeconfig found: ${files.join(', ')} does not exist; set KUBECONFIG to a kubeconfig file`,
    );
  }
  return choose(merged, settings.context, files);
}

async function readOrSkip(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'EACCES' || code === 'EPERM') throw invalid(`no permission to read the kubeconfig ${file}`, error);
    if (code === 'EISDIR') throw invalid(`the kubeconfig ${file} is a directory; name the file in it`, error);
    throw invalid(`cannot read the kubeconfig ${file} (${code ?? 'unknown error'})`, error);
  }
}

function mergeFile(merged: Merged, file: string, text: string): void {
  const folder = dirname(resolve(file));
  const root = fieldsOf(parseYaml(file, text));
  if (root === undefined) throw invalid(`${file} is not a kubeconfig: it holds no fields`);
  merged.currentContext ??= textOf(root['current-context']);
  for (const { name, fields } of namedEntries(root.clusters, 'cluster')) {
    if (!merged.clusters.has(name)) merged.clusters.set(name, { fields, folder });
  }
  for (const { name, fields } of namedEntries(root.users, 'user')) {
    if (!merged.users.has(name)) merged.users.set(name, { fields, folder });
  }
  for (const { name, fields } of namedEntries(root.contexts, 'context')) {
    if (!merged.contexts.has(name)) merged.contexts.set(name, fields);
  }
}

function parseYaml(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    // The parser's own message quotes the line, which may hold a token.
    const position = (error as { linePos?: readonly { readonly line: number }[] }).linePos?.[0];
    const where = position === undefined ? '' : ` (line ${position.line})`;
    throw invalid(`the kubeconfig ${file} is not valid YAML${where}`);
  }
}

function choose(merged: Merged, wanted: string | undefined, files: readonly string[]): KubeconfigChoice {
  const names = [...merged.contexts.keys()];
  const source = files.join(', ');
  const listed = names.length === 0 ? 'it has no contexts' : `it has: ${names.join(', ')}`;
  const contextName = wanted ?? merged.currentContext;
  if (contextName === undefined) {
    throw invalid(`the kubeconfig ${source} sets no current-context; choose one with KUBE_CONTEXT (${listed})`);
  }
  const context = merged.contexts.get(contextName);
  if (context === undefined) throw invalid(`context "${contextName}" is not in the kubeconfig ${source}; ${listed}`);

  const clusterName = textOf(context.cluster);
  const cluster = clusterName === undefined ? undefined : merged.clusters.get(clusterName);
  if (cluster === undefined) {
    throw invalid(
      `context "${contextName}" names cluster "${clusterName ?? ''}", which the kubeconfig ${source} lacks`,
    );
  }
  const userName = textOf(context.user);
  const user = userName === undefined ? { fields: {}, folder: '.' } : merged.users.get(userName);
  if (user === undefined) {
    throw invalid(`context "${contextName}" names user "${userName ?? ''}", which the kubeconfig ${source} lacks`);
  }
  return defined({
    contextName,
    namespace: textOf(context.namespace),
    cluster: readCluster(cluster.fields, cluster.folder, clusterName ?? ''),
    user: readUser(user.fields, user.folder),
  });
}

function readCluster(fields: Fields, folder: string, name: string): KubeconfigCluster {
  const server = textOf(fields.server);
  if (server === undefined) throw invalid(`cluster "${name}" of the kubeconfig has no server`);
  return defined({
    server,
    caFile: fileOf(fields['certificate-authority'], folder),
    caData: textOf(fields['certificate-authority-data']),
    tlsServerName: textOf(fields['tls-server-name']),
    skipTlsVerify: fields['insecure-skip-tls-verify'] === true,
    proxyUrl: textOf(fields['proxy-url']),
  });
}

function readUser(fields: Fields, folder: string): KubeconfigUser {
  return defined({
    token: textOf(fields.token),
    tokenFile: fileOf(fields.tokenFile, folder),
    username: textOf(fields.username),
    password: textOf(fields.password),
    certFile: fileOf(fields['client-certificate'], folder),
    certData: textOf(fields['client-certificate-data']),
    keyFile: fileOf(fields['client-key'], folder),
    keyData: textOf(fields['client-key-data']),
    impersonate: textOf(fields.as),
    exec: execOf(fieldsOf(fields.exec), folder),
    authProvider: fieldsOf(fields['auth-provider']),
  });
}

/** A command with a slash is relative to the kubeconfig's folder; a bare one is searched in PATH. */
function execOf(exec: Fields | undefined, folder: string): Fields | undefined {
  const command = textOf(exec?.command);
  if (exec === undefined || command === undefined || !command.includes('/') || isAbsolute(command)) return exec;
  return { ...exec, command: resolve(folder, command) };
}

function namedEntries(list: unknown, key: string): { name: string; fields: Fields }[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const outer = fieldsOf(entry);
    const name = textOf(outer?.name);
    return outer === undefined || name === undefined ? [] : [{ name, fields: fieldsOf(outer[key]) ?? {} }];
  });
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function fileOf(value: unknown, folder: string): string | undefined {
  const name = textOf(value);
  return name === undefined ? undefined : resolve(folder, name);
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

function defined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Defined<T>;
}

function invalid(message: string, cause?: unknown): AppError {
  return new AppError('KUBECONFIG_INVALID', message, { cause });
}
