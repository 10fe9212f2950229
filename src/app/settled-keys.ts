/** Tells when every key of a set has been worked on at least once. */
export interface SettledKeys<K> {
  /** Resolves when all of `keys` were `done`; at once when there are none. */
  whenDone(keys: Iterable<K>): Promise<void>;
  /** This key was worked on. */
  done(key: K): void;
}

/** A new one; keys that nobody waits for cost nothing. */
export function createSettledKeys<K>(): SettledKeys<K> {
  const waits = new Set<{ readonly missing: Set<K>; readonly resolve: () => void }>();
  return {
    whenDone(keys) {
      const missing = new Set(keys);
      if (missing.size === 0) return Promise.resolve();
      return new Promise((resolve) => waits.add({ missing, resolve }));
    },
    done(key) {
      for (const wait of waits) {
        wait.missing.delete(key);
        if (wait.missing.size > 0) continue;
        waits.delete(wait);
        wait.resolve();
      }
    },
  };
}
