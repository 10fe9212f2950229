// The project's own image from its own Dockerfile, without a registry. By hand: node test/cluster/project-image.ts
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBaseRootfs } from './base-image.ts';
import type { ClusterState } from './cluster.ts';
import { importArchive } from './images.ts';
import { ensurePackages, imagePackages } from './packages.ts';
import { cacheFolder, projectFolder } from './paths.ts';
import { runCommand } from './run-command.ts';

/** Name under which the image is imported. */
export const projectImage = 'podmedic.test/podmedic:test';

export interface ImageOptions {
  /** Default: the Dockerfile in the root of the project. */
  readonly dockerfile?: string;
  /** Default: the root of the project. */
  readonly context?: string;
  /** Default: `projectImage`. */
  readonly name?: string;
  readonly log?: (line: string) => void;
}

/**
 * Builds an image with podman and returns the path of its docker archive, in the cache folder. The base
 * images that the Dockerfile names are stood in for by a root file system of our own. Needs root and the
 * outer network: call it outside of a cluster's namespace. Throws CommandError when the build fails.
 */
export async function buildProjectImage(options: ImageOptions = {}): Promise<string> {
  const { dockerfile = join(projectFolder, 'Dockerfile'), context = projectFolder, name = projectImage } = options;
  const log = options.log ?? ((): void => undefined);
  await ensurePackages(imagePackages, log);
  const rootfs = await ensureBaseRootfs(log);
  const startedAt = Date.now();
  const recipe = readFileSync(dockerfile, 'utf8');
  for (const base of baseImages(recipe)) await importBase(base, rootfs, log);

  const archive = join(cacheFolder(), 'images', `${name.replace(/[^\w.-]/g, '_')}.tar`);
  const work = mkdtempSync(join(tmpdir(), 'podmedic-image-'));
  try {
    // A digest cannot be given to an image of our own.
    writeFileSync(join(work, 'Dockerfile'), recipe.replace(/@sha256:[0-9a-f]{64}/g, ''));
    writeFileSync(join(work, 'npmrc'), `registry=${(await runCommand(['npm', 'config', 'get', 'registry'])).trim()}\n`);
    const certificates = [
      process.env.NODE_EXTRA_CA_CERTS,
      process.env.SSL_CERT_FILE,
      '/etc/ssl/certs/ca-certificates.crt',
    ];
    const ca = certificates.find((file) => file !== undefined && existsSync(file));
    await podman([
      'build',
      ...['--pull=never', '--isolation=chroot', '--network=host', '--format=docker', '--layers=false'],
      `--secret=id=npmrc,src=${join(work, 'npmrc')}`,
      ...(ca === undefined ? [] : [`--secret=id=ca,src=${ca}`]),
      `--file=${join(work, 'Dockerfile')}`,
      ...(existsSync(join(context, '.dockerignore')) ? [`--ignorefile=${join(context, '.dockerignore')}`] : []),
      `--tag=${name}`,
      context,
    ]);
    rmSync(archive, { force: true }); // podman does not write over an archive
    await podman(['save', '--format=docker-archive', `--output=${archive}`, name]);
    await podman(['image', 'prune', '--force']);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  log(`image ${name} took ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return archive;
}

/** Imports the archive of buildProjectImage into a cluster; works inside its namespace too. */
export async function importProjectImage(state: ClusterState, archive: string): Promise<void> {
  if (state.containerdSocket === undefined) throw new Error(`cluster ${state.name} has no node`);
  await importArchive(state.containerdSocket, archive);
}

/** Names of the images that a Dockerfile starts from: no earlier stages, not `scratch`, without digests. */
export function baseImages(dockerfile: string): string[] {
  const values = new Map<string, string>();
  const stages = new Set(['scratch']);
  const names = new Set<string>();
  for (const line of dockerfile.split('\n')) {
    const argument = /^\s*ARG\s+(\w+)=["']?([^"'\s]*)/i.exec(line);
    if (argument !== null) values.set(argument[1] ?? '', argument[2] ?? '');
    const from = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line);
    if (from === null) continue;
    const name = (from[1] ?? '').replace(/\$\{?(\w+)\}?/g, (_, variable: string) => values.get(variable) ?? '');
    if (!stages.has(name)) names.add(name.replace(/@sha256:.*/, ''));
    if (from[2] !== undefined) stages.add(from[2]);
  }
  return [...names];
}

async function importBase(name: string, rootfs: string, log: (line: string) => void): Promise<void> {
  // Which file system an image was made from is kept as a label.
  const label = `podmedic.test.rootfs=${rootfs}`;
  const found = await podman(['images', '--quiet', `--filter=reference=${name}`, `--filter=label=${label}`]);
  if (found.trim() !== '') return;
  log(`importing the base image as ${name}`);
  const changes = [
    'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'CMD ["node"]',
    `LABEL ${label}`,
  ];
  await podman(['import', ...changes.map((change) => `--change=${change}`), rootfs, name]);
}

/** podman with a store of its own in the cache folder, one call at a time. */
async function podman(words: readonly string[]): Promise<string> {
  const store = join(cacheFolder(), 'podman');
  const global = ['--storage-driver=vfs', `--root=${store}`, `--runroot=${store}-run`, '--cgroup-manager=cgroupfs'];
  const lock = join(cacheFolder(), 'images', 'podman.lock');
  return runCommand(['flock', lock, 'podman', ...global, '--events-backend=none', ...words]);
}

// Run as a program, it builds the image and imports it into the cluster `dev` or the one that is named.
if (process.argv[1] === import.meta.filename) {
  const { clusterFolder } = await import('./paths.ts');
  const { readClusterState } = await import('./cluster.ts');
  const archive = await buildProjectImage({ log: (line) => console.error(line) });
  const folder = clusterFolder(process.argv[2] ?? 'dev');
  if (existsSync(folder)) await importProjectImage(readClusterState(folder), archive);
  console.log(archive);
}
