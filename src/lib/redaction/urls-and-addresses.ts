import { placeholder } from './placeholder.ts';
import { looksRandom } from './secret-names.ts';

const authority = /(?<=[a-z][a-z0-9+.-]{0,30}:(?:\\?\/){2})[^\s"'`<>\uE000-\uF8FF]{1,2048}/giu;
const dsn =
  /(?<=(?<![\w.%+-])[\w.%+-]{1,64}:)[^\s"'`@/:\uE000-\uF8FF][^\s"'`@\uE000-\uF8FF]{0,255}(?=@(?:tcp|tcp4|tcp6|unix|udp)?\()/gu;
const oracle =
  /(?<=\b(?:oracle:thin:|oracle:oci:|sqlplus(?: -\w+)* )[\w.$#-]{1,64}\/)[^\s"'`@\uE000-\uF8FF]{1,128}(?=@)/giu;
const email =
  /(?<![\w.%+-])(?<!:\/\/)(?<local>[\w.%+-]{1,64})@(?<domain>[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?){0,6}\.[a-z]{2,24})(?![\w-])/giu;

/** Replaces the password part of URLs of any scheme and of user:password@tcp(host) names; the host stays. */
export function redactUrlPasswords(text: string): string {
  return text.replace(authority, cleanAuthority).replace(dsn, placeholder).replace(oracle, placeholder);
}

function cleanAuthority(rest: string): string {
  if (!rest.includes('@')) return rest;
  const end = rest.search(/[/?#]|$/u);
  let at = rest.lastIndexOf('@', end);
  const query = rest.indexOf('?');
  const beyond = rest.lastIndexOf('@', query === -1 ? rest.length : query);
  // An unescaped / or # in the password: the real host follows the last @, unless that begins a scope (/@scope).
  const colon = rest.indexOf(':');
  if (
    beyond > end &&
    colon !== -1 &&
    colon < end &&
    rest[beyond - 1] !== '/' &&
    /^@[\w.-]+(?::\d+)?(?:[/,?]|$)/u.test(rest.slice(beyond))
  ) {
    at = at === -1 && /^[\w.-]+:\d{1,5}\//u.test(rest) ? -1 : beyond;
  }
  if (at === -1) return rest;
  const user = rest.slice(0, at);
  if (colon !== -1 && colon < at) {
    const name = user.slice(0, colon);
    // postgres://USER:PASSWORD@HOST is documentation.
    if (/^(?:PASS(?:WORD)?|\*+|<[\w -]+>|\[redacted\])$/u.test(user.slice(colon + 1))) return rest;
    return (looksRandom(name) ? placeholder : name) + ':' + placeholder + rest.slice(at);
  }
  return looksRandom(user) ? placeholder + rest.slice(at) : rest;
}

/** Replaces e-mail addresses; git@host, systemd units, versions (name@1.2.x) and addresses inside a cluster stay. */
export function redactEmails(text: string): string {
  if (!text.includes('@')) return text;
  return text.replace(email, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as { local: string; domain: string };
    if (groups.local === 'git' || /^\d/u.test(groups.domain)) return whole;
    return /\.(?:service|socket|timer|target|mount|slice|scope|local|internal|svc)$/iu.test(groups.domain)
      ? whole
      : placeholder;
  });
}
