import type { PodRef } from '../model/pod-record.ts';
import type { IncidentBook } from './incident-book.ts';
import type { IncidentLife } from './incident-life.ts';
import type { Observation, OwnerFacts } from './observation.ts';
import { workloadKeyOf, type WorkloadState } from './workload-state.ts';

/** Takes observations into the workloads' states, and keeps only those that somebody has to worry about. */
export class Intake {
  readonly #book: IncidentBook;
  readonly #life: IncidentLife;
  /** The workload of each pod, by uid. */
  readonly #podHomes = new Map<string, string>();

  constructor(book: IncidentBook, life: IncidentLife) {
    this.#book = book;
    this.#life = life;
  }

  observe(input: Observation, atMs: number): void {
    this.#review(this.#apply(input, atMs), atMs);
  }

  remove(pod: PodRef, atMs: number): void {
    this.#review(this.#forgetPod(pod.uid, atMs), atMs);
  }

  /** Drops a workload that neither fails nor has an incident that is active. */
  forgetIfWell(workloadKey: string): void {
    const workload = this.#book.workloads.get(workloadKey);
    if (workload === undefined || workload.hasFailures() || this.#life.hasActive(workload)) return;
    for (const uid of workload.pods.keys()) this.#podHomes.delete(uid);
    this.#book.workloads.delete(workloadKey);
  }

  #review(workload: WorkloadState | undefined, atMs: number): void {
    if (workload === undefined) return;
    this.#life.review(workload, atMs);
    this.forgetIfWell(workload.key);
  }

  #apply(input: Observation, atMs: number): WorkloadState | undefined {
    switch (input.type) {
      case 'pod':
        return this.#applyPod(input, atMs);
      case 'pods-listed':
        return this.#applyList(input, atMs);
      case 'owner': {
        const failures = input.failures ?? [];
        const workload = this.#applyOwner(input.owner, failures.length > 0, atMs);
        workload?.addOwnFailures(failures, atMs);
        return workload;
      }
      case 'rollout': {
        const workload = this.#applyOwner(input.owner, input.failures.length > 0, atMs);
        if (workload !== undefined) workload.rollout = input.failures;
        return workload;
      }
    }
  }

  #applyPod(input: Extract<Observation, { type: 'pod' }>, atMs: number): WorkloadState | undefined {
    const { pod, failures, owner } = input;
    const key = workloadKeyOf(owner.workload);
    const home = this.#podHomes.get(pod.ref.uid);
    // Its owner was read since, or it was adopted by another one.
    if (home !== undefined && home !== key) this.remove(pod.ref, atMs);
    // Healthy pods of workloads that nobody worries about leave nothing behind.
    if (failures.length === 0 && !this.#book.workloads.has(key)) return undefined;
    const workload = this.#book.workload(owner.workload);
    workload.setFacts(owner, atMs);
    workload.setPod(pod, failures, atMs);
    this.#podHomes.set(pod.ref.uid, key);
    return workload;
  }

  #applyList(input: Extract<Observation, { type: 'pods-listed' }>, atMs: number): WorkloadState | undefined {
    const workload = this.#applyOwner(input.owner, false, atMs);
    if (workload === undefined) return undefined;
    const listed = new Set(input.pods.map(({ pod }) => pod.ref.uid));
    for (const uid of workload.pods.keys()) if (!listed.has(uid)) this.#forgetPod(uid, atMs);
    for (const { pod, failures } of input.pods) {
      workload.setPod(pod, failures, atMs);
      this.#podHomes.set(pod.ref.uid, workload.key);
    }
    workload.complete = true;
    return workload;
  }

  #applyOwner(owner: OwnerFacts, mayCreate: boolean, atMs: number): WorkloadState | undefined {
    if (!mayCreate && !this.#book.workloads.has(workloadKeyOf(owner.workload))) return undefined;
    const workload = this.#book.workload(owner.workload);
    workload.setFacts(owner, atMs);
    return workload;
  }

  #forgetPod(uid: string, atMs: number): WorkloadState | undefined {
    const workload = this.#book.workloads.get(this.#podHomes.get(uid) ?? '');
    this.#podHomes.delete(uid);
    workload?.removePod({ uid }, atMs);
    return workload;
  }
}
