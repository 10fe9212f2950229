import { describe, expect, test } from '@jest/globals';
import { likelySelected, refersAlike, runsLikelyImage } from '../../src/investigate/likely-meant.ts';
import type { KubePod } from '../../src/model/kube-objects.ts';

const pod = (name: string, labels: Readonly<Record<string, string>>, image = 'registry.example/x:1'): KubePod => ({
  metadata: { name, labels },
  spec: { containers: [{ name: 'app', image }] },
});
const names = (pods: readonly KubePod[]) => pods.map(({ metadata }) => metadata?.name);

describe('pods that a Service without pods was likely meant for', () => {
  const service = { kind: 'Service', metadata: { name: 'stock' }, spec: { selector: { app: 'stokc' } } };

  test.each([
    ['its name as the label', pod('a', { app: 'stock' })],
    ['a slip in the label', pod('b', { app: 'stock' })],
    ['the name of the pod', pod('stock-0', { app: 'inventory' })],
  ])('%s', (_what, meant) => {
    expect(likelySelected(service, [pod('web-1', { app: 'web' }), meant])).toEqual([meant]);
  });

  test('not by a label that the selector does not name, and three at most', () => {
    expect(likelySelected(service, [pod('stock-0', { tier: 'stock' })])).toEqual([]);
    const many = [1, 2, 3, 4].map((index) => pod(`stock-${index}`, { app: 'stock' }));
    expect(names(likelySelected(service, many))).toEqual(['stock-1', 'stock-2', 'stock-3']);
    expect(likelySelected({ kind: 'Service', metadata: { name: 'stock' } }, many)).toEqual([]);
  });
});

describe('pods that run the image which cannot be pulled, or nearly', () => {
  const failing = (image: string, reason = 'ImagePullBackOff'): KubePod => ({
    ...pod('shop-1', {}, image),
    status: { containerStatuses: [{ name: 'app', state: { waiting: { reason } } }] },
  });

  test.each([
    ['another tag', 'localhost:5000/shop/web:2', 'localhost:5000/shop/web:1'],
    ['a slip', 'registry.example/catalgo:1', 'registry.example/catalog:1'],
    ['a digest', 'registry.example/web@sha256:00', 'registry.example/web:1'],
  ])('%s', (_what, wanted, running) => {
    const meant = pod('m', {}, running);
    expect(runsLikelyImage(failing(wanted), [pod('o', {}, 'localhost:5000/shop/api:2'), meant])).toEqual([meant]);
  });

  test('nothing where the image is there', () => {
    const waits = failing('registry.example/web:2', 'CreateContainerConfigError');
    expect(runsLikelyImage(waits, [pod('m', {}, 'registry.example/web:1')])).toEqual([]);
    expect(runsLikelyImage(undefined, [pod('m', {})])).toEqual([]);
  });
});

describe('pods that refer to the same ConfigMaps and Secrets, or nearly', () => {
  const uses = (spec: KubePod['spec'], reason = ''): KubePod => ({
    metadata: { name: 'p' },
    spec: { ...spec },
    status: { containerStatuses: [{ name: 'app', state: { waiting: { reason } } }] },
  });
  const fromKey = (name: string) => ({
    containers: [{ name: 'app', env: [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } }] }],
  });
  const whole = (name: string) => ({ containers: [{ name: 'app', envFrom: [{ configMapRef: { name } }] }] });
  const mounted = (name: string) => ({ containers: [{ name: 'app' }], volumes: [{ name: 'v', configMap: { name } }] });

  test.each([
    ['the same Secret', fromKey('billing'), fromKey('billing')],
    ['a slip in envFrom', whole('biling'), whole('billing')],
    ['a volume against a variable', mounted('billling'), fromKey('billing')],
  ])('%s', (_what, wanted, has) => {
    const other = uses(has);
    expect(refersAlike(uses(wanted, 'CreateContainerConfigError'), [uses(whole('shop')), other])).toEqual([other]);
  });

  test('not for pods that start, and not by what every pod has', () => {
    expect(refersAlike(uses(whole('billing')), [uses(whole('billing'))])).toEqual([]);
    const root = mounted('kube-root-ca.crt');
    expect(refersAlike(uses(root, 'ContainerCreating'), [uses(root)])).toEqual([]);
  });
});
