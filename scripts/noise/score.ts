import { projectPod } from '../../src/kubernetes/pod-projection.ts';
import type { PodRecord } from '../../src/model/pod-record.ts';
import type { Incident } from '../../src/model/incident.ts';
import type { OwnerFacts } from '../../src/track/observation.ts';
import { workloadKeyOf } from '../../src/track/workload-state.ts';
import type { Transition } from '../../src/track/tracker.ts';
import { Replay } from '../../test/track/replay.ts';
import type { BusyHour } from './busy-hour.ts';
import { hourStartMs, minute, type TrueIncident } from './recorded-hour.ts';

export interface Score {
  readonly incidents: number;
  /** Openings, re-openings, "worse" and digests. */
  readonly messages: number;
  readonly reminders: number;
  readonly recoveries: number;
  readonly missed: readonly string[];
  readonly falseAlarms: readonly string[];
  readonly falseResolved: readonly string[];
  /** What one message for each event that shows trouble would have sent. */
  readonly eventMessages: number;
  /** Messages of each true incident. */
  readonly perIncident: readonly { readonly what: string; readonly messages: readonly string[] }[];
}

/** Plays an hour through detection and tracking and compares what was said with what was wrong. */
export function score(hour: BusyHour): Score {
  const owners = new Map<string, OwnerFacts>();
  let eventMessages = 0;
  const replay = new Replay(
    hour.seen[0]?.atMs ?? hourStartMs,
    (workload) => owners.get(workloadKeyOf(workload)) ?? { workload, readable: true, exists: true, ignored: false },
  );
  for (const one of hour.seen) {
    switch (one.type) {
      case 'owner': {
        const key = workloadKeyOf(one.owner);
        const before = owners.get(key) ?? { workload: one.owner, readable: true, exists: true, ignored: false };
        owners.set(key, { ...before, ...one.facts });
        replay.refresh(one.owner, one.atMs);
        break;
      }
      case 'event':
        eventMessages += 1;
        replay.event(one.event, one.owner, one.atMs);
        break;
      case 'pod':
      case 'pod gone': {
        const record = projectPod(one.object);
        if (record === undefined) throw new Error('the generator made a pod that is none');
        if (one.type === 'pod gone') {
          replay.remove(record.uid, one.atMs);
          break;
        }
        if (one.atMs >= hourStartMs && showsTrouble(record)) eventMessages += 1;
        replay.upsert(record, one.owner, one.atMs);
        break;
      }
    }
  }
  replay.passUntil((hour.seen.at(-1)?.atMs ?? hourStartMs) + 45 * minute);
  return judge(hour, replay.said, eventMessages);
}

function judge(hour: BusyHour, said: readonly Transition[], eventMessages: number): Score {
  const speaks = (one: Transition): boolean => ['opened', 'reopened', 'worse'].includes(one.type) || 'storm' in one;
  const messages = said.filter(speaks);
  const perIncident = hour.truth.map((truth) => ({
    what: truth.what,
    messages: messages.filter((one) => incidentsOf(one).some((incident) => isAbout(incident, truth))).map(lineOf),
  }));
  const isKnown = (one: Transition): boolean =>
    incidentsOf(one).every((incident) =>
      hour.truth.some(
        (truth) => isAbout(incident, truth) && one.atMs >= truth.fromMs && one.atMs <= truth.untilMs + 20 * minute,
      ),
    );
  const falseResolved = said.filter((one) => {
    if (one.type !== 'resolved') return false;
    const standing = hour.truth.filter((truth) => isAbout(one.incident, truth) && one.atMs >= truth.fromMs);
    return standing.some(({ untilMs }) => one.atMs < untilMs);
  });
  const toldWorkloads = new Set(said.flatMap(incidentsOf).flatMap(namesOf));
  return {
    incidents: hour.truth.length,
    messages: messages.length,
    reminders: said.filter(({ type }) => type === 'reminded').length,
    recoveries: said.filter(({ type }) => type === 'resolved').length,
    missed: hour.truth
      .filter(({ workloads }) => !workloads.some((name) => toldWorkloads.has(name)))
      .map(({ what }) => what),
    falseAlarms: messages.filter((one) => !isKnown(one)).map(lineOf),
    falseResolved: falseResolved.map(lineOf),
    eventMessages,
    perIncident,
  };
}

function incidentsOf(one: Transition): readonly Incident[] {
  return 'storm' in one ? one.storm.incidents : [one.incident];
}

function namesOf(incident: Incident): string[] {
  return [incident.workload, ...incident.folded.map(({ workload }) => workload)].map(
    ({ kind, name }) => `${kind}/${name}`,
  );
}

function isAbout(incident: Incident, truth: TrueIncident): boolean {
  return truth.workloads.includes(`${incident.workload.kind}/${incident.workload.name}`);
}

function lineOf(one: Transition): string {
  const atMinutes = ((one.atMs - hourStartMs) / minute).toFixed(1);
  if ('storm' in one) return `+${atMinutes} min ${one.type}`;
  const { workload, kind } = one.incident;
  return `+${atMinutes} min ${one.type} ${workload.kind}/${workload.name} ${kind} (${one.reason})`;
}

/** What a tool that knows no time and no owner would report: any event of a pod that looks bad. */
function showsTrouble(record: PodRecord): boolean {
  if (record.phase === 'Failed') return true;
  if (record.conditions.some(({ type, status }) => type === 'PodScheduled' && status === 'False')) return true;
  return record.containers.some(
    ({ state }) =>
      (state.type === 'terminated' && state.exitCode !== 0) ||
      (state.type === 'waiting' && !['ContainerCreating', 'PodInitializing', ''].includes(state.reason)),
  );
}
