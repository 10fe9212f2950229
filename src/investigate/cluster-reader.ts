import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';

/**
 * Why a read gave nothing. `not-started`: the container has no log yet, or no earlier instance, so there was nothing to
 * read; that is no gap worth telling.
 */
type MissReason = 'forbidden' | 'not-found' | 'timeout' | 'not-started' | 'unavailable' | 'invalid';

/** The outcome of a read: a value, or in words why there is none. Reads never throw for what a cluster may answer. */
export type Reading<T> = { readonly ok: T } | { readonly gap: string; readonly reason: MissReason };

/** What a list gave; `truncated` when the server held more than the limit. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly truncated: boolean;
}

/** Names an object to read; `apiVersion` is only needed for kinds that Kubernetes itself does not have. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiVersion?: string;
}

/** What to list. Without `namespace` a namespaced kind is listed over all namespaces. */
interface ListQuery {
  readonly kind: string;
  readonly namespace?: string;
  /** Label selector in the API's text form (`app=web,tier!=db`). */
  readonly selector?: string;
  readonly limit: number;
}

/** Which log to read, and how much of its end: at most `tailLines` lines and about `limitBytes` bytes. */
export interface LogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly tailLines: number;
  readonly limitBytes: number;
}

/** The end of a log, oldest line first; `truncated` when older lines were left out. */
export interface LogText {
  readonly text: string;
  readonly truncated: boolean;
}

interface ReadOptions {
  /** Gives up a read that is under way; the reading is then a `timeout`. */
  readonly signal?: AbortSignal;
}

/** All that an investigation may ask of a cluster, or of a recording of one. Read-only. */
export interface ClusterReader {
  getPod(namespace: string, name: string, options?: ReadOptions): Promise<Reading<KubePod>>;
  /** Pods of a namespace, by label selector when given. */
  listPods(
    namespace: string,
    query: { readonly selector?: string; readonly limit: number },
    options?: ReadOptions,
  ): Promise<Reading<Listing<KubePod>>>;
  /**
   * Events about an object, by kind and name: not by uid, since kubelet reports a static pod under its manifest's hash and
   * a node under its name. Events of cluster-scoped objects live in namespace `default`.
   */
  eventsOf(object: ObjectName, limit: number, options?: ReadOptions): Promise<Reading<Listing<KubeEvent>>>;
  log(request: LogRequest, options?: ReadOptions): Promise<Reading<LogText>>;
  get(object: ObjectName, options?: ReadOptions): Promise<Reading<KubeObject>>;
  list(query: ListQuery, options?: ReadOptions): Promise<Reading<Listing<KubeObject>>>;
}
