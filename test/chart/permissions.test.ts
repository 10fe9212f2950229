import { basename } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ciValuesFiles, render, type RenderedObject } from './render.ts';

const cases = ciValuesFiles.map((file) => [basename(file), file] as const);
const writes = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const rolesOf = (objects: readonly RenderedObject[]) => objects.filter(({ kind }) => kind.endsWith('Role'));
const rulesOf = (objects: readonly RenderedObject[]) => rolesOf(objects).flatMap(({ rules }) => rules ?? []);

describe('permissions', () => {
  test.each(cases)('never reach Secrets, ConfigMaps, exec or everything: %s', (_name, file) => {
    const rules = rulesOf(render(['--values', file]));
    expect(rules.length).toBeGreaterThan(0);
    const words = new Set(rules.flatMap(({ apiGroups, resources, verbs }) => [...apiGroups, ...resources, ...verbs]));
    for (const forbidden of [
      '*',
      'secrets',
      'configmaps',
      'pods/exec',
      'pods/attach',
      'pods/portforward',
      'delete',
      'bind',
      'escalate',
      'impersonate',
    ]) {
      expect([...words]).not.toContain(forbidden);
    }
  });

  test.each(cases.filter(([name]) => name !== 'everything-values.yaml'))(
    'write in the own namespace only: %s',
    (_name, file) => {
      const writing = rolesOf(render(['--values', file])).filter(({ rules }) =>
        (rules ?? []).some(({ verbs }) => verbs.some((verb) => writes.includes(verb))),
      );
      expect(writing.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`)).toEqual([
        'Role medics/podmedic',
      ]);
    },
  );

  test('let Leases be changed only by name, and these Leases are in the chart', () => {
    const objects = render();
    const changing = rulesOf(objects).filter(({ verbs }) => verbs.includes('update') || verbs.includes('patch'));
    const leases = objects.filter(({ kind }) => kind === 'Lease').map(({ metadata }) => metadata.name);
    expect(leases).toEqual([
      'podmedic-leader',
      'podmedic-state-0',
      'podmedic-state-1',
      'podmedic-state-2',
      'podmedic-state-3',
    ]);
    expect(changing).toEqual([
      { apiGroups: ['coordination.k8s.io'], resources: ['leases'], resourceNames: leases, verbs: ['update', 'patch'] },
    ]);
  });

  test('are Roles alone in namespaced scope', () => {
    const args = ['--set', 'rbac.scope=namespaced', '--set', 'monitoring.watchNamespaces=a\\,b'];
    const kinds = render(args).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('Cluster'))).toEqual([]);
    expect(kinds.filter((kind) => kind === 'Role')).toHaveLength(3);
  });
});
