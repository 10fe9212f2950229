import type { FixCase } from './fix-case.ts';
import { hasPhase, refused, restarts, staysUnready, waitsFor, warns } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Workloads that never worked: their pod template must change, and the facts say to what. */
export function templateCases(builders: Builders): FixCase[] {
  return [...memoryCases(builders), ...probeCases(builders), ...settingCases(builders), ...securityCases(builders)];
}

function memoryCases({ namespace, container, workload, cronJob, idle }: Builders): FixCase[] {
  const takes = (mebibytes: number): string =>
    `dd if=/dev/zero of=/dev/null bs=${mebibytes}M count=1 || exit 1; ${idle}`;
  const limited = (memory: string): object => ({ resources: { limits: { memory } } });
  return [
    {
      name: 'hungry',
      namespace,
      objects: [workload('Deployment', 'hungry', { containers: [container('app', takes(48), limited('32Mi'))] })],
      fails: restarts,
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 32Mi/, /OOMKilled/],
      command: /^kubectl -n \S+ set resources deployment\/hungry -c app --limits=memory=64Mi$/,
    },
    {
      name: 'big-heap',
      namespace,
      objects: [
        workload('Deployment', 'big-heap', {
          containers: [
            container('app', takes(110), {
              ...limited('48Mi'),
              env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xms64m -Xmx96m' }],
            }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 48Mi/, /-Xmx96m/],
      command: /^kubectl -n \S+ set resources deployment\/big-heap -c app --limits=memory=\d+Mi$/,
    },
    {
      name: 'nightly',
      namespace,
      objects: [
        cronJob('nightly', {
          containers: [container('report', 'dd if=/dev/zero of=/dev/null bs=40M count=1', limited('24Mi'))],
        }),
      ],
      fails: hasPhase('Failed'),
      kind: 'OOMKilled',
      rule: 'memory/oom-killed',
      cause: [/memory limit of 24Mi/],
      command: /^kubectl -n \S+ set resources cronjob\/nightly -c report --limits=memory=64Mi$/,
      heals: hasPhase('Succeeded'),
    },
  ];
}

function probeCases({ namespace, container, workload, webServer }: Builders): FixCase[] {
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

function settingCases({ namespace, container, workload, idle, webServer }: Builders): FixCase[] {
  return [
    {
      name: 'misspelt',
      namespace,
      objects: [
        workload('Deployment', 'misspelt', {
          containers: [
            container('app', `: "\${DATABASE_URL:?DATABASE_URL is not set}"; ${idle}`, {
              env: [
                { name: 'LOG_LEVEL', value: 'info' },
                { name: 'DATABSE_URL', value: 'postgres://db.example:5432/orders' },
              ],
            }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'configuration/variable-then-environment',
      cause: [/DATABASE_URL is not set/, /DATABSE_URL/],
      command: /^kubectl -n \S+ patch deployment\/misspelt --type=json -p .*DATABASE_URL/,
    },
    {
      name: 'one-word',
      namespace,
      objects: [
        workload('Deployment', 'one-word', { containers: [{ ...container('app', ''), command: ['sleep 3600'] }] }),
      ],
      fails: (seen) => restarts(seen) || waitsFor(/^RunContainerError$/)(seen),
      kind: 'ConfigError',
      rule: 'start/command-in-one-word',
      cause: [/"sleep 3600"/, /one single word/],
      command: /^kubectl -n \S+ patch deployment\/one-word -p .*\["sleep","3600"\]/,
    },
    {
      name: 'same-port',
      namespace,
      objects: [
        workload('Deployment', 'same-port', {
          containers: [
            container('web', webServer(8080), { ports: [{ containerPort: 8080 }] }),
            container(
              'metrics',
              'sleep 2; echo "starting on port $PORT"; httpd -f -p "$PORT" || { echo "listen tcp :$PORT: bind: address already in use" >&2; exit 1; }',
              { env: [{ name: 'PORT', value: '8080' }] },
            ),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'network/port-in-use',
      cause: [/Port 8080/, /container web of the same pod/],
      command: /^kubectl -n \S+ set env deployment\/same-port -c metrics PORT=8081$/,
    },
  ];
}

function securityCases({ namespace, container, workload, idle }: Builders): FixCase[] {
  return [
    {
      name: 'as-root',
      namespace,
      objects: [
        workload('Deployment', 'as-root', {
          securityContext: { runAsNonRoot: true },
          containers: [container('app', idle)],
        }),
      ],
      fails: waitsFor(/^CreateContainerConfigError$/),
      kind: 'ConfigError',
      rule: 'create/runs-as-root',
      cause: [/runAsNonRoot/, /root/],
      command: /^kubectl -n \S+ patch deployment\/as-root -p .*runAsUser/,
    },
    {
      name: 'low-port',
      namespace,
      objects: [
        workload('Deployment', 'low-port', {
          securityContext: { runAsUser: 65534 },
          containers: [container('web', 'echo "starting on port 80"; exec httpd -f -p 80')],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'network/privileged-port',
      cause: [/port 80/, /permission denied/],
      command: /^kubectl -n \S+ patch deployment\/low-port -p .*ip_unprivileged_port_start/,
    },
    {
      name: 'read-only',
      namespace,
      objects: [
        workload('Deployment', 'read-only', {
          containers: [
            container('app', `echo $$ > /tmp/app.pid || exit 1; ${idle}`, {
              securityContext: { readOnlyRootFilesystem: true },
            }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'filesystem/read-only',
      cause: [/\/tmp\/app\.pid/, /read-only file system/],
      command: /^kubectl -n \S+ patch deployment\/read-only -p .*emptyDir/,
    },
    {
      name: 'no-account',
      namespace,
      objects: [
        workload('Deployment', 'no-account', { serviceAccountName: 'builder', containers: [container('app', idle)] }),
      ],
      fails: refused,
      kind: 'CreateFailed',
      rule: 'admission/service-account-missing',
      cause: [/ServiceAccount builder does not exist/],
      command: /^kubectl -n \S+ create serviceaccount builder$/,
    },
  ];
}
