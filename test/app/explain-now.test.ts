import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainNow } from '../../src/app/explain-now.ts';
import { defaultDetectSettings } from '../../src/detect/detect-settings.ts';
import { openBundle } from '../../src/investigate/bundle.ts';

const recordedAt = '2026-01-01T12:00:00Z';

/** A recorded pod whose init container has been running for so long. */
function record(dir: string, script: string, log: string, seconds: number): void {
  const init = { name: 'prepare', image: 'example/tools:1', command: ['sh', '-c', script] };
  const startedAt = new Date(Date.parse(recordedAt) - seconds * 1000).toISOString();
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'ledger', namespace: 'bank', uid: 'u1', creationTimestamp: startedAt },
    spec: { nodeName: 'node-1', initContainers: [init], containers: [{ name: 'web', image: 'example/web:1' }] },
    status: {
      phase: 'Pending',
      startTime: startedAt,
      conditions: [
        { type: 'PodReadyToStartContainers', status: 'True', lastTransitionTime: startedAt },
        { type: 'PodScheduled', status: 'True', lastTransitionTime: startedAt },
        { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', lastTransitionTime: startedAt },
        { type: 'Ready', status: 'False', reason: 'ContainersNotReady', lastTransitionTime: startedAt },
      ],
      initContainerStatuses: [
        { name: 'prepare', ready: false, restartCount: 0, started: true, state: { running: { startedAt } } },
      ],
      containerStatuses: [
        { name: 'web', ready: false, restartCount: 0, state: { waiting: { reason: 'PodInitializing' } } },
      ],
    },
  };
  writeFileSync(join(dir, 'pods.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [pod] }));
  writeFileSync(join(dir, 'meta.json'), JSON.stringify({ recordedAt }));
  mkdirSync(join(dir, 'logs', 'ledger'), { recursive: true });
  writeFileSync(join(dir, 'logs', 'ledger', 'prepare.log'), log);
}

describe('a pod whose init container is still running, asked about by hand', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'explain-now-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  async function causes(script: string, log: string, seconds: number): Promise<readonly string[]> {
    record(dir, script, log, seconds);
    const bundle = await openBundle(dir);
    const settings = {
      cluster: '',
      detect: defaultDetectSettings,
      budgetMs: 5000,
      logTailLines: 200,
      newId: () => 'a',
    };
    const explained = await explainNow(bundle, bundle.reader, settings);
    return explained.map(({ incident, diagnosis }) => `${incident.kind}: ${diagnosis.rootCause}`);
  }

  it('is explained when it waits for something', async () => {
    expect(await causes('until nc -z ledger-db 5432; do sleep 2; done', '', 200)).toEqual([
      expect.stringMatching(
        /^NotReady: It waits for ledger-db:5432.*init container prepare is still running after 3 min/,
      ),
    ]);
  });

  it('is left alone in its first minute', async () => {
    expect(await causes('until nc -z ledger-db 5432; do sleep 2; done', '', 50)).toEqual([]);
  });

  it('is left alone while it works', async () => {
    expect(await causes('fetch-models', 'model 1 of 9\nmodel 2 of 9\nmodel 3 of 9\nmodel 4 of 9\n', 200)).toEqual([]);
  });

  it('is told of when its work takes very long', async () => {
    expect(await causes('fetch-models', 'model 1 of 9\n', 1500)).toEqual([
      expect.stringMatching(/init container prepare is still running after 25 min/),
    ]);
  });
});
