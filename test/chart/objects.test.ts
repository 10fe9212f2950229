import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { projectFolder } from '../cluster/paths.ts';
import { chartTool, kubernetesSchemas, kubernetesVersions } from './chart-tools.ts';
import { ciValuesFiles, render, renderText } from './render.ts';

/** The API versions of Kubernetes 1.21 that the chart may use (kubernetes.io, API reference v1.21): all were stable then. */
const stableIn121: Readonly<Record<string, readonly string[]>> = {
  v1: ['ConfigMap', 'Pod', 'Secret', 'Service', 'ServiceAccount'],
  'apps/v1': ['Deployment'],
  'batch/v1': ['CronJob'],
  'coordination.k8s.io/v1': ['Lease'],
  'networking.k8s.io/v1': ['NetworkPolicy'],
  'policy/v1': ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io/v1': ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding'],
};
const customKinds = ['ServiceMonitor', 'PrometheusRule'];
const cases = ciValuesFiles.map((file) => [basename(file), file] as const);

function kubeconform(version: string, manifest: string): { readonly status: number | null; readonly text: string } {
  const location = `${kubernetesSchemas()}/{{ .NormalizedKubernetesVersion }}-local-strict/{{ .ResourceKind }}{{ .KindSuffix }}.json`;
  const args = [
    '-strict',
    '-summary',
    '-skip',
    customKinds.join(','),
    '-kubernetes-version',
    version,
    '-schema-location',
    location,
  ];
  const run = spawnSync(chartTool('kubeconform'), args, { input: manifest, encoding: 'utf8' });
  return { status: run.status, text: run.stdout + run.stderr };
}

describe('the rendered objects', () => {
  test.each(cases)('are of versions that were stable in Kubernetes 1.21: %s', (_name, file) => {
    const objects = render(['--values', file]).filter(({ kind }) => !customKinds.includes(kind));
    expect(objects.length).toBeGreaterThan(8);
    const foreign = objects.filter(({ apiVersion, kind }) => !(stableIn121[apiVersion] ?? []).includes(kind));
    expect(foreign.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`)).toEqual([]);
  });

  test.each(kubernetesVersions)('satisfy the schemas of Kubernetes %s', (version) => {
    const manifest = ciValuesFiles.map((file) => renderText(['--values', file])).join('\n');
    // A CronJob's time zone became stable in 1.27 (kubernetes.io, feature gate CronJobTimeZone).
    const run = kubeconform(version, version === '1.25.0' ? manifest.replace(/^ +timeZone: .*$/m, '') : manifest);
    expect(run.text).toMatch(/Valid: [1-9][0-9]*, Invalid: 0, Errors: 0, Skipped: 2/);
  });

  test('would be found out: a misspelt field fails the schemas', () => {
    const run = kubeconform('1.35.0', renderText().replace('enableServiceLinks', 'enableServiceLink'));
    expect(run.status).toBe(1);
    expect(run.text).toContain('enableServiceLink');
  });

  test.each(cases)('pass Pod Security restricted: %s', (_name, file) => {
    const verdict = spawnSync(chartTool('pod-security'), ['-level', 'restricted'], {
      input: renderText(['--values', file]),
      encoding: 'utf8',
    });
    expect(verdict.stdout).toBe('');
    expect(verdict.status).toBe(0);
  });

  test('of k8s-deployment.yaml pass it too, and each has its namespace', () => {
    const manifest = readFileSync(join(projectFolder, 'k8s-deployment.yaml'), 'utf8');
    const verdict = spawnSync(chartTool('pod-security'), ['-level', 'restricted'], {
      input: manifest,
      encoding: 'utf8',
    });
    expect(verdict.stdout).toBe('');
    expect(verdict.status).toBe(0);
    const objects = manifest.split(/^---$/m).filter((part) => part.includes('\nkind: '));
    const clusterWide = /\nkind: (Namespace|ClusterRole|ClusterRoleBinding)\n/;
    expect(objects.filter((part) => !clusterWide.test(part) && !part.includes('\n  namespace: podmedic\n'))).toEqual(
      [],
    );
    expect(objects.filter((part) => clusterWide.test(part))).toHaveLength(3);
  });

  test('would be found out: a privileged container fails Pod Security', () => {
    const verdict = spawnSync(chartTool('pod-security'), ['-level', 'restricted'], {
      input: renderText(['--set', 'securityContext.privileged=true']),
      encoding: 'utf8',
    });
    expect(verdict.stdout).toContain('privileged');
    expect(verdict.status).toBe(1);
  });
});
