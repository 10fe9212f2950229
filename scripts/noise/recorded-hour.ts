import type { KubeCondition, KubeContainerState, KubeEvent, KubePod } from '../../src/model/kube-objects.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import type { OwnerFacts } from '../../src/track/observation.ts';
import { Random } from './random.ts';

export const second = 1000;
export const minute = 60_000;
export const hourStartMs = Date.parse('2026-03-02T09:00:00Z');

/** One thing that an observer of the cluster sees. */
export type Seen =
  | { readonly atMs: number; readonly type: 'pod'; readonly owner: WorkloadRef; readonly object: KubePod }
  | { readonly atMs: number; readonly type: 'pod gone'; readonly owner: WorkloadRef; readonly object: KubePod }
  | { readonly atMs: number; readonly type: 'event'; readonly owner: WorkloadRef; readonly event: KubeEvent }
  | { readonly atMs: number; readonly type: 'owner'; readonly owner: WorkloadRef; readonly facts: Partial<OwnerFacts> };

/** Something really wrong, of which people must hear. */
export interface TrueIncident {
  readonly what: string;
  /** `Kind/name` of each workload that shows it. */
  readonly workloads: readonly string[];
  readonly fromMs: number;
  /** When it was mended. */
  readonly untilMs: number;
}

/** A pod of the simulation; its fields change as it lives. */
export interface SimPod {
  readonly name: string;
  readonly uid: string;
  readonly owner: WorkloadRef;
  readonly controller: { readonly kind: string; readonly name: string };
  readonly hash: string | undefined;
  readonly createdAtMs: number;
  readonly container: string;
  readonly init: string | undefined;
  readonly restartPolicy: string;
  readonly image: string;
  node: string | undefined;
  startedAtMs: number | undefined;
  phase: string;
  reason: string | undefined;
  message: string | undefined;
  deletedAtMs: number | undefined;
  ready: boolean;
  readyChangedAtMs: number;
  nodeLost: boolean;
  unschedulable: string | undefined;
  sandbox: boolean;
  state: KubeContainerState;
  last: KubeContainerState | undefined;
  initState: KubeContainerState | undefined;
  initLast: KubeContainerState | undefined;
  restarts: number;
  instance: number;
  gone: boolean;
}

const iso = (timeMs: number): string => new Date(Math.floor(timeMs / 1000) * 1000).toISOString();

/** Writes down what is seen while things happen at their times. */
export class RecordedHour {
  readonly random: Random;
  readonly truth: TrueIncident[] = [];
  readonly #seen: Seen[] = [];
  readonly #agenda: { readonly atMs: number; readonly order: number; readonly act: () => void }[] = [];
  #nowMs = hourStartMs - 2 * 3_600_000;
  #order = 0;
  #uids = 0;

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  at(atMs: number, act: () => void): void {
    this.#agenda.push({ atMs: Math.max(atMs, this.#nowMs), order: ++this.#order, act });
  }

  after(ms: number, act: () => void): void {
    this.at(this.#nowMs + ms, act);
  }

  /** Lets everything happen that was planned until then; returns what was seen, in order. */
  run(untilMs: number): readonly Seen[] {
    for (;;) {
      this.#agenda.sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      const next = this.#agenda[0];
      if (next === undefined || next.atMs > untilMs) return this.#seen;
      this.#agenda.shift();
      this.#nowMs = next.atMs;
      next.act();
    }
  }

  owner(owner: WorkloadRef, facts: Partial<OwnerFacts>): void {
    this.#seen.push({ atMs: this.#nowMs, type: 'owner', owner, facts });
  }

  warn(owner: WorkloadRef, event: KubeEvent): void {
    this.#seen.push({
      atMs: this.#nowMs,
      type: 'event',
      owner,
      event: { type: 'Warning', firstTimestamp: iso(this.#nowMs), lastTimestamp: iso(this.#nowMs), ...event },
    });
  }

  newPod(
    owner: WorkloadRef,
    more: {
      readonly controller: SimPod['controller'];
      readonly hash?: string;
      readonly name?: string;
      readonly init?: string;
      readonly restartPolicy?: string;
      readonly image?: string;
    },
  ): SimPod {
    const { controller } = more;
    return {
      name: more.name ?? `${controller.name}-${this.random.suffix()}`,
      uid: `uid-${++this.#uids}`,
      owner,
      controller,
      hash: more.hash,
      createdAtMs: this.#nowMs,
      container: 'app',
      init: more.init,
      restartPolicy: more.restartPolicy ?? 'Always',
      image: more.image ?? `registry.example.com/${owner.name}:1`,
      node: undefined,
      startedAtMs: undefined,
      phase: 'Pending',
      reason: undefined,
      message: undefined,
      deletedAtMs: undefined,
      ready: false,
      readyChangedAtMs: this.#nowMs,
      nodeLost: false,
      unschedulable: undefined,
      sandbox: false,
      state: {},
      last: undefined,
      initState: undefined,
      initLast: undefined,
      restarts: 0,
      instance: 0,
      gone: false,
    };
  }

  /** Changes a pod, as the watch would show it; nothing when it is gone by then. */
  change(pod: SimPod, more: Partial<SimPod>): void {
    if (pod.gone) return;
    if (more.ready !== undefined && more.ready !== pod.ready) pod.readyChangedAtMs = this.#nowMs;
    Object.assign(pod, more);
    this.#seen.push({ atMs: this.#nowMs, type: 'pod', owner: pod.owner, object: this.#objectOf(pod) });
  }

  drop(pod: SimPod): void {
    if (pod.gone) return;
    pod.gone = true;
    this.#seen.push({ atMs: this.#nowMs, type: 'pod gone', owner: pod.owner, object: this.#objectOf(pod) });
  }

  terminated(pod: SimPod, exitCode: number, reason: string, ranMs = second): KubeContainerState {
    pod.instance += 1;
    return {
      terminated: {
        exitCode,
        reason,
        startedAt: iso(this.#nowMs - ranMs),
        finishedAt: iso(this.#nowMs),
        containerID: `containerd://${pod.uid}-${pod.instance}`,
      },
    };
  }

  running(): KubeContainerState {
    return { running: { startedAt: iso(this.#nowMs) } };
  }

  #objectOf(pod: SimPod): KubePod {
    const condition = (type: string, status: boolean, more: Partial<KubeCondition> = {}): KubeCondition => ({
      type,
      status: status ? 'True' : 'False',
      lastTransitionTime: iso(pod.readyChangedAtMs),
      ...more,
    });
    const scheduled =
      pod.node === undefined
        ? pod.unschedulable === undefined
          ? []
          : [
              condition('PodScheduled', false, {
                reason: 'Unschedulable',
                message: pod.unschedulable,
                lastTransitionTime: iso(pod.createdAtMs),
              }),
            ]
        : [
            condition('PodScheduled', true, { lastTransitionTime: iso(pod.createdAtMs) }),
            condition('PodReadyToStartContainers', pod.sandbox),
            condition('ContainersReady', pod.ready || pod.nodeLost),
            condition('Ready', pod.ready, pod.ready || pod.nodeLost ? {} : { reason: 'ContainersNotReady' }),
          ];
    const image = { image: pod.image };
    return {
      metadata: {
        name: pod.name,
        namespace: pod.owner.namespace,
        uid: pod.uid,
        creationTimestamp: iso(pod.createdAtMs),
        ...(pod.deletedAtMs === undefined ? {} : { deletionTimestamp: iso(pod.deletedAtMs) }),
        ...(pod.hash === undefined ? {} : { labels: { 'pod-template-hash': pod.hash } }),
        ownerReferences: [{ ...pod.controller, controller: true, uid: `uid-${pod.controller.name}` }],
      },
      spec: {
        restartPolicy: pod.restartPolicy,
        ...(pod.node === undefined ? {} : { nodeName: pod.node }),
        containers: [{ name: pod.container, ...image, readinessProbe: { periodSeconds: 10, failureThreshold: 3 } }],
        ...(pod.init === undefined ? {} : { initContainers: [{ name: pod.init, ...image }] }),
      },
      status: {
        phase: pod.phase,
        ...(pod.reason === undefined ? {} : { reason: pod.reason }),
        ...(pod.message === undefined ? {} : { message: pod.message }),
        ...(pod.startedAtMs === undefined ? {} : { startTime: iso(pod.startedAtMs) }),
        conditions: scheduled,
        ...(pod.node === undefined
          ? {}
          : {
              containerStatuses: [
                {
                  name: pod.container,
                  ready: pod.ready || pod.nodeLost,
                  restartCount: pod.initState === undefined ? pod.restarts : 0,
                  state: pod.state,
                  lastState: pod.last ?? {},
                },
              ],
              ...(pod.init === undefined
                ? {}
                : {
                    initContainerStatuses: [
                      {
                        name: pod.init,
                        ready: false,
                        restartCount: pod.restarts,
                        state: pod.initState ?? {},
                        lastState: pod.initLast ?? {},
                      },
                    ],
                  }),
            }),
      },
    };
  }
}
