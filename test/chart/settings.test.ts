import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.ts';
import { ciValuesFiles, render } from './render.ts';

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}

/** What a pod of the rendered chart finds in its environment; fields of the pod itself are stood in for. */
function environmentOf(args: readonly string[]): Readonly<Record<string, string>> {
  const objects = render(args);
  const data =
    objects.find(({ kind, metadata }) => kind === 'ConfigMap' && !metadata.name.endsWith('-dashboard'))?.data ?? {};
  const env = Object.fromEntries(containerOf(objects).env.map(({ name, value }) => [name, value ?? `the ${name}`]));
  return { ...data, ...env };
}

function containerOf(objects: ReturnType<typeof render>): Container {
  const workload = objects.find(({ kind }) => kind === 'Deployment' || kind === 'CronJob');
  const text = JSON.stringify(workload, (key, value: unknown) => (key === 'initContainers' ? undefined : value));
  const found: Container[] = [];
  JSON.parse(text, (key, value: unknown) => {
    if (key === 'containers') found.push(...(value as Container[]));
    return value;
  });
  const [container] = found;
  if (container === undefined || found.length !== 1) throw new Error(`one container was expected: ${text}`);
  return container;
}

const noFiles = { readFile: () => undefined };

describe("the pod's environment", () => {
  test.each(ciValuesFiles.map((file) => [basename(file), file] as const))(
    'is understood by podmedic: %s',
    (_name, file) => {
      const loaded = loadConfig({ env: environmentOf(['--values', file]), ...noFiles }, { needsNamespaces: true });
      expect(loaded).toMatchObject({ ok: true });
    },
  );

  test('says what the values say', () => {
    const file = ciValuesFiles.find((name) => name.endsWith('registered-values.yaml')) ?? '';
    const loaded = loadConfig({ env: environmentOf(['--values', file]), ...noFiles }, { needsNamespaces: true });
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        CLUSTER_NAME: 'production-cluster',
        WATCH_NAMESPACES: ['default', 'staging', 'production'],
        EXCLUDE_NAMESPACES: ['kube-system', 'kube-public'],
        MIN_RESTART_THRESHOLD: 3,
        LEADER_ELECTION: true,
        SHARE_LOGS: 'off',
        PORT: 3000,
      },
    });
  });

  test('gives other settings through as they are', () => {
    const file = ciValuesFiles.find((name) => name.endsWith('two-replicas-values.yaml')) ?? '';
    const loaded = loadConfig({ env: environmentOf(['--values', file]), ...noFiles }, { needsNamespaces: true });
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        STORM_THRESHOLD: 20,
        MODEL_TOKENS_PER_DAY: 2_000_000,
        WORSE_POD_FACTOR: 2.5,
        SLACK_CHANNEL: 'C0123456789',
      },
    });
  });

  test('names folders that are mounted, and podmedic finds its credentials there', () => {
    const objects = render();
    const env = environmentOf([]);
    const mounted = containerOf(objects).volumeMounts.map(({ mountPath }) => mountPath);
    expect(mounted).toContain(env.SECRETS_DIR);
    expect(mounted).toContain(env.OUTBOX_DIR);
    const file = `${env.SECRETS_DIR ?? ''}/WEBHOOK_URL`;
    const readFile = (path: string): string | undefined =>
      path === file ? 'https://hooks.example.com/services/x\n' : undefined;
    const loaded = loadConfig({ env, readFile }, { needsNamespaces: true });
    expect(loaded.ok && loaded.config.WEBHOOK_URL.reveal()).toBe('https://hooks.example.com/services/x');
    expect(loaded.ok && loaded.warnings).toEqual([]);
  });

  test('leaves the shutdown less time than the kubelet does', () => {
    const grace = (env: Readonly<Record<string, string>>): number => Number(env.SHUTDOWN_GRACE_SECONDS);
    expect(grace(environmentOf([]))).toBe(35);
    expect(grace(environmentOf(['--set', 'terminationGracePeriodSeconds=5']))).toBe(0);
  });
});
