import { describe, expect, test } from '@jest/globals';
import type { CaseFile } from '../../src/model/case-file.ts';
import type { KubeObject, KubePod } from '../../src/model/kube-objects.ts';
import { explain } from './log-case.ts';

const refused = 'shop: cannot reach stock-db:5432: connection refused';

function service(
  name: string,
  port: number,
  selector: Record<string, string>,
  more: Record<string, unknown> = {},
): KubeObject {
  return {
    kind: 'Service',
    metadata: { name, namespace: 'test' },
    spec: { clusterIP: '10.96.0.7', selector, ports: [{ port, targetPort: port }], ...more },
  };
}

function slice(name: string, ready: number, all = ready): KubeObject {
  const endpoints = Array.from({ length: all }, (_, i) => ({
    addresses: [`10.1.0.${String(i + 1)}`],
    conditions: { ready: i < ready },
  }));
  return {
    kind: 'EndpointSlice',
    metadata: { name: `${name}-x1`, namespace: 'test', labels: { 'kubernetes.io/service-name': name } },
    endpoints,
  } as KubeObject;
}

function pod(name: string, labels: Record<string, string>, ready: boolean, exitCode?: number): KubePod {
  const ended = exitCode === undefined ? {} : { terminated: { exitCode, reason: 'Error' } };
  return {
    kind: 'Pod',
    metadata: { name, namespace: 'test', labels, uid: name },
    spec: { containers: [{ name: 'db', image: 'postgres:16', ports: [{ containerPort: 5432 }] }] },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [
        {
          name: 'db',
          ready,
          restartCount: ready ? 0 : 3,
          state: exitCode === undefined ? { running: {} } : ended,
          lastState: ended,
        },
      ],
    },
  };
}

function about(
  more: Partial<CaseFile>,
  env: readonly { name: string; value: string }[] = [],
): Parameters<typeof explain>[1] {
  return { container: { env }, more };
}

describe('the cause in another object', () => {
  test('the pod behind the Service fails', () => {
    const db = pod('stock-db-0', { app: 'stock-db' }, false, 1);
    const logs = [
      { pod: 'shop-1', container: 'app', instance: 'current' as const, text: refused, truncated: false },
      {
        pod: 'stock-db-0',
        container: 'db',
        instance: 'current' as const,
        text: 'FATAL:  data directory "/data" has wrong ownership\nHINT:  The server must be started by the user that owns the data directory.',
        truncated: false,
      },
    ];
    const { rootCause, causedBy, rule } = explain(
      refused,
      about({
        neighbours: [db],
        cluster: [service('stock-db', 5432, { app: 'stock-db' }), slice('stock-db', 0, 1)],
        logs,
      }),
    );
    expect(rule).toBe('dependency/failing-pod');
    expect(rootCause).toContain('stock-db-0');
    expect(rootCause).toContain('wrong ownership');
    expect(causedBy).toMatchObject({ kind: 'Pod', name: 'stock-db-0' });
  });

  const apiDown = 'web: cannot reach api:5432: connection refused';
  const logOf = (of: string, container: string, text: string) => ({
    pod: of,
    container,
    instance: 'current' as const,
    text,
    truncated: false,
  });
  const services = ['api', 'stock-db', 'shop'].flatMap((name) => [
    service(name, 5432, { app: name }),
    slice(name, 0, 1),
  ]);

  test('a chain: the pod behind the Service fails for another one', () => {
    const logs = [
      logOf('shop-1', 'app', apiDown),
      logOf('api-1', 'db', refused),
      logOf('stock-db-0', 'db', 'FATAL:  data directory "/data" has wrong ownership'),
    ];
    const neighbours = [pod('api-1', { app: 'api' }, false, 1), pod('stock-db-0', { app: 'stock-db' }, false, 1)];
    const { rootCause, causedBy, rule, confidence } = explain(apiDown, about({ neighbours, cluster: services, logs }));
    expect(rule).toBe('dependency/failing-pod');
    expect(causedBy).toMatchObject({ kind: 'Pod', name: 'stock-db-0' });
    expect(rootCause).toMatch(
      /^Pod api-1 behind Service api fails: Pod stock-db-0 behind Service stock-db fails: .*ownership/u,
    );
    expect(confidence).toBe('high');
  });

  test("two that wait for each other are not each other's cause", () => {
    const back = 'api: cannot reach shop:5432: connection refused';
    const logs = [logOf('shop-1', 'app', apiDown), logOf('api-1', 'db', back)];
    const neighbours = [pod('api-1', { app: 'api' }, false, 1)];
    const loop = about({ neighbours, cluster: services, logs });
    const { rootCause, causedBy } = explain(apiDown, loop);
    expect(causedBy).toMatchObject({ kind: 'Pod', name: 'api-1' });
    expect(rootCause).toContain('shop:5432');
    expect(rootCause).not.toContain('Pod shop-1');
  });

  test('the Service selects nothing', () => {
    const db = pod('stock-db-0', { app: 'stockdb' }, true);
    const { rootCause, causedBy, fixes } = explain(
      refused,
      about({ neighbours: [db], cluster: [service('stock-db', 5432, { app: 'stock-db' }), slice('stock-db', 0)] }),
    );
    expect(rootCause).toContain('selector app=stock-db');
    expect(rootCause).toContain('no endpoints');
    expect(rootCause).toContain('app=stockdb');
    expect(causedBy).toMatchObject({ kind: 'Service', name: 'stock-db' });
    expect(fixes[0]?.command).toContain('"app":"stockdb"');
  });

  test.each([
    [
      0,
      undefined,
      'Deployment stock behind it is scaled to 0 replicas',
      'kubectl -n test scale deployment/stock --replicas=1',
    ],
    [2, 'exceeded quota: pods', 'Deployment stock behind it has no pods (0 of 2): exceeded quota: pods', undefined],
  ])('the workload behind the Service has %i replicas', (replicas, message, cause, command) => {
    const stock = {
      kind: 'Deployment',
      metadata: { name: 'stock', namespace: 'test' },
      spec: { replicas, template: { metadata: { labels: { app: 'stock-db', tier: 'data' } } } },
      status: { conditions: [{ type: 'ReplicaFailure', status: 'True', message }] },
    } as KubeObject;
    const { rootCause, causedBy, fixes } = explain(
      refused,
      about({ cluster: [service('stock-db', 5432, { app: 'stock-db' }), slice('stock-db', 0), stock] }),
    );
    expect(rootCause).toContain(cause);
    expect(causedBy).toMatchObject({ kind: 'Deployment', name: 'stock' });
    if (command === undefined) expect(fixes.some((fix) => fix.command?.includes('scale'))).toBe(false);
    else expect(fixes[0]).toMatchObject({ command, verified: true });
  });

  test('a setting names the wrong port', () => {
    const db = pod('stock-db-0', { app: 'stock-db' }, true);
    const { rootCause, fixes } = explain(
      'shop: cannot reach stock-db:5433: connection refused',
      about({ neighbours: [db], cluster: [service('stock-db', 5432, { app: 'stock-db' }), slice('stock-db', 1)] }, [
        { name: 'STOCK_ADDR', value: 'stock-db:5433' },
      ]),
    );
    expect(rootCause).toContain('5433');
    expect(rootCause).toContain('Service stock-db has port 5432');
    expect(rootCause).toContain('STOCK_ADDR');
    expect(fixes[0]?.command).toContain('STOCK_ADDR=stock-db:5432');
  });

  test('the Service sends to a port that nobody listens on', () => {
    const db = pod('stock-db-0', { app: 'stock-db' }, true);
    const logs = [
      { pod: 'shop-1', container: 'app', instance: 'current' as const, text: refused, truncated: false },
      {
        pod: 'stock-db-0',
        container: 'db',
        instance: 'current' as const,
        text: 'LOG:  listening on IPv4 address "0.0.0.0", port 5432',
        truncated: false,
      },
    ];
    const { rootCause } = explain(
      refused,
      about({
        neighbours: [db],
        cluster: [
          service('stock-db', 5432, { app: 'stock-db' }, { ports: [{ port: 5432, targetPort: 5532 }] }),
          slice('stock-db', 1),
        ],
        logs,
      }),
    );
    expect(rootCause).toContain('targetPort 5532');
    expect(rootCause).toContain('5432');
  });

  test('no Service of that name, but one that is nearly named so', () => {
    const { rootCause, fixes } = explain(
      'shop: getaddrinfo ENOTFOUND stok-db',
      about({ cluster: [service('stock-db', 5432, { app: 'stock-db' })] }, [{ name: 'DB_HOST', value: 'stok-db' }]),
    );
    expect(rootCause).toContain('no Service named stok-db');
    expect(rootCause).toContain('stock-db');
    expect(fixes[0]?.command).toContain('DB_HOST=stock-db');
  });

  test('by cluster address', () => {
    const db = pod('stock-db-0', { app: 'stock-db' }, false, 2);
    const { rootCause } = explain(
      'dial tcp 10.96.0.7:5432: connect: connection refused',
      about({ neighbours: [db], cluster: [service('stock-db', 5432, { app: 'stock-db' })] }),
    );
    expect(rootCause).toContain('stock-db-0');
  });

  test('a sibling container at fault', () => {
    const sick = pod('shop-1', {}, false);
    const two: KubePod = {
      ...sick,
      spec: { containers: [{ name: 'app' }, { name: 'cache', command: ['redis-server', '/etc/r/redis.conf'] }] },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'app', ready: false, restartCount: 3, state: { terminated: { exitCode: 1, reason: 'Error' } } },
          { name: 'cache', ready: false, restartCount: 3, state: { terminated: { exitCode: 1, reason: 'Error' } } },
        ],
      },
    };
    const logs = [
      {
        pod: 'shop-1',
        container: 'app',
        instance: 'current' as const,
        text: 'shop: cache 127.0.0.1:6379: connection refused',
        truncated: false,
      },
      {
        pod: 'shop-1',
        container: 'cache',
        instance: 'current' as const,
        text: "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 3\n>>> 'maxmemory lots'\nargument must be a memory value",
        truncated: false,
      },
    ];
    const { rootCause } = explain('', about({ pod: two, pods: [two], logs }));
    expect(rootCause).toContain('maxmemory lots');
    expect(rootCause).toContain('container cache');
  });

  test('nothing known of the other side: only what the log says', () => {
    const { rootCause, causedBy } = explain(refused);
    expect(rootCause).toContain('stock-db:5432');
    expect(causedBy).toBeUndefined();
  });
});
