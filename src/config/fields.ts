import * as z from 'zod';

/** What a setting is for, beside its type; README's table, `.env.example` and the chart's contract test are made from it. */
export interface SettingInfo {
  readonly group: SettingGroup;
  readonly description: string;
  /** Shown where nothing is set; `undefined`: no default. */
  readonly defaultText?: string;
  readonly example?: string;
  readonly secret?: boolean;
  /** Older or foreign names that are accepted as well. */
  readonly aliases?: readonly string[];
}

/** The groups in which settings are shown. */
export const settingGroups = [
  'What to watch',
  'Where to tell',
  'Privacy',
  'Kubernetes connection',
  'Process',
  'Thresholds',
  'Incidents',
  'Leader election',
  'Claude (optional)',
] as const;
export type SettingGroup = (typeof settingGroups)[number];

const blankIsUnset = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() === '' ? undefined : value;

/** A text setting without a default. */
export function text(info: SettingInfo) {
  return z.preprocess(blankIsUnset, z.string().trim().optional()).meta({ ...info });
}

/** A text setting with a default. */
export function textOr(fallback: string, info: SettingInfo) {
  return z.preprocess(blankIsUnset, z.string().trim().default(fallback)).meta({ defaultText: fallback, ...info });
}

/** A whole number within bounds. */
export function wholeNumber(fallback: number, min: number, max: number, info: SettingInfo) {
  return number(fallback, min, max, info, /^\d+$/, `must be a whole number from ${min} to ${max}`);
}

/** Seconds, fractions allowed; the result is in milliseconds. */
export function seconds(fallback: number, min: number, max: number, info: SettingInfo) {
  return number(fallback, min, max, info, /^\d+(\.\d+)?$/, `must be a number of seconds from ${min} to ${max}`, 1000);
}

/** A number with fractions. */
export function decimal(fallback: number, min: number, max: number, info: SettingInfo) {
  return number(fallback, min, max, info, /^\d+(\.\d+)?$/, `must be a number from ${min} to ${max}`);
}

function number(
  fallback: number,
  min: number,
  max: number,
  info: SettingInfo,
  form: RegExp,
  error: string,
  factor = 1,
) {
  return z
    .preprocess(
      blankIsUnset,
      z
        .string()
        .trim()
        .refine((value) => form.test(value) && Number(value) >= min && Number(value) <= max, { error })
        .transform((value) => Math.round(Number(value) * factor * 1000) / 1000)
        .default(fallback * factor),
    )
    .meta({ defaultText: String(fallback), ...info });
}

/** One of a few words; letter case does not matter. */
export function oneOf<const T extends readonly [string, ...string[]]>(
  choices: T,
  fallback: T[number] | undefined,
  info: SettingInfo,
) {
  const byLower = new Map(choices.map((choice) => [choice.toLowerCase(), choice as T[number]]));
  const choice = z
    .string()
    .trim()
    .transform((value, context): T[number] => {
      const found = byLower.get(value.toLowerCase());
      if (found !== undefined) return found;
      context.addIssue({ code: 'custom', message: `must be one of ${choices.join(', ')}` });
      return z.NEVER;
    });
  return z
    .preprocess(blankIsUnset, choice.optional())
    .transform((value): T[number] | undefined => value ?? fallback)
    .meta({ ...(fallback === undefined ? {} : { defaultText: fallback }), ...info });
}

/** true/false, also yes/no, on/off, 1/0. */
export function flag(fallback: boolean | undefined, info: SettingInfo) {
  const yes = ['true', 'yes', 'on', '1'];
  const no = ['false', 'no', 'off', '0'];
  const choice = z
    .string()
    .trim()
    .refine((value) => [...yes, ...no].includes(value.toLowerCase()), { error: 'must be true or false' })
    .transform((value) => yes.includes(value.toLowerCase()));
  return z
    .preprocess(blankIsUnset, choice.optional())
    .transform((value): boolean | undefined => value ?? fallback)
    .meta({ ...(fallback === undefined ? {} : { defaultText: String(fallback) }), ...info });
}

const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** A comma list of namespaces, or `*` where allowed. Names are RFC 1123 labels, as the API server demands. */
export function namespaces(fallback: string, allowAll: boolean, info: SettingInfo) {
  return z
    .preprocess(blankIsUnset, z.string().default(fallback))
    .transform((value, context) => {
      const names = [
        ...new Set(
          value
            .split(',')
            .map((name) => name.trim())
            .filter((name) => name !== ''),
        ),
      ];
      if (allowAll && names.includes('*')) return ['*'];
      const wrong = names.filter((name) => !namespaceName.test(name));
      for (const name of wrong) {
        const hint = name.includes('*')
          ? allowAll
            ? 'only a single * for all namespaces is allowed, no patterns'
            : 'patterns are not allowed, name each namespace'
          : 'a namespace has at most 63 lower-case letters, digits and hyphens';
        context.addIssue({ code: 'custom', message: `${JSON.stringify(name)} is not a namespace name: ${hint}` });
      }
      return names;
    })
    .meta({ ...(fallback === '' ? {} : { defaultText: fallback }), ...info });
}
