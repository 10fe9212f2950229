import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';

/** Why a read gave nothing; `not-started`: there is no such log yet, or no earlier instance. */
export type MissReason = 'forbidden' | 'not-found' | 'timeout' | 'not-started' | 'unavailable' | 'invalid';

/** The outcome of a read. */
export type Reading<T> = { readonly ok: T } | { readonly gap: string; readonly reason: MissReason };

/** What a list gave; `truncated` when the server held more than the limit. */
export interface Listing<T> {
  readonly items: readonly T[];
  readonly truncated: boolean;
}

/** Names an object; `apiVersion` is needed for kinds that Kubernetes itself does not have. */
export interface ObjectName {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
  readonly apiVersion?: string;
}

interface ListQuery {
  readonly kind: string;
  readonly namespace?: string;
  readonly selector?: string;
  readonly limit: number;
}

export interface PodLogRequest {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly previous: boolean;
  readonly tailLines: number;
  readonly limitBytes: number;
}

export interface LogText {
  readonly text: string;
  readonly truncated: boolean;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** Reads single objects, lists and logs of one cluster; never throws for what the server may answer. */
export interface LiveReader {
  getPod(namespace: string, name: string, options?: ReadOptions): Promise<Reading<KubePod>>;
  listPods(
    namespace: string,
    query: { readonly selector?: string; readonly limit: number },
    options?: ReadOptions,
  ): Promise<Reading<Listing<KubePod>>>;
  eventsOf(object: ObjectName, limit: number, options?: ReadOptions): Promise<Reading<Listing<KubeEvent>>>;
  log(request: PodLogRequest, options?: ReadOptions): Promise<Reading<LogText>>;
  get(object: ObjectName, options?: ReadOptions): Promise<Reading<KubeObject>>;
  list(query: ListQuery, options?: ReadOptions): Promise<Reading<Listing<KubeObject>>>;
}
