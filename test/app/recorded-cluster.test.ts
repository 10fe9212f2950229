import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainNow } from '../../src/app/explain-now.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { openBundle } from '../../src/investigate/bundle.ts';
import { createRedactor } from '../../src/lib/redaction/redact.ts';
import { incidentJson } from '../../src/model/incident-json.ts';
import { applyLogSharing } from '../../src/model/log-quote.ts';

interface Key {
  readonly expect_alert: boolean;
  readonly must_mention: readonly (readonly string[])[];
  readonly must_not_claim: readonly string[];
  readonly redact?: readonly string[];
}

const folder = 'test/recorded/cluster';
const redact = createRedactor({});
const show = (text: string): string => applyLogSharing(redact(text), 'full');

/** The root causes of all incidents of a recording, and everything that is said of them. */
async function answers(name: string): Promise<{ causes: readonly string[]; everything: string }> {
  const bundle = await openBundle(join(folder, name, 'recorded'));
  let ids = 0;
  const explained = await explainNow(bundle, bundle.reader, {
    cluster: '',
    detect: defaultDetectSettings,
    budgetMs: 8000,
    logTailLines: 500,
    newId: () => (ids += 1).toString(16).padStart(6, '0'),
  });
  // A pod that is Pending for a short time is no failure yet, but `diagnose` waits for nothing.
  return {
    causes: explained.map(({ diagnosis }) => show(diagnosis.rootCause)),
    everything: JSON.stringify(explained.map(({ incident }) => incidentJson(incident, show))),
  };
}

describe('failures recorded on a real cluster', () => {
  test.each(readdirSync(folder).sort())('%s', async (name) => {
    const key = JSON.parse(readFileSync(join(folder, name, 'key.json'), 'utf8')) as Key;
    const { causes, everything } = await answers(name);
    const holds = (text: string, word: string): boolean => text.toLowerCase().includes(word.toLowerCase());
    const right = causes.some((cause) => key.must_mention.every((group) => group.some((word) => holds(cause, word))));
    const claimed = key.must_not_claim.filter((word) => causes.some((cause) => holds(cause, word)));
    const leaked = (key.redact ?? []).filter((secret) => everything.includes(secret));
    if (key.expect_alert)
      expect({ causes, right, claimed, leaked }).toEqual({ causes, right: true, claimed: [], leaked: [] });
    else expect({ causes, leaked }).toEqual({ causes: [], leaked: [] });
  });
});
