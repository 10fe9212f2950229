import type { KubeContainerState } from '../../src/model/kube-objects.ts';
import type { WorkloadRef } from '../../src/model/workload.ts';
import { minute, second, type RecordedHour, type SimPod } from './recorded-hour.ts';

/** How a new pod gets on. */
export type Course =
  | { readonly type: 'well' }
  | { readonly type: 'stuck'; readonly reason: string; readonly message: string; readonly untilMs: number }
  | { readonly type: 'unschedulable'; readonly untilMs: number }
  | { readonly type: 'unmounted'; readonly untilMs: number }
  | { readonly type: 'crashing'; readonly exitCode: number; readonly reason: string; readonly untilMs: number }
  | { readonly type: 'init crashing'; readonly untilMs: number }
  | { readonly type: 'not ready'; readonly untilMs: number };

/** Gaps between restarts as a kubelet makes them: 1 s, then 10 s doubled up to 5 min, and the time to run. */
const backOffsMs = [1, 13, 27, 59, 110, 165, 300, 300].map((gap) => gap * second);

export interface Workload {
  readonly ref: WorkloadRef;
  readonly pods: SimPod[];
  wanted: number;
  hash: string;
  readonly nodes: readonly string[];
}

/** What kubelets, schedulers and controllers do with pods. */
export class Kubelet {
  readonly #hour: RecordedHour;

  constructor(hour: RecordedHour) {
    this.#hour = hour;
  }

  create(
    workload: Workload,
    course: Course = { type: 'well' },
    more: { readonly node?: string; readonly name?: string } = {},
  ): SimPod {
    const hour = this.#hour;
    const { ref } = workload;
    const controller =
      ref.kind === 'Deployment'
        ? { kind: 'ReplicaSet', name: `${ref.name}-${workload.hash}` }
        : { kind: ref.kind, name: ref.name };
    const pod = hour.newPod(ref, {
      controller,
      ...(ref.kind === 'Deployment' ? { hash: workload.hash } : {}),
      ...(more.name === undefined ? {} : { name: more.name }),
      ...(course.type === 'init crashing' ? { init: 'migrate' } : {}),
    });
    workload.pods.push(pod);
    hour.change(pod, {});
    if (course.type === 'unschedulable') {
      hour.after(200, () => hour.change(pod, { unschedulable: '0/8 nodes are available: 8 Insufficient cpu.' }));
      hour.at(course.untilMs, () => this.#schedule(workload, pod, { type: 'well' }, more.node));
    } else {
      hour.after(200, () => this.#schedule(workload, pod, course, more.node));
    }
    return pod;
  }

  /** Asked to leave, it ends within its grace period, often not with 0. */
  remove(workload: Workload, pod: SimPod): void {
    const hour = this.#hour;
    if (pod.gone || pod.deletedAtMs !== undefined) return;
    workload.pods.splice(workload.pods.indexOf(pod), 1);
    hour.change(pod, { deletedAtMs: hour.nowMs + 30 * second });
    if (pod.nodeLost) return;
    const exitCode = hour.random.pick([0, 143, 143, 137, 1]);
    hour.after(exitCode === 137 ? 30 * second : hour.random.between(1, 8) * second, () => {
      const state = hour.terminated(pod, exitCode, exitCode === 0 ? 'Completed' : 'Error', minute);
      hour.change(pod, { ready: false, phase: exitCode === 0 ? 'Succeeded' : 'Failed', state });
      hour.after(second, () => hour.drop(pod));
    });
  }

  /** Replaces one pod after the other; a new one that does not get ready stops it. */
  rollOut(workload: Workload, course: (index: number) => Course = () => ({ type: 'well' })): void {
    const hour = this.#hour;
    workload.hash = hour.random.suffix() + hour.random.suffix();
    const old = [...workload.pods];
    const step = (index: number): void => {
      const leaving = old[index];
      if (leaving === undefined) return;
      const pod = this.create(workload, course(index));
      const wait = (): void => {
        if (pod.gone || pod.deletedAtMs !== undefined) return;
        if (!pod.ready) {
          hour.after(second, wait);
          return;
        }
        this.remove(workload, leaving);
        hour.after(second, () => step(index + 1));
      };
      wait();
    };
    step(0);
  }

  scale(workload: Workload, wanted: number, course: Course = { type: 'well' }): void {
    workload.wanted = wanted;
    this.#hour.owner(workload.ref, { wanted });
    while (workload.pods.length < wanted) this.create(workload, course);
    for (const pod of workload.pods.slice(wanted)) this.remove(workload, pod);
  }

  /** The pod's container ends and is restarted, again and again until it is mended; then it stays up. */
  loop(
    pod: SimPod,
    untilMs: number,
    end: { readonly exitCode: number; readonly reason: string },
    runsMs = 2 * second,
  ): void {
    const hour = this.#hour;
    const crash = (round: number): void => {
      if (pod.gone || pod.deletedAtMs !== undefined) return;
      hour.change(pod, {
        ready: false,
        last: pod.state.terminated ? pod.state : pod.last,
        state: hour.terminated(pod, end.exitCode, end.reason, runsMs),
      });
      const gapMs = backOffsMs[Math.min(round, backOffsMs.length - 1)] ?? 5 * minute;
      if (gapMs > 10 * second) {
        hour.after(gapMs - 3 * second, () => {
          const waiting: KubeContainerState = {
            waiting: { reason: 'CrashLoopBackOff', message: 'back-off restarting failed container' },
          };
          if (pod.state.terminated) hour.change(pod, { last: pod.state, state: waiting });
        });
      }
      hour.after(gapMs, () => {
        const last = pod.state.terminated ? pod.state : pod.last;
        hour.change(pod, { restarts: pod.restarts + 1, last, state: hour.running(), phase: 'Running' });
        const mended = hour.nowMs >= untilMs;
        if (mended) hour.after(hour.random.between(2, 20) * second, () => this.#ready(pod));
        else hour.after(runsMs, () => crash(round + 1));
      });
    };
    crash(0);
  }

  /** Ready for a while not, then again. */
  notReady(pod: SimPod, forMs: number): void {
    this.#hour.change(pod, { ready: false });
    this.#hour.after(forMs, () => this.#ready(pod));
  }

  #ready(pod: SimPod): void {
    if (pod.deletedAtMs === undefined && pod.state.running && !pod.nodeLost) this.#hour.change(pod, { ready: true });
  }

  #schedule(workload: Workload, pod: SimPod, course: Course, node: string | undefined): void {
    const hour = this.#hour;
    if (pod.deletedAtMs !== undefined) return;
    const creating: KubeContainerState = {
      waiting: { reason: course.type === 'init crashing' ? 'PodInitializing' : 'ContainerCreating' },
    };
    hour.change(pod, {
      node: node ?? hour.random.pick(workload.nodes),
      unschedulable: undefined,
      startedAtMs: hour.nowMs,
      state: creating,
    });
    hour.after(hour.random.between(1, 3) * second, () => {
      if (pod.deletedAtMs !== undefined) return;
      if (course.type === 'unmounted') {
        hour.at(course.untilMs, () => this.#start(pod, { type: 'well' }));
      } else if (course.type === 'stuck') {
        this.#stick(pod, course);
      } else {
        this.#start(pod, course);
      }
    });
  }

  #stick(pod: SimPod, course: Extract<Course, { type: 'stuck' }>): void {
    const hour = this.#hour;
    const isPull = course.reason === 'ErrImagePull';
    const show = (round: number): void => {
      if (pod.gone || pod.deletedAtMs !== undefined) return;
      if (hour.nowMs >= course.untilMs) {
        this.#start(pod, { type: 'well' });
        return;
      }
      const reason = isPull && round % 2 === 1 ? 'ImagePullBackOff' : course.reason;
      if (isPull || round === 0)
        hour.change(pod, { sandbox: true, state: { waiting: { reason, message: course.message } } });
      hour.after(isPull ? Math.min(13 * second * 2 ** Math.floor(round / 2), 150 * second) : 12 * second, () =>
        show(round + 1),
      );
    };
    show(0);
  }

  #start(pod: SimPod, course: Course): void {
    const hour = this.#hour;
    if (pod.gone || pod.deletedAtMs !== undefined) return;
    if (course.type === 'init crashing') {
      this.#loopInit(pod, course.untilMs, 0);
      return;
    }
    hour.change(pod, { phase: 'Running', sandbox: true, state: hour.running() });
    if (course.type === 'crashing') {
      hour.after(2 * second, () => this.loop(pod, course.untilMs, course));
    } else if (course.type === 'not ready') {
      hour.at(course.untilMs, () => this.#ready(pod));
    } else {
      hour.after(hour.random.between(3, 45) * second, () => this.#ready(pod));
    }
  }

  #loopInit(pod: SimPod, untilMs: number, round: number): void {
    const hour = this.#hour;
    if (pod.gone || pod.deletedAtMs !== undefined) return;
    hour.change(pod, { sandbox: true, initState: hour.terminated(pod, 3, 'Error'), initLast: pod.initState });
    const gapMs = backOffsMs[Math.min(round, backOffsMs.length - 1)] ?? 5 * minute;
    hour.after(gapMs, () => {
      if (pod.gone || pod.deletedAtMs !== undefined) return;
      hour.change(pod, { restarts: pod.restarts + 1, initLast: pod.initState, initState: hour.running() });
      hour.after(second, () => {
        if (hour.nowMs < untilMs) {
          this.#loopInit(pod, untilMs, round + 1);
          return;
        }
        hour.change(pod, { initState: hour.terminated(pod, 0, 'Completed') });
        hour.after(second, () => this.#start(pod, { type: 'well' }));
      });
    });
  }
}
