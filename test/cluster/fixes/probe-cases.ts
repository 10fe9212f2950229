import type { FixCase } from './fix-case.ts';
import { restarts, staysUnready, warns } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Probes that ask for the wrong thing, too early, or with too little patience. */
export function probeCases({ namespace, container, workload, webServer }: Builders): FixCase[] {
  const quick = { periodSeconds: 1, failureThreshold: 3 };
  const web = (name: string, more: object, script = webServer(8080)) =>
    workload('Deployment', name, {
      containers: [container('web', script, { ports: [{ containerPort: 8080 }], ...more })],
    });
  return [
    {
      name: 'alive-port',
      namespace,
      objects: [
        web('alive-port', {
          livenessProbe: { ...quick, httpGet: { path: '/health', port: 8081 }, initialDelaySeconds: 2 },
        }),
      ],
      fails: (seen) => restarts(seen) && warns(/^Liveness probe failed/)(seen),
      askAboutPod: true,
      kind: 'CrashLoopBackOff',
      rule: 'probe/wrong-port',
      cause: [/liveness probe/, /port 8081/, /listens on port 8080/],
      command: /^kubectl -n \S+ patch deployment\/alive-port -p .*livenessProbe.*8080/,
    },
    {
      name: 'ready-port',
      namespace,
      objects: [web('ready-port', { readinessProbe: { ...quick, tcpSocket: { port: 9090 } } })],
      fails: (seen) => staysUnready(seen) && warns(/^Readiness probe failed/)(seen),
      kind: 'NotReady',
      rule: 'probe/wrong-port',
      cause: [/readiness probe/, /port 9090/, /listens on port 8080/],
      command: /^kubectl -n \S+ patch deployment\/ready-port -p .*readinessProbe.*8080/,
    },
    {
      name: 'ready-path',
      namespace,
      objects: [
        web('ready-path', {
          readinessProbe: { ...quick, httpGet: { path: '/healthz', port: 8080 } },
          livenessProbe: { httpGet: { path: '/health', port: 8080 } },
        }),
      ],
      fails: (seen) => staysUnready(seen) && warns(/^Readiness probe failed/)(seen),
      kind: 'NotReady',
      rule: 'probe/http-status',
      cause: [/\/healthz/, /HTTP 404/],
      command: /^kubectl -n \S+ patch deployment\/ready-path -p .*readinessProbe.*"\/health"/,
    },
    {
      name: 'ready-scheme',
      namespace,
      objects: [
        web('ready-scheme', {
          readinessProbe: { ...quick, httpGet: { path: '/health', port: 8080, scheme: 'HTTPS' } },
        }),
      ],
      fails: (seen) => staysUnready(seen) && warns(/^Readiness probe failed/)(seen),
      kind: 'NotReady',
      rule: 'probe/wrong-scheme',
      cause: [/speaks HTTPS on port 8080/, /plain HTTP/],
      command: /^kubectl -n \S+ patch deployment\/ready-scheme -p .*"scheme":"HTTP"/,
    },
    {
      name: 'slow-check',
      namespace,
      objects: [web('slow-check', { readinessProbe: { ...quick, exec: { command: ['sh', '-c', 'sleep 2'] } } })],
      fails: (seen) => staysUnready(seen) && warns(/^Readiness probe failed/)(seen),
      kind: 'NotReady',
      rule: 'probe/timeout',
      cause: [/readiness probe/, /timeoutSeconds is 1/],
      command: /^kubectl -n \S+ patch deployment\/slow-check -p .*timeoutSeconds/,
    },
    {
      name: 'slow-start',
      namespace,
      objects: [
        web(
          'slow-start',
          { livenessProbe: { ...quick, httpGet: { path: '/health', port: 8080 } } },
          `for part in 1 2 3 4 5; do echo "loading index, part $part of 5"; sleep 3; done; ${webServer(8080)}`,
        ),
      ],
      fails: (seen) => restarts(seen) && warns(/^Liveness probe failed/)(seen),
      kind: 'CrashLoopBackOff',
      rule: 'probe/too-early',
      cause: [/liveness probe/, /slow start/],
      command: /^kubectl -n \S+ patch deployment\/slow-start -p .*startupProbe/,
    },
  ];
}
