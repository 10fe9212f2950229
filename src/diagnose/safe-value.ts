// Names and values that may hold a credential. Redaction runs on everything that leaves; this only keeps rules from building
// such a value into a sentence in the first place.
const secretName =
  /pass(?:wd|word|phrase)?|secret|token|credential|api_?key|private_?key|access_?key|auth|dsn|connection_?string|cookie|salt|signing/iu;
const secretValue =
  /:\/\/[^/\s:@]*:[^/\s@]+@|-----BEGIN|\beyJ[\w-]{8,}|\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\b(?:gh[pousr]_|glpat-|xox[a-z]-|sk-)[\w-]{8,}|(?:password|passwd|pwd|secret|token|api[-_]?key)\s*[=:]/iu;

/** Whether a variable, flag or key of this name may hold a credential. */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** A setting's value for a sentence: short, on one line; undefined when it may be a credential. */
export function safeValue(name: string, value: string): string | undefined {
  if (isSecretName(name) || secretValue.test(value) || looksRandom(value)) return undefined;
  const line = value.replace(/\s+/gu, ' ').trim();
  return line.length <= 80 ? line : `${line.slice(0, 79)}…`;
}

// A long word of letters and digits without separators is a key more often than a setting.
function looksRandom(value: string): boolean {
  return /(?=[\w+/=-]*\d)(?=[\w+/=-]*[a-z])[A-Za-z0-9+/=]{24,}/iu.test(value);
}
