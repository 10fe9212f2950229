import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Alert, AlertType } from '../model/alert.ts';
import { severities } from '../model/incident.ts';

/** One unsent message on disk. `covers` are the types of the alerts that it stands for. */
interface StoredAlert {
  readonly sink: string;
  readonly alert: Alert;
  readonly covers: readonly AlertType[];
}

/** Unsent messages on disk, one JSON file each, already redacted. Everything is synchronous, so that a kill loses nothing. */
export interface Outbox {
  /** Writes a message, or replaces the one of that name. Returns its name; `undefined` when the disk refuses. */
  put(stored: StoredAlert, name?: string): string | undefined;
  remove(name: string): void;
  /** All messages, oldest first. What cannot be read is deleted and reported. */
  list(): readonly { readonly name: string; readonly stored: StoredAlert }[];
}

const alertTypes = [
  'opened',
  'reopened',
  'worse',
  'reminder',
  'recovered',
  'amended',
  'storm-opened',
  'storm-updated',
  'storm-closed',
  'test',
] as const satisfies readonly AlertType[];

const fix = z.object({ summary: z.string(), command: z.string().optional(), verified: z.boolean() });
const schema = z.object({
  sink: z.string(),
  covers: z.array(z.enum(alertTypes)),
  alert: z.looseObject({
    type: z.enum(alertTypes),
    id: z.string(),
    atMs: z.number(),
    severity: z.enum(severities),
    headline: z.string(),
    rootCause: z.string(),
    confidence: z.string(),
    fix: fix.optional(),
    otherFixes: z.array(fix),
    facts: z.array(z.string()),
    evidence: z.array(z.object({ id: z.string(), source: z.string(), text: z.string() })),
    logLines: z.array(z.string()),
    notes: z.array(z.string()),
    cluster: z.string(),
    namespace: z.string(),
    workload: z.string(),
    rows: z.array(z.object({ id: z.string(), text: z.string() })),
    more: z.number(),
  }),
});

/** An outbox in a directory, which is created when the first message is kept. `onProblem` hears what the disk refused. */
export function createOutbox(
  directory: string,
  now: () => number,
  random: () => number,
  onProblem: (message: string) => void,
): Outbox {
  // Two processes may share the directory and the millisecond.
  const nonce = Math.floor(random() * 0x1000000)
    .toString(16)
    .padStart(6, '0');
  let counter = 0;
  const guarded = <T>(what: string, action: () => T): T | undefined => {
    try {
      return action();
    } catch (thrown) {
      const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unreadable';
      onProblem(`${what} in the outbox: ${code}`);
      return undefined;
    }
  };
  return {
    put: (stored, name) =>
      guarded('cannot write', () => {
        mkdirSync(directory, { recursive: true, mode: 0o700 });
        const file = name ?? fileName(stored, now(), counter++, nonce);
        const draft = join(directory, `.${file}.tmp`);
        writeFileSync(draft, JSON.stringify(stored), { mode: 0o600 });
        renameSync(draft, join(directory, file));
        return file;
      }),
    remove: (name) => {
      guarded('cannot delete', () => {
        rmSync(join(directory, name), { force: true });
      });
    },
    list: () => {
      const names = guarded('cannot list', () => listFiles(directory)) ?? [];
      return names.flatMap((name) => {
        const stored = guarded('cannot read', () => readStored(join(directory, name)));
        if (stored === undefined) guarded('cannot delete', () => rmSync(join(directory, name), { force: true }));
        return stored === undefined ? [] : [{ name, stored }];
      });
    },
  };
}

/** Names sort by time, then by the order within this process. */
function fileName({ sink, alert }: StoredAlert, nowMs: number, counter: number, nonce: string): string {
  const safe = (text: string): string => text.replace(/[^A-Za-z0-9_-]/gu, '_').slice(0, 40);
  return `${String(nowMs).padStart(15, '0')}-${String(counter).padStart(6, '0')}-${nonce}-${safe(sink)}-${safe(alert.id)}.json`;
}

function listFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => /^\d{15}-\d{6,}-[\w-]+\.json$/u.test(name))
      .sort();
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return [];
    throw thrown;
  }
}

function readStored(path: string): StoredAlert {
  // The checked members are those that a message is built from; the incident in it is only carried along.
  return schema.parse(JSON.parse(readFileSync(path, 'utf8'))) as unknown as StoredAlert;
}
