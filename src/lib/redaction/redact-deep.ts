import { placeholder } from './placeholder.ts';
import type { Redactor } from './redact.ts';

/**
 * A copy of a JSON-like value with every string (keys too) redacted. A string member is redacted together with its name,
 * so that `{password: "x"}` and `{name: "DB_PASSWORD", value: "x"}` lose their values; a Secret loses all its data.
 */
export function redactDeep<T>(value: T, redact: Redactor): T {
  return walk(value, redact) as T;
}

function walk(value: unknown, redact: Redactor): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((item, index) => walkItem(value, item, index, redact));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const isSecret = 'kind' in value && value.kind === 'Secret';
  const pairName = 'name' in value && typeof value.name === 'string' ? value.name : undefined;
  return Object.fromEntries(
    entries.map(([key, member]) => {
      if (isSecret && (key === 'data' || key === 'stringData')) return [key, emptied(member)];
      const name = key === 'value' && pairName !== undefined ? pairName : key;
      return [redact(key), typeof member === 'string' ? redactMember(name, member, redact) : walk(member, redact)];
    }),
  );
}

/** An option's value is the next item of an argument list. */
function walkItem(list: readonly unknown[], item: unknown, index: number, redact: Redactor): unknown {
  const before = index === 0 ? undefined : list[index - 1];
  if (typeof item !== 'string' || typeof before !== 'string' || !before.startsWith('-')) return walk(item, redact);
  const head = `${before} "`;
  const joined = redact(`${head}${item.replaceAll('"', ' ').replaceAll('\n', ' ')}"`);
  return joined === `${head}${placeholder}"` ? placeholder : redact(item);
}

function redactMember(name: string, text: string, redact: Redactor): string {
  const head = `${name}="`;
  const probe = text.replace(/["\\\n]/gu, ' ').trim();
  return probe !== '' && redact(`${head}${probe}"`) === `${head}${placeholder}"` ? placeholder : redact(text);
}

function emptied(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data;
  return Object.fromEntries(Object.keys(data).map((key) => [key, placeholder]));
}
