import { absent, variant } from './variants.ts';
import type { Variant } from './variants.ts';

export const environmentVariants: Readonly<Record<string, Variant>> = {
  'Node throws': variant(
    `/app/config.js:12
    throw new Error('Missing required environment variable: STRIPE_SECRET_KEY');
    ^

Error: Missing required environment variable: STRIPE_SECRET_KEY
    at requireEnv (/app/config.js:12:11)
    at Object.<anonymous> (/app/config.js:18:20)

Node.js v20.11.1`,
    ['STRIPE_SECRET_KEY', absent],
  ),
  'Go log.Fatal': variant('2026/01/01 11:59:41 DATABASE_URL must be set', ['DATABASE_URL', absent]),
  'Go envconfig': variant('2026/01/01 11:59:41 required key SMTP_HOST missing value', ['SMTP_HOST', absent]),
  'Go caarlos0': variant(
    'panic: env: required environment variable "QUEUE_URL" is not set\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:22 +0x1d',
    ['QUEUE_URL', absent],
  ),
  'Rust expect': variant(
    `thread 'main' panicked at src/main.rs:14:46:
REDIS_URL must be set: NotPresent
note: run with \`RUST_BACKTRACE=1\` environment variable to display a backtrace`,
    ['REDIS_URL', absent],
  ),
  'Rust expect, old form': variant(
    `thread 'main' panicked at 'API_TOKEN not set: NotPresent', src/config.rs:9:10\nnote: run with \`RUST_BACKTRACE=1\``,
    ['API_TOKEN', absent],
  ),
  'bash :?': variant('/entrypoint.sh: line 7: DB_PASSWORD: parameter null or not set', ['DB_PASSWORD', absent]),
  'dash :?': variant('/entrypoint.sh: 7: UPSTREAM: parameter not set', ['UPSTREAM', absent]),
  'bash -u': variant('/run.sh: line 3: S3_BUCKET: unbound variable', ['S3_BUCKET', absent]),
  'Spring placeholder': variant(
    `org.springframework.beans.factory.BeanCreationException: Error creating bean with name 'paymentClient': Injection of autowired dependencies failed
	at org.springframework.beans.factory.annotation.AutowiredAnnotationBeanPostProcessor.postProcessProperties(AutowiredAnnotationBeanPostProcessor.java:515)
Caused by: java.lang.IllegalArgumentException: Could not resolve placeholder 'PAYMENT_API_KEY' in value "\${PAYMENT_API_KEY}"
	at org.springframework.util.PropertyPlaceholderHelper.parseStringValue(PropertyPlaceholderHelper.java:180)
	... 21 common frames omitted`,
    ['PAYMENT_API_KEY', absent],
  ),
  'Java requireNonNull': variant(
    `Exception in thread "main" java.lang.IllegalStateException: Environment variable KAFKA_BROKERS is not set
	at com.acme.App.env(App.java:31)
	at com.acme.App.main(App.java:12)`,
    ['KAFKA_BROKERS', absent],
  ),
  'Ruby fetch': variant(
    `/app/config.rb:4:in \`fetch': key not found: "SECRET_KEY_BASE" (KeyError)\n\tfrom /app/config.rb:4:in \`<main>'`,
    ['SECRET_KEY_BASE', absent],
  ),
  'Python decouple': variant(
    `Traceback (most recent call last):
  File "/app/settings.py", line 9, in <module>
    KEY = config('JWT_SIGNING_KEY')
  File "/usr/lib/python3/site-packages/decouple.py", line 92, in get
    raise UndefinedValueError('{} not found. Declare it as envvar or define a default value.'.format(option))
decouple.UndefinedValueError: JWT_SIGNING_KEY not found. Declare it as envvar or define a default value.`,
    ['JWT_SIGNING_KEY', absent],
  ),
  'Python pydantic': variant(
    `Traceback (most recent call last):
  File "/app/main.py", line 5, in <module>
    settings = Settings()
pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings
geocoder_url
  Field required [type=missing, input_value={}, input_type=dict]
    For further information visit https://errors.pydantic.dev/2.5/v/missing`,
    [
      ['geocoder_url', 'GEOCODER_URL'],
      [...absent, 'required'],
    ],
  ),
  'Python django': variant(
    'django.core.exceptions.ImproperlyConfigured: Set the DJANGO_SECRET_KEY environment variable',
    ['DJANGO_SECRET_KEY', absent],
  ),
  Elixir: variant(
    '** (RuntimeError) environment variable DATABASE_URL is missing.\nFor example: ecto://USER:PASS@HOST/DATABASE',
    ['DATABASE_URL', absent],
  ),
  'PHP dotenv': variant(
    'PHP Fatal error:  Uncaught Dotenv\\Exception\\ValidationException: One or more environment variables failed assertions: MAILER_DSN is missing. in /app/vendor/vlucas/phpdotenv/src/Validator.php:215',
    ['MAILER_DSN', absent],
  ),
  'JSON log': variant(
    '{"level":"fatal","time":"2026-01-01T11:59:41Z","msg":"configuration invalid","error":"environment variable LEDGER_DSN is required"}',
    ['LEDGER_DSN', [...absent, 'required']],
  ),
  logfmt: variant('time=2026-01-01T11:59:41Z level=fatal msg="cannot start" err="missing env var TENANT_ID"', [
    'TENANT_ID',
    absent,
  ]),
  'plain sentence': variant('mailer: SMTP_RELAY is not configured, refusing to start', ['SMTP_RELAY', absent]),
  'in quotes': variant("config error: required setting 'SESSION_TTL' was not provided", ['SESSION_TTL', absent]),
  'postgres image': variant(
    'Error: Database is uninitialized and superuser password is not specified.\n       You must specify POSTGRES_PASSWORD to a non-empty value for the\n       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
    ['POSTGRES_PASSWORD', absent],
  ),
  'mariadb image': variant(
    '2026-01-01 11:59:41+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified\n\tYou need to specify one of MARIADB_ROOT_PASSWORD, MARIADB_ROOT_PASSWORD_HASH, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and MARIADB_RANDOM_ROOT_PASSWORD',
    ['MARIADB_ROOT_PASSWORD', absent],
  ),
  'C program': variant('collector: getenv("FEED_URL") returned NULL, FEED_URL is not set', ['FEED_URL', absent]),
  Perl: variant('SHOP_REGION not set in environment at /srv/shop/import.pl line 8.', ['SHOP_REGION', absent]),
  '.NET': variant(
    "Unhandled exception. System.InvalidOperationException: Environment variable 'AZURE_TENANT' is not set.\n   at Program.<Main>$(String[] args) in /src/Program.cs:line 7",
    ['AZURE_TENANT', absent],
  ),
  'nearly named': variant('FATAL: PAYMENTS_URL is required', ['PAYMENTS_URL', absent, 'PAYMENT_URL'], {
    about: { container: { env: [{ name: 'PAYMENT_URL', value: 'http://pay' }] } },
  }),
  nest: variant(
    '[Nest] 1  - 01/01/2026, 11:59:41 AM   ERROR [ExceptionHandler] Config validation error: "JWT_SECRET" is required\nError: Config validation error: "JWT_SECRET" is required\n    at ConfigModule.forRoot (/app/node_modules/@nestjs/config/dist/config.module.js:80:23)',
    ['JWT_SECRET', [...absent, 'required']],
  ),
  envalid: variant(
    '================================\n Missing environment variables:\n    LOKI_URL: undefined\n================================',
    ['LOKI_URL', absent],
  ),
  zod: variant("❌ Invalid environment variables: { NEXTAUTH_SECRET: [ 'Required' ] }", ['NEXTAUTH_SECRET']),
};
