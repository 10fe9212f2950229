import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openBundle } from '../../src/investigate/bundle.ts';
import { gather } from '../../src/investigate/gather.ts';
import { saveBundle } from '../../src/investigate/save-bundle.ts';
import { createRedactor } from '../../src/lib/redaction/redact.ts';
import { ago, crashed, event, failure, fakeCluster, nowMs, pod, workload } from './fake-cluster.ts';

let root = '';
let made = 0;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bundle-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function folder(files: Readonly<Record<string, unknown>>): Promise<string> {
  const dir = join(root, String(made++));
  await mkdir(dir);
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    const isRaw = typeof content === 'string' || content instanceof Buffer;
    await writeFile(join(dir, name), isRaw ? content : JSON.stringify(content));
  }
  return dir;
}

const list = (...items: unknown[]): object => ({ apiVersion: 'v1', kind: 'List', items });
const one = pod('api-1', [crashed('app')]);
const request = {
  namespace: 'shop',
  pod: 'api-1',
  container: 'app',
  previous: false,
  tailLines: 100,
  limitBytes: 10_000,
};

describe('opening', () => {
  test('all its parts, with the time of the recording', async () => {
    const dir = await folder({
      'pods.json': list(one, pod('api-2', [])),
      'pod.json': { ...one, status: { phase: 'Failed' } },
      'events.json': list(event('Pod/api-1', 'BackOff', 'x')),
      'workload.json': list(workload('Deployment', 'api', 'api')),
      'cluster.json': list({ kind: 'Node', metadata: { name: 'n1' } }),
      'meta.json': { recordedAt: '2026-11-20T12:00:00Z', focusPod: 'api-1' },
      'logs/api-1/app.log': 'one\ntwo\n',
    });
    const bundle = await openBundle(dir);
    expect(bundle).toMatchObject({ nowMs, focusPod: { name: 'api-1', namespace: 'shop' }, gaps: [] });
    expect(bundle.pods.map(({ metadata, status }) => [metadata?.name, status?.phase])).toEqual([
      ['api-1', 'Failed'],
      ['api-2', 'Running'],
    ]);
    expect([bundle.events.length, bundle.workloads.length, bundle.cluster.length]).toEqual([1, 1, 1]);
    expect(await bundle.reader.log(request)).toEqual({ ok: { text: 'one\ntwo\n', truncated: false } });
    expect(await bundle.reader.get({ kind: 'Node', name: 'n1' })).toMatchObject({ ok: { kind: 'Node' } });
    expect(await bundle.reader.get({ kind: 'Deployment', name: 'api', namespace: 'other' })).toHaveProperty('gap');
  });

  test.each([
    ['only a pod, with a byte order mark', { 'pod.json': `\uFEFF${JSON.stringify(one)}` }, 1],
    ['an array instead of a List', { 'pods.json': [one, one] }, 1],
    [
      'a PodList whose items do not say their kind',
      { 'pods.json': { kind: 'PodList', items: [{ ...one, kind: undefined }] } },
      1,
    ],
    ['items that are no objects', { 'pods.json': list(one, null, 'x', 7, [one]) }, 1],
    ['events alone', { 'events.json': list(event('Pod/api-1', 'BackOff', 'x')) }, 0],
    ['logs alone', { 'logs/api-1/app.log': 'x' }, 0],
  ])('%s is enough', async (_, files, pods) => {
    const bundle = await openBundle(await folder(files));
    expect(bundle.pods).toHaveLength(pods);
    for (const found of bundle.pods) expect(found.kind).toBe('Pod');
  });

  test.each([
    ['cut', JSON.stringify(list(one)).slice(0, 200), 'not valid JSON'],
    ['binary', Buffer.from([0, 255, 254, 1]), 'not valid JSON'],
    ['empty', '  \n', 'empty'],
    ['of another shape', '{"a": 1}', 'no Kubernetes object'],
  ])('a file that is %s is a gap, the rest is used', async (_, content, why) => {
    const bundle = await openBundle(await folder({ 'events.json': content, 'pod.json': one }));
    expect(bundle.pods).toHaveLength(1);
    expect(bundle.gaps).toEqual([{ source: 'events.json', why: expect.stringContaining(why) }]);
  });

  test.each([
    ['nothing', {}],
    ['only garbage', { 'pods.json': '{', 'meta.json': 'x' }],
    ['empty lists', { 'pods.json': list(), 'events.json': list() }],
  ])('%s to read is said', async (_, files) => {
    const dir = await folder(files);
    await expect(openBundle(dir)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
      message: expect.stringContaining(dir),
    });
  });

  test('no folder, or a file, is said', async () => {
    await expect(openBundle(join(root, 'absent'))).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
    const dir = await folder({ 'pod.json': one });
    await expect(openBundle(join(dir, 'pod.json'))).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
  });

  test('without recordedAt the newest time in it is now', async () => {
    const dir = await folder({
      'pod.json': one,
      'events.json': list(event('Pod/api-1', 'BackOff', 'x', 7)),
      'meta.json': { recordedAt: 'soon' },
    });
    expect((await openBundle(dir)).nowMs).toBe(Date.parse(ago(7)));
    expect((await openBundle(await folder({ 'pod.json': { kind: 'Pod', metadata: { name: 'x' } } }), 5)).nowMs).toBe(5);
  });
});

describe('logs', () => {
  test('the end of a long one, whole lines, bounded in bytes and lines', async () => {
    const text = Array.from({ length: 200_000 }, (_, index) => `line ${index} ${'ü'.repeat(20)}`).join('\n');
    const { reader } = await openBundle(await folder({ 'pod.json': one, 'logs/api-1/app.log': text }));
    const byBytes = await reader.log({ ...request, tailLines: 1_000_000 });
    const byLines = await reader.log({ ...request, limitBytes: 50_000_000, tailLines: 3 });
    if (!('ok' in byBytes) || !('ok' in byLines)) throw new Error('no log');
    expect(Buffer.byteLength(byBytes.ok.text)).toBeLessThanOrEqual(10_000);
    expect(byBytes.ok.text).toMatch(/^line \d+ ü+\n/);
    expect(byBytes.ok.truncated && byLines.ok.truncated).toBe(true);
    expect(byLines.ok.text.split('\n').map((line) => line.split(' ')[1])).toEqual(['199997', '199998', '199999']);
  });

  test('broken bytes become replacement characters', async () => {
    const { reader } = await openBundle(
      await folder({ 'pod.json': one, 'logs/api-1/app.log': Buffer.from([104, 105, 0xff, 0xc3, 10]) }),
    );
    expect(await reader.log(request)).toEqual({ ok: { text: 'hi\uFFFD\uFFFD\n', truncated: false } });
  });

  test('an .error file says why there is none', async () => {
    const waiting =
      'Error from server (BadRequest): container "app" in pod "api-1" is waiting to start: PodInitializing';
    const dir = await folder({
      'pod.json': one,
      'logs/api-1/app.error': waiting,
      'logs/api-1/web.error': 'pods "x" is forbidden',
    });
    const { reader } = await openBundle(dir);
    expect(await reader.log(request)).toEqual({ gap: waiting, reason: 'not-started' });
    expect(await reader.log({ ...request, container: 'web' })).toMatchObject({ reason: 'forbidden' });
    expect(await reader.log({ ...request, previous: true })).toMatchObject({ reason: 'not-found' });
  });

  test('a name that is a path leads nowhere', async () => {
    const dir = await folder({ 'pod.json': one, 'secret.log': 'outside' });
    const { reader } = await openBundle(dir);
    for (const name of ['..', '../..', '/etc', 'a/../..']) {
      expect(await reader.log({ ...request, pod: name, container: 'secret' })).toMatchObject({ reason: 'invalid' });
      expect(await reader.log({ ...request, container: `${name}/secret` })).toMatchObject({ reason: 'invalid' });
    }
  });
});

describe('saving', () => {
  const secret = 'hunter2-9f8e7d6c';
  const owner = { kind: 'ReplicaSet', name: 'api-abc' };
  const talkative = pod('api-1', [crashed('app')], {
    owner: 'ReplicaSet/api-abc',
    spec: {
      containers: [
        {
          name: 'app',
          env: [
            { name: 'DB_PASSWORD', value: secret },
            { name: 'PORT', value: '8080' },
          ],
          args: ['--password', secret],
        },
      ],
    },
  });
  const annotated = {
    ...talkative,
    metadata: {
      ...talkative.metadata,
      managedFields: [{ manager: 'kubectl' }],
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"password":"${secret}"}`, note: 'kept' },
    },
  };
  const world = fakeCluster(
    {
      pods: [annotated, pod('other', [crashed('x')])],
      others: [workload('Deployment', 'api', 'api')],
      events: [event('Pod/api-1', 'BackOff', 'b')],
    },
    { 'api-1/app': `connecting with password=${secret}\nFATAL: refused\n` },
  );
  const file = () =>
    gather(
      [failure('CrashLoopBackOff', 'api-1', { container: 'app', owner })],
      { kind: 'Deployment', name: 'api', namespace: 'shop' },
      world.reader,
      { nowMs },
    );

  test('what was saved is read back the same, without the secrets', async () => {
    const dir = join(root, 'saved');
    const before = await file();
    await saveBundle(dir, before, createRedactor());
    const bundle = await openBundle(dir);
    expect(bundle).toMatchObject({ nowMs, focusPod: { name: 'api-1' }, gaps: [] });
    const after = await gather(before.failures, before.workload, bundle.reader, { nowMs: bundle.nowMs });
    expect(after.pods.map(({ metadata }) => metadata?.name)).toEqual(before.pods.map(({ metadata }) => metadata?.name));
    expect(after.neighbours.map(({ metadata }) => metadata?.name)).toEqual(['other']);
    expect(after.events).toEqual(before.events);
    expect(after.logs[0]?.text).toContain('FATAL: refused');
    expect(after.pod?.spec?.containers?.[0]?.env?.[1]).toEqual({ name: 'PORT', value: '8080' });
    expect(after.pod?.metadata?.annotations).toEqual({ note: 'kept' });
    for (const name of ['pod.json', 'pods.json', 'logs/api-1/app.log', 'meta.json', 'events.json']) {
      expect(await readFile(join(dir, name), 'utf8')).not.toContain(secret);
    }
    expect((await stat(join(dir, 'pod.json'))).mode & 0o077).toBe(0);
  });

  test('nothing that is there already is overwritten', async () => {
    const dir = await folder({ 'notes.txt': 'mine' });
    await expect(saveBundle(dir, await file(), (text) => text)).rejects.toMatchObject({ code: 'BUNDLE_INVALID' });
    expect(await readFile(join(dir, 'notes.txt'), 'utf8')).toBe('mine');
  });

  test('a place that cannot be written is said', async () => {
    const dir = await folder({ file: 'x' });
    await chmod(join(dir, 'file'), 0o400);
    await expect(saveBundle(join(dir, 'file', 'sub'), await file(), (text) => text)).rejects.toMatchObject({
      code: 'BUNDLE_INVALID',
    });
  });
});
