import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { fileSource, mendFileFix, short } from './common-fixes.ts';

/** A cause in a server's own configuration file, with the line and the object that holds the file. */
function inFile(hit: Hit, file: string, line: string, what: string): Reading {
  const at = line === '' ? '' : ` line ${line}`;
  const source = file === '' ? '' : fileSource(hit.view, file);
  const where = file === '' ? `the configuration${at}` : `configuration file ${file}${at}${source}`;
  return {
    cause: `${what} in ${where}`,
    fixes: [mendFileFix(hit.view, file, `Correct ${file === '' ? 'the configuration' : `${file}${at}`}`)],
    bonus: 6,
  };
}

const interestingError =
  /error|expect|unknown|unrecogni|invalid|missing|not |no |fail|cannot|can't|unexpected|undefined|duplicate|bad |must|illegal|unclosed|unterminated|already/iu;
const osError =
  /: (?:[Ii]s a directory|[Nn]o such file or directory|[Pp]ermission denied|[Ii]nput\/output error|[Nn]ot a directory)$/u;

/** A path that the message or a field of a structured line names. */
function pathIn(hit: Hit): string {
  const text = [hit.line.message, ...Object.values(hit.line.fields)].join(' ');
  return /(?:\/[\w.@-]+)+\.(?:ya?ml|json|toml|conf|cfg|ini|xml|properties|hcl)\b/.exec(text)?.[0] ?? '';
}

function configOf(hit: Hit, pattern: RegExp): string {
  const words = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].flatMap((word) =>
    word.split(/[\s=]+/),
  );
  return words.find((word) => pattern.test(word)) ?? '';
}

/** Configuration files of servers: nginx, haproxy, Apache, Redis, PostgreSQL, MySQL, Prometheus … */
export const serverConfigSigns: readonly Sign[] = [
  {
    id: 'configuration/nginx',
    rank: 'exact',
    strength: 22,
    pattern:
      /(unknown directive "[^"]{0,100}"|unexpected "[^"]{0,20}"|unexpected end of file, expecting "[^"]{1,8}"(?: or "[^"]{1,4}")?|directive "[^"]{1,60}" (?:is not terminated by ";"|has no opening "\{")|invalid (?:number of arguments in|value|parameter|condition|port|URL prefix|event type|port in|variable name)[^\n]{0,160}?|"[^"]{1,60}" directive (?:is not allowed here|is duplicate|[^\n]{0,80}?)|duplicate [^\n]{1,120}?|unknown "?[^\n]{1,80}?"? variable|unknown log format "[^"]{1,60}"|no "events" section in configuration|zero size shared memory zone "[^"]{1,60}"|conflicting [^\n]{1,80}?|too many [^\n]{1,60}?|"proxy_pass" cannot have URI part[^\n]{0,160}?|could not build [^\n]{1,120}?|upstream "[^"]{1,80}" [^\n]{1,80}?|no servers are inside upstream|no port in upstream "[^"]{1,80}"|the "[^"]{1,60}" parameter[^\n]{0,100}?|a duplicate (?:listen|default server)[^\n]{0,100}?|module "[^"]{1,200}" [^\n]{1,120}?|no "[\w]+" is defined[^\n]{0,80}?|invalid (?:server name|host)[^\n]{0,80}?) in (\/\S+?):(\d+)/,
    read: (hit) => inFile(hit, hit.group(2), hit.group(3), `nginx finds ${short(hit.group(1), 160)}`),
  },
  {
    id: 'configuration/nginx-without-place',
    rank: 'exact',
    strength: 8,
    pattern: /^(?:\d+#\d+: )?(.{3,240})$/,
    read: (hit) =>
      hit.line.text.includes('[emerg]') && !/bind\(\)|failed \(/.test(hit.group(1))
        ? {
            cause: `nginx rejects its configuration: ${short(hit.group(1), 200)}`,
            fixes: [mendFileFix(hit.view, configOf(hit, /nginx.*\.conf$/), 'Correct the nginx configuration')],
            bonus: 4,
          }
        : undefined,
  },
  {
    id: 'configuration/nginx-upstream-host',
    rank: 'exact',
    strength: 22,
    pattern:
      /host not found in (upstream|resolver|"[\w_]+" directive|\S+) "?([\w.-]+)(?::(\d+))?"?(?: in (\/\S+?):(\d+))?/,
    read: (hit) => ({
      cause: `nginx cannot resolve the host name ${hit.group(2)} of ${hit.group(1) === 'upstream' ? 'an upstream' : hit.group(1)} (host not found, DNS)${hit.group(4) === '' ? '' : ` in ${hit.group(4)} line ${hit.group(5)}${fileSource(hit.view, hit.group(4))}`}`,
      fixes: [mendFileFix(hit.view, hit.group(4), `Create the Service ${hit.group(2)} or correct its name`)],
      endpoint: { host: hit.group(2), ...(hit.group(3) !== '' && { port: Number(hit.group(3)) }) },
      bonus: 8,
    }),
  },
  {
    id: 'configuration/nginx-file',
    rank: 'exact',
    strength: 22,
    pattern:
      /(?:cannot load certificate(?: key)?|open\(\)|BIO_new_file\(\)|SSL_CTX_\w+\(\)|PEM_read_bio\w+\(\)|stat\(\)|mkdir\(\)|chown\(\)) "([^"]{1,200})"(?:: [^\n]{0,80}?|:? failed) \(?(?:SSL: error:[^\n]{0,200}|(\d+): ([A-Z][\w -]{1,60}))/,
    read: (hit) => fileTrouble(hit, hit.group(1)),
  },
  {
    id: 'configuration/nginx-key-mismatch',
    rank: 'exact',
    strength: 22,
    pattern:
      /SSL_CTX_use_PrivateKey(?:_file)?\("([^"]{1,200})"\) failed[^\n]{0,160}key values mismatch|key values mismatch/,
    read: (hit) => ({
      cause: `The TLS private key${hit.group(1) === '' ? '' : ` ${hit.group(1)}`} does not match the certificate (key values mismatch)${hit.group(1) === '' ? '' : fileSource(hit.view, hit.group(1))}`,
      fixes: [mendFileFix(hit.view, hit.group(1), 'Put the key that belongs to the certificate')],
      bonus: 8,
    }),
  },
  {
    id: 'configuration/haproxy-server',
    rank: 'exact',
    strength: 22,
    pattern: /\bconfig : ((?:proxy|frontend|backend|listen) '[^'\n]{1,80}'(?:, server '[^'\n]{1,80}')?: [^\n]{1,200})/,
    read: (hit) => ({
      cause: `haproxy rejects its configuration: ${short(hit.group(1), 220)}`,
      fixes: [mendFileFix(hit.view, '', 'Correct the configuration of haproxy')],
      bonus: 6,
    }),
  },
  {
    id: 'configuration/haproxy',
    rank: 'exact',
    strength: 22,
    pattern: /(?:parsing|config) ?\[(\/?[^\]:\s]{1,200}):(\d+)\] ?: ?(.{1,240})/,
    read: (hit) => {
      const text = hit.group(3);
      const host = /could not resolve address '([^']{1,120})'/.exec(text)?.[1];
      return {
        ...inFile(hit, hit.group(1), hit.group(2), `haproxy rejects its configuration: ${short(text, 180)}`),
        ...(host !== undefined && { endpoint: { host: host.split(':')[0] ?? host } }),
      };
    },
  },
  {
    id: 'configuration/haproxy-proxy',
    rank: 'exact',
    strength: 21,
    pattern:
      /(?:config|proxy|Proxy|backend|frontend) ?:? ?'([\w.-]{1,80})'? ?:? (?:.{0,80}?)(unable to find required (?:default_backend|use_backend|table|userlist)[^\n]{0,80}|has no (?:listen|server)[^\n]{0,60}|could not resolve address '([^']{1,120})'|missing timeouts[^\n]{0,60}|unknown (?:keyword|option|backend)[^\n]{0,80})/,
    read: (hit) => ({
      ...inFile(
        hit,
        configOf(hit, /\.(?:cfg|conf)$/),
        '',
        `haproxy rejects '${hit.group(1)}': ${short(hit.group(2), 140)}`,
      ),
      ...(hit.group(3) !== '' && { endpoint: { host: hit.group(3).split(':')[0] ?? '' } }),
    }),
  },
  {
    id: 'configuration/apache',
    rank: 'exact',
    strength: 22,
    lines: 2,
    pattern:
      /(?:AH00526: |^(?:\S+: )?(?:Syntax error on line \d+ of \/\S+: )?)Syntax error on line (\d+) of (\/\S+?):\n?\s*(?!Syntax error)([^\n]{0,200})|(Invalid command '[^']{1,80}'[^\n]{0,120})/,
    read: (hit) =>
      /variable \$\{\w+\} is not defined/i.test(hit.around(12, 0))
        ? undefined
        : inFile(
            hit,
            hit.group(2),
            hit.group(1),
            `Apache finds a syntax error (${short(hit.group(3) || hit.group(4), 160)})`,
          ),
  },
  {
    id: 'configuration/redis',
    rank: 'exact',
    strength: 24,
    lines: 4,
    pattern: /Reading the configuration file, at line (\d+)\n>>> '?([^\n]{1,160}?)'?\n([^\n]{1,160})/,
    read: (hit) => {
      const file = configOf(hit, /\.conf$/);
      const [word = ''] = hit.group(2).split(' ');
      const directive = /pass|secret|user/i.test(word) ? word : hit.group(2);
      return inFile(
        hit,
        file,
        hit.group(1),
        `Redis rejects the invalid directive '${short(directive, 100)}' (${short(hit.group(3), 100)})`,
      );
    },
  },
  {
    id: 'configuration/redis-acl',
    rank: 'exact',
    strength: 23,
    pattern: /Error loading ACL rule '([^'\n]{1,80})' for the user named '([^'\n]{1,80})': ([^\n]{1,120})/,
    read: (hit) => ({
      cause: `Redis rejects the ACL rule '${hit.group(1)}' of user '${hit.group(2)}': ${hit.group(3)}`,
      fixes: [mendFileFix(hit.view, '', `Correct the rule of user ${hit.group(2)}`)],
      bonus: 5,
    }),
  },
  {
    id: 'configuration/postgresql-file',
    rank: 'exact',
    strength: 22,
    pattern:
      /syntax error in file "([^"]{1,200})" line (\d+),? (near [^\n]{1,80})|could not open configuration file "([^"]{1,200})": ([^\n]{1,60})|could not access the server configuration file "([^"]{1,200})": ([^\n]{1,60})/,
    read: (hit) => {
      const file = hit.group(1) || hit.group(4) || hit.group(6);
      const what =
        hit.group(3) === ''
          ? `PostgreSQL cannot read it (${hit.group(5) || hit.group(7)})`
          : `PostgreSQL finds a syntax error ${short(hit.group(3), 80)}`;
      return { ...inFile(hit, file, hit.group(2), what), bonus: 10 };
    },
  },
  {
    // It follows a line that says which setting.
    id: 'configuration/postgresql-file-errors',
    rank: 'exact',
    strength: 2,
    pattern: /configuration file "([^"]{1,200})" contains errors/,
    read: (hit) => ({ ...inFile(hit, hit.group(1), '', 'PostgreSQL finds errors (invalid settings)'), bonus: 0 }),
  },
  {
    id: 'configuration/postgresql-parameter',
    rank: 'exact',
    strength: 23,
    pattern:
      /unrecognized configuration parameter "([\w.]{1,80})"(?: in file "([^"]{1,200})" line (\d+))?|invalid value for parameter "([\w.]{1,80})": "([^"]{0,100})"|parameter "([\w.]{1,80})" (?:requires|cannot be|must be) [^\n]{1,100}|(-?\d+(?: ?\w{1,3})?) is outside the valid range for parameter "([\w.]{1,80})" \(([^)]{1,60})\)/,
    read: (hit) => {
      const name = hit.group(1) || hit.group(4) || hit.group(6) || hit.group(8);
      const what =
        hit.group(1) !== ''
          ? `PostgreSQL does not know the configuration parameter ${name} (unrecognized)`
          : hit.group(8) !== ''
            ? `The PostgreSQL configuration parameter ${name} has the invalid value ${hit.group(7)}, outside the valid range (${hit.group(9)})`
            : hit.group(4) !== ''
              ? `The PostgreSQL configuration parameter ${name} has the invalid value ${short(hit.group(5), 60)}`
              : `The PostgreSQL configuration is invalid: ${short(hit.match[0])}`;
      if (hit.group(2) !== '') return { ...inFile(hit, hit.group(2), hit.group(3), what), bonus: 10 };
      return { cause: what, fixes: [mendFileFix(hit.view, '', `Correct ${name}`)], bonus: 10 };
    },
  },
  {
    id: 'configuration/mysql',
    rank: 'exact',
    strength: 22,
    pattern:
      /unknown (?:variable|option) '([^']{1,120})'|(?:mysqld|mariadbd): Error while setting value '([^']{0,100})' to '([^']{1,80})'|Could not open required defaults file: (\S{1,200})|error: Found option without preceding group in config file:? (\S{1,200}) at line:? (\d+)/i,
    read: (hit) => {
      const what =
        hit.group(1) !== ''
          ? `The server does not know the option ${short(hit.group(1).replace(/=.*/, ''), 80)} (unknown variable)`
          : hit.group(3) !== ''
            ? `The option ${hit.group(3)} has the invalid value ${short(hit.group(2), 60)}`
            : hit.group(4) !== ''
              ? `The configuration file ${hit.group(4)} cannot be opened (missing)`
              : `An option stands before any group (syntax error)`;
      const file = hit.group(5) || configOf(hit, /\.cnf$/).replace(/^--defaults-(?:extra-)?file=/, '');
      return inFile(hit, file, hit.group(6), what);
    },
  },
  {
    id: 'configuration/varnish',
    rank: 'exact',
    strength: 24,
    lines: 4,
    pattern: /Message from VCC-compiler:\n([^\n]{1,200})\n(?:[^\n]{0,200}\n)?\('([^'\n]{1,200})' Line (\d{1,6})/,
    read: (hit) =>
      inFile(hit, hit.group(2), hit.group(3), `Varnish finds a syntax error (${short(hit.group(1), 120)})`),
  },
  {
    id: 'configuration/cannot-load',
    rank: 'exact',
    strength: 11,
    pattern:
      /(?:[Ee]rror|[Ff]ailed|[Uu]nable|[Cc]annot|[Cc]ould not|[Cc]an't)[ \w]{0,30}(?:load|pars|read|decod|unmarshal|adapt|validat|initiali[sz]|apply)\w*(?: (?:the|its|your|main|server|application|initial))* (?:config(?:uration)?|settings)\b(?: file)?([^\n]{0,300})|(?:[Cc]onfig(?:uration)?(?: file)?|settings)(?: \S{1,120})? (?:is |are |was |has |contains )?(?:invalid|not valid|malformed|broken|errors)\b([^\n]{0,300})|[Ii]nvalid (?:config(?:uration)?|settings)(?: file)?\b([^\n]{0,300})/,
    read: (hit) => {
      const said = (hit.group(1) || hit.group(2) || hit.group(3)).replace(/^[\s:,."'-]+/, '');
      // .NET puts what happened into the innermost exception, on a line of its own.
      const inner = hit
        .around(0, 4)
        .match(/^\s*-{3}> [\w.]{1,100}: [^\n]{1,200}/gmu)
        ?.at(-1);
      // `the following errors:` announces lines that say it.
      const below = /:\s*$/u.test(said) ? hit.around(0, 3).split('\n').slice(1).join(' ').trim() : '';
      const rest = short(inner?.replace(/^\s*-{3}> [\w.]{1,100}: /u, '') ?? (below === '' ? said : below), 220);
      const file = pathIn(hit);
      // The line before said what is wrong with it.
      if (/one or more errors occurred|Maybe try/u.test(said)) return undefined;
      if (/^(?:exiting|aborting)\b/i.test(rest) && hit.around(1, 0).includes('\n')) return undefined;
      // So did the operating system, by the tool that read it.
      if (/^\/\S+$/u.test(rest) && osError.test(hit.around(1, 0).split('\n')[0] ?? '')) return undefined;
      const empty = rest === '' || /^(?:exiting|aborting|shutting|stopping|errors?)\b/i.test(rest);
      return {
        ...inFile(
          hit,
          file,
          /line(?:Number:)? (\d+)/i.exec(rest)?.[1] ?? '',
          `The program cannot load its configuration (invalid${rest === '' ? '' : `: ${rest}`})`,
        ),
        bonus: empty ? -8 : file === '' ? 1 : 4,
      };
    },
  },
  {
    id: 'configuration/file-and-line',
    rank: 'exact',
    strength: 14,
    pattern:
      /(?:^|[\s"'(=])((?:\/[\w.@-]{1,80}){1,12}\.(?:conf|cfg|cnf|ini|ya?ml|json|toml|xml|hcl|vcl|properties|rules|zone|db|map|list)): ?(\d{1,6})(?::(\d{1,5}))?:? ?(?:error|fatal|syntax error)?:? ?([^\n"]{6,300}(?:"[^"\n]{1,80}"[^\n"]{0,200}){0,4})/,
    read: (hit) => {
      const said = hit.group(4).replace(/^[:,\s]+/u, '');
      if (!interestingError.test(said)) return undefined;
      return inFile(hit, hit.group(1), hit.group(2), `The program rejects its configuration (${short(said, 180)})`);
    },
  },
  {
    id: 'configuration/unknown-field',
    rank: 'exact',
    strength: 19,
    pattern:
      /(?:field|key) ["'`]?([\w.-]{1,80})["'`]? not found in (?:type|struct) ([\w.*]{1,80})|[Kk]ey ['"]([\w.-]{1,80})['"] is not in struct|unknown field [`"']?([\w.-]{1,80})[`"']?(?:, expected [^\n]{1,160})?|[Uu]nknown (?:configuration )?(?:key|setting|option|property|parameter|directive|variable)s?:? [`"']([\w.-]{1,80})[`"']|(?:[Uu]nrecogni[sz]ed|[Uu]nsupported|[Ii]nvalid) (?:configuration )?(?:key|setting|field|property|parameter|directive|keyword)s?:? [`"']?([\w.-]{2,80})[`"']?/,
    read: (hit) => {
      const key = [1, 3, 4, 5, 6].map(hit.group).find((name) => name !== '') ?? '';
      const placed = /(?:^|\s)((?:\/[\w.@-]{1,80}){1,12}):(\d{1,6})(?::\d{1,5})?:? /.exec(hit.line.message);
      const line =
        placed?.[2] ?? /line (\d+)/.exec(hit.line.message)?.[1] ?? /\bat line (\d+)/.exec(hit.around(4, 0))?.[1] ?? '';
      const file = placed?.[1] ?? (pathIn(hit) || configOf(hit, /\.(?:ya?ml|json|toml|conf|cfg|ini)$/));
      const expected = /expected (?:one of )?[^\n]{1,120}/.exec(hit.line.message)?.[0];
      return inFile(
        hit,
        file,
        line,
        `Unknown configuration key ${key} (invalid field${expected === undefined ? '' : `, ${short(expected, 100)}`})`,
      );
    },
  },
];

function fileTrouble(hit: Hit, path: string): Reading {
  const text = hit.line.message;
  const missing = /No such file/i.test(text);
  const denied = /[Pp]ermission denied/.test(text);
  const readOnly = /[Rr]ead-only/.test(text);
  const what = missing
    ? 'does not exist (No such file or directory)'
    : denied
      ? 'cannot be read (Permission denied)'
      : readOnly
        ? 'cannot be written (read-only file system)'
        : `cannot be used (${short(hit.match[0], 140)})`;
  return {
    cause: `File ${path}${fileSource(hit.view, path)} ${what}`,
    fixes: [mendFileFix(hit.view, path, missing ? `Provide ${path}` : `Correct ${path}`)],
    bonus: 6,
  };
}
