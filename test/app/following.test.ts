import { describe, expect, test } from '@jest/globals';
import { createFollowing } from '../../src/app/following.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';

const pod = (fields: Partial<PodRecord>): PodRecord => ({
  uid: 'u',
  namespace: 'shop',
  name: 'web-5d8c-x1',
  resourceVersion: '1',
  createdAtMs: 0,
  phase: 'Running',
  marks: {},
  mirror: false,
  schedulingGated: false,
  conditions: [],
  containers: [],
  ...fields,
});

describe('createFollowing', () => {
  test('knows the pods of a Deployment by the names that it gives its ReplicaSets', () => {
    const following = createFollowing();
    following.add({ kind: 'Deployment', name: 'web', namespace: 'shop' });
    const owner = { kind: 'ReplicaSet', name: 'web-5d8c' };
    expect(following.covers(pod({ owner, templateHash: '5d8c' }))).toBe(true);
    expect(following.covers(pod({ owner, templateHash: '5d8c', namespace: 'other' }))).toBe(false);
    expect(following.covers(pod({ owner: { kind: 'ReplicaSet', name: 'web-admin-5d8c' }, templateHash: '5d8c' }))).toBe(
      false,
    );
  });

  test('knows the pods of a CronJob, of direct owners and bare pods', () => {
    const following = createFollowing();
    following.add({ kind: 'CronJob', name: 'digest', namespace: 'shop' });
    following.add({ kind: 'StatefulSet', name: 'db', namespace: 'shop' });
    following.add({ kind: 'Pod', name: 'lone', namespace: 'shop' });
    expect(following.covers(pod({ owner: { kind: 'Job', name: 'digest-29384650' } }))).toBe(true);
    expect(following.covers(pod({ owner: { kind: 'Job', name: 'digest-by-hand' } }))).toBe(false);
    expect(following.covers(pod({ owner: { kind: 'StatefulSet', name: 'db' } }))).toBe(true);
    expect(following.covers(pod({ name: 'lone' }))).toBe(true);
  });

  test('tells what is new and what is dropped', () => {
    const following = createFollowing();
    const web = { kind: 'Deployment', name: 'web', namespace: 'shop' };
    const api = { kind: 'Deployment', name: 'api', namespace: 'shop' };
    expect(following.update([web])).toEqual({ added: [web], removed: 0 });
    expect(following.update([web, api])).toEqual({ added: [api], removed: 0 });
    expect(following.update([api])).toEqual({ added: [], removed: 1 });
  });
});
