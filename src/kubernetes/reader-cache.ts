import { LRUCache } from 'lru-cache';
import type { Listing, LiveReader, Reading } from './reader-port.ts';

/** How long an object is good: what changes slowly longer, so that a storm on one node reads the node once. */
const slowTtlMs = 30_000;
const objectTtlMs = 5_000;
/** A refused permission is asked for again after this; it seldom comes while a storm lasts. */
const forbiddenTtlMs = 60_000;
/** Entries; an object is about 5 KB and a list of pods up to 2 MB, so lists have a cache of their own. */
const objectEntries = 300;
const listEntries = 6;

const slowKinds = new Set(['Node', 'Namespace', 'StorageClass', 'PersistentVolume', 'ResourceQuota', 'LimitRange']);

/**
 * A reader that gives the same answer to the same question for some seconds, and lets simultaneous questions share one
 * request. Single pods, events and logs are always read anew.
 */
export function createReaderCache(reader: LiveReader, now: () => number): LiveReader {
  // Purged when their time is over, so that what a storm read does not stay in memory.
  const perf = { now };
  const objects = new LRUCache<string, Promise<Reading<unknown>>>({
    max: objectEntries,
    perf,
    ttlResolution: 0,
    ttlAutopurge: true,
  });
  const lists = new LRUCache<string, Promise<Reading<unknown>>>({
    max: listEntries,
    perf,
    ttlResolution: 0,
    ttlAutopurge: true,
  });

  function remembered<T>(
    cache: LRUCache<string, Promise<Reading<unknown>>>,
    key: string,
    ttl: number,
    read: () => Promise<Reading<T>>,
  ): Promise<Reading<T>> {
    const known = cache.get(key);
    if (known) return known as Promise<Reading<T>>;
    // The read is shared, so no single investigation's end may cut it.
    const reading = read();
    cache.set(key, reading, { ttl });
    reading.then(
      (outcome) => {
        if ('ok' in outcome) return;
        if (outcome.reason === 'forbidden') cache.set(key, reading, { ttl: forbiddenTtlMs });
        else if (cache.peek(key) === reading) cache.delete(key);
      },
      () => cache.delete(key),
    );
    return reading;
  }

  return {
    ...reader,
    listPods: (namespace, query) => {
      const key = `Pod/${namespace}/${query.selector ?? ''}/${query.limit}`;
      return remembered<Listing<never>>(lists, key, objectTtlMs, () => reader.listPods(namespace, query) as never);
    },
    get: (object) => {
      const key = `${object.apiVersion ?? ''}/${object.kind}/${object.namespace ?? ''}/${object.name}`;
      return remembered(objects, key, slowKinds.has(object.kind) ? slowTtlMs : objectTtlMs, () => reader.get(object));
    },
    list: (query) => {
      const key = `${query.kind}/${query.namespace ?? ''}/${query.selector ?? ''}/${query.limit}`;
      return remembered(lists, key, slowKinds.has(query.kind) ? slowTtlMs : objectTtlMs, () => reader.list(query));
    },
  };
}
