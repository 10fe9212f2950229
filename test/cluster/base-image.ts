import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolder, projectFolder } from './paths.ts';
import { runCommand } from './run-command.ts';

const debianRelease = 'bookworm';
/** Part of the cache's file name: raise it when the content below changes. */
const contentVersion = 1;

/**
 * Tar of a root file system that stands in for a Node base image, made once per machine: Debian from
 * debootstrap, this project's Node, npm, and the user `node` (1000). Needs root and the packages of
 * `imagePackages`.
 */
export async function ensureBaseRootfs(log: (line: string) => void): Promise<string> {
  const folder = join(cacheFolder(), 'images');
  const target = join(folder, `${debianRelease}-node-${process.version}-${contentVersion}.tar`);
  if (existsSync(target)) return target;
  const startedAt = Date.now();
  log('making the base image (once per machine)');
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'podmedic-rootfs-'));
  try {
    const rootfs = join(work, 'rootfs');
    await runCommand(['debootstrap', '--variant=minbase', '--include=ca-certificates', debianRelease, rootfs]);
    for (const waste of ['var/cache/apt', 'var/lib/apt/lists', 'usr/share/doc', 'usr/share/man', 'usr/share/locale']) {
      for (const entry of readdirSync(join(rootfs, waste))) rmSync(join(rootfs, waste, entry), { recursive: true });
    }
    await addNode(rootfs);
    await runCommand(['chroot', rootfs, 'groupadd', '--gid', '1000', 'node']);
    await runCommand(['chroot', rootfs, 'useradd', '--uid', '1000', '--gid', 'node', '--create-home', 'node']);
    const unfinished = `${target}.${process.pid}`;
    await runCommand(['tar', '--create', '--numeric-owner', `--file=${unfinished}`, `--directory=${rootfs}`, '.']);
    renameSync(unfinished, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  log(`base image took ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return target;
}

/** Node from the npm package `node`, and the npm of this machine, which runs on it. */
async function addNode(rootfs: string): Promise<void> {
  const npm = dirname(dirname(realpathSync((await runCommand(['which', 'npm'])).trim())));
  const modules = join(rootfs, 'usr/local/lib/node_modules');
  cpSync(join(projectFolder, 'node_modules/node/bin/node'), join(rootfs, 'usr/local/bin/node'), { dereference: true });
  cpSync(npm, join(modules, 'npm'), { recursive: true });
  for (const name of ['npm', 'npx']) {
    symlinkSync(`../lib/node_modules/npm/bin/${name}-cli.js`, join(rootfs, 'usr/local/bin', name));
  }
}
