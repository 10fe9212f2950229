import { notFound, variant } from './variants.ts';
import type { Variant } from './variants.ts';

export const programVariants: Readonly<Record<string, Variant>> = {
  'node module': variant(
    "node:internal/modules/cjs/loader:1080\n  throw err;\n  ^\n\nError: Cannot find module 'express'\nRequire stack:\n- /srv/app/server.js\n    at Module._resolveFilename (node:internal/modules/cjs/loader:1077:15) {\n  code: 'MODULE_NOT_FOUND',\n  requireStack: [ '/srv/app/server.js' ]\n}\n\nNode.js v18.20.4",
    ['express', ['Cannot find', 'not installed', 'MODULE_NOT_FOUND', 'missing']],
  ),
  'node esm': variant(
    "node:internal/modules/esm/resolve:844\n  throw new ERR_MODULE_NOT_FOUND(packageName, fileURLToPath(base));\n        ^\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find package 'pino' imported from /srv/app/log.js\n    at packageResolve (node:internal/modules/esm/resolve:844:9)",
    ['pino', ['Cannot find', 'missing', 'not installed']],
  ),
  'ruby gem': variant(
    "<internal:/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb>:85:in `require': cannot load such file -- sinatra (LoadError)\n\tfrom <internal:/usr/lib/ruby/vendor_ruby/rubygems/core_ext/kernel_require.rb>:85:in `require'\n\tfrom /app/main.rb:1:in `<main>'",
    ['sinatra', ['cannot load', 'not installed', 'missing']],
  ),
  bundler: variant(
    'Could not find rack-3.0.8 in locally installed gems\nRun `bundle install` to install missing gems.',
    ['rack-3.0.8', ['missing', 'not installed', 'Could not find']],
  ),
  'php class': variant(
    'PHP Fatal error:  Uncaught Error: Class "Redis" not found in /srv/app/cache.php:4\nStack trace:\n#0 {main}\n  thrown in /srv/app/cache.php on line 4',
    ['Redis', notFound],
  ),
  'php function': variant(
    'PHP Fatal error:  Uncaught Error: Call to undefined function mb_strlen() in /srv/app/a.php:3',
    ['mb_strlen', ['undefined function', 'not installed', 'missing']],
  ),
  'php require': variant(
    "PHP Warning:  require(/srv/app/vendor/autoload.php): Failed to open stream: No such file or directory in /srv/app/index.php on line 2\nPHP Fatal error:  Uncaught Error: Failed opening required '/srv/app/vendor/autoload.php' (include_path='.:/usr/share/php') in /srv/app/index.php:2",
    ['/srv/app/vendor/autoload.php', notFound],
  ),
  'perl module': variant(
    "Can't locate DBI.pm in @INC (you may need to install the DBI module) (@INC contains: /etc/perl) at /srv/a.pl line 2.\nBEGIN failed--compilation aborted at /srv/a.pl line 2.",
    ['DBI', ["can't locate", 'not installed', 'missing']],
  ),
  'java class': variant(
    'Exception in thread "main" java.lang.NoClassDefFoundError: org/slf4j/LoggerFactory\n\tat com.acme.Main.<clinit>(Main.java:9)\nCaused by: java.lang.ClassNotFoundException: org.slf4j.LoggerFactory\n\tat java.base/jdk.internal.loader.BuiltinClassLoader.loadClass(BuiltinClassLoader.java:641)\n\t... 1 more',
    ['org.slf4j.LoggerFactory', notFound],
  ),
  'java version': variant(
    'Error: LinkageError occurred while loading main class com.acme.Main\n\tjava.lang.UnsupportedClassVersionError: com/acme/Main has been compiled by a more recent version of the Java Runtime (class file version 65.0), this version of the Java Runtime only recognizes class file versions up to 61.0',
    [['65.0'], ['61.0'], ['version']],
  ),
  'java manifest': variant('no main manifest attribute, in /opt/app.jar', ['/opt/app.jar', ['main manifest']]),
  'shared library': variant(
    '/opt/bin/scan: error while loading shared libraries: libpcre2-8.so.0: cannot open shared object file: No such file or directory',
    ['libpcre2-8.so.0', ['shared', 'cannot open']],
    { about: { exitCode: 127 } },
  ),
  'python native': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 1, in <module>\n    import cv2\nImportError: libGL.so.1: cannot open shared object file: No such file or directory',
    ['libGL.so.1', ['cannot open', 'missing', 'not found']],
  ),
  glibc: variant(
    "/opt/bin/scan: /lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.38' not found (required by /opt/bin/scan)",
    ['GLIBC_2.38', notFound],
  ),
  musl: variant('Error relocating /opt/bin/x: __vsnprintf_chk: symbol not found', ['__vsnprintf_chk', ['symbol']]),
  '.net framework': variant(
    "You must install or update .NET to run this application.\n\nApp: /app/Shop.dll\nFramework: 'Microsoft.AspNetCore.App', version '8.0.0' (x64)",
    [['.NET'], ['Microsoft.AspNetCore.App', 'install']],
  ),
  '.net assembly': variant(
    "Unhandled exception. System.IO.FileNotFoundException: Could not load file or assembly 'Npgsql, Version=8.0.0.0, Culture=neutral, PublicKeyToken=5d8b'. The system cannot find the file specified.",
    ['Npgsql', [...notFound, 'could not load']],
  ),
  'python name': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 31, in <module>\n    run()\n  File "/srv/app/jobs/rate.py", line 8, in run\n    return total / count\nZeroDivisionError: division by zero',
    [['ZeroDivisionError', 'division by zero'], ['rate.py']],
  ),
  'python attribute': variant(
    "Traceback (most recent call last):\n  File \"/srv/app/main.py\", line 5, in <module>\n    print(order.total)\nAttributeError: 'NoneType' object has no attribute 'total'",
    [['AttributeError'], ['NoneType', 'total'], ['main.py']],
  ),
  'python custom': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 5, in <module>\n    check(catalog)\n  File "/srv/app/check.py", line 17, in check\n    raise CatalogError("catalog is empty for market CH")\ncheck.CatalogError: catalog is empty for market CH',
    [['CatalogError'], ['catalog', 'CH', 'check.py']],
  ),
  'node reference': variant(
    '/srv/app/index.js:9\nconsole.log(cartTotl)\n            ^\n\nReferenceError: cartTotl is not defined\n    at Object.<anonymous> (/srv/app/index.js:9:13)\n    at Module._compile (node:internal/modules/cjs/loader:1364:14)\n\nNode.js v18.20.4',
    [
      ['ReferenceError', 'not defined'],
      ['cartTotl', 'index.js'],
    ],
  ),
  'node rejection': variant(
    '[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason "price list 2026-Q1 is empty".] {\n  code: \'ERR_UNHANDLED_REJECTION\'\n}',
    [['price list', 'rejection', 'reason']],
  ),
  'java npe': variant(
    'Exception in thread "main" java.lang.NullPointerException: Cannot invoke "String.length()" because "tariff" is null\n\tat com.acme.rates.Rates.load(Rates.java:27)\n\tat com.acme.rates.Main.main(Main.java:9)',
    [['NullPointerException'], ['tariff', 'Rates.java']],
  ),
  'java custom cause': variant(
    'Exception in thread "main" java.lang.RuntimeException: boot failed\n\tat com.acme.Main.main(Main.java:9)\nCaused by: java.lang.IllegalArgumentException: unknown currency code XXZ\n\tat com.acme.Money.of(Money.java:14)\n\t... 1 more',
    [['IllegalArgumentException'], ['XXZ', 'currency']],
  ),
  'go map': variant(
    'panic: assignment to entry in nil map\n\ngoroutine 1 [running]:\nmain.index(...)\n\t/src/shop/index.go:31\nmain.main()\n\t/src/shop/main.go:12 +0x1f\nexit status 2',
    [['nil map'], ['index.go', 'panic']],
    { about: { exitCode: 2 } },
  ),
  'go index': variant(
    'panic: runtime error: index out of range [3] with length 3\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/app/main.go:17 +0x1d',
    [['index out of range'], ['main.go:17', 'panic']],
    { about: { exitCode: 2 } },
  ),
  'go custom': variant(
    'panic: no shard owns key "eu-7"\n\ngoroutine 1 [running]:\nmain.route(...)\n\t/src/app/route.go:44',
    [['panic'], ['shard', 'eu-7', 'route.go']],
    { about: { exitCode: 2 } },
  ),
  'rust unwrap': variant(
    "thread 'main' panicked at src/pricing.rs:88:14:\ncalled `Option::unwrap()` on a `None` value\nnote: run with `RUST_BACKTRACE=1`",
    [['panic'], ['pricing.rs', 'None']],
    { about: { exitCode: 101 } },
  ),
  'rust index': variant(
    "thread 'worker-2' panicked at 'index out of bounds: the len is 4 but the index is 9', src/ring.rs:12:5",
    [['index out of bounds'], ['ring.rs']],
    { about: { exitCode: 101 } },
  ),
  'rust main error': variant('Error: invalid shard count 0: must be at least 1', [
    ['shard count'],
    ['invalid', 'at least'],
  ]),
  'ruby nomethod': variant(
    "/app/lib/price.rb:14:in `total': undefined method `price' for nil:NilClass (NoMethodError)\n\n    items.sum { |i| i.product.price }\n\tfrom /app/main.rb:9:in `<main>'",
    [
      ['NoMethodError', 'undefined method'],
      ['price.rb', 'nil'],
    ],
  ),
  'php type': variant(
    'PHP Fatal error:  Uncaught TypeError: array_sum(): Argument #1 ($array) must be of type array, null given in /srv/app/total.php:22\nStack trace:\n#0 /srv/app/total.php(22): array_sum(NULL)\n#1 {main}\n  thrown in /srv/app/total.php on line 22',
    [['TypeError'], ['total.php', 'array_sum']],
    { about: { exitCode: 255 } },
  ),
  'php division': variant(
    'PHP Fatal error:  Uncaught DivisionByZeroError: Division by zero in /srv/app/rate.php:7',
    [['division by zero', 'DivisionByZero'], ['rate.php']],
    { about: { exitCode: 255 } },
  ),
  'perl undef': variant(
    'Can\'t call method "price" on an undefined value at /srv/shop/total.pl line 22.',
    [['undefined value'], ['total.pl']],
    { about: { exitCode: 255 } },
  ),
  cpp: variant(
    "terminate called after throwing an instance of 'std::out_of_range'\n  what():  map::at",
    [['std::out_of_range'], ['map::at', 'exception']],
    { about: { exitCode: 139 } },
  ),
  'c assert': variant(
    "meter: src/meter.c:42: calibrate: Assertion `gain < 8' failed.\nAborted (core dumped)",
    [['assert'], ['gain < 8', 'meter.c']],
    { about: { exitCode: 134 } },
  ),
  'segv shell': variant(
    '/run.sh: line 3:    12 Segmentation fault      (core dumped) /opt/bin/decode',
    [
      ['segmentation fault', 'SIGSEGV'],
      ['139', 'decode'],
    ],
    { about: { exitCode: 139 } },
  ),
  'segv silent': variant('decoder: 12 frames\n', [['segmentation fault', 'SIGSEGV']], { about: { exitCode: 139 } }),
  'illegal instruction': variant('', [['SIGILL', 'illegal instruction']], { about: { exitCode: 132 } }),
  elixir: variant(
    '** (Mix) Could not start application shop: Shop.Application.start(:normal, []) returned an error: shutdown: failed to start child: Shop.Repo',
    [['shop', 'application']],
  ),
  dotnet: variant(
    'Unhandled exception. System.NullReferenceException: Object reference not set to an instance of an object.\n   at Shop.Cart.Total() in /src/Cart.cs:line 31\n   at Program.Main() in /src/Program.cs:line 5',
    [['NullReferenceException'], ['Cart.cs', 'Object reference']],
    { about: { exitCode: 134 } },
  ),
  lua: variant(
    "lua5.4: /srv/app/main.lua:9: attempt to index a nil value (global 'cfg')\nstack traceback:\n\t/srv/app/main.lua:9: in main chunk",
    [['nil value', 'main.lua']],
  ),
  'bash syntax': variant(
    "/entrypoint.sh: line 9: syntax error near unexpected token `fi'",
    [['syntax error'], ['entrypoint.sh', 'line 9']],
    { about: { exitCode: 2 } },
  ),
  'python syntax': variant(
    '  File "/srv/app/main.py", line 14\n    def run(:\n            ^\nSyntaxError: invalid syntax',
    [['SyntaxError', 'syntax'], ['main.py']],
  ),
  'jvm heap': variant(
    'Exception in thread "main" java.lang.OutOfMemoryError: Java heap space\n\tat java.base/java.util.Arrays.copyOf(Arrays.java:3537)',
    [['heap'], ['OutOfMemoryError']],
    { never: ['OOMKilled'], about: { container: { command: ['java', '-Xmx32m', '-jar', 'a.jar'] } } },
  ),
  'jvm initial heap': variant(
    'Error occurred during initialization of VM\nInitial heap size set to a larger value than the maximum heap size',
    [['heap']],
    { never: ['OOMKilled'] },
  ),
  'go stack': variant(
    'runtime: goroutine stack exceeds 1000000000-byte limit\nfatal error: stack overflow',
    [['stack']],
    { about: { exitCode: 2 } },
  ),
  'python memory': variant(
    'Traceback (most recent call last):\n  File "/srv/app/main.py", line 3, in <module>\nMemoryError',
    [['memory']],
  ),
  'php memory': variant(
    'PHP Fatal error:  Allowed memory size of 16777216 bytes exhausted (tried to allocate 4096 bytes) in /srv/app/a.php on line 7',
    [['memory'], ['16777216', 'memory_limit', 'exhausted']],
    { about: { exitCode: 255 } },
  ),
  recursion: variant(
    'Traceback (most recent call last):\n  File "/srv/app/tree.py", line 4, in walk\n  [Previous line repeated 996 more times]\nRecursionError: maximum recursion depth exceeded',
    [['RecursionError', 'recurs']],
  ),
  alembic: variant(
    'INFO  [alembic.runtime.migration] Running upgrade 3a1 -> 7fe, add loyalty\nsqlalchemy.exc.ProgrammingError: (psycopg2.errors.DuplicateColumn) column "points" of relation "customers" already exists',
    ['points', ['already exists']],
  ),
  flyway: variant(
    'ERROR: Migration of schema "public" to version "12 - add index" failed! Changes successfully rolled back.\nERROR: could not create unique index "customers_email_key"\n  Detail: Key (email)=(x) is duplicated.',
    [
      ['customers_email_key', 'add index'],
      ['unique', 'duplicate'],
    ],
  ),
  'sql syntax': variant(
    'psql:/migrations/0007_orders.sql:12: ERROR:  syntax error at or near "TABEL"\nLINE 1: CREATE TABEL orders',
    ['TABEL', ['syntax error'], ['0007_orders', 'migration']],
  ),
  'pg lock timeout': variant('ERROR:  canceling statement due to lock timeout\nmigrate: ALTER TABLE orders failed', [
    ['lock timeout', 'timeout'],
  ]),
};
