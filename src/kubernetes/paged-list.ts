import { AppError } from '../model/errors.ts';
import type { KubeObject } from '../model/kube-objects.ts';
import type { ApiClient } from './api-client.ts';

export interface PagedListOptions {
  readonly client: ApiClient;
  readonly path: string;
  readonly fieldSelector: string | undefined;
  readonly pageSize: number;
  readonly signal: AbortSignal;
  readonly onItem: (item: KubeObject) => void;
  /** Lets others have their turn between two pages; false when the list is no longer wanted. */
  readonly betweenPages: () => Promise<boolean>;
  /** Called with the delay that is due before a page is asked for once more. */
  readonly pause: (error: AppError) => Promise<boolean>;
}

interface Page {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
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
    first ??= page.metadata?.resourceVersion;
    if (first === undefined || first === '') {
      throw new AppError('API_MALFORMED', `a list of ${options.path} came without resourceVersion`, {
        retryable: true,
      });
    }
    for (const item of page.items ?? []) options.onItem(item);
    token = page.metadata?.continue;
    if (!(await options.betweenPages())) return undefined;
  } while (token !== undefined && token !== '');
  return first;
}

async function readPage(options: PagedListOptions, token: string | undefined): Promise<Page | undefined> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await options.client.json<Page>({
        path: options.path,
        query: { limit: options.pageSize, continue: token, fieldSelector: options.fieldSelector },
        signal: options.signal,
      });
    } catch (error) {
      // The first page has nothing to lose: there the reflector's own back-off decides.
      const worthwhile = token !== undefined && retries < maxRetries;
      if (!(error instanceof AppError) || !worthwhile || !error.retryable || error.code === 'API_GONE') throw error;
      if (!(await options.pause(error))) return undefined;
    }
  }
}
