import { expect, test } from '@jest/globals';
import { describeRequest } from '../../src/kubernetes/request-words.ts';

test.each([
  ['GET', '/api/v1/pods', 'list pods in all namespaces'],
  ['GET', '/api/v1/pods?watch=1', 'list pods in all namespaces'],
  ['GET', '/api/v1/namespaces/shop/pods', 'list pods in namespace shop'],
  ['GET', '/api/v1/namespaces/shop/pods/a', 'get pod a in namespace shop'],
  ['GET', '/api/v1/namespaces/shop/pods/a/log', 'read the log of pod a in namespace shop'],
  ['GET', '/api/v1/namespaces/shop', 'get namespace shop'],
  ['GET', '/api/v1/nodes', 'list nodes'],
  ['GET', '/api/v1/nodes/n1', 'get node n1'],
  ['GET', '/apis/storage.k8s.io/v1/storageclasses/fast', 'get storageclass fast'],
  ['GET', '/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices/x', 'get endpointslice x in namespace shop'],
  ['PUT', '/apis/coordination.k8s.io/v1/namespaces/own/leases/podmedic', 'update lease podmedic in namespace own'],
  ['PATCH', '/apis/coordination.k8s.io/v1/namespaces/own/leases/podmedic', 'patch lease podmedic in namespace own'],
  ['POST', '/api/v1/namespaces/shop/events', 'create events in namespace shop'],
  ['GET', '/version', 'read /version'],
])('%s %s', (method, path, expected) => {
  expect(describeRequest(method, path)).toBe(expected);
});

test('a watch is called so', () => {
  expect(describeRequest('GET', '/api/v1/pods', true)).toBe('watch pods in all namespaces');
});
