import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explainNow } from '../../src/app/explain-now.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { openBundle } from '../../src/investigate/bundle.ts';
import { AppError, toAppError } from '../../src/model/errors.ts';

const corpus = fileURLToPath(new URL('../corpus/', import.meta.url));
const names = readdirSync(corpus).filter((name) => name.startsWith('s'));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podmedic-damaged-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Numbers from 0 to 1 that repeat with the seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Other values than the ones that belong there. */
const oddValues: readonly unknown[] = [null, 0, -1, '', 'x', [], {}, [null], { items: 3 }, true, '\u0000\uFFFF', 1e300];

function damageValue(value: unknown, random: () => number): unknown {
  if (random() < 0.02) return oddValues[Math.floor(random() * oddValues.length)];
  if (Array.isArray(value)) return value.map((item) => damageValue(item, random));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, damageValue(inner, random)]));
}

function damageFile(path: string, random: () => number): void {
  const choice = random();
  if (choice < 0.2) {
    rmSync(path);
    return;
  }
  const content = readFileSync(path);
  if (choice < 0.4) writeFileSync(path, content.subarray(0, Math.floor(random() * content.length)));
  else if (choice < 0.55)
    writeFileSync(path, Buffer.from(content.map((byte) => (random() < 0.05 ? Math.floor(random() * 256) : byte))));
  else if (choice < 0.9 && path.endsWith('.json')) {
    writeFileSync(path, JSON.stringify(damageValue(JSON.parse(content.toString('utf8')), random)));
  }
}

async function explain(dir: string): Promise<string[]> {
  const bundle = await openBundle(dir);
  const explained = await explainNow(bundle, bundle.reader, {
    cluster: '',
    detect: defaultDetectSettings,
    budgetMs: 8000,
    logTailLines: 500,
    newId: (() => {
      let next = 0;
      return () => (next++).toString(16).padStart(6, '0');
    })(),
  });
  return explained.map(({ diagnosis }) => diagnosis.rootCause);
}

describe('a damaged bundle', () => {
  test.each(names)('%s: files removed, cut, filled with garbage, values of another kind', async (name) => {
    const random = createRandom(Number(name.slice(1, 4)));
    for (let round = 0; round < 6; round += 1) {
      const dir = join(folder, `${name}-${round}`);
      cpSync(join(corpus, name, 'recorded'), dir, { recursive: true });
      for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
        if (entry.isFile()) damageFile(join(entry.parentPath, entry.name), random);
      }
      const outcome = await explain(dir).catch((thrown: unknown) => thrown);
      // An answer, or the one sentence that there is nothing to read.
      if (outcome instanceof Error)
        expect([round, outcome, toAppError(outcome).code]).toEqual([round, expect.any(AppError), 'BUNDLE_INVALID']);
      else for (const cause of outcome as string[]) expect([round, cause.length > 0]).toEqual([round, true]);
      rmSync(dir, { recursive: true });
    }
  });

  test('an undamaged one is explained, so that the tests above can tell', async () => {
    expect(await explain(join(corpus, 's001-checkout/recorded'))).toEqual([
      expect.stringContaining('PAYMENT_GATEWAY_URL'),
    ]);
  });
});
