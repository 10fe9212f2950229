import type { Delivery } from '../model/delivery.ts';
import { classOfKind, failureKinds, type FailureClass, type FailureKind } from '../model/failure.ts';
import { severities, type Severity, type StormTransition, type TransitionType } from '../model/incident.ts';
import { newIncident, type IncidentState } from './incident-state.ts';
import type { StormState } from './storm-watch.ts';
import { workloadKeyOf } from './workload-state.ts';

/** One line of the state that survives restarts. `json` is at most 400 bytes for names of usual length. */
export interface StateRecord {
  readonly key: string;
  readonly json: string;
  /** Resolved records are the first to go when the state is full. */
  readonly resolved: boolean;
  readonly touchedAtMs: number;
}

/** sink, channel, ts, alert, outcome's first letter, seconds. */
type DeliveryLine = readonly [string, string, string, string, string, number];

/** Times are seconds, all but `t[0]` counted from there; kinds and severities are their index. Absent: false, 0 or none. */
interface IncidentLine {
  readonly i: string;
  /** namespace/kind/name/class/container */
  readonly k: string;
  readonly s: 'o' | 'r';
  /** created, began, opened, last seen, last fact */
  readonly t: readonly number[];
  readonly r?: number;
  readonly R?: string;
  /** kind, severity, failing, total */
  readonly n: readonly number[];
  /** hadCondition, confirmed */
  readonly h?: 1;
  readonly c?: 1;
  readonly f?: string;
  /** told: seconds, kinds, severity, pods, cause */
  readonly T?: readonly [number, string, number, number, string | null];
  /** last told: type, seconds */
  readonly L?: readonly [TransitionType, number];
  readonly m?: number;
  readonly x?: number;
  /** blamed cause, shared cause */
  readonly b?: string;
  readonly g?: string;
  readonly F?: string;
  readonly S?: string;
  readonly d?: readonly DeliveryLine[];
}

interface StormLine {
  readonly storm: string;
  /** opened, last joined, announce, told */
  readonly t: readonly number[];
  /** joined, told joined, told standing, reminders */
  readonly n: readonly number[];
  readonly L?: readonly [StormTransition['type'], number];
  readonly c?: 1;
  readonly d?: readonly DeliveryLine[];
}

const maxFacts = 8;
const factMarks = /[0-9a-z]{5}/g;
const outcomes: readonly Delivery['outcome'][] = ['sent', 'claimed', 'failed', 'dropped'];

export function recordOfIncident(incident: IncidentState): StateRecord {
  const { told, lastTold, resolvedAtMs } = incident;
  const since = (timeMs: number): number => seconds(timeMs) - seconds(incident.createdAtMs);
  const isOver = resolvedAtMs !== undefined && incident.state !== 'open';
  const line: IncidentLine = {
    i: incident.id,
    k: incident.key,
    s: isOver ? 'r' : 'o',
    t: [
      seconds(incident.createdAtMs),
      ...[incident.beganAtMs, incident.openedAtMs, incident.lastSeenAtMs].map(since),
      ...(incident.lastFactAtMs === 0 ? [] : [since(incident.lastFactAtMs)]),
    ],
    ...(isOver ? { r: since(resolvedAtMs), R: incident.resolution?.slice(0, 40) ?? '' } : {}),
    n: [failureKinds.indexOf(incident.kind), severities.indexOf(incident.severity), incident.failing, incident.total],
    ...(incident.hadCondition ? { h: 1 } : {}),
    ...(incident.confirmed ? { c: 1 } : {}),
    ...(incident.seenFacts.size > 0 ? { f: [...incident.seenFacts].slice(-maxFacts).join('') } : {}),
    ...(told === undefined
      ? {}
      : {
          T: [
            since(told.atMs),
            [...told.kinds].map((kind) => failureKinds.indexOf(kind)).join(),
            severities.indexOf(told.severity),
            told.pods,
            told.cause ?? null,
          ],
        }),
    ...(lastTold === undefined ? {} : { L: [lastTold.type, since(lastTold.atMs)] }),
    ...(incident.reminders > 0 ? { m: incident.reminders } : {}),
    ...(incident.reopened > 0 ? { x: incident.reopened } : {}),
    ...(incident.blamed === undefined ? {} : { b: incident.blamed }),
    ...(incident.cause === undefined || incident.cause === incident.blamed
      ? {}
      : { g: incident.cause.replace(`@${incident.workload.namespace}`, '@') }),
    ...(incident.foldedInto === undefined ? {} : { F: incident.foldedInto }),
    ...(incident.storm === undefined ? {} : { S: incident.storm }),
    ...deliveryLines(incident.deliveries, since),
  };
  const touchedAtMs = Math.max(incident.lastSeenAtMs, told?.atMs ?? 0, resolvedAtMs ?? 0);
  return { key: incident.id, json: JSON.stringify(line), resolved: isOver, touchedAtMs };
}

export function recordOfStorm(storm: StormState): StateRecord {
  const line: StormLine = {
    storm: storm.id,
    t: [storm.openedAtMs, storm.lastJoinedAtMs, storm.announceAtMs, storm.toldAtMs].map(seconds),
    n: [storm.joined, storm.toldJoined, storm.toldStanding, storm.reminders],
    ...(storm.lastTold === undefined ? {} : { L: [storm.lastTold.type, seconds(storm.lastTold.atMs)] }),
    ...(storm.confirmed ? { c: 1 } : {}),
    ...deliveryLines(storm.deliveries, seconds),
  };
  return { key: storm.id, json: JSON.stringify(line), resolved: false, touchedAtMs: storm.toldAtMs };
}

/** What a record holds; undefined when it is not one of ours (another version, cut, edited by hand). */
export function readRecord(
  json: string,
): { readonly incident: IncidentState } | { readonly storm: StormState } | undefined {
  try {
    const line = JSON.parse(json) as IncidentLine | StormLine;
    if ('storm' in line) return { storm: stormOf(line) };
    const incident = incidentOf(line);
    return incident === undefined ? undefined : { incident };
  } catch {
    return undefined;
  }
}

function incidentOf(line: IncidentLine): IncidentState | undefined {
  const [namespace, workloadKind, name, failureClass, container] = line.k.split('/');
  const kind = failureKinds[line.n[0] ?? -1];
  if (
    !namespace ||
    !workloadKind ||
    !name ||
    kind === undefined ||
    !isClass(failureClass) ||
    !/^[0-9a-f]{6}$/.test(line.i)
  ) {
    return undefined;
  }
  const workload = { kind: workloadKind, name, namespace };
  const createdAtMs = inMs(line.t[0] ?? 0);
  const at = (offset: number): number => createdAtMs + inMs(offset);
  const [beganAtMs = 0, openedAtMs = 0, lastSeenAtMs = 0, lastFactAtMs = 0] = line.t.slice(1).map(at);
  const fresh = newIncident(new Set(line.f?.match(factMarks) ?? []), {
    id: line.i,
    key: line.k,
    workload,
    workloadKey: workloadKeyOf(workload),
    class: failureClass,
    container: container === '' ? undefined : container,
    kind,
    createdAtMs,
    settleEndsAtMs: createdAtMs,
  });
  const { T: told, L: lastTold } = line;
  return {
    ...fresh,
    state: line.s === 'r' ? 'resolved' : 'open',
    beganAtMs,
    openedAtMs,
    lastSeenAtMs,
    lastFactAtMs,
    resolvedAtMs: line.r === undefined ? undefined : at(line.r),
    resolution: line.R,
    severity: severityAt(line.n[1]),
    failing: line.n[2] ?? 0,
    total: line.n[3] ?? 0,
    hadCondition: line.h === 1,
    confirmed: line.c === 1,
    inDoubt: line.c !== 1 && lastTold !== undefined,
    told:
      told === undefined
        ? undefined
        : {
            atMs: at(told[0]),
            kinds: new Set(
              told[1]
                .split(',')
                .flatMap((index): readonly FailureKind[] => failureKinds.slice(Number(index), Number(index) + 1)),
            ),
            severity: severityAt(told[2]),
            pods: told[3],
            ...(told[4] === null ? {} : { cause: told[4] }),
          },
    lastTold: lastTold === undefined ? undefined : { type: lastTold[0], atMs: at(lastTold[1]) },
    reminders: line.m ?? 0,
    reopened: line.x ?? 0,
    blamed: line.b,
    cause: line.b ?? line.g?.replace(/@$/, `@${namespace}`),
    foldedInto: line.F,
    storm: line.S,
    deliveries: (line.d ?? []).map((one) => deliveryOf(one, createdAtMs)),
  };
}

function stormOf(line: StormLine): StormState {
  const [openedAtMs = 0, lastJoinedAtMs = 0, announceAtMs = 0, toldAtMs = 0] = line.t.map(inMs);
  const [joined = 0, toldJoined = 0, toldStanding = 0, reminders = 0] = line.n;
  return {
    id: line.storm,
    openedAtMs,
    closedAtMs: undefined,
    lastJoinedAtMs,
    announceAtMs,
    toldAtMs,
    joined,
    toldJoined,
    toldStanding,
    reminders,
    lastTold: line.L === undefined ? undefined : { type: line.L[0], atMs: inMs(line.L[1]) },
    confirmed: line.c === 1,
    deliveries: (line.d ?? []).map((one) => deliveryOf(one, 0)),
  };
}

/** The latest delivery to each sink, and where its message stands, which may be known from an earlier one. */
function deliveryLines(
  deliveries: readonly Delivery[],
  since: (timeMs: number) => number,
): { readonly d?: readonly DeliveryLine[] } {
  const latest = new Map<string, Delivery>();
  for (const one of deliveries) {
    const before = latest.get(one.sink);
    const { channel = before?.channel, ts = before?.ts } = one;
    latest.set(one.sink, { ...one, ...(channel ? { channel } : {}), ...(ts ? { ts } : {}) });
  }
  const lines = [...latest.values()].map(({ sink, channel, ts, alert, outcome, atMs }): DeliveryLine => [
    sink,
    channel ?? '',
    ts ?? '',
    alert,
    outcome.slice(0, 1),
    since(atMs),
  ]);
  return lines.length === 0 ? {} : { d: lines };
}

function deliveryOf([sink, channel, ts, alert, outcome, at]: DeliveryLine, fromMs: number): Delivery {
  return {
    sink,
    alert,
    outcome: outcomes.find((one) => one.startsWith(outcome)) ?? 'claimed',
    atMs: fromMs + inMs(at),
    ...(channel === '' ? {} : { channel }),
    ...(ts === '' ? {} : { ts }),
  };
}

function isClass(text: string | undefined): text is FailureClass {
  return Object.values(classOfKind).some((one) => one === text);
}

function severityAt(index: number | undefined): Severity {
  return severities[index ?? 2] ?? 'SEV-3';
}

function seconds(timeMs: number): number {
  return Math.floor(timeMs / 1000);
}

function inMs(timeSeconds: number): number {
  return timeSeconds * 1000;
}
