import type { CaseView } from '../case-view.ts';
import { formatBytes, parseQuantity } from '../quantity.ts';
import { revisionsOf } from '../revisions.ts';
import { settingsOf } from '../settings.ts';

/** How much memory a container is known to want. */
export interface MemoryDemand {
  readonly bytes: number;
  /** Where that is known from: `its setting -Xmx512m`. */
  readonly from: string;
}

const mebi = 2 ** 20;
// What a runtime needs beside its heap: Node's documentation leaves a quarter of the memory free
// (nodejs.org/api/cli.html#--max-old-space-sizesize-in-mib), and so does the usual -XX:MaxRAMPercentage=75.
const heapShare = 0.75;

/** The largest demand that settings, volumes and the revision before tell of; undefined when they tell nothing. */
export function memoryDemand(view: CaseView): MemoryDemand | undefined {
  const all = [...heapDemands(view), ...volumeDemands(view), ...formerLimit(view)];
  return all.sort((a, b) => b.bytes - a.bytes)[0];
}

const heap = /-Xmx(\d{1,7})([kmgKMG])?(?=\s|$|["'])|--max[-_]old[-_]space[-_]size[= ](\d{2,6})(?=\s|$|["'])/u;

function heapDemands(view: CaseView): MemoryDemand[] {
  return settingsOf(view.spec).flatMap(({ value }) => {
    const match = heap.exec(value.slice(0, 4096));
    if (match === null) return [];
    const bytes = match[3] === undefined ? Number(match[1]) * unitOf(match[2]) : Number(match[3]) * mebi;
    return [{ bytes: bytes / heapShare, from: `its setting ${match[0]}` }];
  });
}

// A JVM takes a number without a letter as bytes (docs.oracle.com, the java command, -Xmx).
function unitOf(letter = ''): number {
  return { k: 2 ** 10, m: mebi, g: 2 ** 30 }[letter.toLowerCase()] ?? 1;
}

// Files in a memory-backed emptyDir count against the container that writes them.
function volumeDemands(view: CaseView): MemoryDemand[] {
  const limit = parseQuantity(view.spec?.resources?.limits?.memory) ?? 0;
  return (view.spec?.volumeMounts ?? []).flatMap(({ mountPath }) => {
    const volume = mountPath === undefined ? undefined : view.mountAt(mountPath)?.volume;
    const size = parseQuantity(volume?.emptyDir?.sizeLimit);
    if (volume?.emptyDir?.medium !== 'Memory' || size === undefined) return [];
    return [
      { bytes: limit + size, from: `its emptyDir ${volume.name ?? ''} in memory (sizeLimit ${formatBytes(size)})` },
    ];
  });
}

function formerLimit(view: CaseView): MemoryDemand[] {
  if (view.owner === undefined) return [];
  const before = revisionsOf(view.owner, view.file.owners).at(-2);
  const containers = [...(before?.template.spec?.initContainers ?? []), ...(before?.template.spec?.containers ?? [])];
  const text = containers.find((one) => one.name === view.container)?.resources?.limits?.memory;
  const bytes = parseQuantity(text);
  return before === undefined || bytes === undefined
    ? []
    : [{ bytes, from: `the limit of revision ${String(before.number)}, which was ${formatBytes(bytes)}` }];
}
