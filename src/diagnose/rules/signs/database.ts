import { endpointName } from '../../logs/endpoint.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import { settingsOf } from '../../settings.ts';
import { databaseEndpoint } from './connection.ts';
import { short } from './common-fixes.ts';

function at(hit: Hit): string {
  const endpoint = databaseEndpoint(hit);
  return endpoint ? ` at ${endpointName(endpoint)}` : '';
}

/** ` of migration 0042_add_x`: the migration that the log names. */
function migration(hit: Hit): string {
  const text = hit.log.lines
    .map((line) => line.text)
    .join('\n')
    .slice(0, 20_000);
  const found =
    /\b(?:migration|revision|changeset|applying|running)s?:? ["'`]?((?!source)(?:V?\d[\w.-]*_{1,2}|\d{3,}[\w.-]*)[\w.-]{0,80}|(?!\S{0,70}env\.py)[\w./-]{1,80}\.(?:sql|rb|py|xml|yaml|js|ts))/i.exec(
      text,
    )?.[1] ?? /((?<!\d)\d{3,20}_[\w.-]{2,80}|migrations?\/(?!env\.py)[\w.-]{2,80}\.\w{2,4})/.exec(text)?.[1];
  return found === undefined ? '' : ` (migration ${found})`;
}

const isMigration =
  /migrat|flyway|liquibase|alembic|revision|schema|knex|prisma|goose|sqitch|ALTER TABLE|CREATE (?:TABLE|INDEX|UNIQUE)/i;

function schema(what: (hit: Hit) => string, fix: string): Sign['read'] {
  return (hit) => {
    const name = `${hit.view.container ?? ''} ${(hit.view.spec?.command ?? []).join(' ')}`;
    const migrates = isMigration.test(name) || hit.log.lines.some((line) => isMigration.test(line.text));
    return {
      cause: `${migrates ? 'The database migration fails: ' : 'The database rejects a statement: '}${what(hit)}${migration(hit)}`,
      fixes: [{ summary: fix }],
      bonus: 4,
    };
  };
}

function fileOfDatabase(hit: Hit): string {
  const setting = settingsOf(hit.view.spec).find(({ value }) => /\.(?:db3?|sqlite3?)$/u.test(value));
  return setting === undefined ? '' : ` ${setting.value}`;
}

/** What databases say about schemas, statements and migrations. */
export const databaseSigns: readonly Sign[] = [
  {
    id: 'database/column-null-values',
    rank: 'exact',
    strength: 20,
    pattern:
      /column "([^"]{1,80})" (?:of relation|of table|contains|in relation)? ?(?:"([^"]{1,80})" )?contains null values|null value in column "([^"]{1,80})"(?: of relation "([^"]{1,80})")? violates not-null constraint|Column '([^']{1,80})' cannot be null|Field '([^']{1,80})' doesn't have a default value|NOT NULL constraint failed: ([\w.]{1,120})|Cannot add a NOT NULL column[^\n]{0,80}/,
    read: schema((hit) => {
      const column = [1, 3, 5, 6, 7].map(hit.group).find((one) => one !== '') ?? '';
      const table = hit.group(2) || hit.group(4);
      return `column ${column}${table === '' ? '' : ` of table ${table}`} is NOT NULL but rows hold null values`;
    }, 'Give the column a DEFAULT, or add it nullable, fill it and set NOT NULL afterwards'),
  },
  {
    id: 'database/database-missing',
    rank: 'exact',
    strength: 21,
    pattern:
      /database "([^"]{1,80})" does not exist|Unknown database '([^']{1,80})'|Cannot open database "([^"]{1,80})" requested by the login|keyspace '?([\w-]{1,80})'? does not exist|Keyspace '([\w-]+)' not found|no such database: '?([\w.-]+)'?/i,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6].map(hit.group).find((one) => one !== '') ?? '';
      return {
        cause: `Database "${name}" does not exist on the server${at(hit)} (unknown database)`,
        fixes: [{ summary: `Create the database ${name}, or correct its name in the connection settings` }],
        bonus: 5,
      };
    },
  },
  {
    id: 'database/relation-missing',
    rank: 'exact',
    strength: 19,
    pattern:
      /(?:relation|[Tt]able|view|sequence|[Ss]chema|type|function) "?([\w.$-]{1,120})"?(?:\([^)]{0,80}\))? (?:does not exist|doesn't exist|not found)|Table '([^']{1,120})' doesn't exist|no such table: ([\w.]{1,120})|[Ii]nvalid object name '([^']{1,120})'|ORA-00942[^\n]{0,80}/,
    read: (hit) => {
      const name = [1, 2, 3, 4].map(hit.group).find((one) => one !== '') ?? '';
      if (/^mysql\.\w+$/.test(name))
        return {
          cause: `The data directory of the MySQL server is not initialised: its system table ${name} doesn't exist`,
          fixes: [
            { summary: 'Initialise the data directory (mariadb-install-db, mysqld --initialize), or restore it whole' },
          ],
          bonus: 6,
        };
      const kind =
        /^(?:relation|table|view|sequence|schema|type|function)/i.exec(hit.match[0])?.[0].toLowerCase() ?? 'table';
      return {
        cause: `The database${at(hit)} has no ${kind === 'relation' ? 'table (relation)' : kind} "${name}": it does not exist, the schema migrations have not been applied${migration(hit)}`,
        fixes: [{ summary: `Apply the migration that creates ${name}, then restart` }],
        bonus: 5,
      };
    },
  },
  {
    id: 'database/column-missing',
    rank: 'exact',
    strength: 19,
    pattern:
      /column "?([\w.]{1,120})"?(?: of relation "([^"]{1,80})")? does not exist|Unknown column '([^']{1,120})' in|Column "([^"]{1,80})" not found|[Tt]able [`'"]?[\w.]{1,80}[`'"]?:? ?(?:has no |lacks |is missing )?column [`'"]?(\w{1,80})[`'"]?(?: is missing| missing| not found| does not exist|$)|no such column: ([\w.]{1,120})|has no column named (\w{1,80})|[Ii]nvalid column name '([^']{1,80})'/,
    read: (hit) => {
      const name = [1, 3, 4, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      return {
        cause: `Column "${name}"${hit.group(2) === '' ? '' : ` of table ${hit.group(2)}`} does not exist in the database${at(hit)}: the schema is not what the program expects (migration missing)${migration(hit)}`,
        fixes: [{ summary: `Apply the migration that adds ${name}, or run the version that fits the schema` }],
        bonus: 5,
      };
    },
  },
  {
    id: 'database/already-exists',
    rank: 'exact',
    strength: 17,
    pattern:
      /(relation|table|column|index|type|schema|constraint|database|role|function|extension) "([^"]{1,120})"(?: (?:of|for) relation "([^"]{1,80})")? already exists|(Table|Database) '([^']{1,120})' already exists|table "?([\w.]+)"? already exists|Duplicate (?:column|key) name '([^']{1,80})'|duplicate column name: (\w+)/i,
    read: schema((hit) => {
      const name = [2, 5, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      return `${(hit.group(1) || hit.group(4) || 'object').toLowerCase()} "${name}"${hit.group(3) === '' ? '' : ` of ${hit.group(3)}`} already exists (duplicate)`;
    }, 'Mark the migration as applied, or make it idempotent (IF NOT EXISTS)'),
  },
  {
    id: 'database/constraint',
    rank: 'exact',
    strength: 18,
    pattern:
      /duplicate key value violates unique constraint "([^"]{1,120})"|could not create unique index "([^"]{1,120})"|violates (foreign key|check|unique|exclusion) constraint "([^"]{1,120})"|Duplicate entry '([^']{1,120})' for key '([^']{1,120})'|UNIQUE constraint failed: ([\w., ]{1,120})|[Cc]annot add or update a child row: a foreign key constraint fails[^\n]{0,120}|check constraint "([^"]{1,80})" (?:of relation "([^"]+)" )?is violated by some row|FOREIGN KEY constraint failed|E11000 duplicate key error[^\n]{0,160}/,
    read: schema((hit) => {
      const name = [1, 2, 4, 6, 7, 8].map(hit.group).find((one) => one !== '') ?? '';
      const kind = /foreign key|FOREIGN KEY/.test(hit.match[0])
        ? 'foreign key'
        : hit.match[0].includes('check')
          ? 'check'
          : 'unique';
      return `${kind} constraint ${name} is violated${kind === 'unique' ? ' by a duplicate key' : ''} (${short(hit.match[0], 140)})`;
    }, 'Clean the rows that violate the constraint, then run it again'),
  },
  {
    id: 'database/sql-syntax',
    rank: 'exact',
    strength: 18,
    pattern:
      /syntax error at or near "([^"]{1,60})"|You have an error in your SQL syntax[^\n]{0,80}near '([^'\n]{0,60})|near "([^"]{1,60})": syntax error|[Ii]ncorrect syntax near '([^']{1,60})'|ORA-009\d\d[^\n]{0,80}|syntax error at end of input/,
    read: schema(
      (hit) => `SQL syntax error near "${[1, 2, 3, 4].map(hit.group).find((one) => one !== '') ?? 'the end'}"`,
      'Correct the SQL of the migration',
    ),
  },
  {
    id: 'database/permission',
    rank: 'exact',
    strength: 19,
    pattern:
      /permission denied (?:for|to) (table|relation|schema|database|sequence|function|view|create database|create extension "?[\w-]+"?|tablespace|language) ?"?([\w.-]{0,80})"?|must be owner of (\w+) ([\w.]{1,80})|(\w+) command denied to user '([^']{1,60})'@'[^']{0,80}' for table '([^']{1,80})'/,
    read: (hit) => {
      const what =
        hit.group(5) !== ''
          ? `${hit.group(5)} on table ${hit.group(7)} (user ${hit.group(6)})`
          : `${hit.group(1) || hit.group(3)} ${hit.group(2) || hit.group(4)}`.trim();
      return {
        cause: `The database user lacks a privilege: permission denied for ${what}`,
        fixes: [{ summary: `GRANT the privilege on ${what} to the user` }],
        bonus: 4,
      };
    },
  },
  {
    id: 'database/failed-migration',
    rank: 'exact',
    strength: 21,
    lines: 6,
    pattern:
      /(?:migrate found failed migrations|A migration failed to apply)[^\n]*(?:\n[^\n]*){0,4}?\n(?:The `([^`\n]{1,120})` migration|Migration name: (\S{1,120}))/,
    read: (hit) => ({
      cause: `The database migration ${hit.group(1) || hit.group(2)} failed, and no further one is applied until that is resolved`,
      fixes: [
        { summary: 'Mend what the migration left behind, mark it as resolved (applied or rolled back), then restart' },
      ],
      bonus: 6,
    }),
  },
  {
    id: 'database/migration-state',
    rank: 'exact',
    strength: 19,
    pattern:
      /Dirty database version (\d+)[^\n]{0,60}|Can't locate revision identified by '([^']{1,60})'|Multiple head revisions[^\n]{0,60}|Migration checksum mismatch for migration[^\n]{0,100}|Validate failed: [^\n]{1,160}|Detected (?:failed migration to version|resolved migration not applied to database|applied migration not resolved locally):? ?([^\n]{1,80})|Found (?:non-empty schema|more than one migration)[^\n]{0,120}|Validation Failed:[^\n]{0,160}|Schema-validation: (?:missing (?:table|column)|wrong column type)[^\n]{1,120}|P30\d\d[^\n]{0,120}|migrate found failed migrations[^\n]{0,120}|You have (\d+) unapplied migration|[Mm]igrations? (?:are |is )?pending[^\n]{0,100}|ActiveRecord::PendingMigrationError[^\n]{0,80}|InconsistentMigrationHistory: [^\n]{1,160}|Conflicting migrations detected; multiple leaf nodes[^\n]{1,120}|NodeNotFoundError: [^\n]{1,160}/,
    read: (hit) => ({
      cause: `The database schema and the migrations disagree: ${short(hit.match[0], 180)}`,
      fixes: [
        { summary: 'Bring the migration history in order (repair, baseline or apply what is missing), then restart' },
      ],
      bonus: 3,
    }),
  },
  {
    id: 'database/lock-timeout',
    rank: 'exact',
    strength: 17,
    pattern:
      /canceling statement due to (lock timeout|statement timeout)|(Lock wait timeout exceeded)|(deadlock detected)|(Deadlock found when trying to get lock)|(database (?:table )?is locked)|could not obtain lock on (?:relation|row in relation) "([^"]{1,100})"/i,
    read: schema(
      (hit) =>
        hit.group(1) === 'statement timeout'
          ? 'a statement takes longer than statement_timeout allows (canceling statement due to statement timeout)'
          : `${[1, 2, 3, 4, 5].map(hit.group).find((one) => one !== '') ?? `no lock on ${hit.group(6)}`}: another session holds the lock`,
      'Find what holds the statement up (pg_stat_activity, pg_locks, SHOW PROCESSLIST) and run it again',
    ),
  },
  {
    id: 'database/read-only',
    rank: 'exact',
    strength: 19,
    pattern:
      /cannot execute ([A-Z][A-Z ]{2,40}) in a read-only transaction|READONLY You can't write against a read only replica|The MySQL server is running with the --(?:super-)?read-only option|not (?:master|primary) and (?:secondary|slaveOk)|NotWritablePrimary|attempt to write a readonly database|readonly database/,
    read: (hit) =>
      hit.match[0].includes('readonly database')
        ? {
            cause: `The SQLite database file${fileOfDatabase(hit)} is read-only: ${hit.match[0]}`,
            fixes: [{ summary: "Make the file and its directory writable for the program's user" }],
            bonus: 4,
          }
        : {
            cause: `The server${at(hit)} takes no writes, it is read-only (a replica, or set so): ${short(hit.match[0], 120)}`,
            fixes: [{ summary: 'Write to the primary: correct the host of the connection, or the role of the server' }],
            bonus: 4,
          },
  },
  {
    id: 'database/other-protocol',
    rank: 'exact',
    strength: 21,
    pattern:
      /received invalid response to (?:SSL|GSSAPI) negotiation|invalid response to SSL negotiation|unexpected response to SSLRequest/,
    read: (hit) => ({
      cause: `The server${at(hit)} is not PostgreSQL, or speaks another protocol on that port (${short(hit.match[0], 80)})`,
      fixes: [{ summary: 'Correct host and port of the connection settings' }],
      bonus: 5,
    }),
  },
  {
    id: 'database/memory-of-server',
    rank: 'exact',
    strength: 20,
    pattern: /command not allowed when used memory > '?maxmemory'?/,
    read: (hit) => ({
      cause: `The Redis server${at(hit)} has reached its maxmemory and refuses writes (command not allowed when used memory > maxmemory)`,
      fixes: [{ summary: 'Raise maxmemory of that server, or give it a maxmemory-policy that evicts keys' }],
      bonus: 5,
    }),
  },
  {
    id: 'database/sqlstate',
    rank: 'exact',
    strength: 17,
    // postgresql.org/docs/current/errcodes-appendix.html; some drivers' errors reach the log without their text.
    pattern:
      /\b(?:FATAL|ERROR|SQLSTATE|sqlState|code)\b\W{1,5}(28000|28P01|3D000|42P01|42703|42501|53300|57P03|23505|25006|40P01)\b/,
    read: (hit) => ({
      cause: `PostgreSQL${at(hit)} answers ${sqlStates[hit.group(1)] ?? ''} (SQLSTATE ${hit.group(1)})`,
      fixes: [{ summary: "Look at the server's own log for the whole message" }],
      bonus: 2,
    }),
  },
  {
    id: 'database/general-error',
    rank: 'general',
    strength: 8,
    pattern:
      /SQLSTATE\[\w{5}\][: ]{0,3}[^\n]{0,160}|ERROR \d{4} \(\w{5}\)(?: at line \d+)?: [^\n]{1,160}|ORA-\d{5}: [^\n]{1,160}/,
    read: (hit) => ({ cause: `The database answers with an error: ${short(hit.match[0], 200)}`, confidence: 'medium' }),
  },
];

const sqlStates: Readonly<Record<string, string>> = {
  '28000': 'that it rejects the login: no pg_hba.conf entry fits, or the role may not log in (invalid authorization)',
  '28P01': 'that it rejects the login: password authentication failed',
  '3D000': 'that the database does not exist',
  '42P01': 'that a table (relation) does not exist',
  '42703': 'that a column does not exist',
  '42501': 'that the user lacks a privilege (permission denied)',
  '53300': 'that it has too many connections',
  '57P03': 'that it is not ready for connections yet',
  '23505': 'that a unique constraint is violated by a duplicate key',
  '25006': 'that it takes no writes: the transaction is read-only',
  '40P01': 'that a deadlock was detected',
};
