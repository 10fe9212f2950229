/**
 * Names whose value is a secret whatever it looks like. A scanner's alternative, so without anchors; the words may stand
 * inside a longer name (`DB_PASSWORD`, `spring.datasource.password`, `X-Vault-Token`).
 */
export const strongWords = [
  'passw(?:or)?ds?',
  'passwort',
  'kennwort',
  'contrase(?:n|ñ)a',
  'senha',
  'mot[ _-]de[ _-]passe',
  'пароль',
  '密码',
  'パスワード',
  'pass[-_ ]?phrase',
  'passcode',
  '(?:(?<![A-Za-z])(?:db|user|my|pg|redis|ssh|smtp|mail|ftp|root|admin|key|store))?pass(?![A-Za-z])',
  '(?<![A-Za-z])pwd(?![A-Za-z])',
  '(?:MYSQL|user|db)_?pwd(?![A-Za-z])',
  'requirepass',
  'masterauth',
  'REDISCLI_AUTH',
  '(?<!non-existent )secret[-_. ]?(?:access[-_. ]?)?(?:key|id|token|text|value)s?',
  'secrets?',
  'tokens?',
  '(?:api|access|private|encryption|signing|master|account|shared|auth|license|service|storage|deploy|session|cookie|hmac|aes|rsa|ssh|jwt|webhook|client|crypt|app|consumer|function|subscription|instrumentation)[-_. ]?keys?(?![a-z])',
  'apikeys?',
  'accesskeys?',
  'privatekeys?',
  'client[-_]key[-_]data',
  'client[-_]certificate[-_]data',
  'certificate[-_]authority[-_]data',
  'dockerconfigjson',
  'dockercfg',
  '(?<=[?&;])sig',
  'shared[-_]?access[-_]?signature',
  'connection[-_ ]?string',
  'webhook[-_]?url',
].join('|');

/** Names whose value is a secret only when it looks random. */
export const weakWords = [
  'auth(?:entication|orization)?',
  'cred(?:ential)?s?',
  'sig(?:nature)?',
  'session(?:[-_]?id)?',
  'sid',
  'cookie',
  'salt',
  'seed',
  'dsn',
  'otp',
  'nonce',
  'licen[cs]e',
  'bearer',
  'key',
].join('|');

// Endings that turn a secret's name into the name of something about a secret.
const about =
  /(?:name|names|ref|refs|path|paths|file|files|filename|dir|directory|url|urls|uri|endpoint|host|port|type|types|count|length|size|ttl|age|expiry|expires|expiration|expired|lifetime|seconds|minutes|hours|days|ms|at|provider|version|policy|policies|hint|field|fields|enabled|disabled|required|optional|review|reviews|request|requests|mount|mounts|source|sources|class|store|algorithm|alg|format|prefix|namespace|validity|rotation|reset|timeout|limit|limits|service|svc|api|server|manager|controller|proxy|gateway|broker|operator|generator|reader|writer|rotator|audience|issuer|scope|scopes|usage|used|total|per|budget|invalid|missing|less|izer|izers|ization|ized|ary|ariat)$/iu;

/** True when a name only speaks about a secret: `secretName`, `tokenExpirationSeconds`, `PASSWORD_FILE`. */
export function isAboutSecret(name: string): boolean {
  if (about.test(name.replace(/[-_.]+$/u, ''))) return !/(?:webhook[-_]?url)$/iu.test(name);
  return /^(?:OLD)?PWD$/u.test(name);
}

// What a log or a usage text says where no secret stands.
const ordinary = new Set(
  (
    'a an any are as at and be been but by can cannot could did do does else empty for from given had has have if in instead into is it ' +
    'may must needs neither no non none nor not of on only option or parameter argument provided required should so such than that the ' +
    'then there this to too unless until use used using was were when which while will with without would yes true false null nil ' +
    'undefined unset set unknown missing invalid expired wrong bad failed failure error errors exception denied forbidden unauthorized ' +
    'authentication authorization permission file directory path value values string strings stringarray text str int bool duration ' +
    'open read stat lookup dial connection context exit eof timeout timed unexpected mismatch rejected revoked refused disabled enabled ' +
    'absent optional default unable malformed must-not expected got found required. changed rotated updated deleted created hidden masked ' +
    'redacted replace_me secret secrets token password key object opaque bearer basic'
  ).split(' '),
);

/** True for a value that is no secret: an ordinary word of a message, a reference, or something already hidden. */
export function isNoSecret(value: string): boolean {
  const bare = value.replace(/^[<([{]+|[>)\]}.,:;!?]+$/gu, '');
  if (bare === '' || ordinary.has(bare.toLowerCase())) return true;
  if (/^(?:\*+|\u2022+|x{3,}|X{3,}|\.{2,}|\u2026|-+|_+|\[redacted[^\]]*\]?|redacted.*|REPLACE_ME)$/u.test(bare))
    return true;
  if (/^\$(?:\([\w.]+\)?|\{[\w.]+\}?|[A-Z_][A-Z0-9_]*|\{\{[^{}]*\}\})$/u.test(value)) return true;
  return /^(?:<set to the key|\{\{|%[sdvq]|&lt;)/u.test(value);
}

/** True for text of at least 16 characters that looks drawn at random: letters and digits, many different ones. */
export function looksRandom(value: string): boolean {
  if (value.length < 16 || !/\d/u.test(value) || !/[A-Za-z]/u.test(value)) return false;
  if (/^[./~]|:\/\/|^sha(?:1|256|512)[:-]|\s/u.test(value)) return false;
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?$/u.test(value) || /^\d{4}-\d\d-\d\d/u.test(value)) return false;
  const head = value.slice(0, 256);
  const counts = new Map<string, number>();
  for (const character of head) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / head.length) * Math.log2(count / head.length);
  return bits >= 3;
}
