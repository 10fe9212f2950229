import type { EventFinding } from '../detect/detect-event.ts';
import type { Failure } from '../model/failure.ts';

/** What Warning events said about one controller lately. */
interface Entry {
  readonly failures: readonly Failure[];
  readonly jobFailed: Failure | undefined;
  readonly seenAtMs: number;
}

/** Failures that no pod shows, kept while they are news, so that a new leader can be told of them. */
export interface ControllerTable {
  /** Takes in what an event said; returns the controller's key, or undefined when it said nothing new. */
  add(finding: EventFinding): string | undefined;
  get(key: string): { readonly failures: readonly Failure[]; readonly jobFailed: Failure | undefined } | undefined;
  keys(): string[];
}

/** A cluster in which nothing can be created must not fill the memory. */
const entryLimit = 5000;

/** Creates an empty table; entries older than `keepMs` are dropped. */
export function createControllerTable(keepMs: number, now: () => number): ControllerTable {
  const entries = new Map<string, Entry>();

  function dropOld(): void {
    for (const [key, entry] of entries) {
      if (now() - entry.seenAtMs <= keepMs && entries.size <= entryLimit) return;
      entries.delete(key);
    }
  }

  return {
    add(finding) {
      const subject = finding.failures[0]?.subject ?? finding.jobFailed?.subject;
      if (subject === undefined) return undefined;
      const key = `${subject.namespace}/${subject.kind}/${subject.name}`;
      const earlier = entries.get(key);
      // Re-inserted, so that the oldest entries come first.
      entries.delete(key);
      entries.set(key, {
        failures: finding.failures.length > 0 ? finding.failures : (earlier?.failures ?? []),
        jobFailed: finding.jobFailed ?? earlier?.jobFailed,
        seenAtMs: now(),
      });
      dropOld();
      return key;
    },
    get: (key) => entries.get(key),
    keys: () => [...entries.keys()],
  };
}
