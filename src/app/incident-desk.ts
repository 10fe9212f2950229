import { createKeyedQueue } from '../lib/keyed-queue.ts';
import type { Alert } from '../model/alert.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Failure } from '../model/failure.ts';
import type { Incident, IncidentTransition, StormTransition } from '../model/incident.ts';
import type { WorkloadRef } from '../model/workload.ts';
import type { Tracker, Transition } from '../track/tracker.ts';

/** What the desk needs of the rest. */
export interface DeskParts {
  readonly tracker: () => Tracker | undefined;
  /** Reads everything that may explain these failures. */
  readonly investigate: (failures: readonly [Failure, ...Failure[]], workload: WorkloadRef) => Promise<CaseFile>;
  /** Rules, and where it is configured the model. */
  readonly diagnose: (file: CaseFile, incident: Incident) => Promise<Diagnosis>;
  readonly compose: (transition: Transition) => Alert;
  readonly submit: (alert: Alert) => void;
  readonly withdraw: (incidentId: string) => void;
  /** Something of an incident changed that must be kept. */
  readonly onChanged: () => void;
  readonly onError: (error: unknown) => void;
  /** The tracker's clock, ms since the epoch. */
  readonly now: () => number;
}

/** Investigates what the tracker reports, and hands the messages to the dispatcher. */
export interface IncidentDesk {
  take(transition: Transition): void;
  /** Reads a failed Job's pods and logs at once, before they are gone; used when its incident opens. */
  readEarly(failure: Failure, workload: WorkloadRef): void;
  /** Incidents that wait for an investigation. */
  readonly queueSize: () => number;
  /** How long the oldest of them has waited, ms. */
  readonly oldestAgeMs: () => number;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Something to do, for the tracker that asked for it: when leadership went and came back meanwhile, the kept state decides
 * what is still to be told, or it would be told twice.
 */
interface Step<T> {
  readonly what: T;
  readonly tracker: Tracker | undefined;
}

const concurrency = 4;
/** A digest shows what the first incidents of a storm have in common; more would only delay it. */
const diagnosedBeforeDigest = 3;
const earlyCaseLimit = 50;

/** Creates a desk. Each incident is worked on strictly in order, several side by side. */
export function createIncidentDesk(parts: DeskParts): IncidentDesk {
  const steps = new Map<string, Step<IncidentTransition | 'diagnose'>[]>();
  const storms: Step<StormTransition>[] = [];
  const earlyCases = new Map<string, Promise<CaseFile | undefined>>();
  const stormKey = 'storm';
  const queue = createKeyedQueue<string>({ concurrency, work, onError: parts.onError });

  function add(id: string, what: IncidentTransition | 'diagnose'): void {
    steps.set(id, [...(steps.get(id) ?? []), { what, tracker: parts.tracker() }]);
    queue.add(id);
  }

  const isPast = ({ tracker }: Step<unknown>): boolean => tracker === undefined || parts.tracker() !== tracker;

  async function work(id: string): Promise<void> {
    if (id === stormKey) {
      await tellStorms();
      return;
    }
    const todo = steps.get(id) ?? [];
    steps.delete(id);
    for (const step of todo) {
      if (isPast(step)) continue;
      const { what } = step;
      if (what === 'diagnose') await explain(id);
      else await tell({ ...step, what });
    }
  }

  async function tell(step: Step<IncidentTransition>): Promise<void> {
    const transition = step.what;
    const { id } = transition.incident;
    const needsCause = transition.type === 'opened' || transition.type === 'reopened' || transition.type === 'worse';
    const tells = !needsCause || (await explain(id, transition.incident));
    if (isPast(step)) return;
    if (!tells) {
      parts.withdraw(id);
      return;
    }
    const incident = step.tracker?.incident(id) ?? transition.incident;
    parts.submit(parts.compose({ ...transition, incident: mergeDiagnosis(transition.incident, incident) }));
  }

  /** Finds the cause of an incident; false when it must not be told by itself any more. */
  async function explain(id: string, fallback?: Incident): Promise<boolean> {
    const incident = parts.tracker()?.incident(id) ?? fallback;
    if (incident === undefined) return false;
    const diagnosis = await diagnosisOf(incident);
    const tracker = parts.tracker();
    if (tracker === undefined) return false;
    if (diagnosis === undefined) return true;
    const { tell } = tracker.annotate(id, diagnosis, parts.now());
    parts.onChanged();
    return tell;
  }

  async function diagnosisOf(incident: Incident): Promise<Diagnosis | undefined> {
    const [first, ...others] = incident.failures;
    if (first === undefined) return incident.diagnosis;
    try {
      const file = await parts.investigate([first, ...others], incident.workload);
      return await parts.diagnose(await withEarlyLogs(file, incident.workload), incident);
    } catch (error) {
      // No evidence: the message goes out with what there is.
      parts.onError(error);
      return incident.diagnosis;
    }
  }

  async function withEarlyLogs(file: CaseFile, workload: WorkloadRef): Promise<CaseFile> {
    const early = await earlyCases.get(keyOf(workload));
    if (early === undefined || file.logs.some(({ text }) => text.trim() !== '')) return file;
    earlyCases.delete(keyOf(workload));
    const pod = file.pod ?? early.pod;
    return {
      ...file,
      ...(pod === undefined ? {} : { pod }),
      pods: file.pods.length > 0 ? file.pods : early.pods,
      events: file.events.length > 0 ? file.events : early.events,
      logs: early.logs,
      gaps: file.gaps.filter(({ source }) => !source.startsWith('log') && !source.startsWith('pod')),
    };
  }

  async function tellStorms(): Promise<void> {
    for (let step = storms.shift(); step !== undefined; step = storms.shift()) {
      if (isPast(step)) continue;
      const transition = step.what;
      const undiagnosed = transition.storm.incidents.filter(({ diagnosis }) => diagnosis === undefined);
      if (transition.type === 'storm-opened') {
        await Promise.all(undiagnosed.slice(0, diagnosedBeforeDigest).map(({ id }) => explain(id)));
      }
      for (const { id } of undiagnosed.slice(diagnosedBeforeDigest)) add(id, 'diagnose');
      if (isPast(step)) continue;
      const storm = step.tracker?.storm();
      parts.submit(parts.compose(storm?.id === transition.storm.id ? { ...transition, storm } : transition));
    }
  }

  return {
    take(transition) {
      if ('storm' in transition) {
        storms.push({ what: transition, tracker: parts.tracker() });
        queue.add(stormKey);
      } else {
        add(transition.incident.id, transition);
      }
    },
    readEarly(failure, workload) {
      const key = keyOf(workload);
      if (earlyCases.has(key)) return;
      for (const oldest of earlyCases.keys()) {
        if (earlyCases.size < earlyCaseLimit) break;
        earlyCases.delete(oldest);
      }
      earlyCases.set(
        key,
        parts.investigate([failure], workload).catch((error: unknown) => {
          parts.onError(error);
          return undefined;
        }),
      );
    },
    queueSize: () => queue.size(),
    oldestAgeMs: () => queue.oldestAgeMs(),
    idle: () => queue.drain(),
    stop: () => queue.stop(),
  };
}

const keyOf = ({ namespace, kind, name }: WorkloadRef): string => `${namespace}/${kind}/${name}`;

/** The transition's own moment (state, pods), with the cause found since. */
function mergeDiagnosis(then: Incident, now: Incident): Incident {
  const diagnosis = now.diagnosis ?? then.diagnosis;
  return {
    ...then,
    ...(diagnosis === undefined ? {} : { diagnosis }),
    folded: now.folded,
    deliveries: now.deliveries,
  };
}
