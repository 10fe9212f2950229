import { readFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { parseAllDocuments } from 'yaml';
import type { ControlPlane } from './control-plane.ts';
import { httpCall } from './http-call.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { waitFor } from './wait.ts';

/** Any object of the API; its other fields are read by the test that knows the kind. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** What names an object; a whole object will do. */
export type ObjectRef = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>;

/** YAML of one or more documents, an object, or a list of objects. */
export type Manifest = string | KubeObject | readonly KubeObject[];

/** An answer of the API server that is no success. */
export class KubeError extends Error {
  readonly status: number;

  constructor(method: string, path: string, status: number, body: string) {
    super(`${method} ${path}: ${status} ${body.slice(0, 1000)}`);
    this.name = 'KubeError';
    this.status = status;
  }
}

/** Names an object of a kind that tests use often. */
export const ref = {
  pod: (namespace: string, name: string) => makeRef('v1', 'Pod', namespace, name),
  deployment: (namespace: string, name: string) => makeRef('apps/v1', 'Deployment', namespace, name),
  job: (namespace: string, name: string) => makeRef('batch/v1', 'Job', namespace, name),
  namespace: (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
};

export interface LogOptions {
  readonly container?: string;
  readonly previous?: boolean;
  readonly tailLines?: number;
}

export interface ServiceAccountLogin {
  readonly namespace: string;
  readonly name: string;
  /** Kubeconfig file to write. */
  readonly file: string;
  /** Roles and bindings, applied first. The ServiceAccount is made when it is missing. */
  readonly rbac?: Manifest;
  /** Life of the token in seconds, at least 600 (default 3600). */
  readonly expirationSeconds?: number;
  /** Another address of the API server, such as a proxy's; the certificate is then checked for `localhost`. */
  readonly server?: string;
}

/** A client for tests, as admin. Every method throws KubeError unless the server answers with success. */
export type Kube = ReturnType<typeof connectKube>;

export function connectKube(plane: Pick<ControlPlane, 'apiServerUrl' | 'adminToken' | 'caFile'>) {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const caPem = readFileSync(plane.caFile, 'utf8');
  const paths = new Map<string, string>();

  /** One request; returns the body. */
  async function call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<string> {
    const answer = await httpCall({
      url: plane.apiServerUrl + path,
      method,
      token: plane.adminToken,
      caPem,
      agent,
      timeoutMs: 60_000,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType }),
    });
    if (answer.status < 200 || answer.status > 299) throw new KubeError(method, path, answer.status, answer.body);
    return answer.body;
  }

  /** URL path of a collection, learnt from the server. */
  async function collection(apiVersion: string, kind: string, namespace?: string): Promise<string> {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    if (!paths.has(`${apiVersion} ${kind}`)) {
      const found = JSON.parse(await call('GET', root)) as {
        resources: { name: string; kind: string; namespaced: boolean }[];
      };
      for (const resource of found.resources.filter(({ name }) => !name.includes('/'))) {
        paths.set(`${apiVersion} ${resource.kind}`, (resource.namespaced ? 'NAMESPACE/' : '') + resource.name);
      }
    }
    const path = paths.get(`${apiVersion} ${kind}`);
    if (path === undefined) throw new Error(`the server has no ${kind} in ${apiVersion}`);
    return `${root}/${path.replace('NAMESPACE/', namespace === undefined ? '' : `namespaces/${namespace}/`)}`;
  }

  async function pathOf(object: ObjectRef): Promise<string> {
    const { name, namespace } = object.metadata;
    return `${await collection(object.apiVersion, object.kind, namespace)}/${name}`;
  }

  /** Server-side apply of every object, in order; namespaced objects without a namespace go to `default`. */
  async function apply(manifest: Manifest, namespace = 'default'): Promise<KubeObject[]> {
    const applied: KubeObject[] = [];
    for (const object of readManifest(manifest)) {
      const path = await pathOf({ ...object, metadata: { namespace, ...object.metadata } });
      const query = '?fieldManager=podmedic-test&force=true';
      applied.push(JSON.parse(await call('PATCH', path + query, object, 'application/apply-patch+yaml')) as KubeObject);
    }
    return applied;
  }

  /** The object, or undefined when there is none. */
  async function get<T = KubeObject>(object: ObjectRef): Promise<T | undefined> {
    try {
      return JSON.parse(await call('GET', await pathOf(object))) as T;
    } catch (error) {
      if (error instanceof KubeError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** Objects of a kind; `query` such as `labelSelector=app%3Dorders`. */
  async function list<T = KubeObject>(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query = '',
  ): Promise<readonly T[]> {
    const body = await call('GET', `${await collection(apiVersion, kind, namespace)}?${query}`);
    return (JSON.parse(body) as { items: readonly T[] }).items;
  }

  /** Deletes an object; one that is not there is no error. */
  async function remove(object: ObjectRef, gracePeriodSeconds?: number): Promise<void> {
    try {
      await call('DELETE', await pathOf(object), { gracePeriodSeconds, propagationPolicy: 'Background' });
    } catch (error) {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    }
  }

  /** JSON merge patch of an object. */
  async function patch(object: ObjectRef, change: unknown): Promise<void> {
    await call('PATCH', await pathOf(object), change, 'application/merge-patch+json');
  }

  /**
   * JSON merge patch of an object's status, as a kubelet would write it. For pods that no kubelet owns
   * (`spec.schedulerName` of nobody, or a cluster without a node).
   */
  async function patchStatus(object: ObjectRef, status: unknown): Promise<void> {
    await call('PATCH', `${await pathOf(object)}/status`, { status }, 'application/merge-patch+json');
  }

  /** A container's log. */
  async function logs(namespace: string, pod: string, options: LogOptions = {}): Promise<string> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(options)) query.set(name, String(value));
    return call('GET', `/api/v1/namespaces/${namespace}/pods/${pod}/log?${query.toString()}`);
  }

  /** Waits until the object is as wanted and returns it; the error of a timeout (60 s) shows its last status. */
  async function waitForObject<T = KubeObject>(
    object: ObjectRef,
    isWanted: (object: T) => boolean | undefined,
    timeoutMs = 60_000,
  ): Promise<T> {
    let last: KubeObject | undefined;
    const look = async (): Promise<T | undefined> => {
      last = await get(object);
      return last !== undefined && isWanted(last as T) === true ? (last as T) : undefined;
    };
    const explain = (): string => `, it is ${JSON.stringify(last?.status ?? last ?? 'not there').slice(0, 3000)}`;
    return waitFor(`${object.kind} ${object.metadata.name}`, look, { timeoutMs, explain });
  }

  /** Waits until there is no such object (60 s). */
  async function waitGone(object: ObjectRef, timeoutMs = 60_000): Promise<void> {
    const look = async (): Promise<boolean> => (await get(object)) === undefined;
    await waitFor(`${object.kind} ${object.metadata.name} gone`, look, { timeoutMs });
  }

  /** Makes a namespace in which pods can start. */
  async function createNamespace(name: string, labels: Readonly<Record<string, string>> = {}): Promise<void> {
    await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
    const account = makeRef('v1', 'ServiceAccount', name, 'default');
    await waitForObject(account, () => true);
  }

  /** A token of a ServiceAccount, by the TokenRequest API. */
  async function createToken(namespace: string, name: string, expirationSeconds = 3600): Promise<string> {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds } };
    return (JSON.parse(await call('POST', path, request)) as { status: { token: string } }).status.token;
  }

  /** Gives a ServiceAccount its permissions and writes a kubeconfig with a token of it. Returns the token. */
  async function logIn(login: ServiceAccountLogin): Promise<string> {
    const { namespace, name, file, server } = login;
    await apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace, name } });
    if (login.rbac !== undefined) await apply(login.rbac, namespace);
    const token = await createToken(namespace, name, login.expirationSeconds);
    writeKubeconfig(file, {
      server: server ?? plane.apiServerUrl,
      caPem,
      token,
      namespace,
      ...(server === undefined ? {} : { tlsServerName: 'localhost' }),
    });
    return token;
  }

  return {
    apply,
    call,
    createNamespace,
    createToken,
    get,
    list,
    logIn,
    logs,
    patch,
    patchStatus,
    remove,
    waitForObject,
    waitGone,
  };
}

function makeRef(apiVersion: string, kind: string, namespace: string, name: string): ObjectRef {
  return { apiVersion, kind, metadata: { namespace, name } };
}

function readManifest(manifest: Manifest): readonly KubeObject[] {
  if (typeof manifest !== 'string') return 'length' in manifest ? (manifest as readonly KubeObject[]) : [manifest];
  return parseAllDocuments(manifest)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}
