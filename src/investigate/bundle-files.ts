import { open, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gap } from '../model/case-file.ts';
import type { KubeObject } from '../model/kube-objects.ts';
import { conformObject } from './conform.ts';
import type { LogText } from './cluster-reader.ts';

/** Largest JSON file of a bundle that is read; a recording of 5,000 pods is about 60 MB. */
const jsonLimitBytes = 256 * 1024 * 1024;

/** The value of a JSON file; undefined when it is absent, and a gap when it cannot be read. */
export async function readJson(dir: string, name: string, gaps: Gap[]): Promise<unknown> {
  const path = join(dir, name);
  try {
    const { size } = await stat(path);
    if (size > jsonLimitBytes) {
      gaps.push({ source: name, why: `larger than ${jsonLimitBytes / 1024 / 1024} MiB` });
      return undefined;
    }
    const text = await readFile(path, 'utf8');
    if (text.trim() === '') gaps.push({ source: name, why: 'the file is empty' });
    else return JSON.parse(text.replace(/^\uFEFF/u, '')) as unknown;
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    gaps.push({
      source: name,
      why: thrown instanceof SyntaxError ? 'not valid JSON: cut or damaged' : reasonOf(thrown),
    });
  }
  return undefined;
}

/** The objects in a List, in an array, or the one object itself; anything else among them is left out. */
export function objectsIn(value: unknown): KubeObject[] {
  const list = Array.isArray(value) ? (value as unknown[]) : itemsOf(value);
  if (list) {
    const itemKind = /^(\w+)List$/.exec(kindOf(value) ?? '')?.[1];
    return list
      .filter(isObject)
      .map(conformObject)
      .map((item) => (item.kind || !itemKind ? item : { ...item, kind: itemKind }));
  }
  return isObject(value) && isObject(value.metadata) ? [conformObject(value)] : [];
}

/** The end of a text file of any size: at most `limitBytes` bytes and `tailLines` lines; undefined when absent. */
export async function readTail(path: string, tailLines: number, limitBytes: number): Promise<LogText | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch (thrown) {
    if (isAbsent(thrown)) return undefined;
    throw thrown;
  }
  try {
    const { size } = await file.stat();
    const length = Math.min(size, limitBytes);
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, size - length);
    const cut = size > length ? buffer.subarray(buffer.indexOf(10) + 1, bytesRead) : buffer.subarray(0, bytesRead);
    const lines = cut.toString('utf8').split('\n');
    const wanted = lines.at(-1) === '' ? tailLines + 1 : tailLines;
    return { text: lines.slice(-wanted).join('\n'), truncated: size > length || lines.length > wanted };
  } finally {
    await file.close();
  }
}

/** Names of the folders in a folder; none when it is absent. */
export async function foldersIn(path: string): Promise<string[]> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  } catch (thrown) {
    if (isAbsent(thrown)) return [];
    throw thrown;
  }
}

/** Whether a name from a bundle may be used as a file's name: Kubernetes' own names are, a path is not. */
export function isSafeName(name: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,252}$/i.test(name);
}

function itemsOf(value: unknown): unknown[] | undefined {
  const items = isObject(value) ? (value as { items?: unknown }).items : undefined;
  return Array.isArray(items) ? (items as unknown[]) : undefined;
}

function kindOf(value: unknown): string | undefined {
  const kind = isObject(value) ? value.kind : undefined;
  return typeof kind === 'string' ? kind : undefined;
}

function isObject(value: unknown): value is KubeObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(thrown: unknown): boolean {
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function reasonOf(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException | undefined)?.code;
  return code === 'EACCES' ? 'no permission to read the file' : `cannot be read (${code ?? String(thrown)})`;
}
