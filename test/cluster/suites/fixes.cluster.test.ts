import { beforeAll, describe, expect, test } from '@jest/globals';
import { currentCluster } from '../cluster.ts';
import { logInAsDaemon, runPodmedic } from '../daemon.ts';
import type { FixCase } from '../fixes/fix-case.ts';
import { createMender } from '../fixes/mend.ts';
import type { Answer, Mended } from '../fixes/mend.ts';
import { memoryCases } from '../fixes/memory-cases.ts';
import { openCases } from '../fixes/open-cases.ts';
import { probeCases } from '../fixes/probe-cases.ts';
import { rolloutCases } from '../fixes/rollout-cases.ts';
import { diskLabel, surroundingsCases } from '../fixes/surroundings-cases.ts';
import { templateCases } from '../fixes/template-cases.ts';
import { buildersFor } from '../fixes/workload-builders.ts';
import { connectKube } from '../kube.ts';
import { runCommand } from '../run-command.ts';

const cluster = currentCluster();
const kube = connectKube(cluster);
const builders = buildersFor(cluster, 'fixes');
const mendable = [
  // The CronJob's is among the first: it waits for the minute twice.
  ...memoryCases(builders),
  ...probeCases(builders),
  ...templateCases(builders),
  ...rolloutCases(builders),
  ...surroundingsCases(builders),
];
const open = openCases(builders);

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

/** Cases run side by side, whatever jest waits for; each test waits for its own. */
const mended = new Map<string, Promise<Outcome<Mended>>>();
const answered = new Map<string, Promise<Outcome<Answer>>>();
let kubeconfig: string;

function settle<T>(work: Promise<T>): Promise<Outcome<T>> {
  return work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

async function outcomeOf<T>(of: ReadonlyMap<string, Promise<Outcome<T>>>, { name }: FixCase): Promise<T> {
  const outcome = await of.get(name);
  if (outcome === undefined) throw new Error(`${name} was not started`);
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

/** Lets the node have an image that its name's registry does not have. */
async function tagImage(name: string): Promise<void> {
  const ctr = ['ctr', '--address', cluster.containerdSocket ?? '', '--namespace', 'k8s.io', 'images', 'tag'];
  await runCommand([...ctr, cluster.busyboxImage ?? '', name]);
}

beforeAll(async () => {
  for (const namespace of new Set(mendable.map((one) => one.namespace))) await kube.createNamespace(namespace);
  kubeconfig = await logInAsDaemon(kube, cluster.folder, 'home-of-fixes');
  await tagImage(`${builders.registry}/404/shop/catalog:1.4`);
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: builders.nodeName } };
  await kube.patch(node, { metadata: { labels: { [diskLabel]: 'ssd' } } });
  const mender = createMender({ kube, cluster, kubeconfig });
  for (const one of mendable) mended.set(one.name, settle(mender.mend(one)));
  for (const one of open) answered.set(one.name, settle(mender.breakAndAsk(one)));
}, 60_000);

/** Fails with the whole answer, so that a failed run tells what was seen. */
function expectCause(one: FixCase, { diagnosis }: Answer): void {
  const { rule, confidence, rootCause } = diagnosis;
  const isRight = rule === one.rule && confidence === 'high' && one.cause.every((words) => words.test(rootCause));
  if (!isRight) throw new Error(`wanted ${one.rule} ${one.cause.join(' ')}, got ${JSON.stringify(diagnosis, null, 1)}`);
}

describe('the first verified fix, run as printed, heals the workload', () => {
  test.each(mendable.map((one) => [one.kind, one.name, one] as const))(
    '%s: %s',
    async (_kind, _name, one) => {
      const { answer, ran, healedMs } = await outcomeOf(mended, one);
      expectCause(one, answer);
      expect(ran[0]).toMatch(one.command);
      expect(healedMs).toBeGreaterThan(0);
    },
    240_000,
  );
});

describe('a command with something left to fill in is not called verified', () => {
  test.each(open.map((one) => [one.kind, one.name, one] as const))(
    '%s: %s',
    async (_kind, name, one) => {
      const answer = await outcomeOf(answered, one);
      expectCause(one, answer);
      const [fix] = answer.diagnosis.fixes;
      expect(fix?.command).toMatch(one.command);
      expect(answer.diagnosis.fixes.filter(({ verified }) => verified)).toEqual([]);
      const args = ['diagnose', `deployment/${name}`, '-n', one.namespace];
      const { stdout } = await runPodmedic(args, { KUBECONFIG: kubeconfig });
      expect(stdout).toContain(`${fix?.command ?? ''}\n     (fill in REPLACE_ME)`);
    },
    240_000,
  );
});
