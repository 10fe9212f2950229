import { describe, expect, test } from '@jest/globals';
import { explain } from '../kube-case.ts';
import type { KubeCase } from '../kube-case.ts';

function create(message: string, more: Partial<KubeCase> = {}, reason = 'CreateContainerConfigError') {
  return explain({
    kind: 'ConfigError',
    waiting: { reason, message },
    events: [{ reason: 'Failed', message: `Error: ${message}`, container: more.container?.name ?? 'web' }],
    cluster: [{ kind: 'Node', metadata: { name: 'node-1' }, status: { nodeInfo: { architecture: 'amd64' } } }],
    ...more,
  });
}

describe('objects that a container needs', () => {
  test('a Secret that is missing, with the keys that are asked for', () => {
    const answer = create('secret "db" not found', {
      container: { env: [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } }] },
    });
    expect(answer.rule).toBe('create/missing-object');
    expect(answer.text).toContain('Secret db does not exist');
    expect(answer.text).toContain('DB_PASSWORD');
    expect(answer.fixes[0]).toEqual({
      summary: 'Create Secret db with the key password',
      command: 'kubectl -n test create secret generic db --from-literal=password=REPLACE_ME',
      verified: false,
    });
  });

  test.each([
    ["couldn't find key token in Secret test/api", 'Secret api has no key token'],
    ["couldn't find key REGION in ConfigMap test/env", 'ConfigMap env has no key REGION'],
    ["couldn't find key a.b in ConfigMap env", 'ConfigMap env has no key a.b'],
  ])('%s', (message, words) => {
    const answer = create(message);
    expect(answer.rule).toBe('create/missing-key');
    expect(answer.text).toContain(words);
    expect(answer.commands).toEqual([]);
  });
});

describe('who a container runs as', () => {
  test('root, although root is forbidden', () => {
    const answer = create(
      'container has runAsNonRoot and image will run as root (pod: "shop-1_test(u1)", container: web)',
      {
        container: { securityContext: { runAsNonRoot: true } },
      },
    );
    expect(answer.rule).toBe('create/runs-as-root');
    expect(answer.text).toMatch(/runAsNonRoot .* run as root/);
    expect(answer.commands[0]).toBe(
      `kubectl -n test patch deployment/shop -p '{"spec":{"template":{"spec":{"containers":[{"name":"web","securityContext":{"runAsUser":65534}}]}}}}'`,
    );
  });

  test('uid 0 by the pod itself', () => {
    const answer = create('container\'s runAsUser breaks non-root policy (pod: "shop-1_test(u1)", container: web)', {
      container: { securityContext: { runAsNonRoot: true, runAsUser: 0 } },
    });
    expect(answer.text).toContain('runAsUser 0');
  });

  test('a name that kubelet cannot judge', () => {
    const answer = create(
      'container has runAsNonRoot and image has non-numeric user (nginx), cannot verify user is non-root',
    );
    expect(answer.rule).toBe('create/non-numeric-user');
    expect(answer.text).toContain('nginx');
    expect(answer.commands[0]).toContain('"runAsUser":101');
  });
});

const runc =
  'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: ';

describe('what the runtime refuses', () => {
  test.each([
    [
      'create/no-command',
      'failed to generate container "38eff79a65beacf880edf7c899dfa8556cf390e0c9dd4dd643b90641a92a1acd" spec: failed to generate spec: no command specified',
      ['no command specified', 'ENTRYPOINT'],
    ],
    [
      'create/sub-path',
      'failed to prepare subPath for volumeMount "conf" of container "web"',
      ['subPath app.yaml', 'ConfigMap settings', '/etc/app.yaml'],
    ],
    [
      'create/mount-type',
      `${runc}error during container init: error mounting "/var/lib/kubelet/pods/u/volume-subpaths/conf/web/0" to rootfs at "/etc/app.yaml": mount src=/x, dst=/etc/app.yaml: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?`,
      ['ConfigMap settings', '/etc/app.yaml', 'not a directory'],
    ],
    [
      'create/mount-on-read-only',
      `${runc}error during container init: error mounting "/var/lib/kubelet/pods/u/volumes/x" to rootfs at "/etc/app/extra": create mountpoint for /etc/app/extra mount: make mountpoint "/etc/app/extra": mkdirat etc/app/extra: read-only file system`,
      ['/etc/app/extra', 'read-only file system'],
    ],
    [
      'create/unknown-user',
      `${runc}unable to find user appuser: no matching entries in passwd file`,
      ['appuser', 'passwd'],
    ],
    [
      'create/security-profile',
      'failed to create containerd container: cannot load seccomp profile "/var/lib/kubelet/seccomp/a.json": open /var/lib/kubelet/seccomp/a.json: no such file or directory',
      ['seccomp', 'a.json'],
    ],
    ['create/runtime-hangs', 'context deadline exceeded', ['node-1', 'in time']],
    ['create/fails', 'an error that nobody has seen yet', ['an error that nobody has seen yet']],
    [
      'start/not-in-path',
      `${runc}exec: "gunicorn": executable file not found in $PATH: unknown`,
      ['gunicorn', 'executable file not found', 'does not exist'],
    ],
    [
      'start/not-in-path',
      'container create failed: executable file `gunicorn` not found in $PATH: No such file or directory',
      ['gunicorn'],
    ],
    [
      'start/no-such-file',
      `${runc}exec: "/app/server": stat /app/server: no such file or directory: unknown`,
      ['/app/server', 'no such file'],
    ],
    [
      'start/not-executable',
      `${runc}exec: "/app/run.py": permission denied: unknown`,
      ['/app/run.py', 'not executable'],
    ],
    ['start/is-directory', `${runc}exec: "/app": is a directory: unknown`, ['/app', 'is a directory']],
    ['start/exec-format', `${runc}exec /app/server: exec format error`, ['exec format error', 'amd64']],
    [
      'start/command-in-one-word',
      `${runc}exec: "python app.py": executable file not found in $PATH: unknown`,
      ['python app.py', 'one single word'],
    ],
    [
      'start/working-directory',
      `${runc}chdir to cwd ("/srv/app") set in config.json failed: no such file or directory: unknown`,
      ['/srv/app', 'working directory'],
    ],
    [
      'start/memory-limit-too-low',
      `${runc}container init was OOM-killed (memory limit too low?): unknown`,
      ['memory limit', 'OOM'],
    ],
  ])('%s: %s', (rule, message, words) => {
    const answer = create(
      message,
      {
        container: {
          command: ['python app.py'],
          resources: { limits: { memory: '4Mi' } },
          volumeMounts: [{ name: 'conf', mountPath: '/etc/app.yaml', subPath: 'app.yaml' }],
        },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example/shop:1',
              command: ['python app.py'],
              resources: { limits: { memory: '4Mi' } },
              volumeMounts: [{ name: 'conf', mountPath: '/etc/app.yaml', subPath: 'app.yaml' }],
            },
          ],
          volumes: [{ name: 'conf', configMap: { name: 'settings' } }],
        },
      },
      'RunContainerError',
    );
    expect(answer.rule).toBe(rule);
    for (const word of words) expect(answer.text).toContain(word);
    expect(answer.text).not.toMatch(/[0-9a-f]{64}/);
  });

  test('splits a command that was written as one word', () => {
    const answer = create(
      `${runc}exec: "python app.py": executable file not found in $PATH: unknown`,
      { container: { command: ['python app.py'] } },
      'RunContainerError',
    );
    expect(answer.commands[0]).toContain('"command":["python","app.py"]');
  });

  test('a start error during back-off is told from the last state', () => {
    const answer = explain({
      kind: 'ConfigError',
      waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container=web' },
      state: {
        name: 'web',
        restartCount: 3,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: {
          terminated: {
            reason: 'StartError',
            exitCode: 128,
            message: `${runc}exec: "/bin/nope": stat /bin/nope: no such file or directory: unknown`,
          },
        },
      },
    });
    expect(answer.rule).toBe('start/no-such-file');
    expect(answer.text).toContain('/bin/nope');
  });
});
