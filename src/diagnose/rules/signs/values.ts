import { quoteLog } from '../../../model/log-quote.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import { envOf, isSecretSetting, settingsWith } from '../../settings.ts';
import { fileSource, mendFileFix, onlyConfigSource, setEnvFix, short, traceLocation } from './common-fixes.ts';
import { isOtherMapping } from './near-variable.ts';
import { pathOf } from './path-of.ts';

/** The file that a configuration message is about, with the object that holds it. */
function configFile(hit: Hit): { readonly path: string; readonly text: string } {
  const own = pathOf(hit.line.message);
  const path = own !== undefined && (own.startsWith('/') || /\.\w{2,10}$/.test(own)) ? own : pathNear(hit);
  if (path === undefined) return { path: '', text: onlyConfigSource(hit.view) };
  return {
    path,
    text: ` in ${path}${fileSource(hit.view, path) || (path.startsWith('/') ? '' : onlyConfigSource(hit.view))}`,
  };
}

function pathNear(hit: Hit): string | undefined {
  for (const line of hit.log.lines.slice(Math.max(0, hit.line.index - 12), hit.line.index + 3)) {
    if (/^\s*(?:File "|at )/.test(line.text)) continue;
    const found = /(?:\/[\w.@-]+)+\.(?:json|ya?ml|toml|ini|conf|cfg|properties|xml|env)\b/.exec(line.message)?.[0];
    if (found && !/site-packages|node_modules/.test(found)) return found;
  }
  return undefined;
}

/** The environment variable that holds a wrong value: named in the message, or the one whose value stands there. */
function culprit(hit: Hit, value: string): { readonly name: string; readonly shown: string } | undefined {
  for (const found of hit.line.message.matchAll(/\b([A-Z][A-Z0-9_]{2,80})\b/g)) {
    const name = found[1] ?? '';
    const env = envOf(hit.view.spec, name);
    if (env)
      return {
        name,
        shown: env.value !== undefined && !isSecretSetting(name, env.value) ? ` (${name}=${short(env.value, 60)})` : '',
      };
  }
  const setting = value.length < 1 ? undefined : settingsWith(hit.view.spec, value).find((one) => one.kind === 'env');
  return (
    setting && {
      name: setting.name,
      shown: isSecretSetting(setting.name, setting.value) ? '' : ` (${setting.name}=${short(setting.value, 60)})`,
    }
  );
}

/** Node shows what it was given below the trace of an ERR_INVALID_URL. */
function nodeInput(hit: Hit): string | undefined {
  if (!hit.match[0].includes('Invalid URL')) return undefined;
  const below = hit.around(0, 14);
  return (/^\s*base: '([^'\n]{1,200})'/mu.exec(below) ?? /^\s*input: '([^'\n]{1,200})'/mu.exec(below))?.[1];
}

/** The only variable of the container that the lines before speak of, when its value is no number. */
function namedNearby(hit: Hit): ReturnType<typeof culprit> {
  const near = hit.log.lines.slice(Math.max(0, hit.line.index - 60), hit.line.index).map((line) => line.message);
  const named = (hit.view.spec?.env ?? []).filter(
    ({ name = '', value = '' }) =>
      name.length > 3 &&
      value !== '' &&
      !/^-?\d+(?:\.\d+)?$/u.test(value) &&
      near.some((text) => new RegExp(`\\b${escapeRegExp(name)}\\b`, 'u').test(text)),
  );
  const [one] = named;
  if (one?.name === undefined || named.length > 1) return undefined;
  const value = one.value ?? '';
  return { name: one.name, shown: isSecretSetting(one.name, value) ? '' : ` (${one.name}=${short(value, 60)})` };
}

function escapeRegExp(text: string): string {
  return text.replace(/[^\w]/gu, '\\$&');
}

/** The key that the line of source reads which a trace shows: `int(conf["smtp"]["port"])`. */
function keyInSource(hit: Hit): string | undefined {
  const source = hit.around(3, 0);
  return [
    ...source.matchAll(
      /\[["'](\w{1,60})["']\]|\.get\(["'](\w{1,60})["']|getenv\(["'](\w{1,60})["']|process\.env\.(\w{1,60})/gu,
    ),
  ]
    .at(-1)
    ?.slice(1)
    .find((one) => (one as string | undefined) !== undefined);
}

const key = String.raw`["'\x60<]?([A-Za-z_][\w.-]{0,80}(?:\[\d+\][\w.-]*)?)["'\x60>]?`;

/** Keys and values of a configuration. */
export const valueSigns: readonly Sign[] = [
  {
    id: 'configuration/missing-key',
    rank: 'exact',
    strength: 15,
    pattern: new RegExp(
      String.raw`\b(?:missing|required|mandatory|no|undefined|absent)(?: or (?:empty|invalid))? (?:required |mandatory |config(?:uration)? |json |yaml )*(?:key|field|property|setting|option|parameter|section|entry|attribute|value|configuration)s?(?: in config(?:uration)?)?(?: for| of| named| called| given for| found for)?(?: the)?(?: key| setting)?[:=]? ["'\x60]?([A-Za-z_][\w.-]{1,80})["'\x60]?`,
      'i',
    ),
    read: (hit) =>
      /has no attribute|undefined (?:value|property|method|variable|field|index|offset)|no value/i.test(hit.match[0]) ||
      hit.line.message.includes('has no attribute')
        ? undefined
        : keyMissing(hit, hit.group(1)),
  },
  {
    id: 'configuration/key-then-missing',
    rank: 'exact',
    strength: 14,
    pattern: new RegExp(
      String.raw`\b(?:[Kk]ey|[Ff]ield|[Pp]roperty|[Ss]etting|[Oo]ption|[Pp]arameter|[Ss]ection|[Ee]ntry|[Aa]ttribute|[Cc]onfig(?:uration)?(?: key| value| option| property)?|[Vv]alue for) ${key} (?:is |was |are |must |has |does |could )*(?:missing|required|not (?:set|found|defined|specified|present|provided|configured|exist|be (?:empty|null|blank|found))|undefined|empty|be (?:set|specified|provided)|mandatory|absent)`,
    ),
    read: (hit) => dataMissing(hit, hit.group(1)) ?? keyMissing(hit, hit.group(1)),
  },
  {
    // `The SECRET_KEY setting must not be empty.`
    id: 'configuration/named-setting',
    rank: 'exact',
    strength: 15,
    pattern:
      /\b([A-Za-z][\w.-]{1,80})["'`]? (?:setting|option|parameter|property|field|configuration key) (?:must not be (?:empty|blank|null)|must be (?:set|specified|provided|configured)|is (?:missing|required|mandatory|not set|not configured|empty))\b/,
    read: (hit) => {
      const name = hit.group(1);
      if (/^(?:a|an|the|this|that|one|required|following|some|any|config|configuration|mandatory)$/i.test(name))
        return undefined;
      const { path, text } = configFile(hit);
      return {
        cause: `The required setting ${name} is ${/empty|blank|null/.test(hit.match[0]) ? 'empty' : 'missing (not set)'}${text}`,
        fixes: [mendFileFix(hit.view, path, `Set ${name}`)],
        bonus: 4,
      };
    },
  },
  {
    id: 'configuration/name-then-missing',
    rank: 'exact',
    strength: 12,
    pattern:
      /(?:^|[\s"'`:(])([a-z][A-Za-z0-9]{0,60}(?:[._-][A-Za-z0-9]{1,60}){0,8})["'`]?(?:\(\))? (?:is |was |are |has |must |not )+(?:set|required|missing|defined|specified|provided|configured|been set|be set|mandatory|undefined|empty)\b/,
    read: (hit) =>
      !/[A-Z._-]/.test(hit.group(1)) || /\.(?:com|org|net|io|internal|local|svc|py|js|go|rb)$|ed$/.test(hit.group(1))
        ? undefined
        : keyMissing(hit, hit.group(1)),
  },
  {
    id: 'configuration/key-error',
    rank: 'exact',
    strength: 12,
    pattern:
      /^(?:\S+: )?KeyError: ["':]?([\w.-]{1,80})["']?$|key not found: :?"?([\w.-]{1,80})"?|No configuration setting found for key '([\w.-]{1,100})'|missing field `([\w-]{1,80})`|Missing required creator property '([\w-]{1,80})'|required property '([\w-]{1,80})'|must have required property '([\w-]{1,80})'|"([\w.-]{1,80})" is (?:a )?required(?: property)?|'([\w.-]{1,80})' is a required property|(?:NoSuchElementException|KeyNotFoundException)[^\n]{0,80}key '?([\w.-]{1,80})'?|undefined method `\[\]' for nil/,
    read: (hit) => {
      const name = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(hit.group).find((one) => one !== '');
      return name === undefined ? undefined : (keyOfData(hit, name) ?? keyMissing(hit, name));
    },
  },
  {
    id: 'configuration/number-expected',
    rank: 'exact',
    strength: 17,
    pattern:
      /invalid literal for int\(\) with base 10: ['"]([^'"]{0,80})['"]|could not convert string to float: ['"]([^'"]{0,80})['"]|NumberFormatException: (?:For input string: )?["']?([^"'\n]{0,80})["']?|strconv\.\w+: parsing "([^"]{0,80})": (?:invalid syntax|value out of range)|invalid value for Integer\(\): "([^"]{0,80})"|ParseIntError \{ kind: (\w+) \}|ParseFloatError[^\n]{0,40}|decimal\.ConversionSyntax|invalid digit found in string|Input string was not in a correct format|[Ii]nvalid (?:integer|number|float|boolean|bool)(?: value)?:? ["']?([^"'\n]{0,60})["']?|Cannot convert ["']([^"']{1,60})["'] to a BigInt|not a (?:valid )?(?:number|integer|int|float|boolean)[^\n]{0,80}/,
    read: (hit) => {
      const value =
        [1, 2, 3, 4, 5, 7, 8].map(hit.group).find((one) => one !== '') ??
        (/['"]{2}/.test(hit.match[0]) ? '' : /['"]([^'"\n]{1,60})['"]/.exec(hit.line.message)?.[1]) ??
        '';
      const from = culprit(hit, value) ?? namedNearby(hit);
      const file = from ? '' : configFile(hit).text;
      const key = keyInSource(hit);
      return {
        cause: from
          ? `Environment variable ${from.name}${from.shown} has an invalid value: a number is expected (${short(hit.match[0], 100)})`
          : `${key === undefined ? 'A setting' : `Setting ${key}`}${file} ${value === '' && /['"]{2}/.test(hit.match[0]) ? 'is empty' : `has the invalid value${value === '' ? '' : ` '${short(value, 60)}'`}`} where a number is expected (${short(hit.match[0], 100)})${traceLocation(hit)}`,
        fixes: [from ? setEnvFix(hit.view, from.name) : mendFileFix(hit.view, '', 'Give the setting a number')],
        bonus: from ? 8 : 2,
      };
    },
  },
  {
    id: 'configuration/named-value',
    rank: 'exact',
    strength: 19,
    pattern:
      /'([A-Za-z][\w.-]{1,80})' (?:cannot|could not|failed to) (?:parse|decode|be parsed|be decoded)(?: value)?(?: as '?(\w{1,20})'?)?/,
    read: (hit) => {
      const wanted = hit
        .group(1)
        .toUpperCase()
        .replace(/[^A-Z0-9]+/gu, '_');
      const env = (hit.view.spec?.env ?? []).find(
        ({ name }) => name === wanted || name?.endsWith(`_${wanted}`) === true,
      );
      const as = hit.group(2) === '' ? '' : ` as ${hit.group(2)}`;
      const value = env?.value;
      const shown =
        env?.name === undefined || value === undefined || isSecretSetting(env.name, value)
          ? ''
          : `=${short(value, 60)}`;
      return {
        cause: `Setting ${hit.group(1)}${env?.name === undefined ? '' : ` (environment variable ${env.name}${shown})`} has an invalid value: it cannot be parsed${as}`,
        fixes: [
          env?.name === undefined
            ? mendFileFix(hit.view, '', `Correct ${hit.group(1)}`)
            : setEnvFix(hit.view, env.name),
        ],
        bonus: 6,
      };
    },
  },
  {
    id: 'configuration/octal-number',
    rank: 'exact',
    strength: 24,
    pattern: /(\w{1,40}): value too great for base \(error token is "(\w{1,40})"\)/,
    read: (hit) => {
      const from = culprit(hit, hit.group(2));
      return {
        cause: `${from === undefined ? 'A value' : `Environment variable ${from.name}`} has the invalid value ${hit.group(2)}: the shell reads a number with a leading 0 as octal (value too great for base)`,
        fixes: [
          from
            ? setEnvFix(hit.view, from.name)
            : { summary: 'Write the number without leading zeros, or as 10#$NAME in the script' },
        ],
        bonus: 5,
      };
    },
  },
  {
    id: 'configuration/duration-expected',
    rank: 'exact',
    strength: 18,
    pattern:
      /time: (?:invalid duration|missing unit in duration|unknown unit "[^"]{1,20}" in duration) "?([^"\n]{0,60})"?|(?:not a valid|[Ii]nvalid|[Uu]nable to parse|cannot parse) (?:duration|time ?zone|timezone|date|time|size|memory size|cron expression|regex|regular expression|URL|URI|uri|url|IP address|CIDR|hostname|address|port|UUID|log ?level|level|locale|encoding|region)[:\s]{1,3}["'`]?([^"'`\n]{0,80})["'`]?|ERR_INVALID_URL|Invalid URL(?: '([^']{0,80})')?|No time ?zone found with key ([^\s'"]{1,60})|unknown time zone (\S{1,60})|ZoneRulesException: Unknown time-zone ID: (\S{1,60})|MissingSchema: Invalid URL '([^']{0,80})'|unsupported protocol scheme "([^"]{0,40})"|first path segment in URL cannot contain colon|relative URL without a base|RelativeUrlWithoutBase|[Uu]nknown (?:log ?level|level)[: ]+['"]?([\w-]{1,40})|not a valid Level: "([^"]{1,40})"/,
    read: (hit) => {
      const value = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map(hit.group).find((one) => one !== '') ?? nodeInput(hit) ?? '';
      const hidden = /:\/\/[^\s/@]*@/.test(value);
      const from = culprit(hit, value);
      return {
        cause: `${from ? `Environment variable ${from.name}${from.shown}` : `A setting${configFile(hit).text}`} has an invalid value${hidden || value === '' || (from && from.shown !== '') ? '' : ` '${short(value, 60)}'`} (${hidden ? 'invalid URL' : short(hit.match[0], 100)})`,
        fixes: [from ? setEnvFix(hit.view, from.name) : mendFileFix(hit.view, '', 'Correct the value')],
        bonus: from ? 8 : 3,
      };
    },
  },
  {
    id: 'configuration/value-not-allowed',
    rank: 'exact',
    strength: 15,
    pattern:
      /\b(?:[Ii]nvalid|[Uu]nsupported|[Uu]nknown|[Ii]llegal|[Bb]ad|[Ww]rong|[Uu]nexpected|[Uu]nrecogni[sz]ed|[Nn]ot a valid|[Ii]ncorrect)(?: (?:value|setting|choice|option|mode|type|name|kind|backend|driver|engine|strategy|format|region|profile|environment|stage|storage|provider|scheme|protocol|dialect|algorithm|version|theme|locale|currency|policy|role|config(?:uration)?|parameter|input|argument))+(?: for| of| in)?(?: (?:the |config |setting |option |parameter |key |field |environment variable |env var |variable |property ))*[:= ]{1,3}["'`]?([\w./:@+-]{1,100})["'`]?([^\n]{0,160})/,
    read: (hit) => {
      const from = culprit(hit, hit.group(1));
      const file = from ? '' : configFile(hit).text;
      return {
        cause: from
          ? `Environment variable ${from.name}${from.shown} has an invalid value (${short(hit.match[0], 160)})`
          : `A setting${file} has an invalid value: ${quoteLog(short(hit.line.message, 240))}`,
        fixes: [from ? setEnvFix(hit.view, from.name) : mendFileFix(hit.view, '', 'Correct the value')],
        confidence: from ? 'high' : 'medium',
        bonus: from ? 8 : 1,
      };
    },
  },
  {
    id: 'configuration/must-be',
    rank: 'exact',
    strength: 15,
    pattern:
      /\b([A-Za-z_][\w.-]{1,80})["'`]?(?: value| setting)?(?: ["'`=]?([^"'`\s]{1,60})["'`]?)? (?:must|should|has to|needs to|cannot|can not|may not|can't) (?:be|have|contain|match|exceed|not|start|end|only)\b([^\n]{1,160})/,
    read: (hit) => {
      const from =
        culprit(hit, hit.group(2)) ?? culprit(hit, /got:? ["'`]?([^\s"'`,)]{1,60})/.exec(hit.group(3))?.[1] ?? '');
      if (
        !from &&
        /^(?:it|this|that|you|we|which|and|user|they|must|server|value|file|directory|files|permissions|program|process|container)$/i.test(
          hit.group(1),
        )
      )
        return undefined;
      return {
        cause: from
          ? `Environment variable ${from.name}${from.shown} has an invalid value: ${short(hit.match[0], 180)}`
          : `The setting ${hit.group(1)}${configFile(hit).text} is invalid: ${quoteLog(short(hit.line.message, 240))}`,
        fixes: [from ? setEnvFix(hit.view, from.name) : mendFileFix(hit.view, '', `Correct ${hit.group(1)}`)],
        confidence: from ? 'high' : 'medium',
        bonus: from ? 8 : 0,
      };
    },
  },
  {
    id: 'configuration/expected-other',
    rank: 'specific',
    strength: 4,
    pattern:
      /\b[Ee]xpected (?:\w+ ){0,3}["'`]?([\w.:-]{1,60})["'`]?,? (?:but )?(?:found|got|was|is|received|have|had)\b/,
    read: (hit) => ({
      cause: `The program finds something else than it expects: ${quoteLog(short(hit.line.message, 240))}`,
      fixes: [{ summary: 'Bring what it found and what it expects together' }],
      confidence: 'medium',
    }),
  },
  {
    id: 'configuration/license',
    rank: 'exact',
    strength: 17,
    pattern:
      /[Ll]icen[cs]e(?: key| file| token)?(?: \S{1,100})? (?:has |is |was )?(?:expired|invalid|not valid|missing|not found|required|could not be (?:found|verified|validated))[^\n]{0,100}|(?:[Nn]o (?:valid )?|[Ii]nvalid |[Ee]xpired )licen[cs]e(?: key| file)?[^\n]{0,100}/,
    read: (hit) => ({
      cause: `The licence is not accepted: ${short(hit.match[0], 160)}`,
      fixes: [mendFileFix(hit.view, pathOf(hit.line.message) ?? '', 'Provide a valid licence')],
    }),
  },
];

// `record 118: field amount is empty`: the data that is read, not a configuration.
function dataMissing(hit: Hit, name: string): ReturnType<Sign['read']> {
  const place =
    /\b(record|row|entry|item|document|message|event|transaction|batch) ?(?:no\.? ?|number |#)?(\d{1,12})\b/iu.exec(
      hit.line.message,
    );
  if (place === null) return undefined;
  const what = /empty|blank/.test(hit.match[0]) ? 'is empty' : 'is missing';
  return {
    cause: `${place[1] ?? ''} ${place[2] ?? ''} of the data is rejected: its field ${name} ${what}`.replace(
      /^./u,
      (one) => one.toUpperCase(),
    ),
    fixes: [{ summary: `Correct or skip that ${(place[1] ?? 'record').toLowerCase()} in the input` }],
    bonus: 4,
  };
}

// `msg["payload"]["id"]` in the trace: what arrives lacks the key, not the configuration.
function keyOfData(hit: Hit, name: string): ReturnType<Sign['read']> {
  const source = hit.around(4, 0);
  const reads = [...source.matchAll(/\b([A-Za-z_]\w{0,60})((?:\[["']\w{1,60}["']\]){1,6})/gu)];
  const from = reads.find((one) => /\w+(?=["']\]$)/u.exec(one[2] ?? '')?.[0] === name)?.[1] ?? '';
  if (
    !/^(?:msg|message|payload|event|evt|record|rec|row|item|body|doc|document|order|re[qs]|request|response|resp|result|job|task|line)s?$/iu.test(
      from,
    )
  )
    return undefined;
  return {
    cause: `The program reads the key ${name} of ${from}, which has no such key (it is missing: KeyError)${traceLocation(hit)}`,
    fixes: [{ summary: `See what sends ${from} without ${name}; let the program check for it` }],
    bonus: 3,
  };
}

function keyMissing(hit: Hit, name: string): ReturnType<Sign['read']> {
  if (
    /^(?:to|at|the|in|for|of|a|an|is|and|or|error|found|value|key|from|on|with|by|errors?|such|data|more|not|set|was|file|given|provided|specified|must|should|has|have|may|cannot|can|will)$/i.test(
      name,
    )
  )
    return undefined;
  if (/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+$/.test(name) && !isOtherMapping(hit)) {
    return { cause: `Environment variable ${name} is not set (missing)`, fixes: [setEnvFix(hit.view, name)], bonus: 3 };
  }
  const { path, text } = configFile(hit);
  return {
    cause: `The required configuration key ${name} is ${/\b(?:empty|blank)$/.test(hit.match[0]) ? 'empty' : 'missing (not set, not found)'}${text}`,
    fixes: [mendFileFix(hit.view, path, `Add ${name}`)],
    bonus: path === '' ? 1 : 4,
  };
}
