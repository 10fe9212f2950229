import { absent, notFound, variant } from './variants.ts';
import type { Variant } from './variants.ts';
const abs = [...absent, 'required'];
const nf = [...notFound];
const env = (...list: readonly (readonly [string, string])[]): Pick<Variant, 'about'> => ({
  about: { container: { env: list.map(([name, value]) => ({ name, value })) } },
});
export const mixedVariants: Readonly<Record<string, Variant>> = {
  'mariadb innodb version': variant(
    `2026-01-01 11:59:40 0 [Note] Starting MariaDB 10.11.6-MariaDB-0+deb12u1 source revision  as process 1
2026-01-01 11:59:40 0 [Note] InnoDB: Using Linux native AIO
2026-01-01 11:59:41 0 [ERROR] InnoDB: Upgrade after a crash is not supported. The redo log was created with MariaDB 10.4.14.
2026-01-01 11:59:41 0 [ERROR] InnoDB: Plugin initialization aborted with error Generic error
2026-01-01 11:59:41 0 [Note] InnoDB: Starting shutdown...
2026-01-01 11:59:41 0 [ERROR] Plugin 'InnoDB' init function returned error.
2026-01-01 11:59:41 0 [ERROR] Plugin 'InnoDB' registration as a STORAGE ENGINE failed.
2026-01-01 11:59:41 0 [ERROR] Unknown/unsupported storage engine: InnoDB
2026-01-01 11:59:41 0 [ERROR] Aborting`,
    [['10.4.14'], ['redo log', 'Upgrade']],
  ),
  'mariadb value': variant(
    `2026-01-01 11:59:41 0 [Warning] option 'max_connections': unsigned value 999999999 adjusted to 100000
2026-01-01 11:59:41 0 [ERROR] mariadbd: Error while setting value 'STRICT_ALL' to 'sql_mode'
2026-01-01 11:59:41 0 [ERROR] Aborting`,
    [['STRICT_ALL'], ['sql_mode']],
  ),
  'mariadb datadir': variant(
    `2026-01-01 11:59:41 0 [Warning] Can't create test file /var/lib/mysql/shop-0.lower-test
mariadbd: Can't change dir to '/var/lib/mysql/' (Errcode: 13 "Permission denied")
2026-01-01 11:59:41 0 [ERROR] Aborting`,
    [['/var/lib/mysql'], ['permission denied']],
  ),
  'mariadb bind': variant(
    `2026-01-01 11:59:41 0 [ERROR] Can't start server: Bind on TCP/IP port. Got error: 98: Address already in use
2026-01-01 11:59:41 0 [ERROR] Do you already have another server running on port: 3306 ?
2026-01-01 11:59:41 0 [ERROR] Aborting`,
    [['3306'], ['in use']],
  ),
  'mariadb missing table file': variant(
    `2026-01-01 11:59:41 0 [ERROR] Incorrect definition of table mysql.event: expected column 'definer' at position 3 to have type varchar(, found type char(141).`,
    [['mysql.event']],
  ),
  'pg port busy': variant(
    `2026-01-01 11:59:41.606 UTC [1] LOG:  could not bind IPv4 address "0.0.0.0": Address already in use
2026-01-01 11:59:41.606 UTC [1] HINT:  Is another postmaster already running on port 25432? If not, wait a few seconds and retry.
2026-01-01 11:59:41.606 UTC [1] WARNING:  could not create listen socket for "*"
2026-01-01 11:59:41.606 UTC [1] FATAL:  could not create any TCP/IP sockets
2026-01-01 11:59:41.607 UTC [1] LOG:  database system is shut down`,
    [['25432'], ['in use']],
  ),
  'pg shm': variant(
    `FATAL:  could not map anonymous shared memory: Cannot allocate memory
HINT:  This error usually means that PostgreSQL's request for a shared memory segment exceeded available memory, swap space, or huge pages.`,
    [['shared memory', 'allocate']],
  ),
  'pg hba': variant(
    `psql: error: connection to server at "db" (10.1.1.1), port 5432 failed: FATAL:  no pg_hba.conf entry for host "10.244.0.7", user "shop", database "shop", no encryption`,
    [['pg_hba'], ['shop']],
  ),
  'pg wal corrupt': variant(
    `LOG:  invalid primary checkpoint record
PANIC:  could not locate a valid checkpoint record
LOG:  startup process (PID 22) was terminated by signal 6: Aborted
LOG:  aborting startup due to startup process failure`,
    [['checkpoint']],
  ),
  'pg too many': variant(`asyncpg.exceptions.TooManyConnectionsError: sorry, too many clients already`, [['too many']]),
  'pg starting up': variant(
    `psql: error: connection to server at "db" (10.1.1.1), port 5432 failed: FATAL:  the database system is starting up`,
    [['starting up']],
  ),
  'pg locale': variant(`initdb: error: invalid locale name "de_DE.UTF-8"`, [['de_DE'], ['locale', 'invalid']]),
  'pg conf syntax include': variant(
    `LOG:  could not open configuration file "/etc/pg/extra.conf": No such file or directory
FATAL:  configuration file "/etc/pg/postgresql.conf" contains errors`,
    [['extra.conf'], nf],
  ),
  'haproxy no file': variant(
    `[NOTICE]   (1) : haproxy version is 2.6.12-1+deb12u1
[ALERT]    (1) : config : Could not open configuration file /usr/local/etc/haproxy/haproxy.cfg : No such file or directory`,
    [['haproxy.cfg'], nf],
  ),
  'haproxy missing section': variant(
    `[ALERT]    (1) : config : parsing [/etc/haproxy/haproxy.cfg:3] : 'bind' cannot handle unexpected argument 'ssll'.`,
    [['ssll'], ['haproxy.cfg']],
  ),
  'haproxy crt': variant(
    `[ALERT]    (1) : config : parsing [/etc/haproxy/haproxy.cfg:9] : 'bind :8443' in section 'frontend' : unable to stat SSL certificate from file '/etc/tls/site.pem' : No such file or directory.`,
    [['/etc/tls/site.pem'], nf],
  ),
  'nginx no events': variant(`nginx: [emerg] no "events" section in configuration`, [['events'], ['configuration']]),
  'nginx dup': variant(`nginx: [emerg] a duplicate default server for 0.0.0.0:8080 in /etc/nginx/conf.d/b.conf:2`, [
    ['duplicate'],
    ['b.conf', '8080'],
  ]),
  'nginx pid': variant(
    `nginx: [warn] the "user" directive makes sense only if the master process runs with super-user privileges, ignored in /etc/nginx/nginx.conf:2
nginx: [emerg] open() "/run/nginx.pid" failed (13: Permission denied)`,
    [['/run/nginx.pid'], ['permission denied']],
  ),
  'nginx alert log': variant(
    `nginx: [alert] could not open error log file: open() "/var/log/nginx/error.log" failed (13: Permission denied)
2026/01/01 11:59:41 [emerg] 1#1: mkdir() "/var/lib/nginx/body" failed (13: Permission denied)`,
    [['/var/lib/nginx/body', '/var/log/nginx/error.log'], ['permission denied']],
  ),
  'nginx map': variant(
    `nginx: [emerg] unknown "upstream_hst" variable
nginx: configuration file /etc/nginx/nginx.conf test failed`,
    [['upstream_hst'], ['unknown']],
  ),
  'redis acl': variant(
    `1:M 01 Jan 2026 11:59:41.310 # Aborting Redis startup because of ACL errors: /etc/redis/users.acl:2: Unknown command or category name in ACL`,
    [['users.acl'], ['ACL']],
  ),
  'redis aof': variant(
    `1:M 01 Jan 2026 11:59:41.310 # Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>`,
    [['appendonly.aof'], ['Bad file format', 'corrupt']],
  ),
  'redis rdb corrupt': variant(
    `1:M 01 Jan 2026 11:59:41.310 * Loading RDB produced by version 7.0.15
1:M 01 Jan 2026 11:59:41.311 # Wrong signature trying to load DB from file
1:M 01 Jan 2026 11:59:41.311 # Fatal error loading the DB, check server logs. Exiting.`,
    [
      ['Wrong signature', 'corrupt'],
      ['DB', 'data'],
    ],
  ),
  'redis replica': variant(`redis.exceptions.ReadOnlyError: You can't write against a read only replica.`, [
    ['read only', 'read-only'],
    ['replica'],
  ]),
  'redis loglevel': variant(
    `*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 1\n>>> 'port "6379a"'\nargument couldn't be parsed into an integer`,
    [['port'], ['6379a']],
  ),
  'java opts': variant(
    `Error: Could not find or load main class \${JAVA_OPTS}\nCaused by: java.lang.ClassNotFoundException: \${JAVA_OPTS}`,
    [['JAVA_OPTS']],
  ),
  'java keystore': variant(
    `Exception in thread "main" java.io.IOException: Keystore was tampered with, or password was incorrect\n\tat java.base/sun.security.provider.JavaKeyStore.engineLoad(JavaKeyStore.java:793)\nCaused by: java.security.UnrecoverableKeyException: Password verification failed\n\t... 9 more`,
    [['Keystore'], ['password']],
  ),
  'java hikari': variant(
    `2026-01-01 11:59:41.310 ERROR 1 --- [main] com.zaxxer.hikari.pool.HikariPool : HikariPool-1 - Exception during pool initialization.
org.postgresql.util.PSQLException: FATAL: database "crm" does not exist
	at org.postgresql.core.v3.QueryExecutorImpl.receiveErrorResponse(QueryExecutorImpl.java:2713)
2026-01-01 11:59:41.312 ERROR 1 --- [main] o.s.boot.SpringApplication : Application run failed`,
    [['crm'], ['does not exist']],
  ),
  'java class cast': variant(
    `Exception in thread "main" java.lang.ClassCastException: class java.lang.String cannot be cast to class java.lang.Integer (java.lang.String and java.lang.Integer are in module java.base of loader 'bootstrap')\n\tat com.acme.Conv.run(Conv.java:17)`,
    [['ClassCastException'], ['Conv.java', 'cast']],
  ),
  'java arrayindex': variant(
    `Exception in thread "main" java.lang.ArrayIndexOutOfBoundsException: Index 0 out of bounds for length 0\n\tat com.acme.Main.main(Main.java:6)`,
    [['ArrayIndexOutOfBounds', 'out of bounds'], ['Main.java']],
  ),
  'java duplicate bean': variant(
    `***************************
APPLICATION FAILED TO START
***************************

Description:

Parameter 0 of constructor in com.acme.OrderService required a bean of type 'com.acme.PriceClient' that could not be found.

Action:

Consider defining a bean of type 'com.acme.PriceClient' in your configuration.`,
    [['PriceClient'], ['bean', 'could not be found']],
  ),
  'node config throw': variant(
    `Error: Configuration property "db.host" is not defined\n    at Config.get (/app/node_modules/config/lib/config.js:182:11)\n\nNode.js v18.1.0`,
    [['db.host'], abs],
  ),
  'node listen perm': variant(`Error: listen EACCES: permission denied /var/run/app.sock`, [
    ['/var/run/app.sock'],
    ['permission denied'],
  ]),
  'node port invalid': variant(
    `RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. Received type string ('80800').\n    at new NodeError (node:internal/errors:405:5)`,
    [['80800'], ['port']],
    env(['PORT', '80800']),
  ),
  'node port NaN': variant(
    `RangeError [ERR_SOCKET_BAD_PORT]: options.port should be >= 0 and < 65536. Received type number (NaN).`,
    [['PORT'], ['http']],
    env(['PORT', 'http']),
  ),
  'node json import': variant(
    `/srv/app/config.json:9
  "b": 2,,
         ^
SyntaxError: /srv/app/config.json: Unexpected token , in JSON at position 44
    at JSON.parse (<anonymous>)`,
    [['config.json'], ['JSON']],
  ),
  'node20 json': variant(
    `SyntaxError: Expected ',' or '}' after property value in JSON at position 33 (line 3 column 5)\n    at JSON.parse (<anonymous>)\n    at Object.<anonymous> (/srv/app/i.js:3:1)`,
    [['JSON'], ['Expected', 'not valid']],
  ),
  'node json short': variant(`SyntaxError: "undefined" is not valid JSON\n    at JSON.parse (<anonymous>)`, [
    ['JSON'],
    ['not valid'],
  ]),
  'node fetch': variant(
    `TypeError: fetch failed
    at node:internal/deps/undici/undici:12345:11
    at async main (/srv/app/index.mjs:4:15) {
  [cause]: Error: connect ECONNREFUSED 10.98.0.4:8090
      at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16) {
    errno: -111,
    code: 'ECONNREFUSED',
    syscall: 'connect',
    address: '10.98.0.4',
    port: 8090
  }
}

Node.js v20.11.1`,
    [['10.98.0.4:8090', '8090'], ['refused']],
  ),
  'node fetch dns': variant(
    `TypeError: fetch failed
    at async main (/srv/app/index.mjs:4:15) {
  [cause]: Error: getaddrinfo ENOTFOUND tariff-svc
      at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:118:26) {
    code: 'ENOTFOUND',
    hostname: 'tariff-svc'
  }
}`,
    [['tariff-svc'], ['resolve', 'ENOTFOUND']],
  ),
  'node aggregate': variant(
    `node:internal/process/promises:288
            triggerUncaughtException(err, true /* fromPromise */);
            ^

AggregateError [ECONNREFUSED]:
    at internalConnectMultiple (node:net:1114:18) {
  code: 'ECONNREFUSED',
  [errors]: [
    Error: connect ECONNREFUSED ::1:3306
        at createConnectionError (node:net:1634:14),
    Error: connect ECONNREFUSED 127.0.0.1:3306
        at createConnectionError (node:net:1634:14)
  ]
}`,
    [['3306'], ['refused']],
  ),
  'python asyncio': variant(
    `Traceback (most recent call last):
  File "/srv/app/main.py", line 40, in <module>
    asyncio.run(main())
OSError: Multiple exceptions: [Errno 111] Connect call failed ('::1', 5672, 0, 0), [Errno 111] Connect call failed ('127.0.0.1', 5672)`,
    [['5672'], ['refused', 'Connect call failed']],
  ),
  'python yaml key': variant(
    `Traceback (most recent call last):
  File "/srv/app/main.py", line 9, in <module>
    print(cfg["mail"]["from"])
TypeError: 'NoneType' object is not subscriptable`,
    [['TypeError'], ['NoneType', 'main.py']],
  ),
  'python unicode': variant(
    `UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte`,
    [['UnicodeDecodeError'], ['utf-8']],
  ),
  'python file from env': variant(
    `FileNotFoundError: [Errno 2] No such file or directory: '/etc/lots/prices.csv'`,
    [['/etc/lots/prices.csv'], nf, ['PRICE_FILE']],
    env(['PRICE_FILE', '/etc/lots/prices.csv']),
  ),
  'python import circular': variant(
    `ImportError: cannot import name 'Settings' from 'pydantic' (/usr/lib/python3/dist-packages/pydantic/__init__.py)`,
    [['Settings'], ['pydantic'], ['cannot import']],
  ),
  'python pip version': variant(
    `pkg_resources.DistributionNotFound: The 'flask>=3' distribution was not found and is required by the application`,
    [['flask'], nf],
  ),
  'python assertion': variant(
    `Traceback (most recent call last):
  File "/srv/app/main.py", line 11, in <module>
    assert 1 <= batch <= 500, f"batch {batch} out of range"
AssertionError: batch 900 out of range`,
    [
      ['AssertionError', 'assert'],
      ['batch', '900', 'BATCH'],
    ],
    env(['BATCH_SIZE', '900']),
  ),
  'python systemexit': variant(
    `report: loading template\nreport: template directory /srv/templates has no file month.html`,
    [['month.html'], [...nf, 'no file']],
  ),
  'python timeout http': variant(
    `requests.exceptions.ReadTimeout: HTTPConnectionPool(host='pricing', port=8080): Read timed out. (read timeout=5)`,
    [['pricing'], ['timed out', 'timeout']],
  ),
  'python ssl': variant(
    `requests.exceptions.SSLError: HTTPSConnectionPool(host='pay.internal', port=8443): Max retries exceeded with url: / (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1006)')))`,
    [['pay.internal'], ['self-signed', 'not trusted'], ['certificate']],
  ),
  'python no perms': variant(`PermissionError: [Errno 1] Operation not permitted: '/etc/hosts'`, [
    ['/etc/hosts'],
    ['not permitted', 'permission denied'],
  ]),
  'go flag value': variant(`invalid value "abc" for flag -workers: parse error\nUsage of shop:`, [
    ['workers'],
    ['abc'],
    ['invalid'],
  ]),
  'go template': variant(`2026/01/01 11:59:41 template: mail.tmpl:4: unexpected "}" in operand`, [
    ['mail.tmpl'],
    ['unexpected'],
  ]),
  'go regexp': variant(
    'panic: regexp: Compile(`(ab`): error parsing regexp: missing closing ): `(ab`\n\ngoroutine 1 [running]:',
    [['regexp'], ['missing closing']],
  ),
  'go map race': variant(
    `fatal error: concurrent map writes\n\ngoroutine 20 [running]:\nmain.update(...)\n\t/src/app/cache.go:33`,
    [['concurrent map writes'], ['cache.go', 'fatal error']],
  ),
  'go log fatal file': variant(
    `2026/01/01 11:59:41 main.go:31: cannot load rules: open /etc/rules/base.yml: no such file or directory`,
    [['/etc/rules/base.yml'], nf],
  ),
  'go http server closed': variant(`{"level":"fatal","msg":"listen tcp: address 808O: invalid port","ts":"x"}`, [
    ['808O'],
    ['port'],
  ]),
  'go tls': variant(`2026/01/01 11:59:41 tls: private key does not match public key`, [['private key'], ['match']]),
  'go unmarshal': variant(`panic: json: cannot unmarshal string into Go struct field Config.retries of type int`, [
    ['retries'],
    ['unmarshal', 'int'],
  ]),
  'go context deadline': variant(`2026/01/01 11:59:41 connect etcd 10.99.2.2:2379: context deadline exceeded`, [
    ['10.99.2.2:2379'],
    ['deadline exceeded', 'timed out', 'timeout'],
  ]),
  'rust env': variant(`Error: EnvVar { name: "FEED_TOKEN", source: NotPresent }`, [['FEED_TOKEN'], abs]),
  'rust env2': variant(
    `thread 'main' panicked at src/main.rs:7:45:\ncalled \`Result::unwrap()\` on an \`Err\` value: NotPresent`,
    [['NotPresent', 'not set'], ['main.rs']],
  ),
  'rust parse': variant(
    `thread 'main' panicked at src/main.rs:9:38:\ncalled \`Result::unwrap()\` on an \`Err\` value: ParseIntError { kind: InvalidDigit }`,
    [
      ['ParseIntError', 'InvalidDigit'],
      ['main.rs', 'SHARDS'],
    ],
    env(['SHARDS', 'four']),
  ),
  'rust conn': variant(
    `thread 'main' panicked at src/main.rs:12:10:\nbroker: Os { code: 111, kind: ConnectionRefused, message: "Connection refused" }`,
    [['refused']],
  ),
  'rust serde': variant(
    `thread 'main' panicked at src/main.rs:12:10:\ncalled \`Result::unwrap()\` on an \`Err\` value: Error("missing field \`region\`", line: 4, column: 1)`,
    [['region'], ['missing']],
  ),
  'ruby yaml': variant(
    `/usr/lib/ruby/3.1.0/psych.rb:455:in \`parse': (/etc/shop/app.yml): did not find expected key while parsing a block mapping at line 3 column 1 (Psych::SyntaxError)\n\tfrom /app/main.rb:3:in \`<main>'`,
    [['app.yml'], ['YAML', 'Psych']],
  ),
  'ruby arg': variant(
    `/app/main.rb:4:in \`Integer': invalid value for Integer(): "ten" (ArgumentError)\n\tfrom /app/main.rb:4:in \`<main>'`,
    [['ten'], ['POOL', 'Integer', 'invalid']],
    env(['POOL', 'ten']),
  ),
  'ruby zero': variant(`/app/main.rb:9:in \`/': divided by 0 (ZeroDivisionError)\n\tfrom /app/main.rb:9:in \`rate'`, [
    ['divided by 0', 'ZeroDivision'],
    ['main.rb'],
  ]),
  'php undefined method': variant(
    `PHP Fatal error:  Uncaught Error: Call to undefined method Cart::totl() in /srv/app/cart.php:31`,
    [['undefined method', 'totl'], ['cart.php']],
  ),
  'php parse': variant(
    `PHP Parse error:  syntax error, unexpected token ";", expecting ")" in /srv/app/index.php on line 12`,
    [['syntax error'], ['index.php']],
  ),
  'php getenv': variant(
    `PHP Warning:  Undefined array key "SHOP_DSN" in /srv/app/index.php on line 3\nPHP Fatal error:  Uncaught InvalidArgumentException: empty dsn in /srv/app/db.php:7`,
    [['SHOP_DSN', 'dsn']],
  ),
  'perl env': variant(
    `Use of uninitialized value $ENV{"QUEUE"} in concatenation (.) or string at /srv/a.pl line 3.\nQUEUE is not set at /srv/a.pl line 4.`,
    [['QUEUE'], abs],
  ),
  'perl file': variant(`cannot open /srv/data/points.csv: No such file or directory at /srv/a.pl line 9.`, [
    ['/srv/data/points.csv'],
    nf,
  ]),
  'c open': variant(`decoder: open("/dev/video0"): No such file or directory`, [['/dev/video0'], nf]),
  'c bad config': variant(`sensord: line 4: bad value 'fast' for 'mode'`, [['mode'], ['fast'], ['bad', 'invalid']]),
  'c dlopen': variant(`plugind: /opt/plugins/codec.so: undefined symbol: codec_init_v2`, [
    ['codec_init_v2'],
    ['undefined symbol', 'symbol'],
  ]),
  'cpp json': variant(
    `terminate called after throwing an instance of 'nlohmann::json_abi_v3_11_2::detail::parse_error'\n  what():  [json.exception.parse_error.101] parse error at line 3, column 1: syntax error while parsing object key - unexpected '}'; expected string literal`,
    [['parse error', 'parse_error'], ['json']],
  ),
  'shell exit': variant(`+ test -f /etc/app/ready\nready file is absent, stopping`, [['absent', 'ready file']]),
  'shell test': variant(
    `/start.sh: line 4: [: : integer expression expected\n/start.sh: line 9: cd: /srv/work: No such file or directory`,
    [['/srv/work'], nf],
  ),
  'sh exec missing': variant(`sh: 1: exec: /opt/app/run: not found`, [['/opt/app/run'], nf], {
    about: { exitCode: 127 },
  }),
  'wait loop timed out': variant(
    `waiting for catalog:8080\nwaiting for catalog:8080\nwaiting for catalog:8080\ntimeout: catalog:8080 not available after 30 s`,
    [['catalog:8080'], ['timeout', 'timed out', 'not available']],
  ),
  'nc wait': variant(
    `nc: connect to stock-db (10.96.1.1) port 5432 (tcp) failed: Connection refused\nwait-for: giving up on stock-db:5432`,
    [['stock-db'], ['refused']],
  ),
  pg_isready: variant(`ledger-db:5432 - no response\nledger-db:5432 - no response\ndb not ready, exit`, [
    ['ledger-db:5432'],
    ['no response', 'timed out', 'timeout', 'not answer'],
  ]),
  mysqladmin: variant(
    `mysqladmin: connect to server at 'shop-mariadb' failed\nerror: 'Can't connect to server on 'shop-mariadb' (115)'\nCheck that mariadbd is running on shop-mariadb and that the port is 3306.`,
    [['shop-mariadb'], ["can't connect", 'refused', 'timed out', 'cannot']],
  ),
  'redis-cli refused': variant(`Could not connect to Redis at cart-redis:6379: Connection refused`, [
    ['cart-redis:6379'],
    ['refused'],
  ]),
  'etcd client': variant(
    `{"level":"warn","ts":"x","logger":"etcd-client","caller":"v3/retry_interceptor.go:62","msg":"retrying of unary invoker failed","target":"etcd-endpoints://0xc/10.1.2.3:2379","attempt":0,"error":"rpc error: code = DeadlineExceeded desc = latest balancer error: last connection error: connection error: desc = \\"transport: Error while dialing: dial tcp 10.1.2.3:2379: connect: connection refused\\""}\nfatal: no etcd`,
    [['10.1.2.3:2379'], ['refused']],
  ),
  'grpc unavailable': variant(
    `panic: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.7.7.7:9000: connect: connection refused"`,
    [['10.7.7.7:9000'], ['refused']],
  ),
  'grpc dns': variant(
    `rpc error: code = Unavailable desc = name resolver error: produced zero addresses for dns:///quotas:9000`,
    [['quotas'], ['resolve', 'zero addresses', 'resolver']],
  ),
  'http 404 config': variant(`fatal: GET http://config-svc:8888/shop/prod returned 404 Not Found`, [
    ['config-svc'],
    ['404'],
  ]),
  'api version': variant(
    `Error: unable to recognize "deploy.yaml": no matches for kind "Ingress" in version "extensions/v1beta1"`,
    [['Ingress'], ['no matches']],
  ),
  'schema version': variant(`fatal: schema version 14 is newer than this binary supports (12)`, [
    ['14'],
    ['12'],
    ['newer', 'version'],
  ]),
  clock: variant(`jwt: token used before issued`, [['token used before issued']]),
  'leader election': variant(
    `E0101 11:59:41.1       1 leaderelection.go:429] Failed to update lock: Put "https://10.96.0.1:443/apis/coordination.k8s.io/v1/leases": context deadline exceeded\nI0101 11:59:41.2       1 leaderelection.go:285] failed to renew lease ops/shop: timed out waiting for the condition\nE0101 11:59:41.3       1 main.go:99] leader election lost`,
    [['lease', 'leader']],
  ),
  'out of disk quota': variant(`tar: ./data/part3: Cannot write: Disk quota exceeded`, [['quota'], ['part3', 'disk']]),
  inotify: variant(
    `Error: ENOSPC: System limit for number of file watchers reached, watch '/srv/app/src'`,
    [['watch'], ['limit']],
    { never: ['no space left'] },
  ),
  'kafka id': variant(
    `[2026-01-01 11:59:41,310] ERROR Fatal error during KafkaServer startup. Prepare to shutdown (kafka.server.KafkaServer)\nkafka.common.InconsistentClusterIdException: The Cluster ID abc doesn't match stored clusterId Some(def) in meta.properties.`,
    [['Cluster ID', 'clusterId', 'cluster'], ['match']],
  ),
  zookeeper: variant(
    `[main] ERROR org.apache.zookeeper.server.quorum.QuorumPeerMain - Invalid config, exiting abnormally\norg.apache.zookeeper.server.quorum.QuorumPeerConfig$ConfigException: Error processing /conf/zoo.cfg\nCaused by: java.lang.IllegalArgumentException: dataDir is not set`,
    [['dataDir'], abs],
  ),
  'elastic bootstrap': variant(
    `ERROR: [1] bootstrap checks failed. You must address the points described in the following [1] lines before starting Elasticsearch.\nbootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]`,
    [['vm.max_map_count'], ['262144']],
  ),
  grafana: variant(
    `logger=settings t=x level=error msg="failed to parse \\"/etc/grafana/grafana.ini\\": key-value delimiter not found: [server"`,
    [['grafana.ini'], ['delimiter', 'parse']],
  ),
  'traefik acme': variant(
    `2026-01-01T11:59:41Z ERR The ACME resolver "le" is skipped from the resolvers list because: unable to get ACME account: permissions 660 for /acme/acme.json are too open, please use 600`,
    [['acme.json'], ['permissions', 'too open']],
  ),
  'ssh key': variant(
    `Permissions 0644 for '/keys/id_ed25519' are too open.\nIt is required that your private key files are NOT accessible by others.`,
    [['/keys/id_ed25519'], ['too open', 'permissions']],
  ),
  envoy: variant(
    `[2026-01-01 11:59:41.310][1][critical][main] error initializing configuration '/etc/envoy/envoy.yaml': Protobuf message (type envoy.config.bootstrap.v3.Bootstrap reason INVALID_ARGUMENT: could not find @type 'x.y') has unknown fields`,
    [['envoy.yaml'], ['configuration', 'unknown']],
  ),
  vault: variant(
    `Error initializing storage of type raft: failed to create fsm: failed to open bolt file: error checking raft FSM db file "/vault/data/vault.db": stat /vault/data/vault.db: permission denied`,
    [['/vault/data/vault.db'], ['permission denied']],
  ),
  minio: variant(
    `ERROR Unable to initialize backend: Unable to write to the backend\n      > Please ensure MinIO binary has write permissions for the backend`,
    [['Unable to', 'write'], ['backend']],
  ),
  'rabbit cookie': variant(`Error when reading /var/lib/rabbitmq/.erlang.cookie: eacces`, [
    ['.erlang.cookie'],
    ['eacces', 'permission denied'],
  ]),
  'supervisor multi': variant(
    `2026-01-01 11:59:41,310 INFO spawned: 'web' with pid 7\n2026-01-01 11:59:41,510 INFO exited: web (exit status 1; not expected)\n2026-01-01 11:59:42,511 INFO gave up: web entered FATAL state, too many start retries too quickly`,
    [['web']],
  ),
};
