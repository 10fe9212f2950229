import { AppError } from '../model/errors.ts';
import type { KubeObject } from '../model/kube-objects.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { createListPage, type ListPageFacts } from './list-page.ts';

export interface PagedListOptions {
  readonly client: ApiClient;
  readonly path: string;
  readonly fieldSelector: string | undefined;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly onItem: (item: KubeObject) => void;
  /** Lets others have their turn; false when the list is no longer wanted. */
  readonly yieldTurn: () => Promise<boolean>;
  /** Bytes to take in before others have their turn. */
  readonly sliceBytes: number;
  /** Called with the delay that is due before a page is asked for once more. */
  readonly pause: (error: AppError) => Promise<boolean>;
}

/** A page that fails is asked for again this often before the whole list fails. */
const maxRetries = 3;

/**
 * Reads a collection page by page, resourceVersion unset, which is a consistent read (with "0" servers ignore the limit).
 * Answers the resourceVersion of the first page, or undefined when it was stopped. Throws AppError; API_GONE when the list
 * took longer than its snapshot lives, so that it must begin anew.
 */
export async function listInPages(options: PagedListOptions): Promise<string | undefined> {
  let first: string | undefined;
  let token: string | undefined;
  do {
    const page = await readPage(options, token);
    if (page === undefined) return undefined;
    first ??= page.resourceVersion;
    if (first === undefined || first === '') {
      throw new AppError('API_MALFORMED', `a list of ${options.path} came without resourceVersion`, {
        retryable: true,
      });
    }
    token = page.continueToken;
    if (!(await options.yieldTurn())) return undefined;
  } while (token !== undefined && token !== '');
  return first;
}

async function readPage(options: PagedListOptions, token: string | undefined): Promise<ListPageFacts | undefined> {
  const request: ApiRequest = {
    path: options.path,
    query: { limit: options.pageSize, continue: token, fieldSelector: options.fieldSelector },
    signal: options.signal,
  };
  for (let retries = 0; ; retries += 1) {
    try {
      return (await readInPieces(options, request)) ?? (await readWhole(options, request));
    } catch (error) {
      // The first page has nothing to lose: there the reflector's own back-off decides.
      const worthwhile = token !== undefined && retries < maxRetries;
      if (!(error instanceof AppError) || !worthwhile || !error.retryable || error.code === 'API_GONE') throw error;
      if (!(await options.pause(error))) return undefined;
    }
  }
}

/** Undefined when the page is not laid out as the API server does it. */
async function readInPieces(options: PagedListOptions, request: ApiRequest): Promise<ListPageFacts | undefined> {
  const page = createListPage(options.onItem);
  const stream = await options.client.stream(request);
  let bytesOfSlice = 0;
  try {
    for await (const chunk of stream.chunks) {
      if (!page.push(chunk)) return undefined;
      bytesOfSlice += chunk.length;
      if (bytesOfSlice < options.sliceBytes) continue;
      bytesOfSlice = 0;
      if (!(await options.yieldTurn())) throw new AppError('ABORTED', 'the list is no longer wanted');
    }
    return page.end();
  } finally {
    stream.abort();
  }
}

/** Objects that were handed over before come once more; they are states, so that does no harm. */
async function readWhole(options: PagedListOptions, request: ApiRequest): Promise<ListPageFacts> {
  const page = await options.client.json<{
    readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
    readonly items?: readonly KubeObject[] | null;
  }>(request);
  for (const item of page.items ?? []) options.onItem(item);
  return { resourceVersion: page.metadata?.resourceVersion, continueToken: page.metadata?.continue };
}
