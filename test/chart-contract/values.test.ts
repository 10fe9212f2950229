import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { documentedValues } from '../../scripts/values-table.ts';
import { describeSettings } from '../../src/config/describe.ts';

interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | object;
}

const chart = new URL('../../helm/podmedic/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, chart), 'utf8');
const valuesYaml = read('values.yaml');
const schema = JSON.parse(read('values.schema.json')) as Schema;
const documented = documentedValues(valuesYaml);

/** Paths of a schema down to what is no closed map. */
function schemaPaths(node: Schema, prefix = ''): string[] {
  if (node.properties === undefined || node.additionalProperties !== false) return [prefix];
  const parent = prefix === '' ? '' : `${prefix}.`;
  return Object.entries(node.properties).flatMap(([name, child]) => schemaPaths(child, parent + name));
}

/** Free maps, of which values.yaml shows entries, and closed maps that are empty by default. */
const cutAt = [
  'settings',
  'secrets.data',
  'podSecurityContext',
  'securityContext',
  'resources',
  'dashboard.labels',
  'outbox.volume',
];
const cut = (path: string): string => cutAt.find((name) => path === name || path.startsWith(`${name}.`)) ?? path;

describe("the chart's values", () => {
  test('are all documented', () => {
    expect(documented.length).toBeGreaterThan(60);
    expect(documented.filter(({ description }) => description === '').map(({ path }) => path)).toEqual([]);
  });

  test('and their schema have the same names', () => {
    // Helm gives `global` and a parent chart's `enabled` to any chart.
    const known = new Set(
      schemaPaths(schema)
        .map(cut)
        .filter((path) => path !== 'global' && path !== 'enabled'),
    );
    expect(new Set(documented.map(({ path }) => cut(path)))).toEqual(known);
  });

  test('are refused when unknown, everywhere but in free maps', () => {
    const open: string[] = [];
    const visit = (node: Schema, path: string): void => {
      if (node.properties !== undefined && node.additionalProperties !== false) open.push(path);
      for (const [name, child] of Object.entries(node.properties ?? {})) visit(child, `${path}/${name}`);
    };
    visit(schema, '');
    expect(open).toEqual([]);
  });
});

describe('settings and the chart', () => {
  /** Set by the template itself, from values of their own or always. */
  const environmentTemplate = read('templates/_environment.tpl');
  const fromTemplate = [...environmentTemplate.matchAll(/^([A-Z][A-Z_]+):/gm)].map(([, name]) => name ?? '');
  const podTemplate = read('templates/_pod.tpl');
  const fromPod = [...podTemplate.matchAll(/^- name: ([A-Z][A-Z_]+)$/gm)].map(([, name]) => name ?? '');
  const free = Object.keys(schema.properties?.settings?.properties ?? {});
  const credentials = Object.keys(schema.properties?.secrets?.properties?.data?.properties ?? {});
  /** Make no sense in a pod, or would part from what the chart makes. A new setting: `npm run render:manifests`. */
  const notInACluster = ['KUBECONFIG', 'KUBE_CONTEXT', 'LEASE_NAME'];

  test('agree: each setting has exactly one place in the chart', () => {
    const places = [...fromTemplate, ...fromPod, ...free, ...credentials, ...notInACluster];
    expect(places.toSorted()).toEqual(
      describeSettings()
        .map(({ name }) => name)
        .toSorted(),
    );
  });

  test('agree on what is a credential', () => {
    const secrets = describeSettings().filter(({ secret }) => secret === true);
    expect(credentials.toSorted()).toEqual(secrets.map(({ name }) => name).toSorted());
    const refused = /\(list ((?:"[A-Z_]+" ?)+)\)/.exec(read('templates/_validate.tpl'))?.[1] ?? '';
    expect(refused.replaceAll('"', '').split(' ').toSorted()).toEqual(credentials.toSorted());
  });

  test('agree on defaults that both have', () => {
    const values = parse(valuesYaml) as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    const defaults = Object.fromEntries(describeSettings().map(({ name, defaultText }) => [name, defaultText]));
    expect({
      MIN_RESTART_THRESHOLD: String(values.monitoring?.minRestartThreshold),
      MIN_SEVERITY: values.monitoring?.minSeverity,
      SHARE_LOGS: values.monitoring?.shareLogs,
      KUBE_EVENTS: String(values.monitoring?.kubeEvents),
      LOG_LEVEL: values.logging?.level,
      PORT: String(values.service?.port),
    }).toEqual({
      MIN_RESTART_THRESHOLD: defaults.MIN_RESTART_THRESHOLD,
      MIN_SEVERITY: defaults.MIN_SEVERITY,
      SHARE_LOGS: defaults.SHARE_LOGS,
      KUBE_EVENTS: defaults.KUBE_EVENTS,
      LOG_LEVEL: defaults.LOG_LEVEL,
      PORT: defaults.PORT,
    });
  });

  test('agree on the name of the Lease', () => {
    const leaseName = describeSettings().find(({ name }) => name === 'LEASE_NAME')?.defaultText;
    expect(leaseName).toBeDefined();
    expect(read('templates/_helpers.tpl')).toContain(`\n${leaseName ?? ''},podmedic-state-0,`);
  });
});
