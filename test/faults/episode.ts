import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultKind } from './kinds/fault-kind.ts';
import type { Lab } from './lab.ts';
import type { Verdict } from './oracle.ts';
import { createPatchedWorkloads, type PatchedKind, type PatchedWorkload } from './patched-pods.ts';
import type { Random } from './random.ts';
import type { Results } from './results.ts';

/** What stands from earlier episodes and is to be mended in a later one. */
export interface EpisodeMemory {
  toHeal: PatchedWorkload[];
  count: number;
}

const kinds: readonly [PatchedKind, ...PatchedKind[]] = [
  'CrashLoopBackOff',
  'CrashLoopBackOff',
  'ImagePull',
  'OOMKilled',
];

/**
 * One fault: a failure settles when it strikes, another one falls into it, a third comes after it; one from an earlier
 * episode is mended around its beginning. Then everything that is due is waited for, and what is new in the verdict is told.
 */
export async function runEpisode(
  lab: Lab,
  kind: FaultKind,
  memory: EpisodeMemory,
  random: Random,
  results: Results,
  controllers = true,
): Promise<readonly string[]> {
  const number = (memory.count += 1);
  const names = ['before', 'during', 'after'].map((when) => `${lab.name}${number}-${when}`);
  const [before, during, after] = await createPatchedWorkloads(
    lab.kube,
    lab.namespace,
    rotate(names, number),
    controllers,
  );
  if (before === undefined || during === undefined || after === undefined) throw new Error('no workloads');
  const earlier = lab.verdict();

  await lab.fail(before, random.pick(kinds));
  await sleep(random.between(0, lab.times.settleMs + 1500));
  const mended = memory.toHeal.shift();
  const mendBefore = random.next() < 0.5;
  if (mended !== undefined && mendBefore) await lab.heal(mended);

  const fromMs = Date.now();
  lab.interruptions.push({ atMs: fromMs, how: 'cut' });
  let hits: number;
  try {
    hits = await kind.strike({
      lab,
      random,
      during: async () => {
        await sleep(random.between(0, 1500));
        await lab.fail(during, random.pick(kinds));
        if (mended !== undefined && !mendBefore) await lab.heal(mended);
      },
      figure: (name, ms) => results.figure(name, ms),
    });
  } finally {
    lab.gaps.push({ fromMs, toMs: Date.now() });
  }
  await lab.leader();
  await lab.fail(after, random.pick(kinds));
  // A real crash loop takes its time; nothing here depends on it.
  await lab.settled((text) => !text.startsWith('real-'));
  memory.toHeal.push(...[before, during, after].filter(() => random.next() < 0.6));
  return [...(hits > 0 ? [] : ['the fault did not strike']), ...complaints(lab.verdict(), earlier)];
}

/** What a verdict complains of and an earlier one did not. */
export function complaints(verdict: Verdict, earlier?: Verdict): string[] {
  const lists: readonly (readonly [string, readonly string[], readonly string[] | undefined])[] = [
    ['missed', verdict.missed, earlier?.missed],
    ['told twice', verdict.duplicates, earlier?.duplicates],
    ['falsely resolved', verdict.falseResolved, earlier?.falseResolved],
    ['recovery not told', verdict.unresolved, earlier?.unresolved],
    ['false alarm', verdict.falseAlarms, earlier?.falseAlarms],
  ];
  return lists.flatMap(([what, now, then = []]) =>
    now.filter((one) => !then.includes(one)).map((one) => `${what}: ${one}`),
  );
}

function rotate<T>(list: readonly T[], by: number): T[] {
  const at = by % list.length;
  return [...list.slice(at), ...list.slice(0, at)];
}
