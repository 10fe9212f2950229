import { notFound, variant } from './variants.ts';
import type { Variant } from './variants.ts';

const invalid = ['invalid', 'not valid', 'unknown', 'syntax', 'rejects', 'unrecogni', 'malformed'] as const;
const configMap = {
  volumes: [{ name: 'c', configMap: { name: 'shop-config' } }],
  container: { volumeMounts: [{ name: 'c', mountPath: '/etc/shop' }] },
} as const;

export const configurationVariants: Readonly<Record<string, Variant>> = {
  'Go flag': variant('flag provided but not defined: -verbos\nUsage of shopd:\n  -verbose\n    \ttalk more', [
    '-verbos',
    ['flag', 'argument', 'option'],
  ]),
  cobra: variant(
    'Error: unknown flag: --config-fle\nUsage:\n  shop serve [flags]\n\nFlags:\n      --config-file string   configuration',
    ['--config-fle', ['flag', 'argument', 'option']],
  ),
  'cobra shorthand': variant("Error: unknown shorthand flag: 'q' in -q\nUsage:", ['q', ['flag', 'argument', 'option']]),
  argparse: variant('usage: main.py [-h] [--workers WORKERS]\nmain.py: error: unrecognized arguments: --wokers 4', [
    '--wokers',
    ['flag', 'argument', 'option'],
  ]),
  'argparse value': variant(
    "usage: main.py [-h] [--workers WORKERS]\nmain.py: error: argument --workers: invalid int value: 'four'",
    ['--workers', ['invalid', 'four']],
  ),
  'argparse required': variant(
    'usage: job.py [-h] --month MONTH\njob.py: error: the following arguments are required: --month',
    ['--month', ['required', 'missing']],
  ),
  clap: variant(
    "error: unexpected argument '--prot' found\n\n  tip: a similar argument exists: '--port'\n\nUsage: shop --port <PORT>",
    ['--prot', ['flag', 'argument', 'option'], '--port'],
  ),
  'node bad option': variant('node: bad option: --max-old-space=512', [
    'max-old-space',
    ['flag', 'argument', 'option'],
  ]),
  'java vm option': variant(
    "Unrecognized VM option 'UseConcMarkSweepGC'\nError: Could not create the Java Virtual Machine.\nError: A fatal exception has occurred. Program will exit.",
    ['UseConcMarkSweepGC'],
  ),
  getopt: variant("shopd: unrecognized option '--listen-prot=8080'\nTry 'shopd --help' for more information.", [
    'listen-prot',
    ['flag', 'argument', 'option'],
  ]),
  'redis argument': variant(
    `
*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***
Reading the configuration file, at line 5
>>> 'appendfsync sometimes'
argument(s) must be one of the following: everysec, no, always`,
    ['appendfsync', invalid],
  ),
  'redis directive': variant(
    "*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\nReading the configuration file, at line 2\n>>> 'maxmemory-polcy allkeys-lru'\nBad directive or wrong number of arguments",
    ['maxmemory-polcy'],
  ),
  'nginx semicolon': variant(
    'nginx: [emerg] directive "root" is not terminated by ";" in /etc/nginx/conf.d/default.conf:9',
    ['root', ['not terminated', ';'], 'default.conf'],
  ),
  'nginx upstream': variant(
    '2026/01/01 11:59:41 [emerg] 1#1: host not found in upstream "api-backend" in /etc/nginx/conf.d/default.conf:3\nnginx: [emerg] host not found in upstream "api-backend" in /etc/nginx/conf.d/default.conf:3',
    ['api-backend', ['resolve', 'host not found', 'DNS']],
  ),
  'nginx certificate': variant(
    'nginx: [emerg] cannot load certificate "/etc/nginx/tls/tls.crt": BIO_new_file() failed (SSL: error:80000002:system library::No such file or directory:calling fopen(/etc/nginx/tls/tls.crt, r) error:10000080:BIO routines::no such file)',
    ['/etc/nginx/tls/tls.crt', notFound],
  ),
  'nginx key': variant(
    'nginx: [emerg] SSL_CTX_use_PrivateKey("/etc/tls/tls.key") failed (SSL: error:05800074:x509 certificate routines::key values mismatch)',
    ['tls.key', ['mismatch', 'does not match']],
  ),
  'nginx invalid value': variant(
    'nginx: [emerg] invalid value "onn" in "sendfile" directive, it must be "on" or "off" in /etc/nginx/nginx.conf:14',
    ['sendfile', 'onn'],
  ),
  'haproxy keyword': variant(
    "[NOTICE]   (1) : haproxy version is 2.6.12\n[ALERT]    (1) : config : parsing [/etc/haproxy/haproxy.cfg:14] : unknown keyword 'blance' in 'backend' section\n[ALERT]    (1) : config : Error(s) found in configuration file : /etc/haproxy/haproxy.cfg\n[ALERT]    (1) : config : Fatal errors found in configuration.",
    ['blance', ['unknown keyword', 'haproxy.cfg']],
  ),
  'haproxy address': variant(
    "[ALERT]    (1) : config : [/etc/haproxy/haproxy.cfg:22] : 'server web1' : could not resolve address 'web-svc'.\n[ALERT]    (1) : config : Failed to initialize server(s) addr.",
    ['web-svc', ['resolve']],
  ),
  'haproxy backend': variant(
    "[ALERT]    (1) : config : proxy 'www': unable to find required default_backend: 'shop'.\n[ALERT]    (1) : config : Fatal errors found in configuration.",
    ['shop', ['default_backend', 'backend']],
  ),
  apache: variant(
    "AH00526: Syntax error on line 12 of /etc/apache2/sites-enabled/000-default.conf:\nInvalid command 'ProxyPas', perhaps misspelled or defined by a module not included in the server configuration",
    ['ProxyPas', ['000-default.conf']],
  ),
  'postgres parameter': variant(
    '2026-01-01 11:59:41.606 UTC [1] LOG:  unrecognized configuration parameter "shared_bufers" in file "/etc/pg/postgresql.conf" line 3\n2026-01-01 11:59:41.606 UTC [1] FATAL:  configuration file "/etc/pg/postgresql.conf" contains errors',
    ['shared_bufers', ['unrecognized', 'postgresql.conf']],
  ),
  'postgres value': variant('FATAL:  invalid value for parameter "max_connections": "many"', [
    'max_connections',
    'many',
  ]),
  'postgres range': variant(
    '2026-01-01 11:59:41 UTC [1] FATAL:  -1 is outside the valid range for parameter "port" (1 .. 65535)',
    ['port', ['range', 'invalid']],
  ),
  'postgres syntax': variant(
    'LOG:  syntax error in file "/etc/pg/postgresql.conf" line 7, near token "="\nFATAL:  configuration file "/etc/pg/postgresql.conf" contains errors',
    ['postgresql.conf', ['syntax', '7']],
  ),
  'mariadb variable': variant(
    "2026-01-01 11:59:41 0 [Note] Starting MariaDB 10.11.6-MariaDB as process 1\n2026-01-01 11:59:41 0 [ERROR] mariadbd: unknown variable 'inodb_buffer_pool_size=64M'\n2026-01-01 11:59:41 0 [ERROR] Aborting",
    ['inodb_buffer_pool_size', ['unknown']],
  ),
  'mariadb privilege tables': variant(
    "2026-01-01 11:59:41 0 [ERROR] Could not open mysql.plugin table: \"Table 'mysql.plugin' doesn't exist\". Some plugins may be not loaded\n2026-01-01 11:59:41 0 [ERROR] Fatal error: Can't open and lock privilege tables: Table 'mysql.db' doesn't exist\n2026-01-01 11:59:41 0 [ERROR] Aborting",
    ['mysql.', ["doesn't exist", 'does not exist']],
  ),
  'python json': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 4, in <module>\n    cfg = json.load(open("/etc/shop/settings.json"))\n          ^^^^^\n  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode\njson.decoder.JSONDecodeError: Expecting \',\' delimiter: line 7 column 3 (char 118)',
    ['settings.json', ['JSON'], ['not valid', 'invalid', "Expecting ',' delimiter"], 'shop-config'],
    { about: configMap },
  ),
  'python yaml': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 4, in <module>\n    cfg = yaml.safe_load(f)\n  File "/usr/lib/python3/dist-packages/yaml/scanner.py", line 289, in stale_possible_simple_keys\n    raise ScannerError("while scanning a simple key", key.mark,\nyaml.scanner.ScannerError: while scanning a simple key\n  in "/etc/shop/rules.yaml", line 12, column 1\ncould not find expected \':\'\n  in "/etc/shop/rules.yaml", line 13, column 1',
    ['rules.yaml', ['YAML'], ['not valid', 'could not find expected'], 'shop-config'],
    { about: configMap },
  ),
  'go yaml': variant(
    'level=error ts=2026-01-01T11:59:41Z caller=main.go:290 msg="error loading config file" file=/etc/shop/prometheus.yml err="yaml: line 14: did not find expected key"',
    ['prometheus.yml', ['did not find expected key', 'YAML', 'yaml']],
    { about: configMap },
  ),
  'prometheus field': variant(
    'ts=2026-01-01T11:59:41.123Z caller=main.go:487 level=error msg="Error loading config (--config.file=/etc/prometheus/prometheus.yml)" file=/etc/prometheus/prometheus.yml err="parsing YAML file /etc/prometheus/prometheus.yml: yaml: unmarshal errors:\\n  line 3: field scrape_intervall not found in type config.plain"',
    [['scrape_intervall'], ['prometheus.yml']],
  ),
  'toml python': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 6, in <module>\n    cfg = tomllib.load(open("/etc/shop/app.toml","rb"))\ntomllib.TOMLDecodeError: Expected \'=\' after a key in a key/value pair (at line 3, column 8)',
    ['app.toml', ['TOML'], ['not valid', "Expected '='"]],
    { about: configMap },
  ),
  'toml rust': variant(
    'Error: TOML parse error at line 5, column 9\n  |\n5 | workers 4\n  |         ^\nexpected `.`, `=`',
    [['TOML'], ['not valid', 'parse error']],
  ),
  'ini python': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 8, in <module>\n    host = c["mail"]["host"]\nconfigparser.NoSectionError: No section: \'mail\'',
    ['mail', ['section'], notFound],
  ),
  'ini header': variant(
    "configparser.MissingSectionHeaderError: File contains no section headers.\nfile: '/etc/shop/app.ini', line: 1\n'host=db\\n'",
    ['app.ini', ['section header', 'no section']],
    { about: configMap },
  ),
  'xml java': variant(
    'Exception in thread "main" org.xml.sax.SAXParseException; systemId: file:/etc/shop/beans.xml; lineNumber: 9; columnNumber: 3; The element type "bean" must be terminated by the matching end-tag "</bean>".',
    [['XML'], ['beans.xml', 'bean']],
  ),
  'ruby json': variant(
    "/usr/lib/ruby/3.1.0/json/common.rb:216:in `parse': 809: unexpected token at '}' (JSON::ParserError)\n\tfrom /app/main.rb:3:in `<main>'",
    [['JSON'], ['not valid', 'unexpected token']],
  ),
  'php json': variant(
    'PHP Fatal error:  Uncaught JsonException: Syntax error in /srv/app/index.php:5\nStack trace:\n#0 /srv/app/index.php(5): json_decode()',
    [
      ['Json', 'JSON'],
      ['syntax', 'Syntax error'],
    ],
  ),
  'go json': variant(
    "2026/01/01 11:59:41 cannot parse /etc/shop/limits.json: invalid character '}' looking for beginning of object key string",
    ['limits.json', ['JSON'], ['invalid', 'not valid']],
    { about: configMap },
  ),
  'java number': variant(
    'Exception in thread "main" java.lang.NumberFormatException: For input string: "eighty"\n\tat java.base/java.lang.Integer.parseInt(Integer.java:652)\n\tat com.acme.Main.main(Main.java:8)',
    [['LISTEN_PORT'], ['eighty'], ['number', 'invalid', 'NumberFormatException']],
    { about: { container: { env: [{ name: 'LISTEN_PORT', value: 'eighty' }] } } },
  ),
  'python number': variant(
    "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 3, in <module>\n    workers = int(os.environ['WORKERS'])\nValueError: invalid literal for int() with base 10: 'auto4'",
    ['WORKERS', 'auto4', ['invalid', 'number']],
    { about: { container: { env: [{ name: 'WORKERS', value: 'auto4' }] } } },
  ),
  'go duration': variant(
    '2026/01/01 11:59:41 time: unknown unit "sec" in duration "30sec"',
    [['TIMEOUT'], ['30sec'], ['duration', 'unit', 'invalid']],
    { about: { container: { env: [{ name: 'TIMEOUT', value: '30sec' }] } } },
  ),
  'log level': variant(
    'panic: not a valid logrus Level: "verbos"',
    [
      ['LOG_LEVEL', 'verbos'],
      ['invalid', 'not a valid'],
    ],
    { about: { container: { env: [{ name: 'LOG_LEVEL', value: 'verbos' }] } } },
  ),
  'unknown mode': variant(
    "ERROR unknown storage backend 's4', expected one of: s3, gcs, local",
    ['s4', ['unknown', 'invalid'], 'STORAGE'],
    { about: { container: { env: [{ name: 'STORAGE', value: 's4' }] } } },
  ),
  'missing key': variant(
    "config: /etc/shop/app.yaml: required key 'billing.currency' is missing",
    ['billing.currency', ['missing', 'required'], 'shop-config'],
    { about: configMap },
  ),
  'missing field rust': variant('Error: missing field `listen` at line 4 column 1', ['listen', ['missing']]),
  'spring bind': variant(
    `
***************************
APPLICATION FAILED TO START
***************************

Description:

Failed to bind properties under 'server.port' to java.lang.Integer:

    Property: server.port
    Value: "http"
    Origin: System Environment Property "SERVER_PORT"
    Reason: failed to convert java.lang.String to java.lang.Integer

Action:

Update your application's configuration`,
    ['server.port', 'http'],
  ),
  timezone: variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 3, in <module>\nzoneinfo._common.ZoneInfoNotFoundError: \'No time zone found with key Europe/Berlinn\'',
    ['Europe/Berlinn', ['time zone', 'TZ']],
  ),
  url: variant(
    "node:internal/url:797\n    this.#updateContext(bindingUrl.parse(input, base));\n                                   ^\n\nTypeError: Invalid URL\n    at new URL (node:internal/url:797:36)\n    at Object.<anonymous> (/srv/app/index.js:3:13) {\n  code: 'ERR_INVALID_URL',\n  input: 'api.internal:8080/v1'\n}\n\nNode.js v20.1.0",
    [['Invalid URL', 'invalid']],
  ),
  caddy: variant(
    'Error: adapting config using caddyfile: /etc/caddy/Caddyfile:8: unrecognized directive: reverse_prox',
    ['reverse_prox', ['unrecognized', 'unknown']],
  ),
  traefik: variant(
    '2026/01/01 11:59:41 command traefik error: yaml: unmarshal errors: line 3: field entryPoint not found in type static.Configuration',
    ['entryPoint'],
  ),
  sqlite: variant('sqlite3.OperationalError: no such table: orders', ['orders', notFound]),
  logstash: variant(
    '[FATAL][logstash.runner] The given configuration is invalid. Reason: Expected one of [ \\t\\r\\n], "#", "=>" at line 4, column 10 (byte 62) after input { beats',
    [['invalid', 'Expected one of']],
  ),
  license: variant('2026-01-01T11:59:41Z FATAL license /etc/shop/license.key has expired on 2025-12-31', [
    'license',
    ['expired'],
  ]),
};
