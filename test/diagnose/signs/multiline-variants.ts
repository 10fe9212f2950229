import { variant, type Variant } from './variants.ts';

/** Messages whose telling part stands on another line than the one that announces it. */
export const multilineVariants: Readonly<Record<string, Variant>> = {
  'prisma P3009': variant(
    [
      'Error: P3009',
      '',
      'migrate found failed migrations in the target database, new migrations will not be applied. Read more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve',
      'The `20260101093000_add_tax` migration started at 2026-01-01 09:31:02.101 UTC failed',
    ].join('\n'),
    ['20260101093000_add_tax', 'migration', 'failed'],
  ),
  'prisma P3018': variant(
    'Error: P3018\n\nA migration failed to apply. New migrations cannot be applied before the error is recovered from.\n\nMigration name: 20260102_split_name\n\nDatabase error code: 42701\n',
    ['20260102_split_name', 'migration', 'failed'],
  ),
  '.NET: the innermost exception tells': variant(
    [
      "Unhandled exception. System.IO.InvalidDataException: Failed to load configuration from file '/app/appsettings.Production.json'.",
      ' ---> System.FormatException: Could not parse the JSON file.',
      " ---> System.Text.Json.JsonReaderException: '}' is invalid after a value. Expected either ',', '}', or ']'. LineNumber: 7 | BytePositionInLine: 2.",
      '   --- End of inner exception stack trace ---',
    ].join('\n'),
    ['/app/appsettings.Production.json', 'json', 'line 7'],
    { about: { exitCode: 134 } },
  ),
  'clap: arguments in a list': variant(
    'error: the following required arguments were not provided:\n  --region <REGION>\n  <BUCKET>\n\nUsage: shipper --region <REGION> <BUCKET>\n',
    ['--region', '<BUCKET>', 'missing'],
    { never: ['argument (flag) were'], about: { exitCode: 2 } },
  ),
  'caddy: file and line before the message': variant(
    'Error: adapting config using caddyfile: /etc/caddy/Caddyfile:7: unrecognized directive: reverse_proxi\n',
    ['reverse_proxi', '/etc/caddy/Caddyfile', 'line 7'],
  ),
  'redis: the line where no file is known': variant(
    "*** FATAL CONFIG FILE ERROR (Redis 7.2.4) ***\nReading the configuration file, at line 3\n>>> 'maxmemory-polcy allkeys-lru'\nBad directive or wrong number of arguments\n",
    ['maxmemory-polcy', 'line 3', 'Bad directive'],
  ),
  'node: the place above the code': variant(
    "/app/index.js:12\nconst x = config?.db ?? {};\n                 ^\n\nSyntaxError: Unexpected token '.'\n    at wrapSafe (internal/modules/cjs/loader.js:1053:16)\n",
    ['/app/index.js:12', 'syntax error'],
  ),
  'caches that never sync, for want of a permission': variant(
    [
      'W0101 11:59:42.101 1 reflector.go:547] failed to list *v1.Endpoints: endpoints is forbidden: User "system:serviceaccount:shop:sync" cannot list resource "endpoints" in API group "" at the cluster scope',
      'E0101 11:59:43.101 1 main.go:61] "unable to start manager" err="timed out waiting for caches to sync"',
    ].join('\n'),
    ['endpoints', 'sync', ['forbidden', 'cannot list', 'may not', 'not allowed']],
    { never: ['timed out'] },
  ),
  'a file that is no name': variant(
    'logger=sqlstore t=2026-01-01T11:59:42.2Z level=info msg="Connecting to DB" dbtype=sqlite3\nError: failed to connect to database: unable to open database file: permission denied\n',
    ['database', 'permission denied'],
    { never: ['open file,'] },
  ),
  'keycloak: what follows the announcement': variant(
    '2026-01-01 11:59:42,101 ERROR [org.keycloak.quarkus.runtime.cli.ExecutionExceptionHandler] (main) ERROR: Failed to start server in (production) mode\n2026-01-01 11:59:42,102 ERROR [org.keycloak.quarkus.runtime.cli.ExecutionExceptionHandler] (main) ERROR: Strict hostname resolution configured but no hostname setting provided\n',
    ['no hostname setting provided'],
  ),
  'bootstrap checks: what follows the announcement': variant(
    'ERROR: [1] bootstrap checks failed. You must address the points described in the following [1] lines before starting.\nbootstrap check failure [1] of [1]: the default discovery settings are unsuitable for production use; at least one of [discovery.seed_hosts, discovery.seed_providers] must be configured\n',
    ['discovery.seed_hosts', 'must be configured'],
    { about: { exitCode: 78 } },
  ),
  'node: what the promise was rejected with': variant(
    "[UnhandledPromiseRejection: This error originated either by throwing inside of an async function without a catch block, or by rejecting a promise which was not handled with .catch(). The promise rejected with the reason \"STORAGE_REGION must be one of eu-1, us-1 but is 'eu1'\".] {\n  code: 'ERR_UNHANDLED_REJECTION'\n}\n",
    ['STORAGE_REGION', 'one of eu-1'],
    { never: ['originated'] },
  ),
  'a name that does not resolve, on the next line': variant(
    'socket.gaierror: [Errno -3] Temporary failure in name resolution\nERROR could not reach kafka-0.kafka.data.svc.cluster.local:9092\n',
    ['kafka-0.kafka.data', 'resolve'],
  ),
  'npm: the missing script': variant(
    'npm error Missing script: "serve:prod"\nnpm error\nnpm error To see a list of scripts, run:\nnpm error   npm run\n',
    ['serve:prod', 'missing script'],
  ),
  'fluent-bit: what aborts it was said before': variant(
    "[2026/01/01 11:59:42] [error] [config] section 'outputs' tried to instance a plugin name that don't exist\n[2026/01/01 11:59:42] [error] configuration file contains errors, aborting.\n",
    ['outputs', "don't exist"],
    { never: ['aborting'] },
  ),
  'otel collector: the errors follow': variant(
    'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):\n\n\'exporters\' unknown type: "otlpp" for id: "otlpp" (valid values: [otlp debug])\n2026/01/01 11:59:42 collector server run finished with error: failed to get config\n',
    ['otlpp', 'unknown type'],
  ),
  'varnish: the place below the message': variant(
    "Error:\nMessage from VCC-compiler:\nExpected an action, 'if', '{' or '}'\n('/etc/varnish/default.vcl' Line 12 Pos 5)\n    rturn (pass);\n----#####--------\nRunning VCC-compiler failed, exited with 2\nVCL compilation failed\n",
    ['/etc/varnish/default.vcl', 'line 12', 'Expected an action'],
    { about: { exitCode: 2 } },
  ),
  'quarkus is no BEAM program': variant(
    'ERROR [io.qua.run.Application] Failed to start application: java.lang.RuntimeException: Failed to start quarkus\nCaused by: io.smallrye.config.ConfigValidationException: Configuration validation failed:\n\tSRCFG00014: The config property rates.endpoint is required but it could not be found in any config source\n',
    ['rates.endpoint', 'not set'],
    { never: ['BEAM', 'Erlang'] },
  ),
  'ssh: the key that cannot be loaded': variant(
    'Load key "/etc/git-secret/ssh": invalid format\ngit@git.corp: Permission denied (publickey).\nfatal: Could not read from remote repository.\n',
    ['git@git.corp', 'publickey', '/etc/git-secret/ssh', 'invalid format'],
    { about: { exitCode: 128 } },
  ),
  '.NET: the framework below the advice': variant(
    "You must install or update .NET to run this application.\n\nApp: /app/Billing.dll\nArchitecture: x64\nFramework: 'Microsoft.AspNetCore.App', version '8.0.0' (x64)\n.NET location: /usr/share/dotnet/\n",
    ['Microsoft.AspNetCore.App', '8.0.0', 'missing'],
    { about: { exitCode: 150 } },
  ),
  'toml: the line above the message': variant(
    'Error: TOML parse error at line 3, column 1\n  |\n3 | listen_addres = "0.0.0.0:80"\n  | ^^^^^^^^^^^^^\nunknown field `listen_addres`, expected `listen_address` or `workers`\n',
    ['listen_addres', 'line 3'],
  ),
};
