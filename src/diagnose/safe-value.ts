import { isSecretSetting } from './settings.ts';

// Well-known forms of keys and tokens. Redaction runs on everything that leaves; this only keeps rules from building such a
// value into a sentence in the first place.
const token = /-----BEGIN|\beyJ[\w-]{8,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\b(?:gh[pousr]_|glpat-|xox[a-z]-|sk-)[\w-]{8,}/u;

// A long word of letters and digits without separators is a key more often than a setting.
const randomWord = /(?=[A-Za-z0-9+/=]{0,64}\d)(?=[A-Za-z0-9+/=]{0,64}[A-Za-z])[A-Za-z0-9+/=]{24,}/u;

/** A setting's value for a sentence: at most 80 characters on one line; undefined when it may be a credential. */
export function safeValue(name: string, value: string): string | undefined {
  if (isSecretSetting(name, value) || token.test(value) || randomWord.test(value)) return undefined;
  const line = value.replace(/\s+/gu, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}
