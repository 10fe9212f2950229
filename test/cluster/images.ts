import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './run-command.ts';
import { makeTar, type TarEntry } from './tar.ts';

/** The image that test pods use: a shell and the usual commands. */
export const busyboxImage = 'podmedic.test/busybox:1';

/** The image that holds a pod's namespaces. */
export const pauseImage = 'podmedic.test/pause:1';

export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Env?: readonly string[];
  readonly User?: string;
}

/** A docker archive (`docker save` format) of an image with one layer. */
export function makeImageArchive(name: string, entries: readonly TarEntry[], config: ImageConfig): Buffer {
  const layer = makeTar(entries);
  const description = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config,
      rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    }),
  );
  const descriptionName = `${sha256(description)}.json`;
  const manifest = [{ Config: descriptionName, RepoTags: [name], Layers: ['layer.tar'] }];
  return makeTar([
    { path: descriptionName, content: description },
    { path: 'layer.tar', content: layer },
    { path: 'manifest.json', content: Buffer.from(JSON.stringify(manifest)) },
  ]);
}

/** Docker archive of busyboxImage, from the machine's static busybox. */
export async function makeBusyboxArchive(): Promise<Buffer> {
  const applets = (await runCommand(['/bin/busybox', '--list'])).split('\n').filter((name) => /^[\w[.-]+$/.test(name));
  const entries: TarEntry[] = [
    { path: 'bin/', folder: true },
    { path: 'bin/busybox', content: readFileSync('/bin/busybox') },
    ...applets.filter((name) => name !== 'busybox').map((name) => ({ path: `bin/${name}`, linkTo: 'busybox' })),
    { path: 'etc/', folder: true },
    {
      path: 'etc/passwd',
      content: Buffer.from('root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n'),
      mode: 0o644,
    },
    { path: 'root/', folder: true },
    { path: 'tmp/', folder: true, mode: 0o1777 },
  ];
  return makeImageArchive(busyboxImage, entries, { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] });
}

/** Docker archive of pauseImage, from the built `pause`. */
export function makePauseArchive(pauseFile: string): Buffer {
  return makeImageArchive(pauseImage, [{ path: 'pause', content: readFileSync(pauseFile) }], {
    Entrypoint: ['/pause'],
  });
}

/** Imports a docker or OCI archive into a cluster's containerd; the image gets the names in the archive. */
export async function importArchive(containerdSocket: string, archiveFile: string): Promise<void> {
  await runCommand(['ctr', '--address', containerdSocket, '--namespace', 'k8s.io', 'images', 'import', archiveFile]);
}

/** Imports the images that every cluster has. */
export async function importBaseImages(containerdSocket: string, folder: string, pauseFile: string): Promise<void> {
  const archives = { 'busybox.tar': await makeBusyboxArchive(), 'pause.tar': makePauseArchive(pauseFile) };
  for (const [file, archive] of Object.entries(archives)) {
    writeFileSync(join(folder, file), archive);
    await importArchive(containerdSocket, join(folder, file));
  }
}

function sha256(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
