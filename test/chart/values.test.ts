import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { parseDocument } from 'yaml';
import { documentedValues } from '../../scripts/values-table.ts';
import { chartFolder, helm, render } from './render.ts';

const secret = 'T000-B000-do-not-print';
const folder = mkdtempSync(join(tmpdir(), 'podmedic-chart-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('wrong values', () => {
  test.each<readonly [string, readonly string[], RegExp]>([
    ['an unknown value', ['replicas=2'], /additional properties 'replicas' not allowed/],
    [
      'an unknown value deeper down',
      ['monitoring.namespaces=a'],
      /at '\/monitoring': additional properties 'namespaces' not allowed/,
    ],
    ['a misspelt setting', ['settings.OOM_MIN_COUT=1'], /additional properties 'OOM_MIN_COUT' not allowed/],
    [
      'a credential among the settings',
      [`settings.WEBHOOK_URL=${secret}`],
      /additional properties 'WEBHOOK_URL' not allowed/,
    ],
    ['a word that is none of the choices', ['mode=job'], /value must be one of 'daemon', 'cronjob'/],
    ['a word where a number belongs', ['replicaCount=two'], /at '\/replicaCount': got string, want integer/],
    ['a negative number', ['replicaCount=-1'], /at '\/replicaCount': minimum/],
    ['a digest that is none', ['image.digest=latest'], /at '\/image\/digest'/],
    ['a number as a credential', ['secrets.data.WEBHOOK_URL=1'], /got number, want string/],
    ['an unknown credential', [`secrets.data.WEBHOOK=${secret}`], /additional properties 'WEBHOOK' not allowed/],
    [
      'a webhook in place of a Secret',
      [`secrets.existingSecret=https://hooks.example.com/${secret}`],
      /must be the name of a Secret/,
    ],
    ['a token in the open', ['extraEnv[0].name=SLACK_BOT_TOKEN', `extraEnv[0].value=${secret}`], /is a credential/],
    ['no namespaces', ['monitoring.watchNamespaces='], /for example --set/],
    ['no namespaces in namespaced scope', ['rbac.scope=namespaced'], /for example --set/],
    [
      'replicas without leader election',
      ['replicaCount=2', 'leaderElection.enabled=false'],
      /leaderElection.enabled=true/,
    ],
  ])('are refused: %s', (_name, sets, message) => {
    const run = helm(
      'template',
      sets.flatMap((set) => ['--set', set]),
    );
    expect(run.ok).toBe(false);
    expect(run.text).toMatch(message);
    expect(run.text).not.toContain(secret);
  });
});

describe('credentials given as values', () => {
  test('are in the Secret and nowhere else', () => {
    const objects = render(['--set', `secrets.data.WEBHOOK_URL=https://hooks.example.com/${secret}`]);
    const elsewhere = objects.filter(({ kind }) => kind !== 'Secret');
    expect(objects.find(({ kind }) => kind === 'Secret')?.data).toEqual({
      WEBHOOK_URL: Buffer.from(`https://hooks.example.com/${secret}`).toString('base64'),
    });
    expect(JSON.stringify(elsewhere)).not.toContain(secret);
  });
});

describe('an upgrade with --reuse-values', () => {
  // Helm then renders the new templates with the old chart's values: what is new in values.yaml is not there at all.
  const values = readFileSync(join(chartFolder, 'values.yaml'), 'utf8');
  const leaves = documentedValues(values).map(({ path }) => path);
  const groups = [...new Set(leaves.map((path) => path.split('.')[0] ?? ''))];
  const old = join(folder, 'old');
  cpSync(chartFolder, old, { recursive: true });
  const withDefaults = render();
  /** Handed on as they are, so that a missing entry is left to Kubernetes. */
  const handedOn = /^(resources|podSecurityContext|securityContext)\.|^resources$/;

  test.each([...new Set([...groups, ...leaves])])('works where the version before did not have %s', (path) => {
    const document = parseDocument(values);
    expect(document.deleteIn(path.split('.'))).toBe(true);
    writeFileSync(join(old, 'values.yaml'), document.toString());
    const objects = render([], old);
    if (handedOn.test(path)) expect(objects).toHaveLength(withDefaults.length);
    else expect(objects).toEqual(withDefaults);
  });
});
