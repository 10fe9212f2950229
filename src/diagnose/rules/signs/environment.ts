import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { envOf } from '../../settings.ts';
import { setEnvFix, short } from './common-fixes.ts';
import { isOtherMapping, nearlyNamed, renameVariable } from './near-variable.ts';

const quote = String.raw`["'\x60$({\[]{0,3}`;
const unquote = String.raw`["'\x60)}\]]{0,3}`;
const variable = String.raw`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z][A-Z0-9]{3,})`;
const environment = String.raw`(?:env(?:ironment)?[ _-]?var(?:iable)?s?|env(?:ironment)?(?: (?:setting|entry|entries|value|parameter|key)s?)?)`;
const absent = String.raw`(?:(?:is |was |are |has |must |but |be |it |could |should )*(?:not (?:been )?(?:set|defined|found|provided|present|specified|configured|available|exist|be (?:empty|blank|null|unset))|required|missing|undefined|unset|empty|blank|null|absent|mandatory|needed|be (?:set|defined|provided|specified|present|non-empty)|cannot be (?:empty|blank|null)|does not exist|unbound)|isn't set|doesn't exist|wasn't (?:set|provided))`;

/** A sentence about a variable that the program wants and does not get. */
function missing(hit: Hit, name: string, bonus = 0): Reading {
  const known = envOf(hit.view.spec, name);
  const error = /KeyError|NotPresent|UndefinedValueError|ImproperlyConfigured|ValidationError/.exec(
    hit.line.message,
  )?.[0];
  const tail = error === undefined ? '' : ` (${error})`;
  if (known?.value === '') {
    return {
      cause: `Environment variable ${name} is set to an empty value${tail}`,
      fixes: [setEnvFix(hit.view, name)],
      bonus,
    };
  }
  const from = known
    ? ` in the container although the pod spec takes it from ${known.source}`
    : nearlyNamed(hit.view, name);
  return {
    cause: `Environment variable ${name} is not set${from}${tail}`,
    fixes: [...renameVariable(hit.view, name), setEnvFix(hit.view, name)],
    bonus,
  };
}

function missingNamed(group: number): Sign['read'] {
  return (hit) => {
    const name = hit.group(group);
    if (!isVariable(name) || isOfDatabase(hit, name) || isAdvice(hit.line.message)) return undefined;
    return missing(hit, name, 2);
  };
}

// `Set the environment variable X=1 for a complete stack trace`: how to learn more, not what is missing.
function isAdvice(message: string): boolean {
  return /\b[A-Z][A-Z0-9_]+=\S{1,40},? (?:for (?:a |the )?(?:complete|full|more|further|verbose|debug)|to (?:see|get|show|enable|disable|display|silence|suppress|ignore|skip|turn|force|override|print))/u.test(
    message,
  );
}

// Databases write the names of their objects in capitals, too: `Table "LANES" not found`.
function isOfDatabase(hit: Hit, name: string): boolean {
  const at = hit.line.message.indexOf(name);
  return /\b(?:table|column|relation|schema|sequence|index|view|constraint|procedure|function|database|user|role)\s?["'`]?$/i.test(
    hit.line.message.slice(Math.max(0, at - 30), Math.max(0, at)),
  );
}

// Words in capitals that are not variables.
const notVariables =
  /^(?:ERROR|FATAL|WARN|WARNING|INFO|DEBUG|NULL|HTTP|HTTPS|JSON|YAML|TOML|SQL|TLS|SSL|URL|URI|NOT|THE|CONFIG|CRITICAL|NOTICE|EXCEPTION|FILE|TRUE|FALSE|NONE|POST|HEAD|DELETE|ENOENT|EACCES|E[A-Z]{4,}|ALTER|TABLE|COLUMN|CREATE|INSERT|SELECT|UPDATE|INDEX|FAILED|DETAIL|HINT|LOG|STATEMENT|PANIC|UTF|ASCII|REQUIRED|MISSING|EMERG|ALERT|STARTUP|ENVIRONMENT|VARIABLE|ENV|UNIQUE|PRIMARY|FOREIGN|VALUES|DEFAULT|CONSTRAINT)$/;

function isVariable(name: string): boolean {
  return name.length >= 2 && !notVariables.test(name);
}

/** Environment variables that are missing. */
export const environmentSigns: readonly Sign[] = [
  {
    id: 'configuration/missing-environment-variable',
    rank: 'exact',
    strength: 18,
    pattern: new RegExp(
      String.raw`\b${environment}\b(?: (?:named|called|for))?[ :=-]{1,3}${quote}${variable}${unquote}[ ,:;-]{0,3}${absent}`,
      'i',
    ),
    read: (hit) => (/^[A-Z]/.test(hit.group(1)) ? missingNamed(1)(hit) : undefined),
  },
  {
    id: 'configuration/environment-variable-required',
    rank: 'exact',
    strength: 18,
    pattern: new RegExp(
      String.raw`\b(?:missing|required?|requires|undefined|unset|needs?|expect(?:s|ed)?|must (?:set|define|provide|specify)|please (?:set|define|provide|specify)|forgot|no(?: such)?|set the|without|could not (?:find|read|fetch|get)|cannot (?:find|read)|failed to (?:read|get|find|load)|unable to (?:read|get|find))\b[^"'\x60$A-Z]{0,40}\b${environment}\b[^A-Z]{0,12}?${quote}${variable}`,
      'i',
    ),
    read: (hit) => (/^[A-Z][A-Z0-9_]*$/.test(hit.group(1)) ? missingNamed(1)(hit) : undefined),
  },
  {
    id: 'configuration/variable-then-environment',
    rank: 'exact',
    strength: 17,
    pattern: new RegExp(String.raw`(?:^|[\s"'\x60$({:])${variable}${unquote} (?:${environment} )?(?:${absent})`),
    read: missingNamed(1),
  },
  {
    id: 'configuration/missing-then-variable',
    rank: 'exact',
    strength: 15,
    pattern: new RegExp(
      String.raw`\b(?:[Mm]issing|MISSING|[Rr]equired?s?|[Uu]ndefined|[Uu]nset|[Mm]ust (?:set|define|provide|specify)|(?:[Yy]ou need|[Nn]eed) to (?:set|define|provide|specify)|[Pp]lease (?:set|define|provide|specify|export)|[Ss]et the|[Nn]o value (?:for|given for)|[Nn]ot set|[Yy]ou must (?:set|specify|define))(?: (?:required|mandatory|config(?:uration)?|setting|settings|value|key|option|variable|variables|parameter|field|property|entry|secret|credential|or empty|or invalid|for|the|a|one of))*[ :=]{1,3}${quote}([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)`,
    ),
    read: missingNamed(1),
  },
  {
    id: 'configuration/shell-unset-variable',
    rank: 'exact',
    strength: 22,
    pattern:
      /(?:^|[\s:])([A-Za-z_][A-Za-z0-9_]*): (?:unbound variable|parameter (?:null or )?not set|(?:is )?not set|must be set)/,
    read: (hit) => missing(hit, hit.group(1), 2),
  },
  {
    id: 'configuration/key-error-environment',
    rank: 'exact',
    strength: 16,
    pattern: new RegExp(
      String.raw`\bKeyError: (?:key not found: )?["':]${variable}["']?|key not found: "${variable}"(?: \(KeyError\))?`,
    ),
    read: (hit) => (isOtherMapping(hit) ? undefined : missing(hit, hit.group(1) || hit.group(2), 2)),
  },
  {
    id: 'configuration/undeclared-variable',
    rank: 'exact',
    strength: 16,
    pattern: new RegExp(
      String.raw`UndefinedValueError: ${variable} not found|Set the ${variable} environment variable|required key ${variable} missing value|Undefined (?:array key|index|offset):? "?${variable}"?|could not fetch environment variable "${variable}"|[Ee]nv\w*[^\n]{0,20}"${variable}"[^\n]{0,60}NotPresent`,
    ),
    read: (hit) => missing(hit, [1, 2, 3, 4, 5, 6].map(hit.group).find((name) => name !== '') ?? '', 2),
  },
  {
    id: 'configuration/unresolved-placeholder',
    rank: 'exact',
    strength: 20,
    pattern:
      /Could not resolve placeholder '([^']{1,120})'|Could not (?:resolve|expand) (?:substitution to a value|value): ?\$\{([\w.-]{1,120})\}|SRCFG\d+: (?:The config property|Could not expand value) ([\w.-]{1,120})/,
    read: (hit) => {
      const name = hit.group(1) || hit.group(2) || hit.group(3);
      if (/^[A-Z][A-Z0-9_]+$/.test(name)) return missing(hit, name, 4);
      const env = name.toUpperCase().replace(/[.-]/g, '_');
      return {
        cause: `The configuration property ${name} is not set (unresolved placeholder)`,
        fixes: [setEnvFix(hit.view, env)],
        bonus: 4,
      };
    },
  },
  {
    id: 'configuration/settings-validation',
    rank: 'exact',
    strength: 18,
    lines: 4,
    pattern: /\d+ validation errors? for (\w+)\n\s*([A-Za-z_][\w.]*)\n\s+(Field required|[^\n[]{1,160})/,
    read: (hit) => {
      const field = hit.group(2);
      const env = /settings|config|env/i.test(hit.group(1)) || field === field.toUpperCase();
      const what = /required/i.test(hit.group(3))
        ? 'is not set (field required)'
        : `has an invalid value (${short(hit.group(3))})`;
      const name =
        envOf(hit.view.spec, field.toUpperCase()) || field === field.toUpperCase() ? field.toUpperCase() : field;
      return {
        cause: `${env ? 'Setting' : 'Field'} ${name} of ${hit.group(1)} ${what}; the validation of the configuration fails`,
        fixes: [setEnvFix(hit.view, field.toUpperCase())],
        bonus: 4,
      };
    },
  },
  {
    id: 'configuration/shell-parameter',
    rank: 'exact',
    strength: 21,
    // `${NAME:?message}` of POSIX shells: dash says `file: 3: NAME: message`, bash `file: line 3: NAME: message`.
    pattern:
      /^(?:\S{1,200}: (?:line )?\d+: |(?:\S{0,60}\/)?(?:ba|da|a|z|k)?sh: )([A-Z][A-Z0-9_]{1,80}): (?!not found|command not found|No such|[Pp]ermission|cannot |Is a|bad |syntax|readonly|is read)([^\n]{1,200})/,
    read: (hit) => {
      const env = envOf(hit.view.spec, hit.group(1));
      return env?.value !== undefined && env.value !== '' ? undefined : missing(hit, hit.group(1), 5);
    },
  },
  {
    id: 'configuration/variable-reference',
    rank: 'exact',
    strength: 20,
    pattern:
      /variable reference for '(\w{1,80})'[^\n]{0,40} can ?not be found|contains names \('ENV_(\w{1,80})'\) which cannot be expanded|[Uu]ndefined environment variable:? ['"]?(\w{1,80})/,
    read: (hit) => missing(hit, [1, 2, 3].map(hit.group).find((one) => one !== '') ?? '', 5),
  },
  {
    id: 'configuration/zod-validation',
    rank: 'exact',
    strength: 22,
    lines: 40,
    pattern: /(?:ZodError|\$ZodError)\b[^\n[]{0,200}\[[\s\S]{0,300}?"path": \[\s{0,40}"([A-Za-z_][\w.-]{0,80})"/,
    read: (hit) => {
      const text = hit.around(0, 40);
      const problems = [
        ...text.matchAll(/"path": \[\s*"([A-Za-z_][\w.-]{0,80})"[^\]]{0,80}\],\s*"message": "([^"\n]{1,160})"/gu),
      ];
      const names = [...new Set(problems.map(([, name = '']) => name))].slice(0, 4);
      const [, name = hit.group(1), message = ''] = problems[0] ?? [];
      const unset = /required|received undefined/iu.test(message);
      const variable = /^[A-Z][A-Z0-9_]+$/u.test(name);
      const more = names.length > 1 ? ` (and ${names.slice(1).join(', ')})` : '';
      return {
        cause: `${variable ? 'Environment variable' : 'Field'} ${name}${more} ${unset ? 'is not set (required, received undefined)' : `has an invalid value (${short(message)})`}; the validation of the configuration fails`,
        fixes: variable ? [setEnvFix(hit.view, name)] : [],
        bonus: 6,
      };
    },
  },
  {
    id: 'configuration/listed-issue',
    rank: 'exact',
    strength: 19,
    pattern:
      /\b(?:[Ii]nvalid|[Vv]alidation|[Bb]ad|[Mm]alformed)\b[^:\n]{0,60}: ([A-Za-z_]\w{0,60}(?:\.\w{1,60}){0,6}): ([A-Z][^\n]{3,160})/,
    read: (hit) => {
      const [name, message] = [hit.group(1), hit.group(2)];
      if (!/environment|\benv\b|config|settings?\b|variables?\b/i.test(hit.match[0].slice(0, 80))) return undefined;
      const variable = /^[A-Z][A-Z0-9_]+$/u.test(name);
      const unset = /required|received undefined|missing/iu.test(message);
      return {
        cause: `${variable ? 'Environment variable' : 'Field'} ${name} ${unset ? `is not set (${short(message, 60)})` : `has an invalid value (${short(message)})`}; the validation of the configuration fails`,
        fixes: variable ? [setEnvFix(hit.view, name)] : [],
        bonus: 6,
      };
    },
  },
  {
    id: 'configuration/missing-variables-list',
    rank: 'exact',
    strength: 18,
    lines: 3,
    pattern: new RegExp(
      String.raw`\b(?:[Mm]issing|[Ii]nvalid|[Rr]equired|need to specify one of)\b[^\n]{0,60}(?:env|variables|settings|configuration)[^\n]{0,60}:?[ \t]{0,20}\n[\s*\u2022-]{0,40}${quote}${variable}`,
    ),
    read: missingNamed(1),
  },
  {
    id: 'configuration/database-password-option',
    rank: 'exact',
    strength: 20,
    lines: 4,
    pattern:
      /[Dd]atabase is uninitialized and (?:superuser )?password(?: option)? is not specified[\s\S]{0,200}?\b(POSTGRES_PASSWORD|M(?:Y|ARIA)[SD]\w*_ROOT_PASSWORD)/,
    read: (hit) => missing(hit, hit.group(1), 4),
  },
];
