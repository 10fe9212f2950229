import { endpointName } from '../../logs/endpoint.ts';
import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { settingsOf } from '../../settings.ts';
import type { ProposedFix } from '../../rule.ts';
import { endpointOf } from './connection.ts';
import { restartFix, short } from './common-fixes.ts';

/** Secrets that the container takes its environment from: where the wrong password is likely kept. */
function secretsOf(hit: Hit): readonly string[] {
  const names = new Set<string>();
  for (const one of hit.view.spec?.env ?? [])
    if (one.valueFrom?.secretKeyRef?.name) names.add(one.valueFrom.secretKeyRef.name);
  for (const one of hit.view.spec?.envFrom ?? []) if (one.secretRef?.name) names.add(one.secretRef.name);
  return [...names];
}

function credentialFix(hit: Hit): ProposedFix {
  const secrets = secretsOf(hit);
  const where = secrets.length === 0 ? variables(hit) : `Secret ${secrets.join(' or ')}`;
  return restartFix(hit.view, `Put the credentials that the server accepts into ${where}, then restart`);
}

function variables(hit: Hit): string {
  const found = settingsOf(hit.view.spec).find(
    (one) => one.kind === 'env' && /pass|url|dsn|token|user|cred|secret/i.test(one.name),
  );
  return found ? `environment variable ${found.name}` : 'its configuration';
}

function server(hit: Hit): string {
  const endpoint = endpointOf(hit);
  return endpoint ? ` at ${endpointName(endpoint)}` : '';
}

function login(what: (hit: Hit) => string): Sign['read'] {
  return (hit): Reading => {
    const secrets = secretsOf(hit);
    const from = secrets.length === 0 ? '' : ` (credentials from Secret ${secrets.join(', ')})`;
    const endpoint = endpointOf(hit);
    return { cause: `${what(hit)}${from}`, fixes: [credentialFix(hit)], bonus: 5, ...(endpoint && { endpoint }) };
  };
}

const sshKey = login((hit) => {
  const format = /Load key "([^"\n]{1,200})": ([^\n]{1,80})/.exec(hit.around(4, 0));
  const key = format === null ? '' : `; the key ${String(format[1])} cannot be used: ${String(format[2])}`;
  return `SSH at ${hit.group(1) || 'the other side'} rejects the key: Permission denied (${hit.group(2)})${key}`;
});

/** Logins that the other side rejects. */
export const authenticationSigns: readonly Sign[] = [
  {
    id: 'database/postgresql-password',
    rank: 'exact',
    strength: 21,
    pattern: /(password|\w+) authentication failed for user "([^"]{1,80})"/,
    read: login(
      (hit) =>
        `PostgreSQL${server(hit)} rejects the login: ${hit.group(1)} authentication failed for user "${hit.group(2)}" (wrong password or user)`,
    ),
  },
  {
    id: 'database/postgresql-hba',
    rank: 'exact',
    strength: 21,
    pattern:
      /no pg_hba\.conf entry for (?:host|replication connection from host) "([^"]{1,80})", user "([^"]{1,80})"(?:, database "([^"]{1,80})")?(?:, (no encryption|SSL o\w+))?/,
    read: login(
      (hit) =>
        `PostgreSQL${server(hit)} rejects user "${hit.group(2)}" for database "${hit.group(3)}": no pg_hba.conf entry for host ${hit.group(1)}${hit.group(4) === '' ? '' : ` (${hit.group(4)})`}`,
    ),
  },
  {
    id: 'database/postgresql-no-password',
    rank: 'exact',
    strength: 21,
    pattern:
      /fe_sendauth: no password supplied|no password (?:was )?(?:supplied|provided)|invalid configuration: password missing/,
    read: login(
      (hit) =>
        `PostgreSQL${server(hit)} asks for a password, which is missing: the client supplies none (no password supplied), authentication fails`,
    ),
  },
  {
    id: 'database/role-missing',
    rank: 'exact',
    strength: 20,
    pattern: /role "([^"]{1,80})" does not exist|role "([^"]{1,80})" is not permitted to log in/,
    read: login(
      (hit) =>
        `PostgreSQL${server(hit)} has no role (user) "${hit.group(1) || hit.group(2)}" that may log in: the role does not exist`,
    ),
  },
  {
    id: 'database/mysql-access',
    rank: 'exact',
    strength: 21,
    pattern:
      /Access denied for user '([^']{0,80})'@'([^']{0,80})'(?: \(using password: (YES|NO)\)| to database '([^']{1,80})')?/,
    read: login((hit) => {
      const how =
        hit.group(4) !== ''
          ? ` to database '${hit.group(4)}'`
          : hit.group(3) === 'NO'
            ? ' (using password: NO, no password is sent)'
            : ' (wrong password)';
      return `The MySQL server rejects the login: access denied for user '${hit.group(1)}'@'${hit.group(2)}'${how}; authentication fails`;
    }),
  },
  {
    id: 'database/mysql-host-blocked',
    rank: 'exact',
    strength: 20,
    pattern:
      /Host '([^']{1,120})' is (not allowed to connect to this \w+ server|blocked because of many connection errors)/,
    read: login((hit) => `The MySQL server rejects the client: host ${hit.group(1)} is ${hit.group(2)}`),
  },
  {
    id: 'database/redis-auth',
    rank: 'exact',
    strength: 20,
    pattern:
      /WRONGPASS[^\n]{0,100}|NOAUTH Authentication required[^\n]{0,30}|ERR (?:AUTH <password> called without any password configured|invalid password)[^\n]{0,60}|invalid username-password pair[^\n]{0,40}|NOPERM [^\n]{1,80}|Client sent AUTH, but no password is set|HELLO must be called with the client already authenticated/,
    read: login(
      (hit) =>
        `Redis${server(hit)} rejects the login (authentication failed, wrong or missing password): ${short(hit.match[0], 100)}`,
    ),
  },
  {
    id: 'database/mongodb-auth',
    rank: 'exact',
    strength: 20,
    pattern:
      /MongoServerError: Authentication failed|SCRAM failure|AuthenticationFailed|MongoSecurityException|command \w+ requires authentication|not authorized on (\w+) to execute command|Exception authenticating MongoCredential/,
    read: login(
      (hit) =>
        `MongoDB${server(hit)} rejects the login: authentication failed${hit.group(1) === '' ? '' : ` (not authorized on ${hit.group(1)})`}`,
    ),
  },
  {
    id: 'dependency/broker-auth',
    rank: 'exact',
    strength: 20,
    pattern:
      /ACCESS_REFUSED[^\n]{0,140}|Authorization Violation|SaslAuthenticationException[^\n]{0,120}|SASL authentication (?:failed|error)[^\n]{0,100}|TopicAuthorizationException[^\n]{0,100}|GroupAuthorizationException[^\n]{0,100}|PLAIN login refused[^\n]{0,80}|NOT_ALLOWED - [^\n]{1,100}|vhost '?([^'\n]{1,60})'? not found/,
    read: login(
      (hit) =>
        `The message broker${server(hit)} rejects the login (authentication failed or access denied): ${short(hit.match[0], 140)}`,
    ),
  },
  {
    id: 'dependency/kubernetes-forbidden',
    rank: 'exact',
    strength: 21,
    pattern:
      /(\w[\w.]*) (?:"([^"]{0,120})" )?is forbidden: User "system:serviceaccount:([\w-]+):([\w-]+)" cannot (\w+) resource "([\w./-]+)" in API group "([\w.]*)"(?: in the namespace "([\w-]+)"| at the cluster scope)?/,
    read: (hit) => {
      const ns = hit.group(8);
      const scope = ns === '' ? 'at the cluster scope' : `in namespace ${ns}`;
      return {
        cause: `ServiceAccount ${hit.group(4)} may not ${hit.group(5)} ${hit.group(6)} ${scope} (forbidden by RBAC)`,
        fixes: [
          { summary: `Bind a Role with verb ${hit.group(5)} on ${hit.group(6)} to ServiceAccount ${hit.group(4)}` },
        ],
        bonus: 6,
      };
    },
  },
  {
    id: 'dependency/ssh-key',
    rank: 'exact',
    strength: 20,
    pattern: /(?:([\w.-]{1,60}@[\w.-]{1,120}): )?Permission denied \(([\w,-]*publickey[\w,-]*)\)/,
    read: (hit) => (hit.around(8, 0).includes('are too open') ? undefined : sshKey(hit)),
  },
  {
    id: 'dependency/token-not-valid-yet',
    rank: 'exact',
    strength: 21,
    pattern:
      /ImmatureSignatureError|[Tt]oken (?:is )?not (?:yet valid|active)|not yet valid \((?:nbf|iat)\)|NotBeforeError|jwt not active|ExpiredSignatureError|jwt expired|TokenExpiredError|[Tt]oken (?:is |has )(?:already )?expired|Signature has expired/,
    read: (hit) => {
      const early = /Immature|not (?:yet|active)|NotBefore/i.test(hit.match[0]);
      const env = (hit.view.spec?.env ?? []).find(({ name = '' }) => /TOKEN|JWT/u.test(name))?.name;
      return {
        cause: `The token${env === undefined ? '' : ` (environment variable ${env})`} is ${early ? 'not yet valid (its nbf lies in the future)' : 'expired'}: ${short(hit.match[0], 80)}`,
        fixes: [
          {
            summary: early
              ? 'Issue a token that is valid now, or set the clock of issuer and node right'
              : 'Issue a new token',
          },
        ],
        bonus: 5,
      };
    },
  },
  {
    id: 'dependency/ssh-host-key',
    rank: 'exact',
    strength: 22,
    pattern:
      /Host key for (\S{1,200}) has changed|Host key verification failed|No (?:\w+ )?host key is known for (\S{1,200}) and/,
    read: (hit) => {
      const changed = /HOST IDENTIFICATION HAS CHANGED|has changed/.test(hit.around(20, 2));
      const host =
        hit.group(1) || hit.group(2) || /(?:Host key for|is known for) (\S{1,200})/.exec(hit.around(6, 0))?.[1];
      return {
        cause: `The SSH host key${host === undefined ? '' : ` of ${host}`} ${changed ? 'is not the one in known_hosts (the host identification has changed)' : 'is not in known_hosts'}: host key verification failed`,
        fixes: [{ summary: `If the new key is right, put it into known_hosts (ssh-keyscan ${host ?? 'HOST'})` }],
        bonus: 6,
      };
    },
  },
  {
    id: 'configuration/no-cloud-credentials',
    rank: 'exact',
    strength: 20,
    pattern:
      /Unable to locate credentials|NoCredentialsError|NoCredentialProviders[^\n]{0,80}|Unable to load (?:AWS )?credentials from any (?:of the )?providers?[^\n]{0,40}|Could not load credentials from any providers|CredentialsProviderError|no EC2 IMDS role found|(?:[Cc]ould not (?:automatically )?(?:find|determine|load the) |[Yy]our )(?:default )?credentials(?: were not found)?\b|DefaultAzureCredential failed to retrieve a token|DefaultCredentialsError/,
    read: noCredentials,
  },
  {
    id: 'dependency/authentication',
    rank: 'specific',
    strength: 13,
    pattern:
      /(?:authentication|authorization|login|auth)(?: \w+){0,3} (?:failed|failure|rejected|refused|denied)|(?:invalid|bad|incorrect|wrong|expired|rejected) (?:username or password|user(?:name)?|password|credentials?|api[ _-]?key|(?:access |auth |bearer )?token|client[ _]?secret|signature)|InvalidAccessKeyId|SignatureDoesNotMatch|ExpiredToken|invalid_client|invalid_grant|InvalidClientTokenId|[Uu]nauthorized\b|\b401\b|Login failed for user|invalid login/i,
    read: (hit) => {
      // A parser has tokens, too.
      if (
        /^(?:invalid|bad|wrong|incorrect) token$/i.test(hit.match[0]) &&
        !/auth|bearer|jwt|log[- ]?in|401|api|access|credential|session|sign|password/i.test(hit.around(2, 2))
      )
        return undefined;
      const reading = generalLogin(hit);
      // The message itself says more.
      return reading && { ...reading, bonus: 4 };
    },
  },
];

function noCredentials(hit: Hit): Reading {
  const text = hit.around(12, 4);
  const [cloud, account] = /google|gcloud|gcp|default credentials/i.test(text)
    ? ['Google Cloud', 'iam.gke.io/gcp-service-account']
    : /azure/i.test(text)
      ? ['Azure', 'azure.workload.identity/client-id']
      : ['AWS', 'eks.amazonaws.com/role-arn'];
  const name = hit.view.podSpec?.serviceAccountName ?? 'default';
  return {
    cause: `The program finds no ${cloud} credentials, neither in its environment nor by its ServiceAccount ${name} (${short(hit.match[0], 80)})`,
    fixes: [
      { summary: `Annotate ServiceAccount ${name} with the cloud identity that it may use (${account}), then restart` },
      { summary: 'Or give the container the credentials from a Secret' },
    ],
    bonus: 6,
  };
}

const generalLogin = login((hit) => {
  const user = /(?:user(?:name)?|for|login) ['"[]([\w.@-]{1,60})['"\]]/i.exec(hit.line.message)?.[1];
  return `The other side${server(hit)} rejects the credentials: authentication failed${user === undefined ? '' : ` for user ${user}`} (${short(hit.match[0], 80)})`;
});
