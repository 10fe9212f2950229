import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnection } from '../../src/kubernetes/connection.ts';
import { toAppError } from '../../src/model/errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podmedic-connection-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A kubeconfig with one context of that name. */
function kubeconfig(name: string, user: object, cluster: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: `https://${name}.example:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'shop' } }],
  };
}

async function refused(settings: Parameters<typeof createConnection>[0]): Promise<string> {
  const error = await createConnection(settings).then(
    () => undefined,
    (thrown: unknown) => toAppError(thrown),
  );
  expect(error?.code).toBe('KUBECONFIG_INVALID');
  return error?.message ?? '';
}

describe('a kubeconfig', () => {
  test('gives server, namespace and token', async () => {
    const connection = await createConnection({ kubeconfig: write('a', kubeconfig('dev', { token: 'secret' })) });
    expect(connection).toMatchObject({
      server: 'https://dev.example:6443',
      contextName: 'dev',
      namespace: 'shop',
      description: 'context dev (dev.example:6443)',
    });
    expect(await connection.credentials()).toEqual({ headers: { authorization: 'Bearer secret' }, tls: {} });
  });

  test('may be YAML, with a path prefix, files beside it and a name for the certificate', async () => {
    write('ca.crt', 'CA');
    write('token', 'from file\n');
    const file = write(
      'config',
      `current-context: r
contexts: [{name: r, context: {cluster: r, user: r}}]
clusters:
- name: r
  cluster: {server: "https://rancher/k8s/clusters/c-1/", certificate-authority: ca.crt, tls-server-name: kube}
users:
- name: r
  user: {tokenFile: ./token, token: old, as: admin}
`,
    );
    const connection = await createConnection({ kubeconfig: file });
    expect(connection.server).toBe('https://rancher/k8s/clusters/c-1');
    expect(connection.namespace).toBe('default');
    expect(await connection.credentials()).toEqual({
      headers: { authorization: 'Bearer from file', 'impersonate-user': 'admin' },
      tls: { ca: 'CA', servername: 'kube' },
    });
  });

  test('gives certificates, and a password', async () => {
    const base64 = (text: string) => Buffer.from(text).toString('base64');
    const user = {
      'client-certificate-data': base64('CERT'),
      'client-key-data': base64('KEY'),
      username: 'u',
      password: 'p',
    };
    const file = write(
      'a',
      kubeconfig('dev', user, { 'insecure-skip-tls-verify': true, 'proxy-url': 'http://proxy:3128' }),
    );
    const connection = await createConnection({ kubeconfig: file });
    expect(connection.proxyUrl).toBe('http://proxy:3128');
    expect(await connection.credentials()).toEqual({
      headers: { authorization: `Basic ${base64('u:p')}` },
      tls: { cert: 'CERT', key: 'KEY', rejectUnauthorized: false },
    });
  });

  test('is one of several: the first that names a thing wins, missing files are passed over', async () => {
    const first = write('a', kubeconfig('dev', { token: 'one' }));
    const second = write('b', {
      ...kubeconfig('prod', { token: 'two' }),
      users: [{ name: 'prod', user: { token: 'two' } }],
    });
    const list = [join(folder, 'missing'), first, second].join(':');
    expect((await createConnection({ kubeconfig: list })).contextName).toBe('dev');
    const prod = await createConnection({ kubeconfig: list, context: 'prod' });
    expect((await prod.credentials()).headers).toEqual({ authorization: 'Bearer two' });
  });

  test('asks an exec plugin, and once more when its token was refused', async () => {
    const counter = join(folder, 'calls');
    const plugin = write(
      'plugin',
      `#!/bin/sh
echo x >> ${counter}
n=$(wc -l < ${counter} | tr -d ' ')
echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"token-$n\\"}}"
`,
    );
    chmodSync(plugin, 0o755);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', args: [] };
    const connection = await createConnection({ kubeconfig: write('a', kubeconfig('dev', { exec })) });
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer token-1' });
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer token-1' });
    expect((await connection.credentials({ fresh: true })).headers).toEqual({ authorization: 'Bearer token-2' });
  }, 30_000);

  test('whose plugin is not there is told without a secret', async () => {
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', args: ['--token=x'] };
    const connection = await createConnection({ kubeconfig: write('a', kubeconfig('dev', { exec })) });
    await expect(connection.credentials()).rejects.toMatchObject({
      code: 'API_UNAUTHORIZED',
      message: 'cannot get credentials from no-such-plugin: it is not installed or not in PATH',
    });
  }, 30_000);
});

describe('a kubeconfig that cannot be used says what to do', () => {
  test('none at all', async () => {
    expect(await refused({ homeDir: folder })).toBe(
      `no kubeconfig found: ${folder}/.kube/config does not exist; set KUBECONFIG to a kubeconfig file`,
    );
  });

  test('a path that leads nowhere', async () => {
    expect(await refused({ kubeconfig: '/no/such' })).toContain('KUBECONFIG names /no/such, which does not exist');
  });

  test('a folder', async () => {
    mkdirSync(join(folder, 'd'));
    expect(await refused({ kubeconfig: join(folder, 'd') })).toContain('is a directory');
  });

  test('a context that is not in it', async () => {
    const file = write('a', kubeconfig('dev', {}));
    expect(await refused({ kubeconfig: file, context: 'prod' })).toBe(
      `context "prod" is not in the kubeconfig ${file}; it has: dev`,
    );
  });

  test.each<[string, unknown, string]>([
    ['no current context', { ...kubeconfig('dev', {}), 'current-context': '' }, 'sets no current-context'],
    ['no contexts', { 'current-context': 'x' }, 'it has no contexts'],
    ['no such cluster', { ...kubeconfig('dev', {}), clusters: [] }, 'names cluster "dev"'],
    ['no such user', { ...kubeconfig('dev', {}), users: [] }, 'names user "dev"'],
    ['no server', kubeconfig('dev', {}, { server: '' }), 'has no server'],
    ['an odd server', kubeconfig('dev', {}, { server: 'ftp://x' }), 'is no http or https address'],
    ['broken YAML', 'a: [\nsecret-token: "x', 'is not valid YAML (line'],
    ['plain text', 'hello', 'is not a kubeconfig'],
    ['nothing', '', 'is not a kubeconfig'],
  ])('%s', async (_, content, expected) => {
    const message = await refused({ kubeconfig: write('a', content) });
    expect(message).toContain(expected);
    expect(message).not.toContain('secret-token');
  });
});

describe('in a cluster', () => {
  const inCluster = () => ({
    host: 'fd00::1',
    port: 443,
    tokenFile: join(folder, 'token'),
    caFile: join(folder, 'ca.crt'),
    namespaceFile: join(folder, 'namespace'),
  });

  test('the files of the service account suffice', async () => {
    write('token', 'one');
    write('ca.crt', 'CA');
    write('namespace', 'podmedic\n');
    const connection = await createConnection({ inCluster: inCluster() });
    expect(connection).toMatchObject({
      server: 'https://[fd00::1]',
      namespace: 'podmedic',
      description: 'this cluster ([fd00::1]:443)',
    });
  });

  test('a rotated token is read after a minute, or at once when the old one was refused', async () => {
    let nowMs = 0;
    write('token', 'one');
    write('ca.crt', 'CA');
    const connection = await createConnection({ inCluster: inCluster(), now: () => nowMs });
    const bearer = async (fresh = false) => (await connection.credentials({ fresh })).headers.authorization;
    const before = await connection.credentials();
    write('token', 'two');
    nowMs = 59_999;
    expect(await bearer()).toBe('Bearer one');
    nowMs = 60_000;
    expect(await bearer()).toBe('Bearer two');
    write('token', 'three');
    expect(await bearer(true)).toBe('Bearer three');
    // What did not change stays the same object, so that connections are kept.
    expect((await connection.credentials()).tls).toBe(before.tls);
    write('ca.crt', 'CA 2');
    expect((await connection.credentials({ fresh: true })).tls).toEqual({ ca: 'CA 2' });
  });

  test('a token that cannot be read for a moment: the last one serves', async () => {
    let nowMs = 0;
    write('token', 'one');
    write('ca.crt', 'CA');
    const connection = await createConnection({ inCluster: inCluster(), now: () => nowMs });
    rmSync(join(folder, 'token'));
    nowMs = 120_000;
    expect((await connection.credentials()).headers).toEqual({ authorization: 'Bearer one' });
  });

  test('without a token says what may be off', async () => {
    expect(await refused({ inCluster: inCluster() })).toContain('is automountServiceAccountToken switched off');
  });

  test('KUBECONFIG wins', async () => {
    const file = write('a', kubeconfig('dev', {}));
    expect((await createConnection({ kubeconfig: file, inCluster: inCluster() })).contextName).toBe('dev');
  });
});
