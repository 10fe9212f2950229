import { parseQuantity } from '../quantity.ts';
import type { Json } from './json.ts';
import { isList, isObject } from './json.ts';
import type { Schema } from './schema-type.ts';

/** Every way in which a value (a patch or a part of it) does not fit the schema, each with its path. */
export function checkTypes(value: Json | undefined, schema: Schema, path: string): string[] {
  // null deletes in both merge patches
  if (value === null || value === undefined) return [];
  if (typeof schema === 'string') return checkScalar(value, schema, path);
  if ('fields' in schema) {
    if (!isObject(value)) return [`${path} must be an object`];
    return Object.entries(value).flatMap(([key, inner]) => {
      if (key === '$patch') return [];
      const field = Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined;
      return field === undefined ? [`${join(path, key)} is no known field`] : checkTypes(inner, field, join(path, key));
    });
  }
  if ('map' in schema) {
    if (!isObject(value)) return [`${path} must be an object`];
    return Object.entries(value).flatMap(([key, inner]) =>
      key === '$patch' ? [] : checkTypes(inner, schema.map, join(path, key)),
    );
  }
  if (!isList(value)) return [`${path} must be a list`];
  return value.flatMap((item, index) => checkTypes(item, schema.list, join(path, String(index))));
}

function checkScalar(value: Json, schema: string, path: string): string[] {
  switch (schema) {
    case 'string':
      return typeof value === 'string' ? [] : [`${path} must be a string`];
    case 'integer':
      return Number.isSafeInteger(value) ? [] : [`${path} must be a whole number`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path} must be true or false`];
    case 'quantity': {
      const parsed = typeof value === 'number' ? value : typeof value === 'string' ? parseQuantity(value) : undefined;
      return parsed !== undefined && parsed >= 0 ? [] : [`${path} is no valid quantity`];
    }
    default:
      return typeof value === 'string' || Number.isSafeInteger(value) ? [] : [`${path} must be a number or a name`];
  }
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
