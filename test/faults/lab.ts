import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSlackServer, type SlackServer } from '../fakes/slack-server.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { shippedRbac } from '../cluster/daemon.ts';
import type { Kube, KubeObject } from '../cluster/kube.ts';
import { waitFor } from '../cluster/wait.ts';
import { judge, type Gap, type Interruption, type MadeFailure, type SeenMessage, type Verdict } from './oracle.ts';
import type { PatchedKind, PatchedWorkload } from './patched-pods.ts';
import { createReplica, type Replica } from './replica.ts';

/** Times of a lab, ms. */
export interface LabTimes {
  readonly settleMs: number;
  readonly imagePullDelayMs: number;
  readonly holdMs: number;
  readonly leaseSeconds: readonly [duration: number, renewDeadline: number, retry: number];
}

/** Two replicas with a Lease, a Slack, the oracle's notes, and a namespace in which pods fail. */
export interface Lab {
  /** A letter or two, with which the names of its workloads begin. */
  readonly name: string;
  readonly plane: ControlPlane;
  readonly kube: Kube;
  /** Where pods are made to fail. */
  readonly namespace: string;
  readonly replicas: readonly [Replica, Replica];
  readonly slack: SlackServer;
  readonly times: LabTimes;
  readonly failures: MadeFailure[];
  readonly gaps: Gap[];
  readonly interruptions: Interruption[];
  /** The replica that leads; waits until there is one. */
  leader(): Promise<Replica>;
  other(replica: Replica): Replica;
  /** Makes a failure and notes it. */
  fail(workload: PatchedWorkload, kind: PatchedKind): Promise<void>;
  /** Mends it and notes it. */
  heal(workload: PatchedWorkload): Promise<void>;
  /** A failure that somebody else makes. */
  note(failure: MadeFailure): void;
  messages(): SeenMessage[];
  verdict(): Verdict;
  /** Waits until nothing is due any more; `of` only asks for some workloads. */
  settled(of?: (text: string) => boolean): Promise<void>;
  newToken(): Promise<string>;
  /** Takes the daemons' permissions in the cluster away; the answer gives them back. */
  forbid(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export interface LabSettings {
  readonly name: string;
  readonly plane: ControlPlane;
  readonly kube: Kube;
  /** Where files of the replicas go; `podmedic.mjs` in it is the daemon. */
  readonly folder: string;
  /** Namespace of the daemons, their Lease and their ServiceAccount. */
  readonly home: string;
  /** Namespace in which pods are made to fail. */
  readonly namespace: string;
  /** Watched namespaces, as the setting has it. */
  readonly watch: string;
  readonly exclude?: string;
  readonly times: LabTimes;
  readonly allowanceMs: number;
  readonly onLine?: (replica: string, line: string) => void;
}

/** Starts a lab; both replicas are ready and one leads. */
export async function startLab(options: LabSettings): Promise<Lab> {
  const { plane, kube, home, times } = options;
  const slack = await startSlackServer({ host: '127.0.0.1' });
  await kube.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: home } });
  await kube.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: home, name: 'podmedic' } });
  await kube.apply(rbacFor(home), home);
  const newToken = (): Promise<string> => kube.createToken(home, 'podmedic');
  const [duration, deadline, retry] = times.leaseSeconds;
  const doubted = new Set<string>();
  const hear = (replica: string, line: string): void => {
    const doubt = /in (\S+) \(\S+\) \w+: may not have arrived/u.exec(line)?.[1];
    if (doubt !== undefined) doubted.add(doubt);
    options.onLine?.(replica, line);
  };
  const make = async (name: string): Promise<Replica> =>
    createReplica({
      name,
      plane,
      folder: options.folder,
      bundle: join(options.folder, 'podmedic.mjs'),
      token: await newToken(),
      onLine: (line) => hear(name, line),
      settings: {
        WATCH_NAMESPACES: options.watch,
        EXCLUDE_NAMESPACES: options.exclude ?? '',
        CLUSTER_NAME: name,
        WEBHOOK_URL: slack.webhookUrl,
        POD_NAMESPACE: home,
        STORM_THRESHOLD: '0',
        SETTLE_SECONDS: String(times.settleMs / 1000),
        IMAGE_PULL_DELAY_SECONDS: String(times.imagePullDelayMs / 1000),
        CONFIG_ERROR_DELAY_SECONDS: String(times.imagePullDelayMs / 1000),
        RESOLVE_HOLD_SECONDS: String(times.holdMs / 1000),
        RESOLVE_HOLD_RUN_SECONDS: String(times.holdMs / 1000),
        OWNER_REFRESH_SECONDS: '2',
        LEASE_DURATION_SECONDS: String(duration),
        LEASE_RENEW_DEADLINE_SECONDS: String(deadline),
        LEASE_RETRY_SECONDS: String(retry),
        SHUTDOWN_GRACE_SECONDS: '5',
      },
    });
  const replicas: readonly [Replica, Replica] = [await make(`${home}-a`), await make(`${home}-b`)];
  await Promise.all(replicas.map((replica) => replica.start()));

  const failures: MadeFailure[] = [];
  const gaps: Gap[] = [];
  const interruptions: Interruption[] = [];
  const waitOf = (kind: PatchedKind): number => times.settleMs + (kind === 'ImagePull' ? times.imagePullDelayMs : 0);
  const messages = (): SeenMessage[] =>
    slack.records.map(({ payload, atMs }) =>
      readMessage(String(payload.text), JSON.stringify(payload), atMs, replicas, doubted),
    );
  const verdict = (): Verdict => {
    const { allowanceMs } = options;
    return judge({
      failures,
      messages: messages(),
      gaps,
      interruptions: [...interruptions, ...turnsOf(replicas)],
      allowanceMs,
      holdMs: times.holdMs,
      nowMs: Date.now(),
    });
  };
  const lab: Lab = {
    name: options.name,
    plane,
    kube,
    namespace: options.namespace,
    replicas,
    slack,
    times,
    failures,
    gaps,
    interruptions,
    leader: () =>
      waitFor('a leader', () => replicas.find((replica) => replica.leads()), {
        timeoutMs: 60_000,
        intervalMs: 20,
        explain: () => replicas.map((one) => `\n${one.name}: ${one.daemon().output().slice(-1500)}`).join(''),
      }),
    other: (replica) => (replica === replicas[0] ? replicas[1] : replicas[0]),
    fail: async (workload, kind) => {
      const madeAtMs = Date.now();
      await workload.fail(kind);
      failures.push({ name: workload.name, kind, madeAtMs, waitMs: waitOf(kind), fact: kind === 'OOMKilled' });
    },
    heal: async (workload) => {
      const failure = failures.find(({ name }) => name === workload.name);
      if (failure !== undefined) failure.healedAtMs = Date.now();
      await workload.heal();
    },
    note: (failure) => void failures.push(failure),
    messages,
    verdict,
    settled: async (of = () => true) => {
      while (verdict().awaited.some(of)) await sleep(100);
    },
    newToken,
    forbid: async () => {
      const bindings = rbacFor(home).filter(({ kind }) => kind === 'ClusterRoleBinding');
      for (const binding of bindings) await kube.remove(binding);
      return async () => {
        await kube.apply(bindings);
      };
    },
    close: async () => {
      await Promise.all(replicas.map((replica) => replica.close()));
      await slack.close();
    },
  };
  await lab.leader();
  return lab;
}

/** Every unplanned end of a turn counts as an interruption of what was being sent. */
function turnsOf(replicas: readonly Replica[]): Interruption[] {
  return replicas.flatMap(({ turns }) =>
    turns.flatMap(({ atMs, leads }): Interruption[] => (leads ? [] : [{ atMs, how: 'cut' }])),
  );
}

/** The shipped permissions, in another namespace. */
function rbacFor(home: string): KubeObject[] {
  return shippedRbac().map((object) => {
    const moved = JSON.parse(JSON.stringify(object).replaceAll('"namespace":"podmedic"', `"namespace":"${home}"`)) as {
      metadata: { name: string };
    } & KubeObject;
    if (object.kind === 'ClusterRoleBinding') moved.metadata.name += `-${home}`;
    return moved;
  });
}

const prefixes: Readonly<Record<string, SeenMessage['type']>> = {
  Recovered: 'recovered',
  Worse: 'worse',
  Again: 'reopened',
  'Still failing': 'reminder',
};

function readMessage(
  text: string,
  payload: string,
  atMs: number,
  replicas: readonly Replica[],
  doubted: ReadonlySet<string>,
): SeenMessage {
  const found = /(?:(Recovered|Worse|Again|Still failing): )?\w+ in (\S+) \((\S+)\)/u.exec(text);
  return {
    type: found === null ? 'other' : found[1] === undefined ? 'opened' : (prefixes[found[1]] ?? 'other'),
    name: found?.[2] ?? text.slice(0, 80),
    atMs,
    from: replicas.find(({ name }) => payload.includes(`cluster ${name}`))?.name ?? '?',
    doubt: doubted.has(found?.[2] ?? ''),
  };
}
