import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainNow, type ExplainedIncident } from '../../src/app/explain-now.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { openBundle } from '../../src/investigate/bundle.ts';
import { saveBundle } from '../../src/investigate/save-bundle.ts';
import { createRedactor } from '../../src/lib/redaction/redact.ts';

const corpus = join(import.meta.dirname, '..', 'corpus');
let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'saved-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function explain(dir: string): Promise<readonly ExplainedIncident[]> {
  const bundle = await openBundle(dir);
  let ids = 0;
  return explainNow(bundle, bundle.reader, {
    cluster: '',
    detect: defaultDetectSettings,
    budgetMs: 20_000,
    logTailLines: 2000,
    newId: () => String(ids++).padStart(6, '0'),
  });
}

async function filesIn(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')));
}

const recordings = (await readdir(corpus)).filter((name) => /^s\d/.test(name));

describe('a case that was saved, redacted', () => {
  test('there are recordings to save', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(75);
  });

  test.each(recordings)('%s is diagnosed the same when read back, and holds no secret', async (name) => {
    const [first] = await explain(join(corpus, name, 'recorded'));
    const key = JSON.parse(await readFile(join(corpus, name, 'key.json'), 'utf8')) as { redact: string[] };
    if (first === undefined) return;
    const dir = join(root, name);
    await saveBundle(dir, first.file, createRedactor());
    const again = await explain(dir);
    const same = again.find(({ incident }) => incident.key === first.incident.key);
    expect(same?.incident.diagnosis?.rule).toBe(first.incident.diagnosis?.rule);
    expect(same?.incident.diagnosis?.confidence).toBe(first.incident.diagnosis?.confidence);
    const saved = (await filesIn(dir)).join('\n');
    for (const secret of key.redact) expect(saved).not.toContain(secret);
  });
});
