import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterState } from '../cluster.ts';
import { runPodmedic } from '../daemon.ts';
import type { Kube } from '../kube.ts';
import { runCommand } from '../run-command.ts';
import { waitFor } from '../wait.ts';
import { isHealthy } from './fix-case.ts';
import { inTurn } from './in-turn.ts';
import type { FixCase, Seen, SeenPod, SeenWorkload } from './fix-case.ts';

export interface Fix {
  readonly summary: string;
  readonly command?: string;
  readonly verified: boolean;
}

/** An incident of `diagnose -o json`, as far as these cases read it. */
export interface Answer {
  readonly kind: string;
  readonly namespace: string;
  readonly workload: { readonly name: string };
  readonly diagnosis: {
    readonly rootCause: string;
    readonly confidence: string;
    readonly rule?: string;
    readonly changed?: string;
    readonly fixes: readonly Fix[];
  };
}

export interface MendTools {
  readonly kube: Kube;
  readonly cluster: ClusterState;
  /** Of the daemon's ServiceAccount, with the shipped permissions. */
  readonly kubeconfig: string;
}

/** What was run and what came of it. */
export interface Mended {
  readonly answer: Answer;
  /** The commands that were run, as printed. */
  readonly ran: readonly string[];
  /** Time from the command to a workload that stays healthy; undefined when nothing was run. */
  readonly healedMs?: number;
}

/** What the daemon settles for before it speaks is 10 s; this much is enough for the log here. */
const settleMs = 3_000;

/** Commands of podmedic that run at the same time: each is a process of its own, and the machine has few cores. */
const askedAtOnce = 2;
/** Cases under way at the same time: a dozen crash loops is what the node bears beside other suites. */
const casesAtOnce = 14;

/** Makes failures, asks podmedic, runs what it prints, and waits for the result. */
export function createMender({ kube, cluster, kubeconfig }: MendTools) {
  const askInTurn = inTurn(askedAtOnce);
  const caseInTurn = inTurn(casesAtOnce);

  async function look({ name, namespace, objects }: FixCase): Promise<Seen> {
    const workload = objects.at(-1);
    if (workload === undefined) throw new Error(`${name} has no workload`);
    const [present, pods] = await Promise.all([
      kube.get<SeenWorkload>(workload),
      kube.list<SeenPod>('v1', 'Pod', namespace, `labelSelector=${encodeURIComponent(`app=${name}`)}`),
    ]);
    if (present === undefined) throw new Error(`${name} is not there`);
    const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    const warnings = await Promise.all(staying.map(({ metadata }) => warningsOf(namespace, metadata.name)));
    return { workload: present, pods: staying, warnings: warnings.flat() };
  }

  async function warningsOf(namespace: string, pod: string): Promise<string[]> {
    const fields = encodeURIComponent(`type=Warning,involvedObject.kind=Pod,involvedObject.name=${pod}`);
    const events = await kube.list<{ readonly message?: string }>('v1', 'Event', namespace, `fieldSelector=${fields}`);
    return events.flatMap(({ message }) => message ?? []);
  }

  async function waitUntil(
    one: FixCase,
    what: string,
    isSo: (seen: Seen) => boolean,
    timeoutMs: number,
  ): Promise<Seen> {
    let last: Seen | undefined;
    return waitFor(
      `${one.name} ${what}`,
      async () => {
        last = await look(one);
        return isSo(last) ? last : undefined;
      },
      { timeoutMs, intervalMs: 1000, explain: () => `; it is ${describe(last)}` },
    );
  }

  async function ask(one: FixCase, seen: Seen): Promise<Answer> {
    const failing = seen.pods.find((pod) => pod.status?.conditions?.some(isNotReady)) ?? seen.pods[0];
    const subject =
      one.askAboutPod && failing !== undefined
        ? failing.metadata.name
        : `${seen.workload.kind.toLowerCase()}/${one.name}`;
    let output = '';
    return waitFor(
      `an incident ${one.kind} of ${one.name}`,
      async () => {
        const args = ['diagnose', subject, '-n', one.namespace, '-o', 'json'];
        const { code, stdout, stderr } = await askInTurn(() => runPodmedic(args, { KUBECONFIG: kubeconfig }));
        output = `${String(code)} ${stdout} ${stderr}`;
        if (code !== 0) return undefined;
        const { incidents } = JSON.parse(stdout) as { incidents: Answer[] };
        return incidents.find(({ kind, workload }) => kind === one.kind && workload.name === one.name);
      },
      { timeoutMs: 60_000, intervalMs: 2000, explain: () => `; it printed ${output.slice(-3000)}` },
    );
  }

  /** Applies a case, waits until it fails, and gives podmedic's answer. */
  async function breakAndAsk(one: FixCase): Promise<Answer> {
    await kube.apply(one.objects);
    if (one.rollout !== undefined) {
      const { workload } = await waitUntil(one, 'to be healthy before the rollout', isHealthy, 90_000);
      await kube.patch(workload, one.rollout);
    }
    await waitUntil(one, 'to fail', one.fails, 90_000);
    await sleep(settleMs);
    return ask(one, await look(one));
  }

  /** The same, then runs the first verified fix and waits until the workload stays healthy. */
  async function mend(one: FixCase): Promise<Mended> {
    const answer = await breakAndAsk(one);
    const commands = toRun(answer.diagnosis.fixes);
    for (const command of commands)
      await runCommand(['sh', '-c', command], { env: { KUBECONFIG: cluster.kubeconfig } });
    if (commands.length === 0) return { answer, ran: [] };
    const ranAtMs = Date.now();
    await waitUntil(one, `to be healthy after ${commands.join('; ')}`, one.heals ?? isHealthy, 120_000);
    return { answer, ran: commands, healedMs: Date.now() - ranAtMs };
  }

  return {
    breakAndAsk: (one: FixCase) => caseInTurn(() => breakAndAsk(one)),
    mend: (one: FixCase) => caseInTurn(() => mend(one)),
  };
}

/** The first verified command; with it the one that its answer tells to run after a change of the template. */
function toRun(fixes: readonly Fix[]): string[] {
  const verified = fixes.filter((fix) => fix.verified);
  const [first, ...others] = verified;
  const after = others.filter(({ summary }) => summary.startsWith('After a change of the template'));
  return (first === undefined ? [] : [first, ...after]).flatMap(({ command }) => command ?? []);
}

function isNotReady({ type, status }: { readonly type: string; readonly status: string }): boolean {
  return type === 'Ready' && status !== 'True';
}

function describe(seen: Seen | undefined): string {
  if (seen === undefined) return 'not there';
  return JSON.stringify([seen.workload.status, ...seen.pods.map(({ status }) => status)]).slice(0, 4000);
}
