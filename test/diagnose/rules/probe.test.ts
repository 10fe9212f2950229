import { describe, expect, test } from '@jest/globals';
import type { KubeContainer, KubeProbe } from '../../../src/model/kube-objects.ts';
import { explain } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

type Field = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

const words: Readonly<Record<Field, string>> = {
  livenessProbe: 'Liveness',
  readinessProbe: 'Readiness',
  startupProbe: 'Startup',
};

/** A running container whose probe fails; liveness and startup probes have ended it three times. */
function probing(
  field: Field,
  probe: KubeProbe,
  result: string,
  more: Partial<KubeCase> & { readonly web?: KubeContainer } = {},
) {
  const kills = field !== 'readinessProbe';
  const { web, ...rest } = more;
  const verb = result.startsWith('rpc error') ? 'errored' : 'failed';
  return explain({
    kind: kills ? 'CrashLoopBackOff' : 'NotReady',
    container: { [field]: probe, ...web },
    podStatus: { phase: 'Running' },
    state: {
      name: 'web',
      ready: kills,
      restartCount: kills ? 3 : 0,
      state: { running: { startedAt: '2026-01-01T11:59:30Z' } },
      ...(kills && { lastState: { terminated: { exitCode: 143, reason: 'Error' } } }),
    },
    events: [
      { reason: 'Unhealthy', message: `${words[field]} probe ${verb}: ${result}`, container: 'web' },
      ...(kills
        ? [
            {
              reason: 'Killing',
              message: `Container web failed ${words[field].toLowerCase()} probe, will be restarted`,
              container: 'web',
            },
          ]
        : []),
    ],
    ...rest,
  });
}

const get = (port: number | string, path = '/health'): KubeProbe => ({ httpGet: { path, port } });
const refused = 'Get "http://10.0.0.5:9000/health": dial tcp 10.0.0.5:9000: connect: connection refused';

describe('the wrong port', () => {
  test.each([
    ['its log', { log: 'INFO: Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)' }, 8000],
    ['its log', { log: 'Tomcat started on port(s): 8080 (http) with context path' }, 8080],
    ['its log', { log: 'Server listening at http://[::]:4000' }, 4000],
    ['its environment variable', { web: { env: [{ name: 'PORT', value: '3000' }] } }, 3000],
    ['its environment variable', { web: { env: [{ name: 'LISTEN_ADDR', value: '0.0.0.0:7000' }] } }, 7000],
    ['its containerPort', { web: { ports: [{ containerPort: 5000 }] } }, 5000],
  ])('%s tells the right one', (how, more, port) => {
    const answer = probing('livenessProbe', get(9000), refused, more);
    expect(answer.rule).toBe('probe/wrong-port');
    expect(answer.text).toContain('liveness');
    expect(answer.text).toContain('9000');
    expect(answer.text).toContain(`${port} (${how}`);
    expect(answer.commands).toEqual([
      `kubectl -n test patch deployment/shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","livenessProbe":{"httpGet":{"port":${port}}}}]}}}}'`,
    ]);
  });

  test('a port by name', () => {
    const answer = probing('readinessProbe', get('admin'), 'dial tcp 10.0.0.5:9000: connect: connection refused', {
      web: { ports: [{ name: 'admin', containerPort: 9000 }] },
      log: 'listening on :8080',
    });
    expect(answer.text).toContain('readiness');
    expect(answer.text).toContain('9000');
    expect(answer.text).toContain('8080');
  });

  test('a port name that the container does not have', () => {
    const answer = explain({
      kind: 'NotReady',
      container: { readinessProbe: get('metrics'), ports: [{ name: 'http', containerPort: 8080 }] },
      podStatus: { phase: 'Running' },
      state: { name: 'web', ready: false, state: { running: {} } },
      events: [
        {
          reason: 'Unhealthy',
          message: 'Readiness probe errored and resulted in unknown state: port metrics not found',
          container: 'web',
        },
      ],
    });
    expect(answer.rule).toBe('probe/port-name');
    expect(answer.text).toContain('metrics');
    expect(answer.commands[0]).toContain('"port":8080');
  });

  test('nothing else is known: nothing listens there', () => {
    const answer = probing(
      'readinessProbe',
      { tcpSocket: { port: 5432 } },
      'dial tcp 10.0.0.5:5432: connect: connection refused',
    );
    expect(answer.rule).toBe('probe/connection-refused');
    expect(answer.text).toContain('nothing listens on port 5432');
  });

  test('a line about a dependency is not about the own port', () => {
    const answer = probing('readinessProbe', get(8080), refused.replaceAll('9000', '8080'), {
      log: 'connecting to redis at cache:6379\nERROR connection to db:5432 failed',
    });
    expect(answer.text).not.toMatch(/listens on port (?:6379|5432)/);
    expect(answer.text).toContain('its log tells: ');
  });
});

describe('too little time', () => {
  test('a liveness probe that begins while the program still starts', () => {
    const answer = probing(
      'livenessProbe',
      { ...get(8080), initialDelaySeconds: 2, periodSeconds: 2, failureThreshold: 2 },
      refused.replaceAll('9000', '8080'),
      {
        log: 'loading model weights 10 %\nloading model weights 20 %',
      },
    );
    expect(answer.rule).toBe('probe/too-early');
    expect(answer.text).toContain('6 s');
    expect(answer.text).toContain('initialDelaySeconds 2');
    expect(answer.commands).toHaveLength(2);
    expect(answer.commands[0]).toContain('startupProbe');
  });

  test('a startup probe whose budget is too small', () => {
    const answer = probing(
      'startupProbe',
      { ...get(8080), periodSeconds: 1, failureThreshold: 5 },
      refused.replaceAll('9000', '8080'),
      {
        log: 'Starting migrations',
      },
    );
    expect(answer.rule).toBe('probe/too-early');
    expect(answer.text).toContain('startup probe');
    expect(answer.commands[0]).toContain('"failureThreshold":50');
  });

  test.each([
    'Get "http://10.0.0.5:8080/health": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    'Get "http://10.0.0.5:8080/health": net/http: request canceled (Client.Timeout exceeded while awaiting headers)',
    'dial tcp 10.0.0.5:8080: i/o timeout',
  ])('%s', (result) => {
    const answer = probing('readinessProbe', { ...get(8080), timeoutSeconds: 2 }, result);
    expect(answer.rule).toBe('probe/timeout');
    expect(answer.text).toContain('timeoutSeconds is 2');
    expect(answer.commands[0]).toContain('"timeoutSeconds":10');
  });

  test('a command that takes too long', () => {
    const answer = probing(
      'livenessProbe',
      { exec: { command: ['sh', '-c', 'sleep 9'] } },
      'command timed out: "sh -c sleep 9" timed out after 1s',
    );
    expect(answer.rule).toBe('probe/timeout');
    expect(answer.text).toContain('sleep 9');
  });
});

describe('what the program answers', () => {
  test.each([
    ['404', 'http-status', 'no such path'],
    ['401', 'http-status', 'authentication'],
    ['301', 'http-status', 'redirect'],
    ['500', 'http-server-error', 'HTTP 500'],
    ['503', 'http-server-error', 'HTTP 503'],
  ])('HTTP %s', (code, rule, word) => {
    const answer = probing('readinessProbe', get(8080, '/ready'), `HTTP probe failed with statuscode: ${code}`);
    expect(answer.rule).toBe(`probe/${rule}`);
    expect(answer.text).toContain(code);
    expect(answer.text).toContain('/ready');
    expect(answer.text).toContain(word);
  });

  test('404: another path of the container answers', () => {
    const answer = probing('livenessProbe', get(8080, '/healthz'), 'HTTP probe failed with statuscode: 404', {
      web: { readinessProbe: get(8080, '/health') },
    });
    expect(answer.commands[0]).toContain('"path":"/health"');
  });

  test.each([
    ['Get "https://10.0.0.5:8080/": http: server gave HTTP response to HTTPS client', 'HTTPS', 'HTTP'],
    [
      'Get "http://10.0.0.5:8443/": net/http: HTTP/1.x transport connection broken: malformed HTTP response "\\x15\\x03"',
      undefined,
      'HTTPS',
    ],
  ])('%s', (result, scheme, right) => {
    const answer = probing('readinessProbe', { httpGet: { path: '/', port: 8080, ...(scheme && { scheme }) } }, result);
    expect(answer.rule).toBe('probe/wrong-scheme');
    expect(answer.commands[0]).toContain(`"scheme":"${right}"`);
  });

  test.each([
    [
      'rpc error: code = Unknown desc = failed to exec in container: failed to start exec "a": OCI runtime exec failed: exec failed: unable to start container process: exec: "curl": executable file not found in $PATH: unknown',
      'command-missing',
      'curl',
    ],
    ['cat: /tmp/healthy: No such file or directory\n', 'command-fails', '/tmp/healthy'],
    ['', 'command-fails', 'exits with an error'],
  ])('command: %s', (result, rule, word) => {
    const answer = probing('livenessProbe', { exec: { command: ['curl', '-f', 'localhost'] } }, result);
    expect(answer.rule).toBe(`probe/${rule}`);
    expect(answer.text).toContain(word);
    expect(answer.text).toContain('liveness');
  });

  test.each([
    [
      'error: this server does not implement the grpc health protocol (grpc.health.v1.Health): unknown service',
      'does not implement',
    ],
    ['service unhealthy (responded with "NOT_SERVING")', 'NOT_SERVING'],
  ])('gRPC: %s', (result, word) => {
    const answer = probing('readinessProbe', { grpc: { port: 9090 } }, result);
    expect(answer.rule).toBe('probe/grpc');
    expect(answer.text).toContain(word);
    expect(answer.text).toContain('9090');
  });
});

describe('what is not the cause', () => {
  test('a readiness probe that failed before a crash', () => {
    const answer = explain({
      kind: 'CrashLoopBackOff',
      container: { readinessProbe: get(8080) },
      podStatus: { phase: 'Running' },
      state: { name: 'web', ready: false, restartCount: 4, state: { terminated: { exitCode: 1, reason: 'Error' } } },
      events: [{ reason: 'Unhealthy', message: `Readiness probe failed: ${refused}`, container: 'web' }],
    });
    expect(answer.rule ?? '').not.toContain('probe/');
  });

  test('a probe of another container', () => {
    const answer = explain({
      kind: 'NotReady',
      waiting: undefined as never,
      podStatus: { phase: 'Running' },
      state: { name: 'web', ready: false, state: { running: {} } },
      spec: {
        containers: [
          { name: 'web', image: 'a', readinessProbe: get(1) },
          { name: 'side', image: 'b', livenessProbe: get(2) },
        ],
      },
      events: [
        {
          reason: 'Unhealthy',
          message: 'Liveness probe failed: HTTP probe failed with statuscode: 500',
          container: 'side',
        },
      ],
    });
    expect(answer.text).not.toContain('side');
  });
});

describe('readiness gates and hooks', () => {
  test('a gate whose condition is False', () => {
    const answer = explain({
      kind: 'NotReady',
      spec: { containers: [{ name: 'web', image: 'a' }], readinessGates: [{ conditionType: 'acme.example/lb' }] },
      state: { name: 'web', ready: true, state: { running: {} } },
      podStatus: {
        phase: 'Running',
        conditions: [
          { type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'x' },
          { type: 'ContainersReady', status: 'True' },
          { type: 'acme.example/lb', status: 'False', message: 'target is draining' },
        ],
      },
    });
    expect(answer.rule).toBe('probe/readiness-gate');
    expect(answer.text).toContain('acme.example/lb');
    expect(answer.text).toContain('target is draining');
    expect(answer.commands[0]).toMatch(/patch deployment\/shop -p .*"readinessGates":null/);
  });

  const hooked = (message: string, command: readonly string[]) =>
    explain({
      kind: 'CrashLoopBackOff',
      container: { lifecycle: { postStart: { exec: { command } } } },
      podStatus: { phase: 'Running' },
      state: {
        name: 'web',
        ready: false,
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 137, reason: 'Error' } },
      },
      events: [
        { reason: 'FailedPostStartHook', message, container: 'web' },
        { reason: 'Killing', message: 'FailedPostStartHook', container: 'web' },
      ],
    });

  test('postStart, as kubelets from 1.27 tell it', () => {
    const answer = hooked('PostStartHook failed', ['/bin/sh', '-c', 'curl -f http://discovery:8500/register']);
    expect(answer.rule).toBe('hook/post-start');
    expect(answer.text).toContain('postStart');
    expect(answer.text).toContain('discovery:8500');
    expect(answer.commands[0]).toContain('|| true');
  });

  test('postStart, as older kubelets tell it', () => {
    const answer = hooked(
      `Exec lifecycle hook ([/srv/warm.sh]) for Container "web" in Pod "shop-1_test(u1)" failed - error: command '/srv/warm.sh' exited with 7: , message: "cache is gone\\n"`,
      ['/srv/warm.sh'],
    );
    expect(answer.text).toContain('/srv/warm.sh');
    expect(answer.text).toContain('exit code 7');
    expect(answer.text).toContain('cache is gone');
    expect(answer.commands[0]).toContain('"postStart":null');
  });
});

describe('a dependency that keeps a container from being ready', () => {
  test('its failing pod is the cause', () => {
    const answer = probing('readinessProbe', get(8080, '/readyz'), 'HTTP probe failed with statuscode: 503', {
      log: 'listening on :8080\nERROR connect to db:5432 failed: connection refused\n',
      cluster: [
        {
          kind: 'Service',
          metadata: { name: 'db', namespace: 'test' },
          spec: { selector: { app: 'db' }, ports: [{ port: 5432 }] },
        },
      ],
      neighbours: [
        {
          kind: 'Pod',
          metadata: { name: 'db-0', namespace: 'test', labels: { app: 'db' } },
          spec: { nodeName: 'node-1', containers: [{ name: 'postgres', image: 'registry.example/pg:99' }] },
          status: {
            phase: 'Pending',
            containerStatuses: [
              {
                name: 'postgres',
                ready: false,
                restartCount: 0,
                state: {
                  waiting: {
                    reason: 'ImagePullBackOff',
                    message:
                      'Back-off pulling image "registry.example/pg:99": ErrImagePull: rpc error: code = NotFound desc = registry.example/pg:99: not found',
                  },
                },
              },
            ],
          },
        },
      ],
    });
    expect(answer.rule).toContain('dependency/not-ready-');
    expect(answer.text).toContain('registry.example/pg:99');
    expect(answer.text).toContain('readiness probe');
    expect(answer.text).toContain('HTTP 503');
  });

  test('a complaint in the log is not the cause where the probe itself is wrong', () => {
    const answer = probing('livenessProbe', get(9000), refused, {
      log: 'ERROR connect to otel:4317 failed: connection refused, going on without\nlistening on 0.0.0.0:8080\n',
      cluster: [
        {
          kind: 'Service',
          metadata: { name: 'otel', namespace: 'test' },
          spec: { selector: { app: 'otel' }, ports: [{ port: 4317 }] },
        },
      ],
    });
    expect(answer.rule).toBe('probe/wrong-port');
    expect(answer.text).not.toContain('otel');
  });
});
