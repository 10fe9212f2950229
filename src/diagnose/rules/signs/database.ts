import { endpointName } from '../../logs/endpoint.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import { endpointOf } from './connection.ts';
import { fileSource, short } from './common-fixes.ts';

function at(hit: Hit): string {
  const endpoint = endpointOf(hit);
  return endpoint ? ` at ${endpointName(endpoint)}` : '';
}

/** ` of migration 0042_add_x`: the migration that the log names. */
function migration(hit: Hit): string {
  const text = hit.log.lines
    .map((line) => line.text)
    .join('\n')
    .slice(0, 20_000);
  const found =
    /\b(?:migration|revision|version|changeset|applying|running)s?:? ["'`]?((?:V?\d[\w.-]*_{1,2}|\d{3,}[\w.-]*)[\w.-]{0,80}|[\w./-]{1,80}\.(?:sql|rb|py|xml|yaml|js|ts))/i.exec(
      text,
    )?.[1] ?? /(\d{3,}_[\w.-]{2,80}|migrations?\/[\w.-]{2,80}\.\w{2,4})/.exec(text)?.[1];
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

/** What databases say about their data, their schema and themselves. */
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
      /(?:relation|table|view|sequence|schema|type|function) "?([\w.$-]{1,120})"?(?:\([^)]{0,80}\))? (?:does not exist|doesn't exist|not found)|Table '([^']{1,120})' doesn't exist|no such table: ([\w.]{1,120})|[Ii]nvalid object name '([^']{1,120})'|ORA-00942[^\n]{0,80}/,
    read: (hit) => {
      const name = [1, 2, 3, 4].map(hit.group).find((one) => one !== '') ?? '';
      const kind = /^(?:relation|table|view|sequence|schema|type|function)/.exec(hit.match[0])?.[0] ?? 'table';
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
      /column "?([\w.]{1,120})"?(?: of relation "([^"]{1,80})")? does not exist|Unknown column '([^']{1,120})' in|no such column: ([\w.]{1,120})|has no column named (\w{1,80})|[Ii]nvalid column name '([^']{1,80})'/,
    read: (hit) => {
      const name = [1, 3, 4, 5, 6].map(hit.group).find((one) => one !== '') ?? '';
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
    id: 'database/extension-missing',
    rank: 'exact',
    strength: 18,
    pattern:
      /could not open extension control file "([^"]{1,200})"|extension "([^"]{1,60})" (?:is not available|does not exist|has not been loaded)|could not access file "([^"]{1,100})": No such file or directory|could not load library "([^"]{1,200})"|Plugin '([^']{1,60})' is not loaded/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5].map(hit.group).find((one) => one !== '') ?? '';
      return {
        cause: `The database server lacks the extension or library ${name}: it is not available (missing in the image)`,
        fixes: [{ summary: `Use a server image that holds ${name}` }],
        bonus: 4,
      };
    },
  },
  {
    id: 'database/data-version-postgresql',
    rank: 'exact',
    strength: 24,
    lines: 3,
    pattern: /initialized by PostgreSQL version ([\d.]+), which is not compatible with this version ([\d.]+)/,
    read: (hit) => {
      const path = /-D (\/\S+)|PGDATA=(\/\S+)/.exec((hit.view.spec?.command ?? []).join(' '))?.[1] ?? '';
      return {
        cause: `The data directory was initialised by PostgreSQL version ${hit.group(1)} but the server is version ${hit.group(2)}: database files are incompatible${path === '' ? '' : fileSource(hit.view, path)}`,
        fixes: [
          {
            summary: `Run PostgreSQL ${hit.group(1)} again, or move the data with pg_upgrade or a dump to ${hit.group(2)}`,
          },
        ],
        bonus: 8,
      };
    },
  },
  {
    id: 'database/data-version-other',
    rank: 'exact',
    strength: 21,
    pattern:
      /(?:Upgrade after a crash is not supported[^\n]{0,120}|Cannot boot server version \d+ on data directory built by version \d+[^\n]{0,60}|Invalid MySQL server (?:downgrade|upgrade): Cannot (?:downgrade|upgrade) from (\d+) to (\d+)|Upgrading from (?:version )?([\d.]+) to ([\d.]+)[^\n]{0,40} (?:not|is un)supported|Unsupported redo log format[^\n]{0,120}|UPGRADE PROBLEM: Found an invalid featureCompatibilityVersion document[^\n]{0,100}|Wrong mongod version[^\n]{0,80}|incompatible (?:data|database|file|index|storage|cluster) (?:format|version|files?)[^\n]{0,120}|Can't handle RDB format version (\d+)|cannot downgrade a node from version \[([\d.]+)\] to version \[([\d.]+)\]|cannot upgrade a node from version \[([\d.]+)\][^\n]{0,60} to version \[([\d.]+)\]|was created (?:by|with) (?:a )?(?:newer|later|older|previous|different|incompatible) version[^\n]{0,120}|(?:schema|database|data) (?:version )?(?:\d[\w.]* )?(?:is )?(?:newer|too new|too old|ahead|older than)[^\n]{0,120}|unsupported (?:file format|version of|data format|schema version|RDB version)[^\n]{0,100}|was created on a newer version[^\n]{0,80})/i,
    read: (hit) => ({
      cause: `The data on disk belongs to another version of the server and is not compatible: ${short(hit.match[0], 180)}`,
      fixes: [{ summary: 'Run the version that wrote the data, or upgrade step by step as its documentation says' }],
      bonus: 5,
    }),
  },
  {
    id: 'database/postgresql-permissions',
    rank: 'exact',
    strength: 24,
    lines: 2,
    pattern:
      /data directory "([^"]{1,200})" has (invalid permissions|group or world access|wrong ownership)(?:[\s\S]{0,40}?(Permissions should be [^\n.]{1,60}|The server must be started by the user[^\n.]{1,60}))?/,
    read: (hit) => ({
      cause: `PostgreSQL refuses its data directory ${hit.group(1)}${fileSource(hit.view, hit.group(1))}: it has ${hit.group(2)}${hit.group(3) === '' ? '' : ` (${hit.group(3)})`}`,
      fixes: [
        {
          summary: `Give ${hit.group(1)} the mode 0700 and the server's user, e.g. in an init container (chmod 0700, chown)`,
        },
      ],
      bonus: 6,
    }),
  },
  {
    id: 'database/as-root',
    rank: 'exact',
    strength: 23,
    pattern:
      /"root" execution of the (PostgreSQL server) is not permitted|(initdb|pg_ctl|postgres): (?:error: )?cannot be run as root|(?:Please read "Security" section[^\n]{0,80} run (mysqld) as root)|don't run (\w+) as root|(?:can ?not|must not|should not|refus\w+ to|not allowed to) (?:be )?(?:run|start|execut)\w* (?:[\w ]{1,30} )?as (?:the )?root(?: user)?|running as root is not (?:allowed|permitted|supported)|can not run (elasticsearch|opensearch) as root/i,
    read: (hit) => ({
      cause: `${[1, 2, 3, 4, 5].map(hit.group).find((one) => one !== '') ?? 'The program'} is started as root, which it does not permit; it must run as an unprivileged user (runAsUser)`,
      fixes: [{ summary: "Set securityContext.runAsUser (and fsGroup) to the server's own user" }],
      bonus: 6,
    }),
  },
  {
    id: 'database/stale-lock',
    rank: 'exact',
    strength: 22,
    pattern:
      /lock file "([^"]{1,200})" already exists|(?:pid|PID) file:? ["'(]?(\/[^\s"')]{1,200})["')]? ?(?:already )?(?:exists|found)|[Aa] server is already running|([\w./-]{1,200}(?:\.lock|\.pid|\/LOCK|\.lck))['"]?(?:: | is | )?(?:already exists|already locked|is held|exists|File exists|Resource temporarily unavailable|locked by|is in use)|Unable to lock (?:file|directory|\.\/ibdata1)[^\n]{0,120}|(?:failed to|cannot|can't|could not|unable to) (?:obtain|acquire|get|take|create|lock)[^\n]{0,60}\block(?:file)?\b[^\n]{0,160}|[Dd]atabase (?:is )?(?:already )?(?:locked|in use)|already (?:locked|running|in use by) (?:by )?(?:another|process|pid|PID)[^\n]{0,80}|another (?:instance|process|copy)[^\n]{0,60} (?:is )?(?:already )?(?:running|using|holds)[^\n]{0,80}|Waiting for changelog lock|DBPathInUse[^\n]{0,140}|failed to obtain node locks[^\n]{0,120}|Could not acquire (?:change log )?lock|lock (?:DB|data|database|storage) directory[^\n]{0,100}/,
    read: (hit) => {
      const path =
        [1, 2, 3].map(hit.group).find((one) => one !== '') ??
        /(\.{0,2}\/[\w./-]*(?:lock|pid|LOCK|ibdata)[\w./-]*)/i.exec(hit.line.message)?.[1]?.replace(/\.$/, '') ??
        '';
      const pid = /(?:PID|pid|process)[ =:]*(\d+)/.exec(hit.around(0, 2))?.[1];
      const what =
        path === ''
          ? `A lock is held already (${short(hit.match[0], 120)})`
          : /[Uu]nable to lock|held by|locked by|in use/.test(hit.match[0])
            ? `${path}${fileSource(hit.view, path)} is locked by another process (lock held${pid === undefined ? '' : `, PID ${pid}`}): another instance uses the same data`
            : `Lock file ${path}${fileSource(hit.view, path)} already exists (stale lock, already locked${pid === undefined ? '' : ` by PID ${pid}`})`;
      return {
        cause: what,
        fixes: [
          {
            summary:
              'See that no other instance uses the data; then remove the stale lock file of the instance that died',
          },
        ],
        bonus: path === '' ? 0 : 5,
      };
    },
  },
  {
    id: 'database/corrupt',
    rank: 'specific',
    strength: 19,
    pattern:
      /could not (?:locate a valid checkpoint record|read file "[^"]+"|find redo location)[^\n]{0,100}|invalid (?:checkpoint|primary checkpoint|page) (?:record|in block)[^\n]{0,80}|Bad file format reading the append only file[^\n]{0,120}|Unexpected end of file reading the append only file[^\n]{0,60}|Short read or OOM loading DB[^\n]{0,60}|Wrong signature trying to load DB from file|RDB (?:is )?corrupt[^\n]{0,80}|[Dd]atabase (?:disk image is malformed|corruption|is corrupt\w*)[^\n]{0,80}|(?:file|database|index|data|table|segment|WAL|wal|log|block|page|snapshot|archive) (?:\S{1,80} )?(?:is |seems |appears |looks )?corrupt(?:ed|ion)?[^\n]{0,80}|checksum (?:mismatch|failed|error|verification failed)[^\n]{0,100}|CRC (?:mismatch|error|failed)[^\n]{0,80}|WiredTiger error[^\n]{0,120}|unexpected EOF reading[^\n]{0,60}|[Nn]ot a (?:valid )?(?:gzip|zip|database|tar|sqlite)\w*[^\n]{0,60}|file is not a database|zipfile\.BadZipFile[^\n]{0,60}|ZipException[^\n]{0,80}|invalid or corrupt (?:jarfile|archive|file)[^\n]{0,100}/i,
    read: (hit) => {
      const path = /((?:\/[\w.@-]+){2,})/.exec(hit.line.message)?.[1] ?? '';
      return {
        cause: `Data on disk is damaged (corrupt)${path === '' ? '' : `: ${path}${fileSource(hit.view, path)}`}: ${short(hit.match[0], 140)}`,
        fixes: [{ summary: 'Restore the data from a backup or repair it with the tools of the program' }],
        bonus: 2,
      };
    },
  },
  {
    id: 'database/too-many-connections',
    rank: 'exact',
    strength: 20,
    pattern:
      /sorry, too many clients already|remaining connection slots are reserved[^\n]{0,80}|Too many connections|max number of clients reached|too many connections for (?:role|database) "([^"]{1,60})"|User '?([\w-]+)'? has exceeded the 'max_user_connections'/i,
    read: (hit) => ({
      cause: `The database server${at(hit)} has no free connection: ${short(hit.match[0], 100)} (too many connections, limit reached)`,
      fixes: [{ summary: 'Lower the pool sizes of its clients or raise max_connections' }],
      bonus: 4,
    }),
  },
  {
    id: 'database/migration-state',
    rank: 'exact',
    strength: 19,
    pattern:
      /Dirty database version (\d+)[^\n]{0,60}|Can't locate revision identified by '([^']{1,60})'|Multiple head revisions[^\n]{0,60}|Migration checksum mismatch for migration[^\n]{0,100}|Validate failed: [^\n]{1,160}|Detected (?:failed migration to version|resolved migration not applied to database|applied migration not resolved locally):? ?([^\n]{1,80})|Found (?:non-empty schema|more than one migration)[^\n]{0,120}|Validation Failed:[^\n]{0,160}|Schema-validation: (?:missing (?:table|column)|wrong column type)[^\n]{1,120}|P30\d\d[^\n]{0,120}|migrate found failed migrations[^\n]{0,120}|You have (\d+) unapplied migration|[Mm]igrations? (?:are |is )?pending[^\n]{0,100}|ActiveRecord::PendingMigrationError[^\n]{0,80}|InconsistentMigrationHistory: [^\n]{1,160}|NodeNotFoundError: [^\n]{1,160}/,
    read: (hit) => ({
      cause: `The database schema and the migrations disagree: ${short(hit.match[0], 180)}`,
      fixes: [
        { summary: 'Bring the migration history in order (repair, baseline or apply what is missing), then restart' },
      ],
      bonus: 3,
    }),
  },
  {
    id: 'database/cluster-settings',
    rank: 'exact',
    strength: 19,
    pattern:
      /max virtual memory areas vm\.max_map_count \[(\d+)\] is too low, increase to at least \[(\d+)\]|InconsistentClusterIdException[^\n]{0,160}|The Cluster ID (\S+) doesn't match stored clusterId[^\n]{0,80}|member \S+ has already been bootstrapped|(?:request )?cluster ID mismatch[^\n]{0,120}|Configured broker\.id (\d+) doesn't match stored broker\.id[^\n]{0,80}/,
    read: (hit) => ({
      cause:
        hit.group(1) !== ''
          ? `The node's vm.max_map_count is ${hit.group(1)}, too low: at least ${hit.group(2)} is needed`
          : `The data on disk belongs to another cluster or member: ${short(hit.match[0], 160)}`,
      fixes: [
        {
          summary:
            hit.group(1) !== ''
              ? `Set vm.max_map_count to ${hit.group(2)} on the nodes (sysctl)`
              : 'Use the volume that belongs to this member, or the id that the volume holds',
        },
      ],
      bonus: 3,
    }),
  },
  {
    id: 'database/not-ready',
    rank: 'specific',
    strength: 16,
    pattern:
      /the database system is (starting up|shutting down|in recovery mode|not yet accepting connections)|LOADING Redis is loading the dataset in memory|MASTERDOWN [^\n]{1,80}/,
    read: (hit) => ({
      cause: `The database${at(hit)} does not take connections yet: ${hit.match[0]}`,
      fixes: [{ summary: 'Wait for it in an init container, or let the program retry' }],
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
        `${[1, 2, 3, 4, 5].map(hit.group).find((one) => one !== '') ?? `no lock on ${hit.group(6)}`}: another session holds the lock`,
      'Find the session that holds the lock (pg_locks, SHOW PROCESSLIST) and run it again',
    ),
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
