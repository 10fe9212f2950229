import { redactCredentialsInUse } from './credentials-in-use.ts';
import { redactEscapedStrings } from './escaped-strings.ts';
import { redactKeyBlocks } from './key-blocks.ts';
import { knownTokens } from './known-tokens.ts';
import { redactNamedValues } from './named-values.ts';
import { placeholder, placeholderFor } from './placeholder.ts';
import { redactSecretManifests } from './secret-manifests.ts';
import { redactEmails, redactUrlPasswords } from './urls-and-addresses.ts';
import { visibleText } from './visible-text.ts';

/** Takes the secrets out of a text; applying it twice changes nothing more. */
export type Redactor = (text: string) => string;

export interface RedactorOptions {
  /** JavaScript regular expressions of the user; each whole match is replaced. An invalid one throws a SyntaxError. */
  readonly extraPatterns?: readonly string[];
  /** False returns every text as it is. */
  readonly enabled?: boolean;
}

// Runs that may be base64 of something worth hiding.
const base64Run = /(?<![\w+/=-])[A-Za-z0-9+/_-]{16,4096}={0,2}(?![\w+/-])/gu;

/**
 * Builds the redactor: keys and tokens of known issuers, JWTs, key blocks, URL passwords, `password=`-like pairs,
 * credentials in command lines and headers, Secret manifests, e-mail addresses, base64 of any of these, and the user's
 * own patterns. Hidden characters are removed first, so that they cannot split a secret. Names, hosts, ports, paths,
 * images, digests and uids stay.
 */
export function createRedactor(options: RedactorOptions = {}): Redactor {
  if (options.enabled === false) return (text) => text;
  const extra = (options.extraPatterns ?? []).map((source) => new RegExp(source, 'gu'));
  return (text) => {
    if (text === '') return text;
    const plain = redactPlain(redactEscapedStrings(visibleText(text), redactPlain));
    const decoded = plain.replace(base64Run, (run) => (hidesSecret(run) ? placeholder : run));
    return extra.reduce(
      (out, pattern) => out.replace(pattern, (match) => (match === '' ? '' : placeholderFor(match))),
      decoded,
    );
  };
}

function redactPlain(text: string): string {
  let out = redactKeyBlocks(text);
  out = redactSecretManifests(out);
  out = redactUrlPasswords(out);
  for (const pattern of knownTokens) out = out.replace(pattern, placeholder);
  out = redactCredentialsInUse(out);
  out = redactNamedValues(out);
  return redactEmails(out);
}

/** True for base64 of a readable text that itself holds a secret. */
function hidesSecret(run: string): boolean {
  const decoded = Buffer.from(run, 'base64').toString('latin1');
  if (!/^[\t\n\r\x20-\x7e]{8,}$/u.test(decoded)) return false;
  return redactPlain(decoded) !== decoded || /^[\w.@-]{1,64}:[^\s:]{6,}$/u.test(decoded);
}
