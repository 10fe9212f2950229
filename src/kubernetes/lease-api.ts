import { AppError } from '../model/errors.ts';
import { createLineSplitter } from '../lib/line-splitter.ts';
import type { ApiClient } from './api-client.ts';
import { refusal } from './api-error.ts';
import type { LeaseObject } from './lease-object.ts';
import { parseWatchLine } from './watch-line.ts';

/** Leases of one namespace. Every method throws AppError; API_CONFLICT means that another one was faster. */
export interface LeaseApi {
  /** Undefined when there is none of that name. */
  get(name: string, options: LeaseCall): Promise<LeaseObject | undefined>;
  /** API_CONFLICT when it is there already. */
  create(lease: LeaseObject, options: LeaseCall): Promise<LeaseObject>;
  /** Replaces the object that was read before: by its resourceVersion, so only if nobody wrote since. */
  update(lease: LeaseObject, options: LeaseCall): Promise<LeaseObject>;
  /**
   * Tells every new state of a Lease, the present one first; `undefined` when it is deleted. Resolves when the server ends
   * the watch.
   */
  watch(name: string, handler: LeaseWatchHandler, signal: AbortSignal): Promise<void>;
}

export interface LeaseCall {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface LeaseWatchHandler {
  /** The server accepted the watch. */
  readonly opened: () => void;
  readonly changed: (lease: LeaseObject | undefined) => void;
}

/** The server ends the watch after this; the next one begins at once. */
const watchSeconds = 290;
/** A Lease is under 2 KB, one that carries state 256 KiB. */
const longestLine = 2 * 1024 * 1024;

/** @param client one of its own, so that a renewal never waits behind other requests */
export function createLeaseApi(client: ApiClient, namespace: string): LeaseApi {
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
  const pathOf = (name: string | undefined): string => `${collection}/${encodeURIComponent(name ?? '')}`;
  return {
    get: async (name, options) => {
      try {
        return await client.json<LeaseObject>({ path: pathOf(name), ...options });
      } catch (thrown) {
        if (thrown instanceof AppError && thrown.code === 'API_NOT_FOUND') return undefined;
        throw thrown;
      }
    },
    create: (lease, options) => client.json<LeaseObject>({ method: 'POST', path: collection, body: lease, ...options }),
    update: (lease, options) =>
      client.json<LeaseObject>({ method: 'PUT', path: pathOf(lease.metadata?.name), body: lease, ...options }),
    watch: async (name, handler, signal) => {
      // Without resourceVersion the watch begins with the present object and can never be too old.
      const query = { watch: true, fieldSelector: `metadata.name=${name}`, timeoutSeconds: watchSeconds };
      const stream = await client.stream({ path: collection, query, signal });
      handler.opened();
      const splitter = createLineSplitter(longestLine);
      for await (const chunk of stream.chunks) {
        if (!splitter.push(chunk, (line) => handleLine(line, handler))) {
          stream.abort();
          throw new AppError('API_MALFORMED', 'the watch of the Lease sent a line that is too long', {
            retryable: true,
          });
        }
      }
    },
  };
}

function handleLine(line: Buffer, handler: LeaseWatchHandler): void {
  if (line.length === 0) return;
  const event = parseWatchLine(line);
  if (!event) {
    throw new AppError('API_MALFORMED', 'the watch of the Lease sent a line that is no event', { retryable: true });
  }
  if (event.type === 'ERROR') {
    throw refusal('watch the Lease', (event.object as { code?: number }).code ?? 500, event.object);
  }
  if (event.type === 'DELETED') handler.changed(undefined);
  else if (event.type === 'ADDED' || event.type === 'MODIFIED') handler.changed(event.object as LeaseObject);
}
