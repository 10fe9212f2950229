import type { KubeObject } from '../model/kube-objects.ts';
import { parseLean } from './lean-json.ts';

/** One line of a watch, parsed; `object` is a Status when the type is ERROR. */
export interface WatchLine {
  readonly type: string;
  readonly object: KubeObject;
}

/** Undefined when the line is no JSON, or no watch event. */
export function parseWatchLine(line: Buffer): WatchLine | undefined {
  const parsed = parseLean(line);
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { type, object } = parsed as { readonly type?: unknown; readonly object?: unknown };
  if (typeof type !== 'string' || typeof object !== 'object' || object === null) return undefined;
  return { type, object };
}
