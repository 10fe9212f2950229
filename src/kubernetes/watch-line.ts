import type { KubeObject } from '../model/kube-objects.ts';

/** One line of a watch, parsed; `object` is a Status when the type is ERROR. */
export interface WatchLine {
  readonly type: string;
  readonly object: KubeObject;
}

const fieldsStart = Buffer.from(',"managedFields":[');
const fieldsEnd = Buffer.from(']},"spec":{');

/** Undefined when the line is no JSON, or no watch event. */
export function parseWatchLine(line: Buffer): WatchLine | undefined {
  const parsed = parseJson(withoutManagedFields(line)) ?? parseJson(line.toString('utf8'));
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { type, object } = parsed as { readonly type?: unknown; readonly object?: unknown };
  if (typeof type !== 'string' || typeof object !== 'object' || object === null) return undefined;
  return { type, object };
}

/**
 * The line's text without metadata.managedFields, which nobody here reads and which is a third to a half of a pod. It is the
 * last field of ObjectMeta (k8s.io/apimachinery meta/v1, types.go), and neither mark can stand inside a JSON string, where
 * quotes are escaped. Where the marks do not fit, nothing is cut.
 */
function withoutManagedFields(line: Buffer): string {
  const start = line.indexOf(fieldsStart);
  const end = start === -1 ? -1 : line.indexOf(fieldsEnd, start);
  if (end === -1) return line.toString('utf8');
  return line.toString('utf8', 0, start) + line.toString('utf8', end + 1);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
