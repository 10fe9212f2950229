import type { Hit, Reading, Sign } from '../../logs/sign.ts';
import { fileSource, mendFileFix, onlyConfigSource, short } from './common-fixes.ts';

const path = String.raw`((?:\.{0,2}/)?[\w.@-]+(?:/[\w.@-]+)*\.(?:json5?|ya?ml|toml|ini|cfg|conf|config|cnf|xml|properties|env|hcl|tf|lua|rules|list|csv|vcl|cf|map|tmpl|cue)|/[\w.@-]+(?:/[\w.@-]+)+)`;
const anyPath = new RegExp(`^${path}(?=$|:)`);

/** The configuration file that the message or its neighbours name. */
function fileNear(hit: Hit): string | undefined {
  for (const text of [hit.line.message, Object.values(hit.line.fields).join(' '), hit.around(4, 2)]) {
    for (const word of text.split(/[\s"'`(),;=<>]+/)) {
      const found = anyPath.exec(word)?.[1];
      if (
        found &&
        !/\.(?:py|js|ts|rb|go|java|php|pl|rs)$/.test(found) &&
        !/node_modules|site-packages|\/usr\/lib|dist-packages/.test(found)
      )
        return found.replace(/:\d.*$/, '').replace(/\.$/, '');
    }
  }
  // The name of the file in the command: `redis-server /etc/redis.conf`, `--config=/etc/x.yaml`.
  const words = [...(hit.view.spec?.command ?? []), ...(hit.view.spec?.args ?? [])].flatMap((word) =>
    word.split(/[\s=]+/),
  );
  return words.find((word) => /\.(?:json|ya?ml|toml|ini|conf|cnf|cfg|xml|properties)$/.test(word));
}

/** `file.json (ConfigMap x)`, or the only ConfigMap that the container mounts. */
function named(hit: Hit, file: string | undefined, fallback: string): string {
  if (file === undefined) return `${fallback}${onlyConfigSource(hit.view)}`;
  const source = fileSource(hit.view, file);
  return `${file}${source === '' && !file.startsWith('/') ? onlyConfigSource(hit.view) : source}`;
}

// The document can be read, but a value in it does not fit: encoding/json, yaml.v3, Jackson.
const otherType = /cannot unmarshal|MismatchedInputException|InvalidFormatException|UnrecognizedPropertyException/;

function malformed(format: string, detail: (hit: Hit) => string, bonus = 4): Sign['read'] {
  return (hit): Reading => {
    const file = fileNear(hit);
    const text = detail(hit);
    const wellFormed = otherType.test(text);
    const wrong = wellFormed
      ? 'has an invalid value, of another type than the program wants'
      : `is not valid ${format}`;
    return {
      cause: `${named(hit, file, `A${format === 'INI' ? 'n' : ''} ${format} document that it reads`)} ${wrong}: ${short(text, 160)}`,
      fixes: [mendFileFix(hit.view, file ?? '', wellFormed ? 'Correct the value' : `Correct the ${format} syntax`)],
      bonus: file === undefined ? 0 : bonus,
    };
  };
}

const whole = (hit: Hit): string => hit.match[0];

// Node says `Unexpected token } in JSON`; what stands there is mostly a comma before a closing bracket.
function jsonDetail(hit: Hit): string {
  const text = whole(hit);
  if (
    /Unexpected token ['"]?[}\]]|trailing comma|double-quoted property name|invalid character '[}\]]' looking for beginning/i.test(
      text,
    )
  ) {
    return `${text} (probably a trailing comma)`;
  }
  return text;
}

/** Files that are not valid in their own format. */
export const syntaxSigns: readonly Sign[] = [
  {
    id: 'configuration/json-syntax',
    rank: 'exact',
    strength: 18,
    lines: 3,
    pattern:
      /(?:SyntaxError: )?(?:(?:Unexpected (?:token|string|number|end of JSON input|non-whitespace character)|Expected (?:property name|double-quoted property name|',' or '[}\]]')|Bad control character|Unterminated string)[^\n]{0,160}(?:\n[^\n]{0,160}){0,2}JSON[^\n]{0,80}|Unexpected end of JSON input)/,
    read: malformed('JSON', jsonDetail),
  },
  {
    id: 'configuration/json-syntax-python',
    rank: 'exact',
    strength: 18,
    pattern:
      /(?:json\.decoder\.)?JSONDecodeError: [^\n]{1,160}|(?:Expecting (?:value|',' delimiter|':' delimiter|property name enclosed in double quotes)|Extra data|Unterminated string starting at|Invalid control character at|Illegal trailing comma before end of object): line \d+ column \d+/,
    read: malformed('JSON', jsonDetail),
  },
  {
    id: 'configuration/json-syntax-other',
    rank: 'exact',
    strength: 17,
    pattern:
      /\[json\.exception\.[^\n]{1,200}|invalid character '[^\n]{1,6}' (?:looking for beginning of|after|in) [^\n]{1,60}|unexpected end of JSON input|json: cannot unmarshal [^\n]{1,120}|JSON::ParserError[^\n]{0,120}|com\.fasterxml\.jackson\.\w+\.\w+(?:Exception)?: [^\n]{1,160}|JsonParseException[^\n]{0,160}|JsonSyntaxException[^\n]{0,160}|System\.Text\.Json\.JsonException: [^\n]{1,160}|(?:malformed|invalid) JSON[^\n]{0,100}|JSON parse error[^\n]{0,100}|(?:trailing comma|expected value|EOF while parsing [^\n]{1,30}|key must be a string|expected `[^`]{1,3}` or `[^`]{1,3}`) at line \d+ column \d+|syntax error at byte \d+|Syntax error, malformed JSON|parse error: [^\n]{0,80} at line \d+, column \d+/,
    read: malformed('JSON', jsonDetail),
  },
  {
    id: 'configuration/yaml-syntax',
    rank: 'exact',
    strength: 18,
    lines: 6,
    pattern:
      /(?:yaml\.(?:scanner|parser|composer|constructor|reader)\.\w+Error: [^\n]{0,120}|yaml: (?:line \d+: |unmarshal errors)[^\n]{0,120}(?:\n\s+line \d+: [^\n]{1,120})?|YAMLException: [^\n]{1,160}|YAML(?:Parse|Semantic|Syntax)?Error: [^\n]{1,160}|org\.yaml\.snakeyaml\.\w+\.\w+: [^\n]{1,160}|Psych::(?:SyntaxError|BadAlias|DisallowedClass)[^\n]{0,160}|\(<unknown>\): [^\n]{1,120} at line \d+ column \d+|(?:(?:^|: )while (?:scanning|parsing) an? [^\n]{1,80})|did not find expected [^\n]{1,80}|mapping values are not allowed (?:here|in this context)|could not find expected ':'|found character '?[^\n]{1,4}'? that cannot start any token|error converting YAML to JSON[^\n]{0,120}|bad indentation of a mapping entry[^\n]{0,60}|duplicated mapping key[^\n]{0,60}|(?<!render out )invalid YAML[^\n]{0,80})/,
    read: malformed('YAML', (hit) => {
      const at = /line \d+(?:, column \d+|:\d+)?/.exec(hit.around(0, 6))?.[0];
      const problem =
        /(?:mapping values are not allowed(?: here| in this context)?|could not find expected ':'|found character [^\n]{1,30}that cannot start any token|did not find expected [^\n]{1,60}|expected <block end>, but found [^\n]{1,40}|bad indentation[^\n]{0,40}|duplicated mapping key|found undefined (?:alias|tag)[^\n]{0,40}|found a tab[^\n]{0,40})/.exec(
          hit.around(0, 6),
        )?.[0];
      return problem === undefined
        ? whole(hit).replace(/\n\s*/g, ' ')
        : `${problem}${at === undefined ? '' : `, ${at}`}`;
    }),
  },
  {
    id: 'configuration/toml-syntax',
    rank: 'exact',
    strength: 18,
    pattern:
      /(?:tomllib\.TOMLDecodeError|tomli?\.TomlDecodeError|toml\.decoder\.TomlDecodeError|TomlError|TOMLDecodeError)[^\n]{0,160}|TOML parse error[^\n]{0,120}|toml: (?:line \d+|cannot|expected|invalid|incomplete|incompatible)[^\n]{0,120}|[Nn]ear line \d+ \(last key parsed '[^']*'\): [^\n]{1,100}|\(\d+, \d+\): (?:unexpected|expected|was expecting|parsing error)[^\n]{0,120}|(?:invalid|malformed) TOML[^\n]{0,80}/,
    read: malformed('TOML', whole),
  },
  {
    id: 'configuration/ini-syntax',
    rank: 'exact',
    strength: 18,
    lines: 3,
    pattern:
      /configparser\.(\w+Error): [^\n]{1,160}(?:\n[^\n]{0,120}){0,2}|MissingSectionHeaderError[^\n]{0,120}|[Cc]onfig(?:uration)? file contains no section headers?[^\n]{0,60}|syntax error, unexpected [^\n]{1,60} in [^\n]{1,80} on line \d+/,
    read: (hit) => {
      const missing =
        /No (section|option)(?: ['"]?([\w.-]+)['"]?)?(?: in section: ['"]?([\w.-]+)['"]?)?(?:: ?['"]?([\w.-]*)['"]?)?/.exec(
          hit.match[0],
        );
      if (!missing) return malformed('INI', (at) => whole(at).replace(/\n/g, ' '))(hit);
      const file = fileNear(hit);
      const what =
        missing[1] === 'section'
          ? `section ${missing[4] ?? ''}`
          : `option ${missing[2] ?? missing[4] ?? ''}${missing[3] ? ` in section ${missing[3]}` : ''}`;
      return {
        cause: `${named(hit, file, 'The INI configuration file')} has no ${what}: the key is missing (not found, ${hit.group(1)})`,
        fixes: [mendFileFix(hit.view, file ?? '', `Add the missing ${what}`)],
        bonus: 4,
      };
    },
  },
  {
    id: 'configuration/xml-syntax',
    rank: 'exact',
    strength: 17,
    pattern:
      /(?:org\.xml\.sax\.)?SAXParseException[^\n]{0,200}|xml\.etree\.ElementTree\.ParseError: [^\n]{1,120}|lxml\.etree\.XMLSyntaxError: [^\n]{1,120}|XML syntax error on line \d+[^\n]{0,100}|not well-formed \(invalid token\)[^\n]{0,60}|mismatched tag: line \d+[^\n]{0,40}|(?:premature end of|invalid|malformed) XML[^\n]{0,80}/i,
    read: malformed('XML', whole),
  },
  {
    id: 'configuration/properties-value',
    rank: 'exact',
    strength: 18,
    lines: 14,
    pattern: /Failed to bind properties under '([^']{1,120})' to|Binding to target [^\n]{1,200} failed/,
    read: (hit) => {
      const below = hit.match.input.slice(hit.match.index, hit.match.index + 1500);
      const reason = /Reason: ([^\n]{1,160})/u.exec(below)?.[1];
      if (reason === undefined) return undefined;
      const property = /Property: (\S{1,120})/u.exec(below)?.[1] ?? hit.group(1);
      const value = /Value: "?([^"\n]{0,100})/u.exec(below)?.[1] ?? '';
      return {
        cause: `The configuration property ${property} ${value === '' ? 'is empty' : `has the invalid value ${short(value, 60)}`}: ${short(reason, 120)}`,
        fixes: [mendFileFix(hit.view, '', `Correct ${property}`)],
        bonus: 8,
      };
    },
  },
];
