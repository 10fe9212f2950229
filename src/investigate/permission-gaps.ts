import type { Gap } from '../model/case-file.ts';

/** Permissions that investigations of this process lacked, each told once. */
export interface PermissionGaps {
  /** Takes in the gaps of a case; returns what is forbidden and was not returned before (`pods/log`, `nodes` …). */
  readonly news: (gaps: readonly Gap[]) => string[];
  /** All so far, sorted. */
  readonly all: () => string[];
}

const forbidden = /^forbidden: (.+)$/;

export function createPermissionGaps(): PermissionGaps {
  const known = new Set<string>();
  return {
    news: (gaps) => {
      const found = gaps.flatMap(({ why }) => forbidden.exec(why)?.[1] ?? []);
      const news = [...new Set(found)].filter((resource) => !known.has(resource));
      for (const resource of news) known.add(resource);
      return news;
    },
    all: () => [...known].sort(),
  };
}
