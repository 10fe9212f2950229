import type { KubeObject } from '../model/kube-objects.ts';
import { parseLean } from './lean-json.ts';

/** Takes one page of a list apart while it arrives, so that its objects are never all in memory. */
export interface ListPage {
  /** False: the bytes are not laid out as expected; the page must be read as a whole. */
  readonly push: (chunk: Buffer) => boolean;
  /** After the last chunk: what the page says of itself, or undefined when it was not laid out as expected. */
  readonly end: () => ListPageFacts | undefined;
}

export interface ListPageFacts {
  readonly resourceVersion: string | undefined;
  /** Where the next page begins; absent on the last one. */
  readonly continueToken: string | undefined;
}

const itemsStart = Buffer.from('"items":[');
/** Between two objects: items of a list carry neither kind nor apiVersion, so metadata is their first field. */
const boundary = Buffer.from('},{"metadata":{');

/**
 * Relies on the field order of the API server's encoder: kind, apiVersion, metadata, items. `boundary` cannot stand inside
 * a string, where quotes are escaped; should an object hold it otherwise, its pieces are no JSON and `push` says so.
 */
export function createListPage(onItem: (item: KubeObject) => void): ListPage {
  let facts: ListPageFacts | undefined;
  let open: Buffer = Buffer.alloc(0);
  let searchedTo = 0;

  function take(bytes: Buffer): boolean {
    const item = parseLean(bytes);
    if (typeof item !== 'object' || item === null) return false;
    onItem(item);
    return true;
  }

  return {
    push: (chunk) => {
      open = open.length === 0 ? chunk : Buffer.concat([open, chunk]);
      if (facts === undefined) {
        const at = open.indexOf(itemsStart);
        if (at === -1) return true;
        facts = readFacts(open.subarray(0, at));
        if (facts === undefined) return false;
        open = open.subarray(at + itemsStart.length);
        searchedTo = 0;
      }
      for (let at = open.indexOf(boundary, searchedTo); at !== -1; at = open.indexOf(boundary)) {
        if (!take(open.subarray(0, at + 1))) return false;
        open = open.subarray(at + 2);
      }
      searchedTo = Math.max(0, open.length - boundary.length);
      return true;
    },
    end: () => {
      if (facts === undefined) return undefined;
      const last = open.lastIndexOf(']}');
      if (last === -1) return undefined;
      const rest = open.subarray(0, last);
      return rest.length === 0 || take(rest) ? facts : undefined;
    },
  };
}

function readFacts(head: Buffer): ListPageFacts | undefined {
  const parsed = parseLean(Buffer.concat([head, Buffer.from('"items":[]}')])) as
    { readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string } } | null | undefined;
  const version = parsed?.metadata?.resourceVersion;
  if (version === undefined || version === '') return undefined;
  const token = parsed?.metadata?.continue;
  return { resourceVersion: version, continueToken: token === '' ? undefined : token };
}
