import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { redactDeep } from '../lib/redaction/redact-deep.ts';
import type { CaseFile } from '../model/case-file.ts';
import { AppError, toAppError } from '../model/errors.ts';
import type { KubeMeta, KubeObject } from '../model/kube-objects.ts';
import { isSafeName } from './bundle-files.ts';

/** Only the owner may read what was saved: a redacted bundle still tells much about a cluster. */
const fileMode = 0o600;
const folderMode = 0o700;

/**
 * Writes a case as a bundle that `openBundle` reads back to the same diagnosis. Everything in it passed `redact`. Throws
 * BUNDLE_INVALID when the folder is not empty (nothing is overwritten) or cannot be written.
 */
export async function saveBundle(dir: string, file: CaseFile, redact: (text: string) => string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: folderMode });
    if ((await readdir(dir)).length > 0) throw new AppError('BUNDLE_INVALID', `${dir} is not empty.`);
    const write = async (name: string, value: unknown): Promise<void> => {
      const text = JSON.stringify(redactDeep(value, redact), undefined, 1);
      await writeFile(join(dir, name), text, { mode: fileMode });
    };
    const list = (kind: string, items: readonly KubeObject[]): object => ({
      apiVersion: 'v1',
      kind: 'List',
      items: items.map((item) => trim(item, kind)),
    });
    const pods = [...file.pods, ...file.neighbours];
    await Promise.all([
      write('pods.json', list('Pod', pods)),
      ...(file.pod ? [write('pod.json', trim(file.pod, 'Pod'))] : []),
      write('events.json', list('Event', file.events)),
      write('workload.json', list('', file.owners)),
      write('cluster.json', list('', file.cluster)),
      write('meta.json', {
        recordedAt: new Date(file.nowMs).toISOString(),
        ...(file.pod?.metadata?.name === undefined ? {} : { focusPod: file.pod.metadata.name }),
        ...(file.gaps.length > 0 ? { gaps: file.gaps } : {}),
      }),
    ]);
    await saveLogs(dir, file, redact);
  } catch (thrown) {
    if (thrown instanceof AppError) throw thrown;
    throw new AppError('BUNDLE_INVALID', `Cannot write to ${dir}: ${toAppError(thrown).message}`, { cause: thrown });
  }
}

async function saveLogs(dir: string, file: CaseFile, redact: (text: string) => string): Promise<void> {
  const missing = file.gaps.flatMap(({ source, why }) => {
    const [, container = '', previous, pod = ''] = /^log (\S+)( \(previous\))? of pod (\S+)$/.exec(source) ?? [];
    return pod === '' ? [] : [{ pod, name: `${container}${previous ? '.previous' : ''}.error`, text: why }];
  });
  const found = file.logs.map(({ pod, container, instance, text }) => ({
    pod,
    name: `${container}${instance === 'previous' ? '.previous' : ''}.log`,
    text,
  }));
  for (const { pod, name, text } of [...found, ...missing]) {
    if (!isSafeName(pod) || !isSafeName(name)) continue;
    const folder = join(dir, 'logs', pod);
    await mkdir(folder, { recursive: true, mode: folderMode });
    await writeFile(join(folder, name), redact(text), { mode: fileMode });
  }
}

// Items of a list keep their kind only where someone puts it there. What no rule reads, or what repeats every setting, is
// left out.
function trim(object: KubeObject, kind: string): KubeObject {
  const metadata: KubeMeta & { managedFields?: unknown } = { ...object.metadata };
  delete metadata.managedFields;
  const { 'kubectl.kubernetes.io/last-applied-configuration': applied, ...annotations } = metadata.annotations ?? {};
  return {
    ...object,
    ...(object.kind === undefined && kind !== '' ? { kind } : {}),
    metadata: applied === undefined ? metadata : { ...metadata, annotations },
  };
}
