import { variant } from './variants.ts';
import type { Variant } from './variants.ts';

const refused = ['refused'] as const;
const dns = ['resolve', 'DNS', 'no such host', 'lookup', 'ENOTFOUND', 'not known'] as const;
const timeout = ['timed out', 'timeout', 'not answer', 'unreachable'] as const;
const notRefused = { never: ['timed out', 'cannot be resolved', 'password'] } as const;
const notDns = { never: ['refused', 'password'] } as const;
const env = (name: string, value: string) => ({ about: { container: { env: [{ name, value }] } } });

export const dependencyVariants: Readonly<Record<string, Variant>> = {
  'Node ECONNREFUSED': variant(
    "Error: connect ECONNREFUSED 10.1.2.3:5672\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16) {\n  errno: -111,\n  code: 'ECONNREFUSED',\n  syscall: 'connect',\n  address: '10.1.2.3',\n  port: 5672\n}\n\nNode.js v20.1.0",
    ['10.1.2.3:5672', refused],
    notRefused,
  ),
  'Go dial': variant(
    '2026/01/01 11:59:41 store: dial tcp 10.96.0.12:6379: connect: connection refused',
    ['10.96.0.12:6379', refused],
    notRefused,
  ),
  'Go dial named': variant(
    '{"level":"fatal","ts":1767268781.2,"caller":"cmd/main.go:41","msg":"cannot open store","error":"failed to connect to `host=catalog-db user=catalog database=catalog`: dial error (dial tcp 10.96.8.1:5432: connect: connection refused)"}',
    [['catalog-db', '10.96.8.1:5432'], refused],
    notRefused,
  ),
  psycopg2: variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 7, in <module>\n    conn = psycopg2.connect(os.environ["DSN"])\n  File "/usr/lib/python3/dist-packages/psycopg2/__init__.py", line 122, in connect\npsycopg2.OperationalError: connection to server at "stock-db" (10.96.3.4), port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
    ['stock-db', '5432', refused],
    notRefused,
  ),
  'redis-py': variant(
    'redis.exceptions.ConnectionError: Error 111 connecting to cart-cache:6379. Connection refused.',
    ['cart-cache:6379', refused],
    notRefused,
  ),
  requests: variant(
    "requests.exceptions.ConnectionError: HTTPConnectionPool(host='pricing', port=8080): Max retries exceeded with url: /v1/prices (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object at 0x7f>: Failed to establish a new connection: [Errno 111] Connection refused'))",
    ['pricing', '8080', refused],
    notRefused,
  ),
  'chained python': variant(
    `Traceback (most recent call last):
  File "/usr/lib/python3.11/socket.py", line 851, in create_connection
    sock.connect(sa)
ConnectionRefusedError: [Errno 111] Connection refused

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "/srv/app/main.py", line 9, in <module>
    requests.get(url)
requests.exceptions.ConnectionError: HTTPConnectionPool(host='inventory', port=9000): Max retries exceeded with url: / (Caused by NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))`,
    ['inventory', '9000', refused],
    notRefused,
  ),
  Java: variant(
    'Exception in thread "main" java.net.ConnectException: Connection refused\n\tat java.base/sun.nio.ch.Net.pollConnect(Native Method)\n\tat com.acme.Client.connect(Client.java:44)',
    ['billing:7070', refused],
    env('BILLING_ADDR', 'billing:7070'),
  ),
  JDBC: variant(
    'org.postgresql.util.PSQLException: Connection to ledger-db:5432 refused. Check that the hostname and port are correct and that the postmaster is accepting TCP/IP connections.\n\tat org.postgresql.core.v3.ConnectionFactoryImpl.openConnectionImpl(ConnectionFactoryImpl.java:331)\nCaused by: java.net.ConnectException: Connection refused\n\t... 12 more',
    ['ledger-db:5432', refused],
    notRefused,
  ),
  'MySQL 2003': variant(
    "ERROR 2003 (HY000): Can't connect to MySQL server on 'wp-db:3306' (111)",
    ['wp-db', '3306', refused],
    notRefused,
  ),
  PyMySQL: variant(
    "pymysql.err.OperationalError: (2003, \"Can't connect to MySQL server on 'shop-mysql' ([Errno 111] Connection refused)\")",
    ['shop-mysql', refused],
    notRefused,
  ),
  'PHP PDO': variant(
    'PHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] Connection refused in /srv/app/db.php:9\nStack trace:\n#0 /srv/app/db.php(9): PDO->__construct()',
    [refused, ['DB_HOST', 'shop-db']],
    env('DB_HOST', 'shop-db:3306'),
  ),
  Ruby: variant(
    "/usr/lib/ruby/3.1.0/socket.rb:1214:in `__connect_nonblock': Connection refused - connect(2) for 10.2.3.4:11211 (Errno::ECONNREFUSED)\n\tfrom /app/main.rb:3:in `<main>'",
    ['10.2.3.4:11211', refused],
    notRefused,
  ),
  Rust: variant(
    'Error: error sending request for url (http://tax-service:8081/rates): error trying to connect: tcp connect error: Connection refused (os error 111)',
    ['tax-service:8081', refused],
    notRefused,
  ),
  curl: variant(
    "curl: (7) Failed to connect to geo-api port 8000 after 2 ms: Couldn't connect to server",
    ['geo-api', '8000', refused],
    notRefused,
  ),
  wget: variant(
    "Connecting to config-server:8888 (10.96.1.1:8888)\nwget: can't connect to remote host (10.96.1.1): Connection refused",
    [['config-server:8888', '10.96.1.1'], refused],
    notRefused,
  ),
  'bash tcp': variant(
    '/init.sh: connect: Connection refused\n/init.sh: line 3: /dev/tcp/10.96.7.7/9092: Connection refused',
    ['10.96.7.7', refused],
    notRefused,
  ),
  amqp: variant(
    'pika.exceptions.AMQPConnectionError: Connection to 10.96.4.4:5672 failed: [Errno 111] Connection refused',
    ['10.96.4.4:5672', refused],
    notRefused,
  ),
  'kafka java': variant(
    '[main] WARN org.apache.kafka.clients.NetworkClient - [AdminClient clientId=a] Connection to node -1 (events-kafka/10.96.3.3:9092) could not be established. Broker may not be available.\n[main] ERROR com.acme.Main - startup failed\norg.apache.kafka.common.errors.TimeoutException: Timed out waiting for a node assignment. Call: listTopics',
    [
      ['events-kafka', '10.96.3.3', '9092'],
      [...refused, ...timeout],
    ],
  ),
  mongo: variant(
    'MongoServerSelectionError: connect ECONNREFUSED 10.96.2.2:27017\n    at Timeout._onTimeout (/app/node_modules/mongodb/lib/sdam/topology.js:278:38)',
    ['10.96.2.2:27017', refused],
    notRefused,
  ),
  elastic: variant('ConnectionError: connect ECONNREFUSED 10.96.5.5:9200', ['10.96.5.5:9200', refused], notRefused),
  'retries then gives up': variant(
    'worker: waiting for broker rabbit:5672 (attempt 1/3): connection refused\nworker: waiting for broker rabbit:5672 (attempt 2/3): connection refused\nworker: waiting for broker rabbit:5672 (attempt 3/3): connection refused\nworker: broker never came up, giving up',
    ['rabbit:5672', refused],
  ),
  'dns node': variant(
    "Error: getaddrinfo ENOTFOUND user-svc\n    at GetAddrInfoReqWrap.onlookup [as oncomplete] (node:dns:108:26) {\n  errno: -3008,\n  code: 'ENOTFOUND',\n  syscall: 'getaddrinfo',\n  hostname: 'user-svc'\n}",
    ['user-svc', dns],
    notDns,
  ),
  'dns go': variant(
    'panic: dial tcp: lookup orders.shop.svc.cluster.local on 10.96.0.10:53: no such host',
    ['orders.shop.svc.cluster.local', dns],
    notDns,
  ),
  'dns python': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 3, in <module>\nsocket.gaierror: [Errno -2] Name or service not known',
    [dns, 'search-api'],
    { about: { container: { env: [{ name: 'SEARCH_URL', value: 'http://search-api:9200/' }] } } },
  ),
  'dns psql': variant(
    'psql: error: could not translate host name "billing-db" to address: Name or service not known',
    ['billing-db', dns],
    notDns,
  ),
  'dns java': variant(
    'Exception in thread "main" java.net.UnknownHostException: mail-relay: Name or service not known\n\tat java.base/java.net.Inet6AddressImpl.lookupAllHostAddr(Native Method)',
    ['mail-relay', dns],
    notDns,
  ),
  'dns curl': variant('curl: (6) Could not resolve host: flags.internal', ['flags.internal', dns], notDns),
  'dns wget': variant("wget: bad address 'seed-data'", ['seed-data', dns], notDns),
  'dns mysql': variant("ERROR 2005 (HY000): Unknown MySQL server host 'db-primary' (-2)", ['db-primary', dns], notDns),
  'dns redis-cli': variant(
    'Could not connect to Redis at sessions-redis:6379: Name or service not known',
    ['sessions-redis', dns],
    notDns,
  ),
  'dns ruby': variant(
    "/app/main.rb:3:in `initialize': Failed to open TCP connection to quotes:80 (getaddrinfo: Name or service not known) (SocketError)",
    ['quotes', dns],
    notDns,
  ),
  'dns php': variant(
    'PHP Warning:  PDO::__construct(): php_network_getaddresses: getaddrinfo for maria-db failed: Name or service not known in /srv/a.php on line 3\nPHP Fatal error:  Uncaught PDOException: SQLSTATE[HY000] [2002] php_network_getaddresses: getaddrinfo for maria-db failed: Name or service not known in /srv/a.php:3',
    ['maria-db', dns],
    notDns,
  ),
  'dns rust': variant(
    'Error: Connect(Error { kind: Io, source: Custom { kind: Uncategorized, error: "failed to lookup address information: Name or service not known" } }) host stats-svc',
    [dns],
  ),
  'dns kafka': variant(
    'org.apache.kafka.common.config.ConfigException: No resolvable bootstrap urls given in bootstrap.servers\n\tat org.apache.kafka.clients.ClientUtils.parseAndValidateAddresses',
    [['resolv', 'bootstrap']],
  ),
  'timeout go': variant(
    '2026/01/01 11:59:41 fatal: Get "http://10.20.0.9:8200/v1/sys/health": dial tcp 10.20.0.9:8200: i/o timeout',
    ['10.20.0.9:8200', timeout],
    notDns,
  ),
  'timeout psql': variant(
    'psql: error: connection to server at "10.30.0.7", port 5432 failed: Connection timed out\n\tIs the server running on that host and accepting TCP/IP connections?',
    ['10.30.0.7', timeout],
    notDns,
  ),
  'timeout java': variant(
    'Exception in thread "main" java.net.SocketTimeoutException: Connect timed out\n\tat com.acme.A.main(A.java:3)',
    [timeout, '10.9.9.9'],
    { about: { container: { env: [{ name: 'LDAP', value: 'ldap://10.9.9.9:389' }] } } },
  ),
  'timeout curl': variant('curl: (28) Connection timed out after 5001 milliseconds', [timeout, 'vault.acme'], {
    about: { container: { command: ['sh', '-c', 'curl --max-time 5 http://vault.acme:8200/v1 -o /x'] } },
  }),
  'no route': variant('Error: connect EHOSTUNREACH 10.55.0.3:1883', ['10.55.0.3:1883', ['unreachable', 'no route']]),
  'python timeout': variant(
    'Traceback (most recent call last):\n  File "/srv/x/main.py", line 2, in <module>\nTimeoutError: timed out\nx: connecting to 10.12.1.1:4222',
    [timeout, '10.12.1.1'],
  ),
  'tls expired go': variant(
    'x509: certificate has expired or is not yet valid: current time 2026-01-01T11:59:41Z is after 2025-12-31T00:00:00Z',
    [['expired'], ['certificate']],
    { never: ['unknown', 'not trusted'] },
  ),
  'tls expired node': variant(
    "Error: certificate has expired\n    at TLSSocket.onConnectSecure (node:_tls_wrap:1674:34) {\n  code: 'CERT_HAS_EXPIRED'\n}",
    [['expired'], ['certificate']],
  ),
  'tls expired curl': variant(
    'curl: (60) SSL certificate problem: certificate has expired',
    [['expired'], ['certificate']],
    { never: ['not trusted', 'self-signed'] },
  ),
  'tls expired python': variant(
    'ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)',
    [['expired'], ['certificate']],
    { never: ['not trusted', 'self-signed'] },
  ),
  'tls host curl': variant(
    "curl: (60) SSL: no alternative certificate subject name matches target host name 'api.shop.internal'",
    [['match', 'mismatch'], ['api.shop.internal'], ['certificate']],
    { never: ['expired', 'not trusted'] },
  ),
  'tls host node': variant(
    "Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: Host: pay.internal. is not in the cert's altnames: DNS:*.acme.test",
    [['match'], ['pay.internal'], ['certificate']],
    { never: ['expired'] },
  ),
  'tls host python': variant(
    "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'db.acme.test'. (_ssl.c:1006)",
    [['mismatch'], ['db.acme.test'], ['certificate']],
    { never: ['expired', 'not trusted', 'self-signed'] },
  ),
  'tls host go': variant(
    'tls: failed to verify certificate: x509: certificate is valid for rates.internal, not rates.prod.internal',
    [['valid for', 'mismatch'], ['rates.prod.internal'], ['certificate']],
    { never: ['expired', 'self-signed'] },
  ),
  'tls ca go': variant(
    'Get "https://licenses.acme:8443/": tls: failed to verify certificate: x509: certificate signed by unknown authority',
    [['unknown', 'not trusted', 'CA'], ['certificate'], ['licenses.acme']],
    { never: ['expired'] },
  ),
  'tls ca java': variant(
    'javax.net.ssl.SSLHandshakeException: PKIX path building failed: sun.security.provider.certpath.SunCertPathBuilderException: unable to find valid certification path to requested target',
    [['not trusted', 'CA'], ['certificate']],
    { never: ['expired'] },
  ),
  'tls plain': variant(
    'Error: write EPROTO 140:error:1408F10B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/ssl/record/ssl3_record.c:332:',
    [
      ['wrong version number', 'plain'],
      ['TLS', 'SSL'],
    ],
  ),
  'pg auth': variant(
    'asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "reporting"',
    ['reporting', ['password', 'authentication']],
    { never: ['refused'] },
  ),
  'mysql auth': variant(
    "ERROR 1045 (28000): Access denied for user 'shop'@'10.244.0.9' (using password: YES)",
    ['shop', ['denied', 'password']],
    { never: ['refused', 'permission denied'] },
  ),
  'redis auth': variant(
    'redis.exceptions.AuthenticationError: WRONGPASS invalid username-password pair or user is disabled.',
    [['password', 'authentication'], ['redis']],
  ),
  'redis noauth': variant(
    'ReplyError: NOAUTH Authentication required.\n    at parseError (/app/node_modules/redis-parser/lib/parser.js:179:12)',
    [['NOAUTH', 'authentication'], ['redis']],
  ),
  'pg database': variant(
    'FATAL:  database "warehouse" does not exist',
    ['warehouse', ['does not exist', 'unknown database']],
    { never: ['password', 'refused'] },
  ),
  'pg database psql': variant(
    'psql: error: connection to server at "db" (10.1.1.1), port 5432 failed: FATAL:  database "loyalty" does not exist',
    ['loyalty', ['does not exist']],
    { never: ['password', 'refused'] },
  ),
  'pg role': variant(
    'psql: error: connection to server at "db" (10.1.1.1), port 5432 failed: FATAL:  role "analytics" does not exist',
    ['analytics', ['does not exist', 'role']],
    { never: ['refused'] },
  ),
  'mysql database': variant("ERROR 1049 (42000): Unknown database 'shop_v2'", [
    'shop_v2',
    ['unknown database', 'does not exist'],
  ]),
  'pg relation': variant(
    'psycopg2.errors.UndefinedTable: relation "customers" does not exist\nLINE 1: SELECT count(*) FROM customers',
    ['customers', ['does not exist']],
  ),
  'http 503': variant('checkout: GET http://stock:8080/ready returned status 503 Service Unavailable, exiting', [
    'stock:8080',
    '503',
  ]),
  'http 401': variant('fatal: registry token exchange failed: 401 Unauthorized from https://auth.acme.test/token', [
    ['401', 'unauthorized'],
  ]),
  rbac: variant(
    'E0101 11:59:41.123456       1 main.go:52] failed to list configmaps: configmaps is forbidden: User "system:serviceaccount:ops:reloader" cannot list resource "configmaps" in API group "" in the namespace "ops"',
    ['reloader', ['forbidden'], ['configmaps']],
  ),
};
