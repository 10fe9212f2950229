import type { IncidentState } from './incident-state.ts';
import type { TrackSettings } from './track-settings.ts';
import type { WorkloadState } from './workload-state.ts';

/** Whether an incident of which nothing stands any more is over, or when to look again. */
export type Ending =
  | { readonly type: 'over'; readonly how: string; readonly silent: boolean }
  | { readonly type: 'open'; readonly recheckAtMs?: number };

const notYet: Ending = { type: 'open' };
/** Controllers wait up to 1,000 s between two tries (client-go: workqueue DefaultTypedControllerRateLimiter). */
const createQuietMs = 20 * 60_000;

/** Ends only by something that was seen; silence proves nothing. A one-off fact is closed silently when it is old. */
export function endingOf(
  incident: IncidentState,
  workload: WorkloadState,
  nowMs: number,
  settings: TrackSettings,
): Ending {
  const { facts, ref } = workload;
  const oneOff = !incident.hadCondition;
  if (facts?.ignored === true) return over('ignored from now on (podmedic.io/ignore)');
  if (facts?.exists === false) return over(`${ref.kind} ${ref.name} is gone`, oneOff);
  if (facts?.wanted === 0 && ref.kind !== 'Pod') return over(`${ref.kind} ${ref.name} was scaled to 0`, oneOff);
  if (ref.kind === 'Job' || ref.kind === 'CronJob') {
    if (completedAfter(workload, incident.lastSeenAtMs)) return over('a later run completed');
  }
  if (incident.class === 'job' || workload.jobFailures.size > 0) return notYet;
  if (oneOff) return at(incident.lastFactAtMs + settings.factCloseMs, nowMs, over('nothing more happened', true));
  if (facts === undefined) return notYet;
  if (ref.kind === 'Pod') return endOfPod(incident, workload, nowMs, settings);
  return endByPods(incident, workload, nowMs, settings);
}

/**
 * Since when what failed is well: a looping container counts as failing for some time after its last start, though it was
 * ready all the while. Now, if a pod that failed is gone.
 */
export function wellSinceMs(incident: IncidentState, workload: WorkloadState, nowMs: number): number {
  const sinceMs = incident.failures.map(({ pod }) => workload.pods.get(pod?.uid ?? '')?.stableSinceMs ?? nowMs);
  return sinceMs.length === 0 ? nowMs : Math.min(nowMs, Math.max(...sinceMs));
}

/** Flaps wait longer and longer for the all-clear. */
function holdMs(incident: IncidentState, settings: TrackSettings): number {
  const base = incident.class === 'run' ? settings.runResolveHoldMs : settings.resolveHoldMs;
  return base * 2 ** Math.min(incident.reopened, 3);
}

/** Drops controllers' failures that evidence has ended: the wanted pods exist, a later run completed. */
export function dropEndedOwnFailures(workload: WorkloadState, nowMs: number): void {
  const wanted = workload.facts?.wanted;
  const gone = workload.facts?.exists === false;
  if (gone) workload.jobFailures.clear();
  if (gone || wanted === 0) {
    workload.createFailures.clear();
    workload.rollout = [];
  }
  const current = workload.currentPods();
  const enough = wanted !== undefined && workload.complete && current.length >= wanted;
  for (const [id, { failure, lastMs }] of workload.createFailures) {
    // Old pods of another ReplicaSet do not prove that this one can make pods.
    const works = current.some(
      ({ summary }) =>
        summary.ref.name.startsWith(`${failure.subject.name}-`) && summary.createdAtMs >= floorToSecond(lastMs),
    );
    if (enough && (works || nowMs >= lastMs + createQuietMs)) workload.createFailures.delete(id);
  }
  for (const [id, failure] of workload.jobFailures) {
    if (completedAfter(workload, failure.sinceMs)) workload.jobFailures.delete(id);
  }
}

/** When time alone will end a CreateFailed. */
export function createRecheckMs(workload: WorkloadState): number | undefined {
  const ends = [...workload.createFailures.values()].map(({ lastMs }) => lastMs + createQuietMs);
  return ends.length === 0 ? undefined : Math.min(...ends);
}

function endOfPod(incident: IncidentState, workload: WorkloadState, nowMs: number, settings: TrackSettings): Ending {
  const pods = [...workload.pods.values()];
  if (pods.length > 0) {
    if (pods.every(({ summary }) => summary.succeeded)) return over('the pod completed');
    return endByPods(incident, workload, nowMs, settings);
  }
  const seenToGo = workload.podsChangedAtMs >= incident.createdAtMs;
  return workload.complete || seenToGo ? over('the pod is gone') : notYet;
}

function endByPods(incident: IncidentState, workload: WorkloadState, nowMs: number, settings: TrackSettings): Ending {
  const current = workload.currentPods();
  const readable = workload.facts?.readable === true;
  if (current.length === 0) {
    if (readable) return notYet;
    const sinceMs = Math.max(workload.podsChangedAtMs, incident.clearSinceMs ?? nowMs);
    return at(sinceMs + settings.noOwnerResolveMs, nowMs, over('its pods are gone and no new ones came'));
  }
  // Without a readable owner there is no selector to list by: the pods that are known have to do.
  if (readable && !workload.complete && workload.ref.kind !== 'Pod') return notYet;
  if (current.length < (workload.facts?.wanted ?? 1)) return notYet;
  const stable = current.map(({ stableSinceMs }) => stableSinceMs);
  if (stable.includes(undefined)) return notYet;

  const hold = holdMs(incident, settings);
  const clearSinceMs = incident.clearSinceMs ?? nowMs;
  const allStableAtMs = Math.max(...stable.map((sinceMs) => sinceMs ?? nowMs)) + hold;
  // Where an autoscaler always adds a young pod, being ready is enough after twice the time.
  const readyAtMs = Math.max(clearSinceMs + hold, Math.min(allStableAtMs, clearSinceMs + 2 * hold));
  const count = current.length === 1 ? 'the pod' : `all ${current.length} pods`;
  return at(readyAtMs, nowMs, over(`${count} ready for ${minutes(hold)}`));
}

function completedAfter(workload: WorkloadState, timeMs: number): boolean {
  const { facts, succeededPodCreatedAtMs } = workload;
  if (facts?.completedAtMs !== undefined && facts.completedAtMs >= floorToSecond(timeMs)) return true;
  // Where Jobs cannot be read, a pod that was made later and succeeded says the same.
  return facts?.readable !== true && succeededPodCreatedAtMs !== undefined && succeededPodCreatedAtMs > timeMs;
}

function over(how: string, silent = false): Ending {
  return { type: 'over', how, silent };
}

function at(dueMs: number, nowMs: number, ending: Ending): Ending {
  return nowMs >= dueMs ? ending : { type: 'open', recheckAtMs: dueMs };
}

/** Creation times have whole seconds. */
function floorToSecond(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}

function minutes(durationMs: number): string {
  return durationMs >= 60_000 ? `${Math.round(durationMs / 60_000)} min` : `${Math.round(durationMs / 1000)} s`;
}
