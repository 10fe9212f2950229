import type { KubeContainer } from '../model/kube-objects.ts';

/** Something that the pod spec tells a container, with its value. */
export interface Setting {
  /** `environment variable DB_PORT`, `argument --port=1`, `command`. */
  readonly label: string;
  readonly name: string;
  readonly value: string;
  /** An environment variable whose value may be shown. */
  readonly kind: 'env' | 'argument';
}

const secretName =
  /pass(?:word|wd|phrase)?|pwd|secret|token|api_?key|apikey|private|credential|auth|access_?key|signing|salt|cookie|session_?key|dsn|jwt|cert|encryption/i;
const secretValue =
  /:\/\/[^\s/@:]*:[^\s/@]+@|-----BEGIN|^ey[A-Za-z0-9_-]{10,}\.|(?:password|passwd|pwd|secret|token)=/i;

/** Whether a variable's value must not be shown: its name or its value speaks of a secret. */
export function isSecretSetting(name: string, value: string): boolean {
  return secretName.test(name) || secretValue.test(value);
}

/** The literal environment and the arguments of a container; secrets are in it, to compare with, never to show. */
export function settingsOf(container: KubeContainer | undefined): readonly Setting[] {
  const settings: Setting[] = [];
  for (const one of container?.env ?? []) {
    if (one.name !== undefined && one.value !== undefined && one.value !== '') {
      settings.push({ label: `environment variable ${one.name}`, name: one.name, value: one.value, kind: 'env' });
    }
  }
  for (const word of [...(container?.command ?? []), ...(container?.args ?? [])]) {
    if (typeof word === 'string' && word.length > 1) {
      settings.push({
        label: `argument ${word.length > 60 ? `${word.slice(0, 57)}…` : word}`,
        name: word,
        value: word,
        kind: 'argument',
      });
    }
  }
  return settings;
}

/** An environment variable by name; undefined when the spec does not set it (envFrom is not looked into). */
export function envOf(
  container: KubeContainer | undefined,
  name: string,
): { readonly source: string; readonly value?: string } | undefined {
  const one = container?.env?.find((entry) => entry.name === name);
  if (!one) return undefined;
  const from = one.valueFrom;
  if (from?.secretKeyRef)
    return { source: `Secret ${from.secretKeyRef.name ?? ''} key ${from.secretKeyRef.key ?? ''}` };
  if (from?.configMapKeyRef)
    return { source: `ConfigMap ${from.configMapKeyRef.name ?? ''} key ${from.configMapKeyRef.key ?? ''}` };
  if (from) return { source: 'the downward API' };
  return { source: 'the pod spec', value: one.value ?? '' };
}

/** Settings whose whole value, or a host, port or path in it, is the given text. */
export function settingsWith(container: KubeContainer | undefined, text: string): readonly Setting[] {
  if (text.length < 2) return [];
  return settingsOf(container).filter(({ value }) => value === text || (value.length < 2000 && hasToken(value, text)));
}

const boundary = /[A-Za-z0-9_]/;

/** Whether `text` stands in `value` as a word of its own. */
export function hasToken(value: string, text: string): boolean {
  let at = value.indexOf(text);
  while (at >= 0) {
    const before = value[at - 1] ?? ' ';
    const after = value[at + text.length] ?? ' ';
    if (
      !(boundary.test(before) && boundary.test(text[0] ?? '')) &&
      !(boundary.test(after) && boundary.test(text.at(-1) ?? ''))
    )
      return true;
    at = value.indexOf(text, at + 1);
  }
  return false;
}

const common =
  /^(?:true|false|yes|no|on|off|0|1|info|debug|warn|error|production|prod|development|dev|staging|test|default|json|text|utf-?8|utc|main|app|web|api|http|https|tcp|start|run|server|serve|node|python3?|java|ruby|sh|bash|none|null|all|auto|en|c)$/i;

/**
 * Environment variables whose literal value a log speaks of: a crash that follows `region apac` with `REGION=apac` is about
 * that variable. Common words, single characters and secrets are left out; at most two.
 */
export function settingsSpokenOf(container: KubeContainer | undefined, text: string): readonly Setting[] {
  return settingsOf(container)
    .filter(
      ({ kind, value, name }) =>
        kind === 'env' &&
        value.length >= 2 &&
        value.length <= 80 &&
        !common.test(value) &&
        !isSecretSetting(name, value),
    )
    .filter(({ value }) => hasToken(text, value))
    .slice(0, 2);
}
