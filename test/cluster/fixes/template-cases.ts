import type { FixCase } from './fix-case.ts';
import { refused, restarts, waitsFor, warns } from './fix-case.ts';
import type { Builders } from './workload-builders.ts';

/** Workloads that never worked: their pod template must change, and the facts say to what. */
export function templateCases(builders: Builders): FixCase[] {
  return [...settingCases(builders), ...securityCases(builders)];
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
      rule: 'configuration/shell-parameter',
      cause: [/DATABASE_URL is not set/, /DATABSE_URL/],
      command: /^kubectl -n \S+ patch deployment\/misspelt --type=json -p .*DATABASE_URL/,
    },
    {
      // The patch repeats the whole script, so every kind of quote must survive the shell.
      name: 'few-files',
      namespace,
      objects: [
        workload('Deployment', 'few-files', {
          containers: [
            container(
              'app',
              `echo "it's \\"quoted\\" for $HOME" '\\n' \`id -u\`; ulimit -n 8; touch /tmp/1 /tmp/2 /tmp/3 /tmp/4 /tmp/5 /tmp/6 /tmp/7; ` +
                `tail -n 1 /tmp/1 /tmp/2 /tmp/3 /tmp/4 /tmp/5 /tmp/6 /tmp/7 || exit 1; ${idle}`,
            ),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'filesystem/too-many-open-files',
      cause: [/Too many open files/, /ulimit -n 8/],
      command: /^kubectl -n \S+ patch deployment\/few-files --type=json -p .*ulimit -n 1024/,
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

function securityCases({ namespace, nodeFolder, container, workload, idle }: Builders): FixCase[] {
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
      name: 'no-chown',
      namespace,
      objects: [
        workload('Deployment', 'no-chown', {
          containers: [
            container('app', `chown 1000:1000 /tmp || exit 1; ${idle}`, {
              securityContext: { capabilities: { drop: ['ALL'] } },
            }),
          ],
        }),
      ],
      fails: restarts,
      kind: 'CrashLoopBackOff',
      rule: 'filesystem/permission',
      cause: [/may not change the owner of \/tmp/],
      command: /^kubectl -n \S+ patch deployment\/no-chown -p .*"add":\["CHOWN"\]/,
    },
    {
      name: 'no-folder',
      namespace,
      objects: [
        workload('Deployment', 'no-folder', {
          containers: [container('app', idle, { volumeMounts: [{ name: 'spool', mountPath: '/spool' }] })],
          volumes: [{ name: 'spool', hostPath: { path: `${nodeFolder}/spool-of-fixes`, type: 'Directory' } }],
        }),
      ],
      fails: warns(/hostPath type check failed/),
      kind: 'VolumeMount',
      rule: 'volume/host-path-type',
      cause: [/spool-of-fixes/, /does not exist/],
      command: /^kubectl -n \S+ patch deployment\/no-folder -p .*"DirectoryOrCreate"/,
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
