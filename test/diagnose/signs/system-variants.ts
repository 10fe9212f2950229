import { notFound, variant } from './variants.ts';
import type { Variant } from './variants.ts';

const denied = ['permission denied', 'not permitted', 'EACCES'] as const;
const inUse = ['in use', 'EADDRINUSE'] as const;
const pvc = {
  volumes: [{ name: 'd', persistentVolumeClaim: { claimName: 'shop-data' } }],
  container: { volumeMounts: [{ name: 'd', mountPath: '/var/lib/shop' }] },
} as const;

export const systemVariants: Readonly<Record<string, Variant>> = {
  'port python': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 12, in <module>\n    srv.bind(("0.0.0.0", 9000))\nOSError: [Errno 98] Address already in use',
    ['9000', inUse],
    { never: ['permission'] },
  ),
  'port go': variant('2026/01/01 11:59:41 listen tcp :9090: bind: address already in use', ['9090', inUse]),
  'port java': variant(
    'Exception in thread "main" java.net.BindException: Address already in use\n\tat java.base/sun.nio.ch.Net.bind0(Native Method)\nserver: binding 0.0.0.0:8443',
    ['8443', inUse],
  ),
  'port spring': variant(
    '***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\nWeb server failed to start. Port 8080 was already in use.\n\nAction:\n\nIdentify and stop the process',
    ['8080', inUse],
  ),
  'port nginx': variant(
    'nginx: [emerg] bind() to 0.0.0.0:8080 failed (98: Address already in use)\nnginx: [emerg] still could not bind()',
    ['8080', inUse],
  ),
  'port redis': variant(
    '1:M 01 Jan 2026 11:59:41.310 # Warning: Could not create server TCP listening socket *:6379: bind: Address already in use\n1:M 01 Jan 2026 11:59:41.310 # Failed listening on port 6379 (tcp), aborting.',
    ['6379', inUse],
  ),
  'port postgres': variant(
    'LOG:  could not bind IPv4 address "0.0.0.0": Address in use\nHINT:  Is another postmaster already running on port 5432? If not, wait a few seconds and retry.\nWARNING:  could not create listen socket for "0.0.0.0"\nFATAL:  could not create any TCP/IP sockets',
    ['5432', inUse],
  ),
  'port rust': variant(
    'thread \'main\' panicked at src/main.rs:9:10:\ncalled `Result::unwrap()` on an `Err` value: Os { code: 98, kind: AddrInUse, message: "Address already in use" }',
    [inUse],
  ),
  'port haproxy': variant(
    '[ALERT]    (1) : Starting frontend www: cannot bind socket (Address already in use) [0.0.0.0:8080]',
    ['8080', inUse],
  ),
  'privileged node': variant(
    'Error: listen EACCES: permission denied 0.0.0.0:443\n    at Server.setupListenHandle [as _listen2] (node:net:1800:21)',
    ['443', [...denied, 'privileged']],
    { never: ['in use'] },
  ),
  'privileged go': variant('listen tcp :80: bind: permission denied', ['80', [...denied, 'privileged']], {
    never: ['in use'],
  }),
  'privileged python': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 4, in <module>\n    httpd = HTTPServer(("", 80), H)\n  File "/usr/lib/python3.11/socketserver.py", line 456, in __init__\n    self.server_bind()\nPermissionError: [Errno 13] Permission denied',
    [['denied']],
  ),
  'privileged apache': variant(
    '(13)Permission denied: AH00072: make_sock: could not bind to address 0.0.0.0:80\nno listening sockets available, shutting down',
    ['80', denied],
  ),
  'haproxy privileged': variant(
    '[ALERT]    (1) : Starting frontend web: cannot bind socket (Permission denied) [0.0.0.0:80]',
    ['80', denied],
  ),
  'write denied python': variant(
    "PermissionError: [Errno 13] Permission denied: '/var/lib/shop/queue.db'",
    ['/var/lib/shop/queue.db', denied, 'shop-data'],
    { about: pvc },
  ),
  'write denied node': variant(
    "Error: EACCES: permission denied, open '/var/lib/shop/state.json'\n    at Object.openSync (node:fs:601:3)",
    ['/var/lib/shop/state.json', denied],
  ),
  'write denied mkdir': variant('mkdir: cannot create directory ‘/data/cache’: Permission denied', [
    '/data/cache',
    denied,
  ]),
  'write denied go': variant('open /var/log/shop/audit.log: permission denied', ['/var/log/shop/audit.log', denied]),
  'denied java': variant(
    'java.nio.file.AccessDeniedException: /opt/index/segments.gen\n\tat java.base/sun.nio.fs.UnixException.translateToIOException',
    ['/opt/index/segments.gen', denied],
  ),
  'denied redis': variant(
    "1:M 01 Jan 2026 11:59:41.310 # Can't open or create append-only dir appendonlydir: Permission denied",
    ['appendonlydir', denied],
  ),
  'read-only python': variant("OSError: [Errno 30] Read-only file system: '/srv/cache/tmp1'", [
    '/srv/cache',
    ['read-only'],
  ]),
  'read-only nginx': variant(
    'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (30: Read-only file system)',
    ['/var/cache/nginx/client_temp', ['read-only']],
  ),
  'read-only sh': variant("touch: cannot touch '/run/app.pid': Read-only file system", ['/run/app.pid', ['read-only']]),
  'read-only go': variant('2026/01/01 11:59:41 fatal: open /app/data.db: read-only file system', [
    '/app/data.db',
    ['read-only'],
  ]),
  'full python': variant(
    'OSError: [Errno 28] No space left on device\nexport: writing /var/lib/shop/export.csv',
    [
      ['no space', 'full'],
      ['shop-data', '/var/lib/shop'],
    ],
    { about: pvc },
  ),
  'full pg': variant('FATAL:  could not write to file "pg_wal/xlogtemp.29": No space left on device', [
    ['no space', 'full'],
    'pg_wal',
  ]),
  'full go': variant('panic: write /scratch/part-0007: no space left on device', [
    '/scratch/part-0007',
    ['no space', 'full'],
  ]),
  'missing file node': variant(
    "Error: ENOENT: no such file or directory, open '/etc/shop/routes.json'\n    at Object.openSync (node:fs:601:3) {\n  errno: -2,\n  code: 'ENOENT',\n  syscall: 'open',\n  path: '/etc/shop/routes.json'\n}",
    ['/etc/shop/routes.json', notFound],
  ),
  'missing file python': variant("FileNotFoundError: [Errno 2] No such file or directory: '/etc/shop/rules.yaml'", [
    '/etc/shop/rules.yaml',
    notFound,
  ]),
  'missing file go': variant('panic: open /etc/shop/tls/ca.pem: no such file or directory', [
    '/etc/shop/tls/ca.pem',
    notFound,
  ]),
  'missing file rust': variant(
    'thread \'main\' panicked at src/main.rs:4:53:\ncould not read /etc/shop/limits.toml: Os { code: 2, kind: NotFound, message: "No such file or directory" }',
    ['/etc/shop/limits.toml', notFound],
  ),
  'missing file java': variant(
    'Exception in thread "main" java.io.FileNotFoundException: /etc/shop/app.properties (No such file or directory)\n\tat java.base/java.io.FileInputStream.open0(Native Method)',
    ['/etc/shop/app.properties', notFound],
  ),
  'missing file ruby': variant(
    "/app/main.rb:2:in `read': No such file or directory @ rb_sysopen - /etc/shop/key.txt (Errno::ENOENT)\n\tfrom /app/main.rb:2:in `<main>'",
    ['/etc/shop/key.txt', notFound],
  ),
  'missing file C': variant('fopen: /etc/shop/points.csv: No such file or directory', [
    '/etc/shop/points.csv',
    notFound,
  ]),
  'missing file perl': variant(
    "Can't open '/etc/shop/tiers.csv': No such file or directory at /srv/shop/points.pl line 3.",
    ['/etc/shop/tiers.csv', notFound],
  ),
  'missing file cat': variant('cat: /run/secrets/api-key: No such file or directory', [
    '/run/secrets/api-key',
    notFound,
  ]),
  'missing file php': variant(
    'PHP Fatal error:  Uncaught RuntimeException: Template file /srv/tpl/mail.twig not found in /srv/app/a.php:4',
    ['/srv/tpl/mail.twig', notFound],
  ),
  'missing nginx conf': variant('nginx: [emerg] open() "/etc/nginx/nginx.conf" failed (2: No such file or directory)', [
    '/etc/nginx/nginx.conf',
    notFound,
  ]),
  'missing redis conf': variant(
    "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n1:C 01 Jan 2026 11:59:41.310 # Fatal error, can't open config file '/etc/redis/redis.conf': No such file or directory",
    ['/etc/redis/redis.conf', notFound],
  ),
  'missing pg dir': variant(
    'postgres: could not access directory "/data/pg": No such file or directory\nRun initdb or pg_basebackup to initialize a PostgreSQL data directory.',
    ['/data/pg', notFound],
  ),
  'jar missing': variant('Error: Unable to access jarfile /opt/app/shop.jar', [
    '/opt/app/shop.jar',
    [...notFound, 'Unable to access'],
  ]),
  'node entry': variant(
    "node:internal/modules/cjs/loader:1080\n  throw err;\n  ^\n\nError: Cannot find module '/srv/app/servr.js'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v18.20.4",
    ['/srv/app/servr.js', [...notFound, 'Cannot find']],
  ),
  'perl script': variant('Can\'t open perl script "/srv/job/run.pl": No such file or directory', [
    '/srv/job/run.pl',
    notFound,
  ]),
  'php script': variant('Could not open input file: /srv/job/cron.php', ['/srv/job/cron.php', notFound]),
  'ruby script': variant('ruby: No such file or directory -- /srv/job/run.rb (LoadError)', [
    '/srv/job/run.rb',
    notFound,
  ]),
  'sh script': variant('sh: 0: cannot open /srv/run.sh: No such file', ['/srv/run.sh', notFound]),
  'command missing': variant('/entrypoint.sh: line 12: jq: command not found', ['jq', notFound], {
    about: { exitCode: 127 },
  }),
  'command missing dash': variant('/entrypoint.sh: 12: gosu: not found', ['gosu', notFound], {
    about: { exitCode: 127 },
  }),
  'env shebang': variant("env: can't execute 'python': No such file or directory", ['python', notFound], {
    about: { exitCode: 127 },
  }),
  'env shebang gnu': variant('/usr/bin/env: ‘node’: No such file or directory', ['node', notFound], {
    about: { exitCode: 127 },
  }),
  'not executable': variant('sh: 1: /srv/run.sh: Permission denied', ['/srv/run.sh', [...denied, 'executable']], {
    about: { exitCode: 126 },
  }),
  'exec format': variant('exec /usr/local/bin/shop: exec format error', [
    'exec format error',
    ['architecture', 'platform'],
  ]),
  'is a directory': variant("IsADirectoryError: [Errno 21] Is a directory: '/etc/shop/config.yaml'", [
    '/etc/shop/config.yaml',
    ['directory'],
  ]),
  'stale pid': variant(
    'FATAL:  lock file "postmaster.pid" already exists\nHINT:  Is another postmaster (PID 1) running in data directory "/data/pg"?',
    ['postmaster.pid', ['already exists', 'lock']],
  ),
  'stale pid rails': variant('A server is already running. Check /app/tmp/pids/server.pid.\nExiting', [
    'server.pid',
    ['already'],
  ]),
  'lock lucene': variant(
    'org.apache.lucene.store.LockObtainFailedException: Lock held by another program: /data/nodes/0/node.lock',
    [['lock'], ['node.lock']],
  ),
  'ibdata lock': variant(
    '2026-01-01 11:59:41 0 [ERROR] InnoDB: Unable to lock ./ibdata1 error: 11\n2026-01-01 11:59:41 0 [Note] InnoDB: Check that you do not already have another mariadbd process using the same InnoDB data or log files.',
    ['ibdata1', ['lock']],
  ),
  'prometheus lock': variant(
    'level=error err="opening storage failed: lock DB directory: resource temporarily unavailable"',
    [['lock']],
  ),
  emfile: variant(
    "Error: EMFILE: too many open files, open '/srv/data/1.txt'",
    [
      ['too many open files', 'EMFILE'],
      ['limit', 'descriptor'],
    ],
    { never: ['disk'] },
  ),
  'go emfile': variant(
    '2026/01/01 11:59:41 http: Accept error: accept tcp [::]:8080: accept4: too many open files; retrying in 5ms\nfatal: too many open files',
    [['too many open files']],
  ),
  'not empty': variant(
    'initdb: error: directory "/var/lib/postgresql/data" exists but is not empty\ninitdb: detail: It contains a lost+found directory, perhaps due to it being a mount point.',
    ['/var/lib/postgresql/data', ['not empty']],
  ),
  'mysql root': variant(
    '2026-01-01T11:59:41.310Z 0 [ERROR] [MY-010123] [Server] Fatal error: Please read "Security" section of the manual to find out how to run mysqld as root!',
    ['root', ['not permit', 'as root', 'unprivileged']],
  ),
  'initdb root': variant(
    'initdb: error: cannot be run as root\ninitdb: hint: Please log in (using, e.g., "su") as the (unprivileged) user that will own the server process.',
    ['root', ['not permit', 'unprivileged', 'as root']],
  ),
  'elastic root': variant('java.lang.RuntimeException: can not run elasticsearch as root', ['root']),
  'mysql downgrade': variant(
    '[ERROR] [MY-013171] [InnoDB] Cannot boot server version 80035 on data directory built by version 90001. Downgrade is not supported\n[ERROR] [MY-010334] [Server] Failed to initialize DD Storage Engine',
    [['80035'], ['90001'], ['version', 'Downgrade']],
  ),
  'redis rdb': variant(
    "1:M 01 Jan 2026 11:59:41.310 # Can't handle RDB format version 11\n1:M 01 Jan 2026 11:59:41.310 # Fatal error loading the DB, check server logs. Exiting.",
    [['version 11', '11'], ['RDB']],
  ),
  'cannot assign': variant('listen tcp 10.9.9.9:8080: bind: cannot assign requested address', ['10.9.9.9', ['assign']]),
  gunicorn: variant(
    '[2026-01-01 11:59:41 +0000] [7] [ERROR] Exception in worker process\nTraceback (most recent call last):\n  File "/usr/lib/python3/site-packages/gunicorn/arbiter.py", line 589, in spawn_worker\n    worker.init_process()\nModuleNotFoundError: No module named \'shop.wsgi\'\n[2026-01-01 11:59:41 +0000] [7] [INFO] Worker exiting (pid: 7)\n[2026-01-01 11:59:41 +0000] [1] [ERROR] Worker (pid:7) exited with code 3\n[2026-01-01 11:59:41 +0000] [1] [ERROR] Shutting down: Master\n[2026-01-01 11:59:41 +0000] [1] [ERROR] Reason: Worker failed to boot.',
    ['shop.wsgi', ['No module named', 'not installed']],
  ),
};
