import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Folder of this harness: test/cluster. */
export const harnessFolder = import.meta.dirname;

/** Root of the project. */
export const projectFolder = join(harnessFolder, '..', '..');

/** Where built tools and images are kept between runs: `PODMEDIC_CACHE`, else the user's cache folder. */
export function cacheFolder(): string {
  const own = process.env.PODMEDIC_CACHE;
  if (own !== undefined && own !== '') return own;
  const xdg = process.env.XDG_CACHE_HOME;
  return join(xdg !== undefined && xdg !== '' ? xdg : join(homedir(), '.cache'), 'podmedic');
}

const folderPrefix = 'podmedic-cluster-';

/**
 * Folder that holds everything of one running cluster. It is short because unix sockets inside it
 * may have at most 107 bytes.
 */
export function clusterFolder(name: string): string {
  return join(tmpdir(), folderPrefix + name);
}

/** Name of the cluster whose folder has this base name, or undefined if it is none. */
export function clusterNameOf(baseName: string): string | undefined {
  return baseName.startsWith(folderPrefix) ? baseName.slice(folderPrefix.length) : undefined;
}
