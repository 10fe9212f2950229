import { toAppError, type AppError } from '../model/errors.ts';
import type { KubeEvent, KubeObject, KubePod } from '../model/kube-objects.ts';
import type { Timers } from '../lib/timers.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { readPodLog } from './reader-log.ts';
import type { Listing, LiveReader, MissReason, ReadOptions, Reading } from './reader-port.ts';
import { eventResource, pathOf, resourceOf, type ReaderResource } from './reader-resources.ts';
import { trimObject } from './reader-trim.ts';

export interface ReaderSettings {
  /** Time for one read; default 6 s, below the time budget of an investigation. */
  readonly timeoutMs?: number;
  readonly timers: Timers;
}

/** Longest wait that a busy server may ask for before the one further try. */
const longestRetryMs = 3000;
/** A page longer than this is refused rather than held in memory. */
const pageBytes = 32 * 1024 * 1024;
/** Objects of one page: what is read of a page before it is trimmed is many times what is kept of it. */
const pageItems = 50;

interface KubeList {
  readonly metadata?: { readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

/** A reader without memory; `createReaderCache` puts one in front. */
export function createReader(client: ApiClient, settings: ReaderSettings): LiveReader {
  const timeoutMs = settings.timeoutMs ?? 6000;

  async function attempt<T>(resource: string, read: () => Promise<T>): Promise<Reading<T>> {
    for (let tries = 1; ; tries++) {
      try {
        return { ok: await read() };
      } catch (thrown) {
        const error = toAppError(thrown);
        const waitMs = error.retryAfterMs ?? 500;
        if (error.code !== 'API_THROTTLED' || tries > 1 || waitMs > longestRetryMs) return missOf(error, resource);
        await new Promise<void>((resolve) => settings.timers.after(waitMs, resolve));
      }
    }
  }

  async function fetchList<T extends KubeObject>(
    kind: string,
    resource: ReaderResource,
    namespace: string | undefined,
    query: NonNullable<ApiRequest['query']> & { readonly limit: number },
    { signal }: ReadOptions,
  ): Promise<Reading<Listing<T>>> {
    const { limit, ...filter } = query;
    return attempt(resource.plural, async () => {
      const path = pathOf(resource, namespace);
      const items: T[] = [];
      let token = '';
      do {
        const list = await client.json<KubeList>({
          path,
          query: {
            ...filter,
            limit: Math.min(pageItems, limit - items.length),
            ...(token === '' ? {} : { continue: token }),
          },
          timeoutMs,
          maxBytes: pageBytes,
          ...(signal ? { signal } : {}),
        });
        for (const item of list.items ?? []) items.push(trimObject({ ...item, kind: item.kind ?? kind }) as T);
        token = list.metadata?.continue ?? '';
      } while (token !== '' && items.length < limit);
      return { items, truncated: token !== '' };
    });
  }

  const reader: LiveReader = {
    getPod: (namespace, name, options) =>
      reader.get({ kind: 'Pod', name, namespace }, options) as Promise<Reading<KubePod>>,
    listPods: (namespace, query, options) =>
      reader.list({ kind: 'Pod', namespace, ...query }, options) as Promise<Reading<Listing<KubePod>>>,
    eventsOf: ({ kind, name, namespace }, limit, options = {}) => {
      const events = eventResource;
      const fieldSelector = `involvedObject.kind=${kind},involvedObject.name=${name}`;
      return fetchList<KubeEvent>('Event', events, namespace ?? 'default', { fieldSelector, limit }, options);
    },
    log: async (request, options) => attempt('pods/log', () => readPodLog(client, request, timeoutMs, options?.signal)),
    get: async ({ kind, name, namespace, apiVersion }, options) => {
      const resource = resourceOf(kind, apiVersion);
      if (!resource) return { gap: `${kind} is not a kind that can be read`, reason: 'invalid' };
      const signal = options?.signal;
      return attempt(resource.plural, async () => {
        const path = pathOf(resource, namespace, name);
        const object = await client.json<KubeObject>({ path, timeoutMs, ...(signal ? { signal } : {}) });
        return trimObject({ ...object, kind: object.kind ?? kind });
      });
    },
    list: async ({ kind, namespace, selector, limit }, options = {}) => {
      const resource = resourceOf(kind);
      if (!resource) return { gap: `${kind} is not a kind that can be read`, reason: 'invalid' };
      return fetchList(kind, resource, namespace, { labelSelector: selector, limit }, options);
    },
  };
  return reader;
}

function missOf(error: AppError, resource: string): { readonly gap: string; readonly reason: MissReason } {
  const { code, message } = error;
  if (code === 'API_FORBIDDEN') return { gap: `forbidden: ${resource}`, reason: 'forbidden' };
  if (code === 'API_NOT_FOUND') return { gap: 'not found', reason: 'not-found' };
  if (code === 'TIMEOUT' || code === 'ABORTED') return { gap: 'no answer in time', reason: 'timeout' };
  if (code === 'API_REJECTED' && noSuchLog.test(message)) {
    return { gap: 'this instance of the container has no log', reason: 'not-started' };
  }
  return { gap: message, reason: 'unavailable' };
}

/** What the kubelet answers with status 400 (kubernetes pkg/kubelet/kubelet_pods.go, validateContainerLogStatus). */
const noSuchLog = /is waiting to start|previous terminated container .* not found|is not available|is terminated/i;
