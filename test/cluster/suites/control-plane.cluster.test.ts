import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compactEtcd } from '../compact-etcd.ts';
import {
  startApiServerAgain,
  startControlPlane,
  stopApiServer,
  stopControlPlane,
  type ControlPlane,
} from '../control-plane.ts';
import { connectKube, ref, type KubeObject } from '../kube.ts';
import { seedPods } from '../seed-pods.ts';

interface Pod extends KubeObject {
  status: { phase: string };
}

describe('a control plane of a test’s own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podmedic-plane-'));
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane({
      folder,
      controllers: false,
      serviceAccountAdmission: false,
      featureGates: { WatchList: false },
      beforeApiServer: (etcdUrl) => seedPods(etcdUrl, { count: 250, namespaces: ['seeded-0', 'seeded-1'] }),
    });
  });

  afterAll(async () => {
    await stopControlPlane(plane);
    rmSync(folder, { recursive: true });
  });

  test('serves pods that were written straight into etcd', async () => {
    const kube = connectKube(plane);
    const pods = await kube.list<Pod>('v1', 'Pod', 'seeded-0');
    expect(pods).toHaveLength(125);
    expect(pods.every(({ status }) => status.phase === 'Running')).toBe(true);
    const first = pods[0];
    if (first === undefined) throw new Error('no pod');
    expect(JSON.stringify(first).length).toBeGreaterThan(6000);
    const changed = { ...first, apiVersion: 'v1', kind: 'Pod' };
    await kube.patchStatus(changed, { phase: 'Failed' });
    expect((await kube.get<Pod>(changed))?.status.phase).toBe('Failed');
  });

  test('keeps its port and its objects when the API server is killed and started again', async () => {
    const kube = connectKube(plane);
    await kube.apply({ ...ref.namespace('kept'), metadata: { name: 'kept' } });
    await stopApiServer(plane);
    await expect(kube.get(ref.namespace('kept'))).rejects.toThrow(/ECONNREFUSED|ECONNRESET|socket hang up/);
    await startApiServerAgain(plane);
    expect((await kube.get(ref.namespace('kept')))?.metadata.name).toBe('kept');
  });

  test('forgets old revisions when etcd is compacted', async () => {
    const kube = connectKube(plane);
    const watch = '/api/v1/namespaces/seeded-0/pods?watch=1&timeoutSeconds=1&resourceVersion=2';
    await stopApiServer(plane);
    await compactEtcd(plane.etcdUrl);
    await startApiServerAgain(plane);
    const body = await kube.call('GET', watch);
    expect(JSON.parse(body)).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } });
  });
});
