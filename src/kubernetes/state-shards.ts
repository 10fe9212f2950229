import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

/** One record of the state; `json` is valid JSON of at most a few hundred bytes. */
export interface StateLine {
  readonly key: string;
  readonly json: string;
  /** Dropped first when there is no room. */
  readonly resolved: boolean;
  readonly touchedAtMs: number;
}

/** What one state Lease is to hold. */
export interface StateShard {
  /** Records, sorted by key, as one JSON array: equal when nothing changed. */
  readonly plain: string;
  /** `plain` compressed, base64. */
  readonly packed: string;
  /** Keys for which there was no room. */
  readonly dropped: readonly string[];
}

/** Longest packed payload; an object's annotations may be 256 KiB in all (apimachinery, TotalAnnotationSizeLimitB). */
export const packedLimitBytes = 200 * 1024;
/** A payload that unpacks to more is not ours. */
const plainLimitBytes = 64 * 1024 * 1024;

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Spreads records over `count` shards by their key, so that a change touches one Lease and each can be read by itself. */
export function spread(lines: readonly StateLine[], count: number): StateLine[][] {
  const shards: StateLine[][] = Array.from({ length: count }, () => []);
  for (const line of lines) shards[hash(line.key) % count]?.push(line);
  return shards;
}

/** Packs as many records as fit; without room the oldest resolved ones go first, then the oldest of all. */
export async function pack(lines: readonly StateLine[], limitBytes = packedLimitBytes): Promise<StateShard> {
  const whole = await packThese(lines);
  if (whole.packed.length <= limitBytes) return { ...whole, dropped: [] };
  const byWorth = [...lines].sort(
    (a, b) => Number(a.resolved) - Number(b.resolved) || b.touchedAtMs - a.touchedAtMs || a.key.localeCompare(b.key),
  );
  let fits = 0;
  let tooMany = lines.length;
  let best = await packThese([]);
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    const attempt = await packThese(byWorth.slice(0, middle));
    if (attempt.packed.length <= limitBytes) {
      fits = middle;
      best = attempt;
    } else tooMany = middle;
  }
  return { ...best, dropped: byWorth.slice(fits).map(({ key }) => key) };
}

/** The records of a packed payload; throws when it is damaged. */
export async function unpack(packed: string): Promise<string[]> {
  const plain = await decompress(Buffer.from(packed, 'base64'), { maxOutputLength: plainLimitBytes });
  const records = JSON.parse(plain.toString('utf8')) as unknown;
  if (!Array.isArray(records)) throw new Error('not a list of records');
  return records.map((record) => JSON.stringify(record));
}

async function packThese(lines: readonly StateLine[]): Promise<{ plain: string; packed: string }> {
  const sorted = [...lines].sort((a, b) => (a.key < b.key ? -1 : 1));
  const plain = `[${sorted.map(({ json }) => json).join(',')}]`;
  return { plain, packed: (await compress(plain)).toString('base64') };
}

// FNV-1a, 32 bits: stable over versions, unlike anything that the runtime may change.
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
