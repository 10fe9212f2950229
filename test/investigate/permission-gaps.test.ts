import { expect, test } from '@jest/globals';
import { createPermissionGaps } from '../../src/investigate/permission-gaps.ts';

test('a missing permission is news once, other gaps never', () => {
  const gaps = createPermissionGaps();
  const logs = { source: 'log app of pod a', why: 'forbidden: pods/log' };
  const gone = { source: 'pod a', why: 'the pod is gone' };
  expect(gaps.news([logs, { ...logs, source: 'log app of pod b' }, gone])).toEqual(['pods/log']);
  expect(gaps.news([logs, { source: 'nodes', why: 'forbidden: nodes' }])).toEqual(['nodes']);
  expect(gaps.news([logs, gone])).toEqual([]);
  expect(gaps.all()).toEqual(['nodes', 'pods/log']);
});
