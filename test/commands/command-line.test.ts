import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';

const bundle = fileURLToPath(new URL('../../dist/podmedic.mjs', import.meta.url));
const corpus = fileURLToPath(new URL('../corpus/', import.meta.url));
const recorded = join(corpus, 's001-checkout/recorded');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'podmedic-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built bundle in an empty folder and with nothing but these settings. */
function podmedic(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bundle, ...args], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const out = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (out.stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, ...out }));
  });
}

describe('the command line', () => {
  test('--version and --help', async () => {
    expect(await podmedic(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^podmedic \d+\.\d+\.\d+\n$/),
    });
    for (const args of [['--help'], ['run', '--help'], ['once', '--help'], ['diagnose', '-h'], ['demo', '--help']]) {
      const { code, stdout, stderr } = await podmedic(args);
      expect([args, code, stderr]).toEqual([args, 0, '']);
      expect(stdout).toContain('Usage: podmedic');
    }
  });

  test.each([
    [['conquer'], "there is no command 'conquer'"],
    [['once', '--soon'], "Unknown option '--soon'"],
    [['diagnose'], 'name a pod or KIND/NAME'],
    [['diagnose', 'service/web', '-o', 'xml'], '-o xml: must be one of text, json, slack'],
    [['diagnose', 'service/web'], "'service' cannot be diagnosed"],
    [['diagnose', 'a', '--from', 'b'], 'not both'],
  ])('%j is refused with exit code 2 and a sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await podmedic(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  test('run and once need namespaces; check-config tells every problem at once', async () => {
    for (const command of ['run', 'once']) {
      const { code, stderr } = await podmedic([command]);
      expect([command, code]).toEqual([command, 2]);
      expect(stderr).toContain('WATCH_NAMESPACES: not set');
    }
    const { code, stderr } = await podmedic(['check-config'], { PORT: 'x', LOG_LEVEL: 'loud', WEBHOOK_URL: 'nope' });
    expect(code).toBe(2);
    expect(stderr).toContain('4 problems');
    for (const name of ['WATCH_NAMESPACES', 'PORT', 'LOG_LEVEL', 'WEBHOOK_URL'])
      expect(stderr).toContain(`- ${name}: `);
  });

  test('check-config shows what is in force, from .env too, and never a secret', async () => {
    writeFileSync(
      join(folder, '.env'),
      'WATCH_NAMESPACES=shop\nWEBHOOK_URL=https://hooks.example/services/T/B/verysecret\nSETTLE_SECONDS=1.5\n',
    );
    const { code, stdout, stderr } = await podmedic(['check-config'], { PORT: '4000' });
    rmSync(join(folder, '.env'));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('WATCH_NAMESPACES=shop\n');
    expect(stdout).toContain('PORT=4000\n');
    expect(stdout).toContain('SETTLE_SECONDS=1.5\n');
    expect(stdout).toContain('WEBHOOK_URL=[secret]\n');
    expect(stdout).not.toContain('verysecret');
  });

  test('no kubeconfig and a wrong context: exit code 2; a server that does not answer: 3', async () => {
    const missing = await podmedic(['diagnose', 'web'], { KUBECONFIG: '/does/not/exist' });
    expect([missing.code, missing.stderr.includes('/does/not/exist')]).toEqual([2, true]);
    const file = join(folder, 'kubeconfig');
    writeFileSync(
      file,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'http://127.0.0.1:1' } }],
        contexts: [{ name: 'home', context: { cluster: 'c', user: 'u' } }],
        users: [{ name: 'u', user: { token: 't' } }],
        'current-context': 'home',
      }),
    );
    const context = await podmedic(['diagnose', 'web', '--context', 'work'], { KUBECONFIG: file });
    expect(context.code).toBe(2);
    expect(context.stderr).toMatch(/work.*home/s);
    const unreachable = await podmedic(['diagnose', 'web', '-n', 'shop'], { KUBECONFIG: file });
    expect([unreachable.code, unreachable.stdout]).toEqual([3, '']);
    expect(unreachable.stderr).toMatch(/127\.0\.0\.1/);
  });
});

describe('diagnose --from', () => {
  test('text: cause, proof and fix', async () => {
    const { code, stdout, stderr } = await podmedic(['diagnose', '--from', recorded]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/Root cause: .*PAYMENT_GATEWAY_URL.*not set/s);
    expect(stdout).toMatch(/Proof:\n {2}E1/);
    expect(stdout).toContain('set env deployment/checkout');
  });

  test('json: the shape of the API', async () => {
    const { stdout } = await podmedic(['diagnose', '--from', recorded, '-o', 'json']);
    const { incidents } = JSON.parse(stdout) as { incidents: Record<string, unknown>[] };
    expect(incidents).toHaveLength(1);
    expect(incidents[0]).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f]{6}$/),
      kind: 'CrashLoopBackOff',
      namespace: 'checkout',
      workload: { kind: 'Deployment', name: 'checkout' },
      container: 'api',
      severity: 'SEV-2',
      state: 'open',
      pods: { failing: 1, total: 1 },
      restarts: 5,
      diagnosis: {
        confidence: 'high',
        source: 'rules',
        evidence: expect.arrayContaining([{ id: 'E1', source: expect.any(String), text: expect.any(String) }]),
      },
      deliveries: [],
    });
  });

  test('slack: messages whose first block is a section and whose text says it all', async () => {
    const { stdout } = await podmedic(['diagnose', '--from', recorded, '-o', 'slack']);
    const [message] = JSON.parse(stdout) as { text: string; blocks: { type: string }[] }[];
    expect(message?.blocks[0]?.type).toBe('section');
    expect(message?.text).toMatch(/CrashLoopBackOff in checkout \(checkout\).*PAYMENT_GATEWAY_URL/s);
  });

  test('--save writes a bundle that gives the same answer', async () => {
    const copy = join(folder, 'bundle');
    const first = await podmedic(['diagnose', '--from', recorded, '--save', copy, '-o', 'json']);
    expect(first.code).toBe(0);
    const again = await podmedic(['diagnose', '--from', copy, '-o', 'json']);
    const causes = [first, again].map(({ stdout }) =>
      (JSON.parse(stdout) as { incidents: { diagnosis: { rootCause: string } }[] }).incidents.map(
        ({ diagnosis }) => diagnosis.rootCause,
      ),
    );
    expect(causes[1]).toEqual(causes[0]);
  });

  test('nothing fails, no folder, an empty folder', async () => {
    expect(await podmedic(['diagnose', '--from', join(corpus, 's182-museum/recorded')])).toEqual({
      code: 0,
      stdout: 'Nothing fails now.\n',
      stderr: '',
    });
    expect((await podmedic(['diagnose', '--from', '/does/not/exist'])).code).toBe(2);
    const empty = mkdtempSync(join(folder, 'empty-'));
    const { code, stderr } = await podmedic(['diagnose', '--from', empty]);
    expect([code, stderr.startsWith('podmedic: Nothing to diagnose')]).toEqual([2, true]);
  });

  test('no string of a key that must be redacted leaves, in any form', async () => {
    const secrets = readdirSync(corpus)
      .filter((name) => name.startsWith('s'))
      .map((name) => ({
        name,
        key: JSON.parse(readFileSync(join(corpus, name, 'key.json'), 'utf8')) as { redact: string[] },
      }))
      .filter(({ key }) => key.redact.length > 0);
    expect(secrets.length).toBeGreaterThan(0);
    for (const { name, key } of secrets) {
      for (const form of ['text', 'json', 'slack']) {
        const { code, stdout, stderr } = await podmedic(
          ['diagnose', '--from', join(corpus, name, 'recorded'), '-o', form],
          {
            SHARE_LOGS: 'full',
          },
        );
        expect([name, form, code]).toEqual([name, form, 0]);
        for (const secret of key.redact)
          expect([name, form, (stdout + stderr).includes(secret)]).toEqual([name, form, false]);
      }
    }
  }, 60_000);
});

describe('demo', () => {
  test('replays six failures and tells each once', async () => {
    const { code, stdout, stderr } = await podmedic(['demo']);
    expect([code, stderr]).toEqual([0, '']);
    expect(
      stdout
        .match(/^🛑 .*$/gm)
        ?.map((line) => line.replace(/^🛑 /, ''))
        .sort(),
    ).toEqual([
      'ConfigError in accounts (accounts)',
      'CrashLoopBackOff in checkout (checkout)',
      'CrashLoopBackOff in kiosk (kiosk)',
      'ImagePull in shopapi (shopapi)',
      'OOMKilled in queue (queue)',
      'Pending in encoder (encoder)',
    ]);
    expect(stdout).toContain('6 incidents told once each');
  }, 60_000);
});
