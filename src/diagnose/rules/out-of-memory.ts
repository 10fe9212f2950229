import type { CaseView } from '../case-view.ts';
import { kubectl, setResources } from '../kubectl.ts';
import { formatBytes, parseQuantity } from '../quantity.ts';
import type { Cite, Finding, ProposedFix, Rule } from '../rule.ts';
import { containerName, jobEnding } from '../logs/sentence.ts';
import { memoryDemand } from './memory-demand.ts';
import { specPatch } from './proposed-commands.ts';
import { hasTemplate } from './signs/common-fixes.ts';

const mebi = 1024 * 1024;
// Less than this does not even start an interpreter (CPython needs about 8 MiB, Node 40 MiB, a JVM 60 MiB).
const tinyBytes = 24 * mebi;
// What runs longer than this has started.
const longStartMs = 2000;

/** The next reasonable limit: double or what is known to be wanted, in steps that people write. */
function higherLimit(bytes: number, demand = 0): string {
  const wanted = Math.max(bytes * 2, demand, 64 * mebi);
  const step = wanted >= 1024 * mebi ? 256 * mebi : wanted >= 256 * mebi ? 64 * mebi : 16 * mebi;
  return formatBytes(Math.ceil(wanted / step) * step);
}

function raiseLimit(view: CaseView, bytes: number): readonly ProposedFix[] {
  const { target, container } = view;
  const demand = memoryDemand(view);
  const limit = higherLimit(bytes, demand?.bytes);
  const why = demand !== undefined && demand.bytes > bytes * 2 ? ` (after ${demand.from})` : '';
  const summary = `Raise the memory limit of container ${container ?? ''} to ${limit}${why}`;
  if (container === undefined || !hasTemplate(target)) {
    return [{ summary: `${summary} and create the ${target.kind} again (its pod template cannot be changed)` }];
  }
  return [{ summary, command: setResources(target, container, { limits: { memory: limit } }) }];
}

/** Where the program's own words show what grows: `partition 30 replayed, 546330 rows kept in memory`. */
function growth(view: CaseView): string {
  const words =
    /\b(?:kept|keeps|held|holding|cached|caching|buffered|buffering|loaded|allocated|in memory|cache size|heap|rss|queued|backlog)\b/i;
  const lines = (view.log?.lines ?? []).filter((line) => words.test(line.message) && /\d/.test(line.message));
  if (lines.length < 3) return '';
  const last = /(\d[\d,.]*) ?([A-Za-z]{2,20})?/.exec(lines.at(-1)?.message.replace(/^\D*\d+\D+?(?=\d)/, '') ?? '');
  return last === null
    ? '; its log shows steady growth'
    : `; its log shows growth up to ${last[1] ?? ''} ${last[2] ?? ''}`.trimEnd();
}

function oomFinding(view: CaseView): Finding | undefined {
  const { exit, spec } = view;
  if (exit?.reason !== 'OOMKilled' && view.failure.kind !== 'OOMKilled') return undefined;
  const limit = spec?.resources?.limits?.memory;
  const bytes = parseQuantity(limit);
  const code = exit?.code;
  const child =
    code !== undefined && code !== 137 && code !== 0 ? ', after the kernel killed a child process of it' : '';
  const cites: Cite[] = [
    {
      source: `pod ${view.pod?.metadata?.name ?? ''}`,
      text: `container ${view.container ?? ''}: terminated, reason OOMKilled, exit code ${String(code ?? 137)}${exit?.ranMs === undefined ? '' : ` after ${String(Math.round(exit.ranMs / 1000))} s`}, memory limit ${limit ?? 'none'}`,
    },
  ];
  for (const event of view.eventsWith('OOMKilling', 'SystemOOM').slice(-2))
    cites.push({ source: `event ${event.reason ?? ''}`, text: event.message ?? '' });
  const who = containerName(view);
  if (bytes === undefined) {
    return {
      rootCause: `The kernel kills ${who} for lack of memory (OOMKilled): it has no memory limit of its own, so the node's or the pod's memory ran out${jobEnding(view)}.`,
      confidence: 'medium',
      cites,
      fixes: [
        {
          summary: 'See what uses the memory of the node',
          command: kubectl(view.namespace, 'get', 'pod', view.pod?.metadata?.name ?? '', '-o', 'wide'),
        },
      ],
    };
  }
  const tmpfs = memoryVolume(view);
  const demand = memoryDemand(view);
  const more =
    demand !== undefined && demand.from.includes('setting') && demand.bytes > bytes
      ? `; ${demand.from} allows it more`
      : '';
  const worked = (exit?.ranMs ?? 0) > longStartMs || (view.log?.lines.length ?? 0) > 0;
  const tiny = bytes <= tinyBytes && !worked ? ', too small even for starting the program' : growth(view);
  return {
    rootCause: `The kernel kills ${who} because it uses more than its memory limit of ${limit ?? ''} (OOMKilled, exit code ${String(code ?? 137)}${child})${more || tiny}${tmpfs}${jobEnding(view)}.`,
    confidence: 'high',
    cites,
    fixes: [
      ...(demand === undefined ? onDisk(view) : []),
      ...raiseLimit(view, bytes),
      ...(demand === undefined ? [] : onDisk(view)),
      { summary: 'Or let the program keep less in memory' },
    ],
  };
}

/** Keeps the files of memory-backed volumes of the container in focus on disk instead. */
export function onDisk(view: CaseView): readonly ProposedFix[] {
  const names = (view.spec?.volumeMounts ?? []).flatMap((mount) => {
    const volume = mount.mountPath === undefined ? undefined : view.mountAt(mount.mountPath)?.volume;
    return volume?.emptyDir?.medium === 'Memory' && volume.name !== undefined ? [volume.name] : [];
  });
  if (names.length === 0) return [];
  const volumes = names.map((name) => ({ name, emptyDir: { medium: '' } }));
  return [specPatch(view, `Keep the files of ${names.join(', ')} on disk instead of in memory`, { volumes })];
}

// Files in a memory-backed emptyDir count against the limit of the container that writes them.
export function memoryVolume(view: CaseView): string {
  for (const mount of view.spec?.volumeMounts ?? []) {
    const found = mount.mountPath === undefined ? undefined : view.mountAt(mount.mountPath);
    if (found?.volume.emptyDir?.medium === 'Memory')
      return `; files in its emptyDir ${found.volume.name ?? ''} (medium Memory, at ${found.mountPath}) count as memory`;
  }
  return '';
}

/** Killed by the kernel for memory. */
export const outOfMemoryRules: readonly Rule[] = [
  {
    id: 'memory/oom-killed',
    rank: 'exact',
    kinds: ['OOMKilled', 'CrashLoopBackOff', 'JobFailed', 'Failed'],
    explain: oomFinding,
  },
];
