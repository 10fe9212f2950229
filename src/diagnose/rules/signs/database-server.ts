import { endpointName } from '../../logs/endpoint.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import { settingsOf } from '../../settings.ts';
import { databaseEndpoint } from './connection.ts';
import { fileSource, short } from './common-fixes.ts';
import { nearPath } from './path-of.ts';

function at(hit: Hit): string {
  const endpoint = databaseEndpoint(hit);
  return endpoint ? ` at ${endpointName(endpoint)}` : '';
}

/** What database servers say about themselves and their data on disk. */
export const databaseServerSigns: readonly Sign[] = [
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
    id: 'database/no-data-directory',
    rank: 'exact',
    strength: 22,
    pattern:
      /(\w+) does not know where to find the (server configuration file|database system data)|"(\/[^"]{1,200})" is not a valid data directory|could not access directory "(\/[^"]{1,200})"/,
    read: (hit) => {
      const path = hit.group(3) || hit.group(4);
      if (/[Pp]ermission denied/.test(hit.line.message)) return undefined;
      return path === ''
        ? {
            cause: `PostgreSQL is told no data directory: neither -D nor PGDATA is set, so it finds no ${hit.group(2)} (configuration)`,
            fixes: [{ summary: 'Give -D DIRECTORY in the args, or set PGDATA' }],
            bonus: 8,
          }
        : {
            cause: `${path}${fileSource(hit.view, path)} is not a valid PostgreSQL data directory: ${hit.group(4) === '' ? 'PG_VERSION is missing' : 'it does not exist (no such file or directory)'}`,
            fixes: [{ summary: `Initialise ${path} (initdb), or mount the volume that holds the data` }],
            bonus: 8,
          };
    },
  },
  {
    id: 'database/as-root',
    rank: 'exact',
    strength: 23,
    pattern:
      /"root" execution of the (PostgreSQL server) is not permitted|(initdb|pg_ctl|postgres): (?:error: )?cannot be run as root|(?:Please (?:read "Security" section|consult)[^\n]{0,80} run (mysqld|mariadbd) as root)|don't run (\w+) as root|Running a worker with superuser privileges|(?:can ?not|must not|should not|refus\w+ to|not allowed to) (?:be )?(?:run|start|execut)\w* (?:[\w ]{1,30} )?as (?:the )?root(?: user)?|running as root is not (?:allowed|permitted|supported)|can not run (elasticsearch|opensearch) as root/i,
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
      // The lock file cannot even be made.
      if (/[Pp]ermission denied|[Rr]ead-only file|[Nn]o space left|[Nn]o such file/.test(hit.line.message))
        return undefined;
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
    id: 'database/sqlite-file',
    rank: 'exact',
    strength: 18,
    pattern: /unable to open database file|SQLITE_CANTOPEN|Cannot open database because the directory does not exist/,
    read: (hit) => {
      const path =
        nearPath(hit) ??
        settingsOf(hit.view.spec).find(({ value }) => /\.(?:db3?|sqlite3?)$|^sqlite:/u.test(value))?.value;
      const reason =
        /permission denied|read-only file system|no such file or directory/iu
          .exec(hit.around(2, 2))?.[0]
          .toLowerCase() ?? 'its directory does not exist or is not writable';
      return {
        cause: `SQLite cannot open its database file${path === undefined ? '' : ` ${path}`}: ${reason} (unable to open database file)`,
        fixes: [
          {
            summary: `Make the directory of ${path ?? 'the database file'} exist and be writable for the program's user`,
          },
        ],
        bonus: path === undefined ? 2 : 5,
      };
    },
  },
  {
    id: 'database/redis-cluster-file',
    rank: 'exact',
    strength: 20,
    pattern: /cluster configuration file (\S{1,120}) is already used by a different Redis Cluster node/,
    read: (hit) => ({
      cause: `The Redis cluster file ${hit.group(1)} is already used (locked) by a different Redis Cluster node: two instances share one data directory`,
      fixes: [{ summary: 'Give each node a data directory of its own' }],
      bonus: 4,
    }),
  },
  {
    id: 'database/denied-statement',
    rank: 'exact',
    strength: 19,
    pattern:
      /(\w{3,20}(?: \w{3,20})?) command denied to user '([^']{1,80})'@'[^']{0,80}' for table [`']([^\s]{1,120})[`']/,
    read: (hit) => ({
      cause: `The database user ${hit.group(2)} lacks a privilege: ${hit.group(1)} is denied for table ${hit.group(3).replace(/[`']/gu, '')}`,
      fixes: [
        {
          summary: `GRANT ${hit.group(1)} on ${hit.group(3).replace(/[`']/gu, '')} to ${hit.group(2)}, or use a user that has it`,
        },
      ],
      bonus: 5,
    }),
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
];
