import { absent, notFound, variant } from './variants.ts';
import type { Variant } from './variants.ts';
const abs = [...absent, 'required'];
const nf = [...notFound];
const cm = {
  about: {
    volumes: [{ name: 'c', configMap: { name: 'shop-conf' } }],
    container: { volumeMounts: [{ name: 'c', mountPath: '/etc/shop' }] },
  },
};
const noise = (n: number): string =>
  Array.from({ length: n }, (_, i) => `planner: window ${String(i)} closed`).join('\n');
export const fieldVariants: Readonly<Record<string, Variant>> = {
  'plain not provided': variant(`courier: no value for COURIER_ZONE, cannot continue`, ['COURIER_ZONE', abs]),
  'export please': variant(`Please export BUCKET_NAME before starting`, ['BUCKET_NAME', abs]),
  'env empty': variant(`level=fatal msg="tenant must not be empty" var=TENANT`, [['TENANT'], ['empty', 'not set']]),
  'python get none': variant(
    `Traceback (most recent call last):
  File "/srv/app/main.py", line 7, in <module>
    client = Client(os.environ.get("BROKER_URL").rstrip("/"))
AttributeError: 'NoneType' object has no attribute 'rstrip'`,
    [['NoneType'], ['BROKER_URL', 'main.py']],
  ),
  'node undefined url': variant(
    `TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string. Received undefined\n    at Object.join (node:path:1171:7)\n    at Object.<anonymous> (/srv/app/paths.js:4:20)`,
    [['path'], ['undefined'], ['paths.js', 'ERR_INVALID_ARG_TYPE']],
  ),
  'go panic env': variant(
    `panic: missing REGION\n\ngoroutine 1 [running]:\nmain.mustEnv({0x4a, 0x6})\n\t/src/main.go:18 +0x9d`,
    [['REGION'], ['missing', 'not set']],
  ),
  'ini missing option': variant(`configparser.NoOptionError: No option 'timeout' in section: 'http'`, [
    ['timeout'],
    ['http'],
    [...nf, 'no option'],
  ]),
  'dotenv lines': variant(`Error: Cannot read env file /etc/shop/.env: line 3: unexpected token`, [
    ['.env'],
    ['line 3', 'unexpected'],
  ]),
  'toml go': variant(
    `shopd: /etc/shop/shop.toml: (4, 7): was expecting token =, but got "on" instead`,
    [['shop.toml'], ['expecting']],
    cm,
  ),
  hcl: variant(`Error parsing config file: At 3:1: object expected closing RBRACE got: EOF`, [
    ['config'],
    ['RBRACE', 'EOF'],
  ]),
  'yaml tab': variant(
    `Traceback (most recent call last):\n  File "/srv/app/main.py", line 4, in <module>\nyaml.scanner.ScannerError: while scanning for the next token\nfound character '\\t' that cannot start any token\n  in "/etc/shop/app.yaml", line 3, column 1`,
    [['app.yaml'], ['cannot start any token'], ['YAML']],
    cm,
  ),
  'yaml js': variant(`YAMLException: bad indentation of a mapping entry (4:3)\n\n 1 | a:\n 4 |   b: 1`, [
    ['YAML'],
    ['indentation'],
  ]),
  'yaml java': variant(
    `Exception in thread "main" mapping values are not allowed here\n in 'reader', line 5, column 9:\n      host: db: 1`,
    [['mapping values'], ['YAML', 'line 5']],
  ),
  'json trailing go': variant(`2026/01/01 11:59:41 config: invalid character ']' looking for beginning of value`, [
    ['JSON'],
    ['invalid character'],
  ]),
  'nginx include': variant(
    `nginx: [emerg] open() "/etc/nginx/snippets/tls.conf" failed (2: No such file or directory) in /etc/nginx/conf.d/a.conf:4`,
    [['tls.conf'], nf],
  ),
  'nginx port': variant(`nginx: [emerg] invalid port in "80a" of the "listen" directive in /etc/nginx/nginx.conf:8`, [
    ['80a'],
    ['listen'],
    ['nginx.conf'],
  ]),
  'nginx host ip': variant(
    `2026/01/01 11:59:41 [emerg] 1#1: bind() to 10.1.1.1:8080 failed (99: Cannot assign requested address)`,
    [['10.1.1.1'], ['assign']],
  ),
  'haproxy userlist': variant(
    `[ALERT]    (1) : config : parsing [/etc/haproxy/haproxy.cfg:7] : 'timeout connect' : unit 'secs' not supported`,
    [['secs'], ['timeout'], ['haproxy.cfg']],
  ),
  'haproxy maxconn': variant(`[ALERT]    (1) : [haproxy.main()] Cannot raise FD limit to 8037, limit is 1024.`, [
    ['8037'],
    ['limit'],
  ]),
  'redis bind': variant(
    `1:M 01 Jan 2026 11:59:41.310 # Could not create server TCP listening socket 10.9.9.9:6379: bind: Cannot assign requested address`,
    [['10.9.9.9'], ['assign']],
  ),
  'redis dir': variant(
    `*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 4\n>>> 'dir /data/redis'\nNo such file or directory`,
    [['/data/redis'], nf],
  ),
  'redis rdb perm': variant(
    `1:M 01 Jan 2026 11:59:41.310 # Fatal error: can't open the RDB file dump.rdb for reading: Permission denied`,
    [['dump.rdb'], ['permission denied']],
  ),
  'pg ssl': variant(`FATAL:  could not load server certificate file "server.crt": No such file or directory`, [
    ['server.crt'],
    nf,
  ]),
  'pg key perms': variant(
    `FATAL:  private key file "/tls/server.key" has group or world access\nDETAIL:  File must have permissions u=rw (0600) or less if owned by the database user`,
    [['/tls/server.key'], ['world access', 'permissions']],
  ),
  'pg timezone': variant(`FATAL:  invalid value for parameter "timezone": "Mars/Base"`, [['Mars/Base'], ['timezone']]),
  'pg shared preload': variant(`FATAL:  could not access file "pg_stat_monitor": No such file or directory`, [
    ['pg_stat_monitor'],
    nf,
  ]),
  'pg hba syntax': variant(
    `LOG:  invalid authentication method "scram-sha256"\nCONTEXT:  line 3 of configuration file "/etc/pg/pg_hba.conf"\nFATAL:  could not load /etc/pg/pg_hba.conf`,
    [['pg_hba.conf'], ['scram-sha256', 'could not load']],
  ),
  'pg wrong owner': variant(
    `FATAL:  data directory "/data/pg" has wrong ownership\nHINT:  The server must be started by the user that owns the data directory.`,
    [['/data/pg'], ['ownership']],
  ),
  'pg no datadir': variant(
    `postgres does not know where to find the server configuration file.\nYou must specify the --config-file or -D invocation option or set the PGDATA environment variable.`,
    [['PGDATA', '-D'], ['configuration']],
  ),
  'pg not valid datadir': variant(
    `FATAL:  "/data/pg" is not a valid data directory\nDETAIL:  File "/data/pg/PG_VERSION" is missing.`,
    [['/data/pg'], ['PG_VERSION', 'not a valid']],
  ),
  'maria privilege': variant(
    `2026-01-01 11:59:41 0 [ERROR] mariadbd: Can't create/write to file '/run/mysqld/mysqld.pid' (Errcode: 2 "No such file or directory")\n2026-01-01 11:59:41 0 [ERROR] Can't start server: can't create PID file: No such file or directory`,
    [['mysqld.pid'], nf],
  ),
  'maria innodb page': variant(
    `2026-01-01 11:59:41 0 [ERROR] InnoDB: The Auto-extending innodb_system data file './ibdata1' is of a different size 768 pages than specified in the .cnf file: initial 65536 pages\n2026-01-01 11:59:41 0 [ERROR] Aborting`,
    [['ibdata1'], ['size']],
  ),
  'client maria ssl': variant(
    `ERROR 2026 (HY000): TLS/SSL error: SSL is required, but the server does not support it`,
    [
      ['SSL', 'TLS'],
      ['required', 'not support'],
    ],
  ),
  'psql ssl': variant(
    `psql: error: connection to server at "db" (10.1.1.1), port 5432 failed: server does not support SSL, but SSL was required`,
    [['SSL'], ['not support']],
  ),
  'psql perm': variant(`ERROR:  permission denied for table payouts`, [['payouts'], ['permission denied']]),
  'migration lock': variant(`Could not acquire change log lock.  Currently locked by shop-1 (10.1.1.1) since 1/1/26`, [
    ['lock'],
    ['shop-1', 'change log'],
  ]),
  'alembic rev': variant(`FAILED: Can't locate revision identified by '8a1f'\n`, [
    ['8a1f'],
    ["can't locate", 'revision'],
  ]),
  'not null insert': variant(
    `ERROR:  null value in column "email" of relation "users" violates not-null constraint\nDETAIL:  Failing row contains (1, null).`,
    [['email'], ['null']],
  ),
  fk: variant(`ERROR:  insert or update on table "orders" violates foreign key constraint "orders_customer_fk"`, [
    ['orders_customer_fk'],
    ['foreign key'],
  ]),
  'type mismatch': variant(
    `ERROR:  column "amount" cannot be cast automatically to type integer\nHINT:  You might need to specify "USING amount::integer".`,
    [['amount'], ['cast', 'integer']],
  ),
  'ruby env': variant(`/app/boot.rb:3:in \`<main>': CARRIER_KEY missing (RuntimeError)`, [['CARRIER_KEY'], abs]),
  'ruby nil': variant(
    `/app/boot.rb:3:in \`+': nil can't be coerced into Integer (TypeError)\n\tfrom /app/boot.rb:3:in \`<main>'`,
    [['TypeError'], ['nil', 'boot.rb']],
  ),
  'ruby frozen': variant(`/app/a.rb:5:in \`upcase!': can't modify frozen String: "eu" (FrozenError)`, [
    ['FrozenError'],
    ['a.rb', 'frozen'],
  ]),
  'perl syntax': variant(
    `syntax error at /srv/a.pl line 9, near "}"\nExecution of /srv/a.pl aborted due to compilation errors.`,
    [['syntax error'], ['a.pl']],
  ),
  'perl hash': variant(`Not a HASH reference at /srv/tiers.pl line 12.`, [['HASH'], ['tiers.pl']]),
  'php exception': variant(
    `PHP Fatal error:  Uncaught RuntimeException: price list for 2027 is empty in /srv/app/prices.php:14\nStack trace:\n#0 {main}\n  thrown in /srv/app/prices.php on line 14`,
    [['RuntimeException'], ['price list', 'prices.php']],
  ),
  'php null member': variant(
    `PHP Fatal error:  Uncaught Error: Call to a member function rows() on null in /srv/app/r.php:8`,
    [['rows', 'member function'], ['null']],
  ),
  'java illegal state': variant(
    `Exception in thread "main" java.lang.IllegalStateException: shard map is empty\n\tat com.acme.Shards.pick(Shards.java:41)\n\tat com.acme.Main.main(Main.java:8)`,
    [['IllegalStateException'], ['shard', 'Shards.java']],
  ),
  'java exec in init': variant(
    `Exception in thread "main" java.lang.ExceptionInInitializerError\n\tat com.acme.Main.main(Main.java:5)\nCaused by: java.lang.ArithmeticException: / by zero\n\tat com.acme.Rates.<clinit>(Rates.java:9)\n\t... 1 more`,
    [
      ['ArithmeticException', 'by zero'],
      ['Rates.java', 'zero'],
    ],
  ),
  'java missing resource': variant(
    `Exception in thread "main" java.util.MissingResourceException: Can't find bundle for base name messages, locale de_CH`,
    [['messages'], ["can't find", 'missing']],
  ),
  'java properties': variant(
    `Exception in thread "main" java.lang.IllegalArgumentException: property ledger.batch must be positive, got -5`,
    [['ledger.batch'], ['positive', '-5']],
  ),
  'rust custom panic': variant(
    `thread 'main' panicked at src/plan.rs:31:9:\nassertion \`left == right\` failed: plan sizes differ\n  left: 3\n right: 4`,
    [['assert'], ['plan.rs', 'plan sizes']],
  ),
  'rust file': variant(`Error: Os { code: 13, kind: PermissionDenied, message: "Permission denied" }`, [
    ['permission denied'],
  ]),
  'go exec': variant(`2026/01/01 11:59:41 exec: "convert": executable file not found in $PATH`, [['convert'], nf]),
  'go type assertion': variant(
    `panic: interface conversion: interface {} is string, not float64\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/app/main.go:21 +0x45`,
    [['interface conversion'], ['main.go', 'string']],
  ),
  'go closed chan': variant(
    `panic: send on closed channel\n\ngoroutine 8 [running]:\nmain.feed()\n\t/src/app/feed.go:11`,
    [['closed channel'], ['feed.go', 'panic']],
  ),
  'go nil map lower': variant(
    `panic: runtime error: slice bounds out of range [:5] with capacity 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/x.go:3`,
    [['slice bounds'], ['x.go']],
  ),
  'go int divide': variant(
    `panic: runtime error: integer divide by zero\n[signal SIGFPE]\n\ngoroutine 1 [running]:\nmain.rate()\n\tkitchen/x/main.go:9 +0x1`,
    [
      ['divide by zero', 'division by zero'],
      ['main.go', 'panic'],
    ],
  ),
  'c stack smashing': variant(`*** stack smashing detected ***: terminated`, [['stack smashing']]),
  'c double free': variant(`free(): double free detected in tcache 2`, [['double free']]),
  'c malloc': variant(`malloc(): corrupted top size`, [['corrupt', 'malloc']]),
  'cpp bad alloc': variant(
    `terminate called after throwing an instance of 'std::bad_alloc'\n  what():  std::bad_alloc`,
    [['bad_alloc'], ['memory']],
  ),
  'cpp runtime': variant(
    `terminate called after throwing an instance of 'std::runtime_error'\n  what():  calibration table missing for probe 7`,
    [['runtime_error'], ['calibration', 'probe 7']],
  ),
  'bus error': variant(`Bus error (core dumped)`, [['bus error', 'SIGBUS']], { about: { exitCode: 135 } }),
  'killed by wrapper': variant(
    `worker: starting\n/run.sh: line 2:     7 Killed                  /opt/bin/worker`,
    [
      ['killed', 'SIGKILL'],
      ['worker', '137'],
    ],
    { about: { exitCode: 137 }, never: ['OOM', 'memory'] },
  ),
  'self exit on health': variant(
    `agent: heartbeat to controller missed 5 times, exiting with SIGKILL`,
    [['heartbeat'], ['missed', 'controller']],
    { about: { exitCode: 137 } },
  ),
  'early then noise': variant(
    `planner: reading /etc/shop/plan.csv\nplanner: row 14: invalid date "2026-02-31"\n${noise(40)}\nplanner: stopped`,
    [
      ['2026-02-31', 'row 14'],
      ['invalid', 'date'],
    ],
  ),
  'early warn cause then noise': variant(
    `WARN  licence server lic.acme:7001 did not answer\nplanner: cannot verify licence, will stop after the grace window\n${noise(40)}\nplanner: stopped`,
    [['licence', 'lic.acme']],
  ),
  'benign error plain': variant(
    `ERROR metrics: cannot push to 10.0.0.1:9091: connection refused (metrics are best effort)\nshop: loading catalog\nshop: catalog has no default currency\nshop: exit`,
    [
      ['default currency', 'currency'],
      ['no default', 'missing'],
    ],
    { never: ['refused'] },
  ),
  'benign error json': variant(
    `{"level":"error","msg":"tracing exporter unavailable","err":"dial tcp 127.0.0.1:4317: connect: connection refused"}\n{"level":"info","msg":"loading pricebook"}\n{"level":"info","msg":"pricebook loaded"}\n{"level":"error","msg":"pricebook rejected","err":"duplicate sku 7781"}`,
    [['7781', 'sku'], ['duplicate']],
    { never: ['refused'] },
  ),
  'deprecated noise': variant(
    `(node:1) [DEP0040] DeprecationWarning: The \`punycode\` module is deprecated.\nnpm warn config production Use \`--omit=dev\` instead.\nError: Cannot find module './routes'\nRequire stack:\n- /srv/app/index.js\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15)`,
    [['./routes', 'routes'], ['cannot find']],
    { never: ['deprecated'] },
  ),
  'npm wrapper': variant(
    `> shop@1.0.0 start\n> node server.js\n\nnode:internal/modules/cjs/loader:1080\n  throw err;\n  ^\n\nError: Cannot find module '/app/server.js'\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: []\n}\n\nNode.js v20.1.0\nnpm ERR! code ELIFECYCLE\nnpm ERR! errno 1`,
    [['/app/server.js'], ['cannot find', 'not exist', 'missing']],
  ),
  'misleading permission': variant(
    `shop: permission check ok\nshop: permission table loaded\nshop: error: tariff 'gold' refers to unknown region 'zz'`,
    [['gold', 'zz'], ['unknown']],
    { never: ['permission denied'] },
  ),
  'misleading oom word': variant(
    `shop: OOM guard armed at 80%\nshop: fatal: duplicate route /v1/cart in routes.yaml`,
    [['/v1/cart', 'routes.yaml'], ['duplicate']],
    { never: ['oom', 'memory'] },
  ),
  'misleading db': variant(
    `shop: database connected\nshop: schema check: expected version 12, found 9\nshop: refusing to start`,
    [['12'], ['9'], ['version', 'schema']],
    { never: ['refused', 'password'] },
  ),
  'secret in url': variant(
    `store: connecting to redis://:mango-velvet-77@cache:6379/0\nstore: redis: WRONGPASS invalid username-password pair or user is disabled.`,
    [['password', 'WRONGPASS', 'authentication']],
    { never: ['mango-velvet-77'] },
  ),
  'secret in argv': variant(
    `mailer: login smtp.acme:587 user=bot password=plum-orbit-12\nmailer: 535 5.7.8 authentication failed`,
    [['authentication']],
    { never: ['plum-orbit-12'] },
  ),
  'go broken utf8': variant(
    `\ufffd\ufffd\ufffd\u0007panic: open /etc/shop/\ufffdmap.db: permission denied\n\ngoroutine 1 [running]:`,
    [['map.db'], ['permission denied']],
  ),
  'timestamps prefix cri': variant(
    `2026-01-01T11:59:41.310000000Z stderr F shop: open /etc/shop/a.key: no such file or directory`,
    [['/etc/shop/a.key'], nf],
  ),
  'docker json lines': variant(
    `{"log":"shop: bind: address already in use 0.0.0.0:7070\\n","stream":"stderr","time":"2026-01-01T11:59:41Z"}`,
    [['7070'], ['in use']],
  ),
  'exit 0 loop': variant(
    `sync: nothing to do\nsync: done`,
    [
      ['exit code 0', 'completed'],
      ['restartPolicy', 'foreground', 'finishes'],
    ],
    { about: { exitCode: 0, reason: 'Completed' } },
  ),
  'ulimit proc': variant(`fork: retry: Resource temporarily unavailable\nfork: Resource temporarily unavailable`, [
    ['process', 'thread', 'fork'],
    ['limit'],
  ]),
  'python thread': variant(`RuntimeError: can't start new thread`, [['thread'], ['limit']]),
  'uid no name': variant(`KeyError: 'getpwuid(): uid not found: 1001'`, [['1001'], nf]),
  whoami: variant(`whoami: cannot find name for user ID 1001`, [['1001'], ['cannot find', 'name']]),
  chown: variant(`chown: changing ownership of '/data': Operation not permitted`, [
    ['/data'],
    ['not permitted', 'permission denied'],
  ]),
  setuid: variant(`nginx: [emerg] setgid(101) failed (1: Operation not permitted)`, [['setgid'], ['not permitted']]),
  'su-exec': variant(`su-exec: setgroups: Operation not permitted`, [['setgroups'], ['not permitted']]),
  'mount point missing': variant(`cd: can't cd to /srv/repo: No such file or directory`, [['/srv/repo'], nf]),
  'pid file exists': variant(`httpd (pid 1) already running`, [['already running'], ['pid', 'httpd']]),
  'socket exists': variant(`OSError: [Errno 98] Address already in use: '/run/app.sock'`, [
    ['/run/app.sock'],
    ['in use'],
  ]),
  'sqlite ro': variant(`sqlite3.OperationalError: attempt to write a readonly database`, [
    ['readonly', 'read-only'],
    ['database'],
  ]),
  'sqlite open': variant(`sqlite3.OperationalError: unable to open database file`, [
    ['unable to open'],
    ['database file'],
  ]),
  'sqlite locked': variant(`sqlite3.OperationalError: database is locked`, [['locked']]),
  'kafka topic': variant(
    `org.apache.kafka.common.errors.UnknownTopicOrPartitionException: This server does not host this topic-partition. topic=orders.v2`,
    [['orders.v2', 'UnknownTopic'], ['topic']],
  ),
  'amqp vhost': variant(`pika.exceptions.ConnectionClosedByBroker: (530, "NOT_ALLOWED - vhost shop not found")`, [
    ['shop'],
    ['vhost'],
    nf,
  ]),
  's3 bucket': variant(
    `botocore.errorfactory.NoSuchBucket: An error occurred (NoSuchBucket) when calling the ListObjects operation: The specified bucket does not exist`,
    [['bucket'], ['does not exist', 'NoSuchBucket']],
  ),
  's3 denied': variant(
    `botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the GetObject operation: Access Denied`,
    [['Access Denied', 'AccessDenied'], ['GetObject']],
  ),
  'proxy 407': variant(`curl: (56) Received HTTP code 407 from proxy after CONNECT`, [['407'], ['proxy']]),
  'curl 22': variant(`curl: (22) The requested URL returned error: 503`, [['503']]),
  'curl 35': variant(`curl: (35) OpenSSL/3.0.15: error:0A00010B:SSL routines::wrong version number`, [
    ['wrong version number', 'plain'],
    ['TLS', 'SSL'],
  ]),
  'curl 51': variant(
    `curl: (51) SSL: certificate subject name 'other.acme' does not match target host name 'api.acme'`,
    [['api.acme'], ['match']],
  ),
  'openssl notyet': variant(
    `error: certificate is not yet valid (notBefore=Jan  1 00:00:00 2030 GMT)`,
    [['not yet valid'], ['certificate']],
    { never: ['expired'] },
  ),
  mtls: variant(`Error: write EPROTO: tlsv13 alert certificate required`, [['certificate'], ['required']]),
};
