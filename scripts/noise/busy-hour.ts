import type { WorkloadRef } from '../../src/model/workload.ts';
import { hourStartMs, minute, RecordedHour, second, type Seen, type TrueIncident } from './recorded-hour.ts';
import { Kubelet, type Course, type Workload } from './workload.ts';

export interface BusyHour {
  readonly seen: readonly Seen[];
  readonly truth: readonly TrueIncident[];
  readonly workloads: number;
  readonly pods: number;
}

const nodes = Array.from({ length: 8 }, (_, index) => `worker-${index + 1}`);
const namespaces = ['shop', 'payments', 'search', 'platform'];
const hourMs = 60 * minute;

/** An hour of a busy cluster: what was seen of it, and what of that was really wrong. */
export function recordBusyHour(seed: number): BusyHour {
  const hour = new RecordedHour(seed);
  const { random } = hour;
  const kubelet = new Kubelet(hour);
  const all: Workload[] = [];
  const add = (kind: string, name: string, wanted: number, namespace = random.pick(namespaces)): Workload => {
    const ref: WorkloadRef = { kind, name, namespace };
    const workload: Workload = {
      ref,
      pods: [],
      wanted,
      hash: random.suffix() + random.suffix(),
      nodes: nodes.slice(1),
    };
    all.push(workload);
    hour.owner(ref, { wanted });
    for (let index = 0; index < wanted; index++) {
      const onNode = kind === 'DaemonSet' ? nodes[index] : undefined;
      kubelet.create(
        workload,
        { type: 'well' },
        {
          ...(onNode === undefined ? {} : { node: onNode }),
          ...(kind === 'StatefulSet' ? { name: `${name}-${index}` } : {}),
        },
      );
    }
    return workload;
  };
  const deployments = Array.from({ length: 70 }, (_, index) =>
    add('Deployment', `service-${index}`, random.whole(2, 6)),
  );
  const secretless = ['orders', 'billing', 'mailer'].map((name) => add('Deployment', name, 2, 'payments'));
  const statefulSets = Array.from({ length: 6 }, (_, index) => add('StatefulSet', `store-${index}`, 3));
  const daemonSets = Array.from({ length: 3 }, (_, index) => add('DaemonSet', `agent-${index}`, nodes.length));
  const pods = all.reduce((sum, { wanted }) => sum + wanted, 0);

  // Each workload has one part in the story, so that what is wrong with it is known.
  const cast = [...deployments];
  const next = (): Workload => {
    const one = cast.splice(Math.floor(random.next() * cast.length), 1)[0];
    if (one === undefined) throw new Error('the story has more parts than there are workloads');
    return one;
  };
  const idOf = ({ ref }: Workload): string => `${ref.kind}/${ref.name}`;
  const inHour = (least: number, most: number): number => hourStartMs + random.between(least, most) * minute;
  const wrong = (what: string, workloads: readonly Workload[], fromMs: number, untilMs: number): void => {
    hour.truth.push({ what, workloads: workloads.map(idOf), fromMs, untilMs });
  };
  const badRollout = (what: string, course: (untilMs: number) => Course, minutesLong: number): void => {
    const workload = next();
    const fromMs = inHour(2, 30);
    const untilMs = fromMs + minutesLong * minute;
    wrong(what, [workload], fromMs, untilMs);
    hour.at(fromMs, () => kubelet.rollOut(workload, () => course(untilMs)));
  };
  const loop = (
    workload: Workload,
    count: number,
    fromMs: number,
    untilMs: number,
    end = { exitCode: 1, reason: 'Error' },
    runsMs = 2 * second,
  ): void => {
    for (const pod of workload.pods.slice(0, count)) {
      hour.at(fromMs + random.between(0, 30) * second, () => kubelet.loop(pod, untilMs, end, runsMs));
    }
  };

  /* What is really wrong. */
  badRollout('bad release: crash loop', (untilMs) => ({ type: 'crashing', exitCode: 1, reason: 'Error', untilMs }), 14);
  badRollout(
    'bad release: tag does not exist',
    (untilMs) => ({ type: 'stuck', reason: 'ErrImagePull', message: 'registry.example.com/app:2: not found', untilMs }),
    9,
  );
  badRollout('bad release: init container fails', (untilMs) => ({ type: 'init crashing', untilMs }), 12);
  badRollout('bad release: never gets ready', (untilMs) => ({ type: 'not ready', untilMs }), 22);
  badRollout(
    'bad release: missing ConfigMap',
    (untilMs) => ({
      type: 'stuck',
      reason: 'CreateContainerConfigError',
      message: 'configmap "settings" not found',
      untilMs,
    }),
    6,
  );

  const everywhere = next();
  const everywhereMs = inHour(5, 30);
  wrong('all replicas crash', [everywhere], everywhereMs, everywhereMs + 10 * minute);
  hour.at(everywhereMs, () => loop(everywhere, 9, everywhereMs, everywhereMs + 10 * minute));

  const leaking = next();
  const leakingMs = inHour(2, 15);
  wrong('memory leak: OOM loop', [leaking], leakingMs, leakingMs + 18 * minute);
  hour.at(leakingMs, () =>
    loop(leaking, 2, leakingMs, leakingMs + 18 * minute, { exitCode: 137, reason: 'OOMKilled' }, 40 * second),
  );

  const once = next();
  const onceMs = inHour(2, 40);
  wrong('one OOM kill', [once], onceMs, onceMs);
  hour.at(onceMs, () => loop(once, 1, onceMs, onceMs, { exitCode: 137, reason: 'OOMKilled' }));

  const probed = next();
  const probedMs = inHour(2, 30);
  wrong('liveness probe kills', [probed], probedMs, probedMs + 12 * minute);
  hour.at(probedMs, () =>
    loop(probed, 1, probedMs, probedMs + 12 * minute, { exitCode: 137, reason: 'Error' }, 35 * second),
  );

  const secretMs = inHour(2, 30);
  const secretUntilMs = secretMs + 11 * minute;
  wrong('a missing Secret stops three workloads', secretless, secretMs, secretUntilMs);
  for (const [index, workload] of secretless.entries()) {
    const course: Course = {
      type: 'stuck',
      reason: 'CreateContainerConfigError',
      message: 'secret "db-auth" not found',
      untilMs: secretUntilMs,
    };
    hour.at(secretMs + index * 20 * second, () => kubelet.scale(workload, workload.wanted + 1, course));
  }

  const crowded = next();
  const crowdedMs = inHour(2, 30);
  wrong('no room to scale up', [crowded], crowdedMs, crowdedMs + 17 * minute);
  hour.at(crowdedMs, () =>
    kubelet.scale(crowded, crowded.wanted + 3, { type: 'unschedulable', untilMs: crowdedMs + 17 * minute }),
  );

  const unmounted = statefulSets[0] ?? everywhere;
  const unmountedMs = inHour(2, 30);
  wrong('a volume is not mounted', [unmounted], unmountedMs, unmountedMs + 13 * minute);
  hour.at(unmountedMs, () => {
    const pod = unmounted.pods[0];
    if (pod !== undefined) kubelet.remove(unmounted, pod);
    hour.after(40 * second, () =>
      kubelet.create(
        unmounted,
        { type: 'unmounted', untilMs: unmountedMs + 13 * minute },
        { name: `${unmounted.ref.name}-0` },
      ),
    );
  });

  const refused = next();
  const refusedMs = inHour(2, 30);
  const refusedUntilMs = refusedMs + 8 * minute;
  wrong('the quota is used up', [refused], refusedMs, refusedUntilMs);
  hour.at(refusedMs, () => {
    hour.owner(refused.ref, { wanted: refused.wanted + 2 });
    const set = `${refused.ref.name}-${refused.hash}`;
    for (const afterMs of [0, 1, 2, 5, 12, 30, 70, 150, 300].map((count) => count * second)) {
      hour.after(afterMs, () =>
        hour.warn(refused.ref, {
          reason: 'FailedCreate',
          message: `Error creating: pods "${set}-${random.suffix()}" is forbidden: exceeded quota: small, requested: pods=1, used: pods=9`,
          involvedObject: { kind: 'ReplicaSet', name: set, namespace: refused.ref.namespace, uid: `uid-${set}` },
        }),
      );
    }
    hour.at(refusedUntilMs, () => kubelet.scale(refused, refused.wanted + 2));
  });

  const nightly: WorkloadRef = { kind: 'CronJob', name: 'report', namespace: 'platform' };
  const jobMs = inHour(2, 15);
  wrong(
    'a CronJob fails twice',
    [{ ref: nightly, pods: [], wanted: 0, hash: '', nodes }],
    jobMs,
    jobMs + 24 * minute + 20 * second,
  );
  for (const run of [0, 1, 2]) {
    hour.at(jobMs + run * 12 * minute, () => {
      const job = `report-${29_000_000 + run}`;
      const pod = hour.newPod(nightly, { controller: { kind: 'Job', name: job }, restartPolicy: 'Never' });
      hour.change(pod, {
        node: 'worker-2',
        startedAtMs: hour.nowMs,
        sandbox: true,
        phase: 'Running',
        state: hour.running(),
        ready: true,
      });
      hour.after(20 * second, () => {
        const failed = run < 2;
        hour.change(pod, {
          phase: failed ? 'Failed' : 'Succeeded',
          ready: false,
          state: hour.terminated(pod, failed ? 2 : 0, failed ? 'Error' : 'Completed'),
        });
        if (failed)
          hour.warn(nightly, {
            reason: 'BackoffLimitExceeded',
            message: 'Job has reached the specified backoff limit',
            involvedObject: { kind: 'Job', name: job, namespace: nightly.namespace, uid: `uid-${job}` },
          });
        else hour.owner(nightly, { completedAtMs: hour.nowMs });
      });
    });
  }

  /* One cause, many workloads. */
  const pulling = Array.from({ length: 6 }, next);
  const registryMs = inHour(3, 30);
  const registryUntilMs = registryMs + 9 * minute;
  wrong('the registry refuses', pulling, registryMs, registryUntilMs);
  for (const workload of pulling) {
    const message =
      'failed to do request: Head "https://registry.example.com/v2/": dial tcp 10.0.0.9:443: connect: connection refused';
    hour.at(registryMs + random.between(0, 120) * second, () => {
      kubelet.rollOut(workload, () =>
        hour.nowMs < registryUntilMs
          ? { type: 'stuck', reason: 'ErrImagePull', message, untilMs: registryUntilMs }
          : { type: 'well' },
      );
    });
  }

  const lostNode = nodes[0] ?? '';
  const lostMs = inHour(4, 25);
  wrong('a node is gone', daemonSets, lostMs, lostMs + 20 * minute);
  hour.at(lostMs, () => {
    for (const workload of daemonSets) {
      for (const pod of workload.pods.filter(({ node }) => node === lostNode)) {
        hour.change(pod, { nodeLost: true, ready: false });
        hour.after(20 * minute, () => hour.change(pod, { nodeLost: false, ready: true }));
      }
    }
  });

  const pressed = Array.from({ length: 5 }, next);
  const pressedMs = inHour(3, 45);
  wrong('a node is short of memory: evictions', pressed, pressedMs, pressedMs);
  for (const workload of pressed) {
    hour.at(pressedMs + random.between(0, 60) * second, () => {
      const pod = workload.pods[0];
      if (pod === undefined) return;
      workload.pods.splice(0, 1);
      hour.change(pod, {
        node: 'worker-5',
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 60Mi.',
        ready: false,
        state: hour.terminated(pod, 137, 'Error'),
      });
      hour.after(second, () => kubelet.create(workload));
    });
  }

  /* What happens every hour and is nobody's business. */
  const anytime = (): number => inHour(1, 50);
  for (let count = 0; count < 18; count++) {
    const workload = next();
    hour.at(anytime(), () => kubelet.rollOut(workload));
  }
  for (let count = 0; count < 6; count++) {
    const workload = next();
    const atMs = anytime();
    hour.at(atMs, () => kubelet.scale(workload, workload.wanted + 3));
    hour.at(atMs + 6 * minute, () => kubelet.scale(workload, 1));
  }
  const flaps: ((workload: Workload, atMs: number) => void)[] = [
    (workload, atMs) => loop(workload, 1, atMs, atMs),
    (workload, atMs) => loop(workload, 1, atMs, atMs + 5 * second),
    (workload, atMs) => loop(workload, 1, atMs, atMs, { exitCode: 0, reason: 'Completed' }),
    (workload, atMs) =>
      kubelet.scale(workload, workload.wanted + 1, {
        type: 'stuck',
        reason: 'ErrImagePull',
        message: 'dial tcp: i/o timeout',
        untilMs: atMs + 40 * second,
      }),
    (workload, atMs) =>
      kubelet.scale(workload, workload.wanted + 1, {
        type: 'unschedulable',
        untilMs: atMs + random.between(1, 4) * minute,
      }),
    (workload, atMs) =>
      kubelet.scale(workload, workload.wanted + 1, {
        type: 'unmounted',
        untilMs: atMs + random.between(1, 4) * minute,
      }),
    (workload) => workload.pods.slice(0, 1).forEach((pod) => kubelet.notReady(pod, random.between(1, 8) * minute)),
    (workload, atMs) =>
      kubelet.scale(workload, workload.wanted + 1, {
        type: 'not ready',
        untilMs: atMs + random.between(2, 8) * minute,
      }),
    (workload, atMs) =>
      kubelet.scale(workload, workload.wanted + 1, {
        type: 'stuck',
        reason: 'CreateContainerConfigError',
        message: 'secret "late" not found',
        untilMs: atMs + 15 * second,
      }),
  ];
  for (const [index, workload] of cast.splice(0).entries()) {
    const flap = flaps[index % flaps.length];
    const atMs = anytime();
    if (flap !== undefined) hour.at(atMs, () => flap(workload, atMs));
  }
  for (let run = 0; run < 12; run++) {
    const backup: WorkloadRef = { kind: 'CronJob', name: 'backup', namespace: 'platform' };
    hour.at(hourStartMs + run * 5 * minute, () => {
      const pod = hour.newPod(backup, {
        controller: { kind: 'Job', name: `backup-${29_000_000 + run}` },
        restartPolicy: 'Never',
      });
      hour.change(pod, {
        node: 'worker-3',
        startedAtMs: hour.nowMs,
        sandbox: true,
        phase: 'Running',
        state: hour.running(),
        ready: true,
      });
      hour.after(50 * second, () =>
        hour.change(pod, { phase: 'Succeeded', ready: false, state: hour.terminated(pod, 0, 'Completed') }),
      );
    });
  }

  const seen = hour.run(hourStartMs + hourMs + 30 * minute);
  return { seen, truth: hour.truth, workloads: all.length + 2, pods };
}
