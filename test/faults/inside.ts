// The run itself, inside the cluster's network: node inside.ts, started by run.ts.
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { currentCluster } from '../cluster/cluster.ts';
import { connectKube } from '../cluster/kube.ts';
import { projectFolder } from '../cluster/paths.ts';
import { runCommand } from '../cluster/run-command.ts';
import { runEpisode, type EpisodeMemory } from './episode.ts';
import { checkHandOver } from './hand-over.ts';
import { allKinds } from './kinds/all-kinds.ts';
import type { FaultKind } from './kinds/fault-kind.ts';
import { startLab, type Lab, type LabTimes } from './lab.ts';
import { checkOracleItself } from './oracle-check.ts';
import type { Verdict } from './oracle.ts';
import { checkPagedLists } from './paged.ts';
import { createRandom } from './random.ts';
import { breakReally } from './real-failures.ts';
import { writeReport } from './report.ts';
import { createResults } from './results.ts';
import { readOptions } from './options.ts';

const options = readOptions();
const cluster = currentCluster();
const kube = connectKube(cluster);
const folder = join(cluster.folder, 'faults');
mkdirSync(folder, { recursive: true });
// A copy, so that a build beside the run changes nothing in it.
cpSync(join(projectFolder, 'dist/podmedic.mjs'), join(folder, 'podmedic.mjs'));
const results = createResults((line) => console.log(line));
const random = createRandom(options.seed);
const endsAtMs = Date.now() + options.minutes * 60_000;
const times: LabTimes = { settleMs: 2_000, imagePullDelayMs: 2_000, holdMs: 3_000, leaseSeconds: [3, 2, 0.4] };
// Streams wait up to 30 s between attempts, and messages are a second apart.
const allowanceMs = 40_000;

results.log(`seed ${options.seed}`);
await results.test('the oracle sees what is wrong', () => Promise.resolve(checkOracleItself()));
const labs = await Promise.all(['a', 'b'].map((lane) => openLab(lane)));
const [firstLab] = labs;
const real =
  options.kinds.length > 0 || firstLab === undefined ? undefined : await breakReally(kube, cluster, firstLab, 'real');
const memories = new Map<Lab, EpisodeMemory>(labs.map((lab) => [lab, { toHeal: [], count: 0 }]));
const wanted = allKinds.filter(
  ({ name }) => options.kinds.length === 0 || options.kinds.some((part) => name.includes(part)),
);

do {
  const plan = random.shuffled(wanted);
  await Promise.all(lanesOf(plan.filter(({ scope }) => scope === 'lab')).map((lane, index) => runLane(index, lane)));
  for (const kind of plan.filter(({ scope }) => scope === 'server')) await runServerKind(kind);
} while (Date.now() < endsAtMs);

if (options.kinds.length === 0) {
  await Promise.all([
    checkHandOver(kube, cluster, folder, results),
    checkPagedLists(folder, results),
    results.test('heap is back after 10,000 failures', checkHeap),
    results.test('failures that a real kubelet made, through all of it', async () => (await real?.finish()) ?? []),
  ]);
}
await checkOracle();
for (const lab of labs) await lab.close();
writeReport(results, labs, options);
console.log(`${results.passed()} passed, ${results.failed()} failed`);
process.exit(results.failed() === 0 && results.passed() > 0 ? 0 : 1);

async function openLab(lane: string): Promise<Lab> {
  const namespace = `faults-${lane}`;
  await kube.createNamespace(namespace);
  return startLab({
    name: lane,
    plane: cluster,
    kube,
    folder,
    home: `medic-${lane}`,
    namespace,
    watch: lane === 'a' ? `${namespace},real` : namespace,
    times,
    allowanceMs,
    ...(options.verbose ? { onLine: (replica, line) => results.log(`${replica}: ${line}`) } : {}),
  });
}

/** Shares the kinds out so that both lanes end at about the same time; the long ones first, or the lanes would not. */
function lanesOf(plan: readonly FaultKind[]): FaultKind[][] {
  const lanes: { seconds: number; kinds: FaultKind[] }[] = labs.map(() => ({ seconds: 0, kinds: [] }));
  for (const kind of [...plan].sort((x, y) => Number(y.seconds > 45) - Number(x.seconds > 45))) {
    const lane = lanes.reduce((least, one) => (one.seconds < least.seconds ? one : least));
    lane.kinds.push(kind);
    lane.seconds += kind.seconds + 8;
  }
  return lanes.map(({ kinds }) => random.shuffled(kinds));
}

async function runLane(index: number, lane: readonly FaultKind[]): Promise<void> {
  const lab = labs[index];
  const memory = lab === undefined ? undefined : memories.get(lab);
  if (lab === undefined || memory === undefined) return;
  // A lane's numbers must not depend on how fast the other one is.
  const own = createRandom(options.seed + 1 + index);
  for (const kind of lane)
    await results.test(`${kind.name} [${lab.name}]`, () => runEpisode(lab, kind, memory, own, results));
}

/** The other lab suffers as well: its failures stand through it. */
async function runServerKind(kind: FaultKind): Promise<void> {
  const [first, ...others] = labs;
  const memory = first === undefined ? undefined : memories.get(first);
  if (first === undefined || memory === undefined) return;
  const fromMs = Date.now();
  await results.test(`${kind.name} [${first.name}]`, () => runEpisode(first, kind, memory, random, results));
  for (const other of others) {
    other.gaps.push({ fromMs, toMs: Date.now() });
    other.interruptions.push({ atMs: fromMs, how: 'cut' });
  }
}

async function checkOracle(): Promise<void> {
  const verdicts: Verdict[] = [];
  for (const lab of labs) {
    await lab.settled();
    verdicts.push(lab.verdict());
  }
  const all = (pick: (verdict: Verdict) => readonly string[]): Promise<readonly string[]> =>
    Promise.resolve(verdicts.flatMap(pick));
  await results.test('missed = 0', () => all(({ missed }) => missed));
  await results.test('duplicates = 0', () => all(({ duplicates }) => duplicates));
  await results.test('false resolved = 0', () => all(({ falseResolved }) => falseResolved));
  await results.test('recoveries not told = 0', () => all(({ unresolved }) => unresolved));
  await results.test('false alarms = 0', () => all(({ falseAlarms }) => falseAlarms));
  await results.test('at most one message in doubt for each interruption', () =>
    all(({ inDoubt }) => {
      const perMoment = Map.groupBy(inDoubt, ({ interruptedAtMs }) => interruptedAtMs);
      return [...perMoment.values()]
        .filter((list) => list.length > 1)
        .map((list) => list.map(({ name }) => name).join(', '));
    }),
  );
  results.log(`messages in doubt: ${verdicts.reduce((sum, { inDoubt }) => sum + inDoubt.length, 0)}`);
}

async function checkHeap(): Promise<readonly string[]> {
  const script = join(import.meta.dirname, 'heap.ts');
  const command = [process.execPath, '--expose-gc', '--disable-warning=ExperimentalWarning', script];
  results.log(`heap: ${(await runCommand(command)).trim()}`);
  return [];
}
