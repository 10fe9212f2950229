import { describe, expect, test } from '@jest/globals';
import type { KubeContainer, KubePod } from '../../../src/model/kube-objects.ts';
import { explain as explainObjects } from '../kube-case.ts';
import { explain } from '../log-case.ts';
import type { LogCase } from '../log-case.ts';

/** Commands that hold, in their order. */
function verified(log: string, about: LogCase): string[] {
  return explain(log, about).fixes.flatMap(({ command, verified: holds }) =>
    holds && command !== undefined ? [command] : [],
  );
}

describe('a variable under a misspelt name is renamed', () => {
  const wanted = 'sh: DATABASE_URL: DATABASE_URL is not set';
  const withEnv = (env: NonNullable<KubeContainer['env']>): LogCase => ({ container: { env } });

  test('by its place, so that its value is not shown', () => {
    const env = [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'DATABSE_URL', value: 'postgres://shop:hunter2@db/shop' },
    ];
    expect(verified(wanted, withEnv(env))).toEqual([
      `kubectl -n test patch deployment/shop --type=json -p '[{"op":"test","path":"/spec/template/spec/containers/0/env/1/name","value":"DATABSE_URL"},{"op":"replace","path":"/spec/template/spec/containers/0/env/1/name","value":"DATABASE_URL"}]'`,
    ]);
  });

  test('also one from a Secret', () => {
    const env = [{ name: 'DATABASE_URI', valueFrom: { secretKeyRef: { name: 'db', key: 'url' } } }];
    const [command] = verified(wanted, withEnv(env));
    expect(command).toContain('"replace"');
    expect(explain(wanted, withEnv(env)).rootCause).toContain('(the pod spec sets DATABASE_URI instead)');
  });

  test.each(['DATABASE_USER', 'DATABASE_URL_2', 'DATABASE_PORT', 'METRICS_URL'])('%s is another variable', (name) => {
    expect(verified(wanted, withEnv([{ name, value: 'x' }]))).toEqual([]);
    expect(explain(wanted, withEnv([{ name, value: 'x' }])).rootCause).not.toContain(name);
  });

  test('DB_HOST is not taken for DB_PORT', () => {
    expect(verified('Error: DB_PORT is not set', withEnv([{ name: 'DB_HOST', value: 'db' }]))).toEqual([]);
  });
});

describe('a memory limit comes from what the container is known to want', () => {
  const oom = (container: KubeContainer, more: Partial<LogCase> = {}) =>
    verified('', { exitCode: 137, reason: 'OOMKilled', container, ...more });
  const limited = (memory: string): KubeContainer => ({ resources: { limits: { memory } } });
  const limitOf = ([command = '']: readonly string[]): string | undefined =>
    /--limits=memory=(\S+)$/.exec(command)?.[1];

  test('nothing known: double', () => {
    expect(limitOf(oom(limited('200Mi')))).toBe('448Mi');
  });

  test.each([
    ['JVM, in a variable', { env: [{ name: 'JAVA_TOOL_OPTIONS', value: '-Xms64m -Xmx600m' }] }, '832Mi'],
    ['JVM, as an argument', { command: ['java', '-Xmx3g', '-jar', '/app.jar'] }, '4Gi'],
    ['Node', { env: [{ name: 'NODE_OPTIONS', value: '--max-old-space-size=1536' }] }, '2Gi'],
    ['a heap that is no reason to raise more', { command: ['java', '-Xmx64m'] }, '448Mi'],
    ['a word that only looks like one', { command: ['java', '-Xmx600mb'] }, '448Mi'],
  ])('%s', (_what, more, limit) => {
    expect(limitOf(oom({ ...limited('200Mi'), ...more }))).toBe(limit);
  });

  test('the cause names a heap that does not fit', () => {
    const { rootCause } = explain('', {
      exitCode: 137,
      reason: 'OOMKilled',
      container: { ...limited('200Mi'), command: ['java', '-Xmx600m'] },
    });
    expect(rootCause).toContain('its setting -Xmx600m allows it more');
  });

  test('files in memory', () => {
    const commands = oom(
      { ...limited('64Mi'), volumeMounts: [{ name: 'buffer', mountPath: '/buffer' }] },
      { volumes: [{ name: 'buffer', emptyDir: { medium: 'Memory', sizeLimit: '256Mi' } }] },
    );
    expect(limitOf(commands)).toBe('320Mi');
  });

  test('the limit of the revision before', () => {
    const template = (memory: string) => ({
      spec: { containers: [{ name: 'web', resources: { limits: { memory } } }] },
    });
    const replicaSet = (name: string, revision: string, memory: string) => ({
      kind: 'ReplicaSet',
      metadata: {
        name,
        namespace: 'test',
        annotations: { 'deployment.kubernetes.io/revision': revision },
        ownerReferences: [{ kind: 'Deployment', name: 'shop', controller: true }],
      },
      spec: { template: template(memory) },
    });
    const ended = { exitCode: 137, reason: 'OOMKilled' };
    const { commands, fixes } = explainObjects({
      kind: 'OOMKilled',
      container: limited('64Mi'),
      state: { name: 'web', ready: false, restartCount: 3, state: { terminated: ended } },
      owners: [replicaSet('shop-1a', '1', '512Mi'), replicaSet('shop-2b', '2', '64Mi')],
    });
    expect(limitOf(commands)).toBe('512Mi');
    expect(fixes[0]?.summary).toContain('the limit of revision 1');
  });
});

describe('an empty directory for a program on a read-only root', () => {
  const readOnly = { securityContext: { readOnlyRootFilesystem: true } };

  test.each([
    ["sh: can't create /tmp/app.pid: Read-only file system", '/tmp'],
    ["mkdir: can't create directory '/var/cache/nginx/client_temp': Read-only file system", '/var/cache/nginx'],
    ["Error: EROFS: read-only file system, open '/srv/shop/logs/today.log'", '/srv/shop/logs'],
    ["touch: cannot touch '/run/app.lock': Read-only file system", '/run'],
  ])('%s', (log, directory) => {
    const [command] = verified(log, { container: readOnly });
    expect(command).toContain(`"mountPath":"${directory}"`);
    expect(command).toContain('"emptyDir":{}');
  });

  test.each(['/app/index.js', '/etc/shop/shop.conf', '/usr/lib/python3/x.pyc', '/state'])(
    'not over %s, which an empty volume could hide',
    (path) => {
      const about = { container: readOnly };
      expect(verified(`open ${path}: read-only file system`, about)).toEqual([]);
      expect(explain(`open ${path}: read-only file system`, about).fixes).toHaveLength(1);
    },
  );

  test('not where a volume is mounted read-only', () => {
    const about: LogCase = {
      container: { ...readOnly, volumeMounts: [{ name: 'work', mountPath: '/tmp', readOnly: true }] },
      volumes: [{ name: 'work', configMap: { name: 'work' } }],
    };
    expect(verified("sh: can't create /tmp/app.pid: Read-only file system", about)).toEqual([]);
  });
});

describe('an image whose name is nearly that of one in use', () => {
  const runs = (image: string, ready = true): KubePod => ({
    kind: 'Pod',
    metadata: { name: 'catalog-1', namespace: 'test' },
    spec: { containers: [{ name: 'catalog', image }] },
    status: { containerStatuses: [{ name: 'catalog', ready, restartCount: 0, image }] },
  });
  const explainPull = (neighbours: readonly KubePod[], image = 'registry.example/shop/catalgo:1.4') =>
    explainObjects({
      kind: 'ImagePull',
      container: { image },
      waiting: {
        reason: 'ErrImagePull',
        message: `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": ${image}: not found`,
      },
      neighbours,
    }).commands;

  test.each([
    ['name', 'registry.example/shop/catalgo:1.4', 'registry.example/shop/catalog:1.4'],
    ['tag', 'registry.example/shop/catalog:stabel', 'registry.example/shop/catalog:stable'],
    ['another tag of the same', 'registry.example/shop/catalog:9', 'registry.example/shop/catalog:1.4'],
  ])('a slip in the %s', (_what, wrong, right) => {
    expect(explainPull([runs(right)], wrong)).toEqual([`kubectl -n test set image deployment/shop web=${right}`]);
  });

  test('the near one goes before another tag', () => {
    const others = ['1', 'stable'].map((tag) => runs(`registry.example/shop/catalog:${tag}`));
    expect(explainPull(others, 'registry.example/shop/catalog:stabel')[0]).toMatch(/:stable$/);
  });

  test.each([
    ['another program', runs('registry.example/shop/carts:1.4')],
    ['one that is not ready', runs('registry.example/shop/catalog:1.4', false)],
    ['another name and another tag', runs('registry.example/shop/catalog:1.5')],
  ])('%s is no answer', (_what, neighbour) => {
    expect(explainPull([neighbour])).toEqual([]);
  });
});

describe('a ConfigMap or Secret whose name or key is nearly one in use', () => {
  const ready = (spec: KubePod['spec'], status = 'True'): KubePod => ({
    kind: 'Pod',
    metadata: { name: 'other-1', namespace: 'test' },
    spec: { ...spec },
    status: { conditions: [{ type: 'Ready', status }] },
  });
  const fromKey = (name: string, key: string): KubeContainer => ({
    env: [{ name: 'RATE', valueFrom: { configMapKeyRef: { name, key } } }],
  });
  const create = (container: KubeContainer, message: string, neighbours: readonly KubePod[]) =>
    explainObjects({
      kind: 'ConfigError',
      container,
      waiting: { reason: 'CreateContainerConfigError', message },
      neighbours,
    });

  test('a key', () => {
    const { commands, fixes } = create(
      fromKey('prices', 'curency'),
      "couldn't find key curency in ConfigMap test/prices",
      [ready({ containers: [{ name: 'app', ...fromKey('prices', 'currency') }] })],
    );
    const path = '/spec/template/spec/containers/0/env/0/valueFrom/configMapKeyRef/key';
    expect(commands).toEqual([
      `kubectl -n test patch deployment/shop --type=json -p '[{"op":"test","path":"${path}","value":"curency"},{"op":"replace","path":"${path}","value":"currency"}]'`,
    ]);
    expect(fixes[0]?.verified).toBe(true);
  });

  test('a name, at every place', () => {
    const container: KubeContainer = {
      envFrom: [{ secretRef: { name: 'biling' } }],
      env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'biling', key: 'k' } } }],
    };
    const right = { containers: [{ name: 'app', envFrom: [{ secretRef: { name: 'billing' } }] }] };
    const [command = ''] = create(container, 'secret "biling" not found', [ready(right)]).commands;
    expect(command).toContain('"/spec/template/spec/containers/0/envFrom/0/secretRef/name","value":"billing"');
    expect(command).toContain('"/spec/template/spec/containers/0/env/0/valueFrom/secretKeyRef/name","value":"billing"');
  });

  test('a name in a volume', () => {
    const volume = (name: string) => ({
      volumes: [{ name: 'zones', configMap: { name, items: [{ key: 'a', path: 'a' }] } }],
    });
    const { commands } = explainObjects({
      kind: 'VolumeMount',
      spec: volume('delivrey'),
      events: [
        {
          reason: 'FailedMount',
          message: 'MountVolume.SetUp failed for volume "zones" : configmap "delivrey" not found',
        },
      ],
      neighbours: [ready({ containers: [{ name: 'app' }], ...volume('delivery') })],
    });
    expect(commands[0]).toContain('"/spec/template/spec/volumes/0/configMap/name","value":"delivery"');
  });

  test.each([
    ['a pod that is not ready', ready({ containers: [fromKey('prices', 'currency')] }, 'False')],
    ['another ConfigMap', ready({ containers: [fromKey('taxes', 'currency')] })],
    ['another key', ready({ containers: [fromKey('prices', 'country')] })],
  ])('%s proves nothing', (_what, neighbour) => {
    const container = fromKey('prices', 'curency');
    const { commands } = create(container, "couldn't find key curency in ConfigMap test/prices", [neighbour]);
    expect(commands).toEqual([]);
  });
});

describe('a container that kubelet ends for its liveness probe, of which only the end is told', () => {
  const livenessProbe = { httpGet: { path: '/health', port: 8080 }, periodSeconds: 5 };
  const killing = {
    reason: 'Killing',
    message: 'Container web failed liveness probe, will be restarted',
    container: 'web',
  };
  const looping = (exitCode: number, log: string, events = [killing]) =>
    explainObjects({
      kind: 'CrashLoopBackOff',
      container: { livenessProbe, command: ['serve'] },
      state: {
        name: 'web',
        ready: false,
        restartCount: 4,
        state: { terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error' } },
      },
      events,
      log,
    });

  test.each([0, 137, 143])('exit code %i is not taken for its own end', (exitCode) => {
    const { rule, text, confidence } = looping(exitCode, 'serving');
    expect(rule).toBe('probe/fails');
    expect(text).toContain(
      'liveness probe of container web (GET /health on port 8080) fails, so kubelet keeps restarting',
    );
    expect(confidence).toBe('medium');
  });

  test('a readiness probe that asks the same tells the result', () => {
    const { text, commands } = explainObjects({
      kind: 'CrashLoopBackOff',
      container: { livenessProbe, readinessProbe: livenessProbe, ports: [{ containerPort: 3000 }] },
      state: { name: 'web', ready: false, restartCount: 4, state: { running: { startedAt: '2026-01-01T11:59:50Z' } } },
      events: [
        killing,
        {
          reason: 'Unhealthy',
          message: 'Readiness probe failed: dial tcp 10.0.0.5:8080: connect: connection refused',
          container: 'web',
        },
      ],
    });
    expect(text).toContain('The liveness probe of container web asks port 8080, but the program listens on port 3000');
    expect(commands).toHaveLength(1);
  });

  test('a log that is still starting tells why', () => {
    expect(looping(143, 'loading index, part 1 of 9').rule).toBe('probe/too-early');
  });

  test('without that event a program that ends with 0 ends by itself', () => {
    expect(looping(0, 'serving', []).rule).toBe('process/completes-and-restarts');
  });
});

describe('a file that cannot be opened for another reason than that it is missing', () => {
  const command = ['sh', '-c', 'ulimit -n 8; tail -n 1 /tmp/6'];

  test('too many open files', () => {
    const log = "tail: can't open '/tmp/6': Too many open files";
    const { rule, rootCause } = explain(log, { container: { command } });
    expect(rule).toBe('filesystem/too-many-open-files');
    expect(rootCause).not.toContain('does not exist');
    expect(verified(log, { container: { command } })[0]).toContain('ulimit -n 1024; tail');
  });

  test.each([
    ["sh: can't open '/srv/start.sh': Is a directory", 'filesystem/is-a-directory'],
    ["cat: can't open '/data/index.db': Input/output error", 'filesystem/io-error'],
    ["sh: can't open '/data/run.sh': Permission denied", 'filesystem/permission'],
    ["sh: can't open '/srv/start.sh': No such file or directory", 'filesystem/missing-script'],
  ])('%s', (log, rule) => {
    expect(explain(log).rule).toBe(rule);
  });
});

describe('what cannot be created for want of its directory', () => {
  test.each([
    ['touch: /srv/data/ready: No such file or directory', '/srv/data'],
    ["sh: can't create /srv/data/app.pid: nonexistent directory", '/srv/data'],
    ["mkdir: cannot create directory '/srv/data/cache': No such file or directory", '/srv/data'],
    ["Error: ENOENT: no such file or directory, mkdir '/srv/data/cache'", '/srv/data'],
  ])('%s', (log, directory) => {
    const { rootCause, confidence } = explain(log);
    expect(rootCause).toContain(`its directory ${directory} does not exist`);
    expect(confidence).toBe('high');
  });
});

describe('words of one program are not those of another', () => {
  test("a Python error with its module's name is no Java exception", () => {
    const log = [
      'Traceback (most recent call last):',
      '  File "/srv/shop/main.py", line 12, in <module>',
      '    db = sqlite3.connect(path)',
      'sqlite3.OperationalError: unable to open database file',
    ].join('\n');
    const { rootCause } = explain(log);
    expect(rootCause).toContain('OperationalError');
    expect(rootCause).not.toContain('Java');
    expect(explain('java.lang.IllegalStateException: no\n\tat shop.Main.main(Main.java:3)').rootCause).toContain(
      'Java',
    );
  });

  test('a limit is not a call that is forbidden', () => {
    const log = 'bash: line 1: ulimit: open files: cannot modify limit: Operation not permitted';
    expect(explain(log).rootCause).not.toContain('may not call');
    expect(explain('su-exec: setgroups: Operation not permitted').rootCause).toContain('may not call setgroups');
  });

  test('a value of the wrong type is no broken syntax', () => {
    const { rootCause } = explain('json: cannot unmarshal string into Go value of type int');
    expect(rootCause).toContain('an invalid value, of another type');
    expect(rootCause).not.toContain('not valid JSON');
    expect(explain("invalid character '1' after object key").rootCause).toContain('not valid JSON');
  });

  test('an option that an INI file lacks is no broken syntax', () => {
    const { rootCause } = explain("configparser.NoOptionError: No option 'region' in section: 'shop'");
    expect(rootCause).toContain('no option region in section shop');
    expect(explain("configparser.NoSectionError: No section: 'shop'").rootCause).toContain('no section shop');
  });

  test('an unknown option of the JVM is not one about memory', () => {
    expect(explain("Unrecognized VM option 'UseBogusGC'").rootCause).not.toContain('memory');
    expect(explain('Invalid maximum heap size: -Xmx9x').rootCause).toContain('memory options');
  });

  test('a key of a mapping is no environment variable, where the trace shows the mapping', () => {
    const trace = (source: string) =>
      `Traceback (most recent call last):\n  File "/srv/tier.py", line 9, in <module>\n    ${source}\nKeyError: 'BRONZE_TIER'`;
    expect(explain(trace('price = Tier[name]')).rootCause).not.toContain('Environment variable');
    expect(explain(trace("price = os.environ['BRONZE_TIER']")).rootCause).toContain('Environment variable BRONZE_TIER');
    expect(explain("KeyError: 'BRONZE_TIER'").rootCause).toContain('Environment variable BRONZE_TIER');
  });

  test('a port by a name that nobody knows', () => {
    expect(explain('listen tcp: lookup tcp/http8080: unknown port').rootCause).toContain('is invalid: http8080');
  });

  test('a file of the command that is no script is called a file', () => {
    const about = { container: { command: ['tail', '-n', '1', '/var/app.log'] } };
    expect(explain("tail: can't open '/var/app.log': No such file or directory", about).rootCause).toContain(
      'File /var/app.log',
    );
  });

  test('a bad port that is not named leaves no gap', () => {
    expect(explain('TypeError: fetch failed\n  [cause]: Error: bad port').rootCause).toContain('is invalid: bad port');
  });
});

describe('a capability and a folder that can be given', () => {
  const log = 'chown: /data: Operation not permitted';
  const dropping = (more: object = {}): LogCase => ({
    container: { securityContext: { capabilities: { drop: ['ALL'] }, ...more } },
  });

  test('CHOWN, where it was dropped', () => {
    expect(explain(log, dropping()).rootCause).toContain('may not change the owner of /data');
    expect(verified(log, dropping())[0]).toContain('"capabilities":{"add":["CHOWN"]}');
  });

  test.each([
    ['nothing was dropped', {}],
    ['the user is not root, whom it does not reach', dropping({ runAsUser: 1000 })],
    ['it has it', dropping({ capabilities: { drop: ['ALL'], add: ['CHOWN'] } })],
  ])('not where %s', (_what, about: LogCase) => {
    expect(verified(log, about)).toEqual([]);
  });

  test('a hostPath that kubelet may make', () => {
    const { commands } = explainObjects({
      kind: 'VolumeMount',
      spec: { volumes: [{ name: 'spool', hostPath: { path: '/srv/spool', type: 'Directory' } }] },
      events: [
        {
          reason: 'FailedMount',
          message:
            'MountVolume.SetUp failed for volume "spool" : hostPath type check failed: /srv/spool is not a directory',
        },
      ],
    });
    expect(commands[0]).toContain('{"name":"spool","hostPath":{"path":"/srv/spool","type":"DirectoryOrCreate"}}');
  });
});
