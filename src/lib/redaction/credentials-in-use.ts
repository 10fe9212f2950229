import { placeholder } from './placeholder.ts';
import { isNoSecret, looksRandom } from './secret-names.ts';

const word = '[^\\s"\'`,\\]\\uE000-\\uF8FF]';
const listItem = `["']\\s{0,8},\\s{0,8}["']|["']?[ \\t]{0,8}\\n[ \\t]{0,64}-[ \\t]{1,8}["']?`;

// --password x, --db-token x; also as items of a JSON or YAML list.
const longOption = new RegExp(
  `(?<option>(?<![\\w-])--?[\\w.-]{0,40}(?:passw(?:or)?d|passphrase|token|secret|api-?key|access-?key|private-?key|credentials?|auth)(?![\\w-]*(?:file|path|name|url|ref|type|dir|ttl|mode|server|provider|policy|issuer))[\\w-]{0,24})(?<gap>[ \\t]{1,8}["']?|${listItem})(?<value>(?!-)${word}{1,512})`,
  'giu',
);

// Programs that take a password as -p, -a, -w or -P; `-pSECRET` only for mysql's family and sshpass.
const shortOption = new RegExp(
  `(?<program>(?<![\\w-])(?:mysql(?:dump|admin|import|check)?|mariadb(?:-dump|-admin)?|mongo(?:sh|dump|restore|import|export)?|redis-cli|sshpass|ldap(?:search|modify|add|whoami)|sqlcmd|cqlsh|cypher-shell|influx|(?:docker|podman|helm(?: registry)?|buildah|skopeo|oras|crane|az|oc|nerdctl)(?: acr)? login)(?![\\w-])(?:[^\\n|;&]{0,400}?)[\\s"',](?:-a|-p|-w|-P|-D\\b))(?<gap>[ \\t]{0,8}["']?|["'],\\s{0,4}["'])(?<value>(?!-)${word}{1,512})`,
  'gu',
);
const userAndPassword = new RegExp(
  `(?<head>[\\s"'](?:-u|--user|--proxy-user|-U)(?:[ \\t=]{1,4}["']?|["'],\\s{0,4}["'])[\\w.@-]{1,64}:)(?<value>${word}{1,256})`,
  'gu',
);
const bothFlags = new RegExp(
  `(?<head>[\\s"'](?:-u|-U|--username)[ \\t=]{1,4}["']?[\\w.@-]{1,64}["']?[ \\t]{1,8}-p[ \\t]{0,4}["']?)(?<value>(?![-\\d])${word}{1,256})`,
  'gu',
);

// HTTP headers, also as JSON members and inside quotes.
const authorization =
  /(?<head>authorization["'\\]{0,3}\s{0,4}[:=,]\s{0,4}\[?["'\\]{0,3}(?:bearer|basic|digest|negotiate|ntlm|token|apikey|aws4-hmac-sha256)\s{1,4})(?<value>[^\s"'\\\uE000-\uF8FF][^\n"'\\\uE000-\uF8FF]{0,4096})/giu;
const quotedAuthorization =
  /(?<head>authorization["'\\]{1,3}\s{0,4}[:=,]\s{0,4}\[?["'\\]{1,3})(?<value>[^\s"'\\\uE000-\uF8FF][^\n"'\\\uE000-\uF8FF]{0,4096})/giu;
const bareAuthorization =
  /(?<head>authorization["'\\]{0,3}\s{0,4}[:=]\s{0,4}["'\\]{0,3})(?<value>[^\s"'\\\uE000-\uF8FF]{6,4096})(?=["'\\]|[ \t]*$)/gimu;
const cookie =
  /(?<head>\b(?:set-)?cookie2?["'\\]{0,3}\s{0,4}[:=,]\s{0,4}\[?["'\\]{0,3})(?<value>[\w!#$%&*.^`|~+-]{1,128}=[^\n"'\\\uE000-\uF8FF]{1,4096})/giu;
const scheme = /(?<head>(?<![A-Za-z])(?:bearer|basic)\s{1,4})(?<value>[A-Za-z0-9+/=._~-]{8,8192})/giu;

// Header names and values as neighbours in a list.
const listedHeader =
  /(?<head>["'](?:x-[\w-]{0,40}(?:key|token|secret|auth)|api-?key)["']\s{0,4},\s{0,4}["'])(?<value>[^"'\n\uE000-\uF8FF]{4,1024})(?=["'])/giu;

// Words that announce a password without a sign between them.
const announced =
  /(?<head>\b(?:password|passphrase|pwd|passcode|api[ _-]?key|token)s?(?: (?:is|was|of|set to|changed to|for [\w.@-]{1,64}))?:? ["'`])(?<value>[^"'`\n\uE000-\uF8FF]{1,256})(?=["'`])/giu;
const told =
  /(?<head>\b(?:password|passphrase|pwd|passcode)(?: is| was| set to| changed to)? )(?<value>[^\s"'`<\uE000-\uF8FF]{4,256})/giu;
const statement =
  /(?<head>\b(?:IDENTIFIED (?:WITH \w{1,40} )?BY|requirepass|masterauth|login \S{1,128} password|AUTH)["']? ["']?)(?<value>[^\s"'`\uE000-\uF8FF]{4,256})/gu;
const kubernetesConfigAuth = /(?<head>"auth\\?"\s{0,4}:\s{0,4}\\?")(?<value>[A-Za-z0-9+/]{8,4096}={0,2})/gu;

/** Replaces credentials at the place where they are used: command lines, HTTP headers, SQL, sentences. */
export function redactCredentialsInUse(text: string): string {
  let out = text;
  out = replaceValue(out, authorization, (value) => !isNoSecret(value));
  out = replaceValue(out, quotedAuthorization, (value) => !isNoSecret(value));
  out = replaceValue(out, bareAuthorization, (value) => !isNoSecret(value) && !value.startsWith('='));
  out = replaceValue(out, listedHeader, (value) => !isNoSecret(value));
  out = replaceValue(out, cookie, () => true);
  out = replaceValue(out, scheme, (value) => /[\d_=]|[a-z][A-Z]|\..*\./u.test(value));
  out = replaceValue(
    out,
    longOption,
    (value, head) =>
      !isNoSecret(value) && !/^[A-Z_]+$|\|/u.test(value) && (!/auth$/iu.test(head) || looksRandom(value)),
  );
  out = replaceValue(out, shortOption, (value) => !isNoSecret(value) && !/^(?:\d{1,5}|[/.].*)$/u.test(value));
  out = replaceValue(out, userAndPassword, (value) => !isNoSecret(value) && !/^\d{1,9}$/u.test(value));
  out = replaceValue(out, bothFlags, (value) => !isNoSecret(value) && !/^[/.]/u.test(value));
  out = replaceValue(
    out,
    announced,
    (value, head) => !isNoSecret(value) && (!/token/iu.test(head) || looksRandom(value)),
  );
  out = replaceValue(
    out,
    told,
    (value) => !isNoSecret(value) && /[\d!@#$%^&*]/u.test(value) && !/^\(?\d+[):,.]?$|^\(/u.test(value),
  );
  out = replaceValue(out, statement, (value) => !isNoSecret(value) && !/^[A-Z]+$/u.test(value));
  return replaceValue(out, kubernetesConfigAuth, () => true);
}

function replaceValue(text: string, pattern: RegExp, accept: (value: string, head: string) => boolean): string {
  return text.replace(pattern, (whole: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string>;
    const value = groups.value ?? '';
    const head = whole.slice(0, whole.length - value.length);
    if (value.includes(placeholder) && value.replaceAll(placeholder, '').trim() === '') return whole;
    return accept(value, head) ? head + placeholder : whole;
  });
}
