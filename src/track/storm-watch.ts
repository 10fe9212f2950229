import type { Delivery } from '../model/delivery.ts';
import { severities, type Incident, type Storm, type StormTransition } from '../model/incident.ts';
import type { IncidentBook } from './incident-book.ts';
import type { IncidentState } from './incident-state.ts';
import type { TrackSettings } from './track-settings.ts';

/** A storm under way, or the last one. */
export interface StormState {
  readonly id: string;
  readonly openedAtMs: number;
  closedAtMs: number | undefined;
  /** When the last incident joined; new ones join until a window passes without any. */
  lastJoinedAtMs: number;
  joined: number;
  readonly announceAtMs: number;
  toldAtMs: number;
  toldJoined: number;
  toldStanding: number;
  reminders: number;
  lastTold: { readonly type: StormTransition['type']; readonly atMs: number } | undefined;
  /** The last digest arrived (or was dropped for good). */
  confirmed: boolean;
  deliveries: readonly Delivery[];
}

/** Its entry in the due queue; incident ids have six digits. */
export const stormDueKey = 'storm';

/** Watches for many new incidents at once, and tells them as one digest. */
export class StormWatch {
  current: StormState | undefined;
  /** The one before: what became of its closing digest is still reported. */
  #last: StormState | undefined;
  #paused = false;
  readonly #book: IncidentBook;
  readonly #settings: TrackSettings;
  /** When incidents were told one by one, for the count. */
  #openings: number[] = [];

  constructor(book: IncidentBook, settings: TrackSettings) {
    this.#book = book;
    this.#settings = settings;
  }

  byId(id: string): StormState | undefined {
    return [this.current, this.#last].find((storm) => storm?.id === id);
  }

  /** Takes over a storm of an earlier process; it waits for `resume`. */
  restore(storm: StormState): void {
    this.current = storm;
    this.#paused = true;
  }

  /** Its incidents have been seen again. A digest of which nobody knows whether it arrived is sent again. */
  resume(nowMs: number): void {
    if (!this.#paused) return;
    this.#paused = false;
    const { current } = this;
    if (current?.lastTold !== undefined && !current.confirmed) this.#tell(current.lastTold.type, nowMs);
    this.#book.due.soon(stormDueKey, nowMs + this.#settings.settleMs);
  }

  /**
   * Whether an incident that opens now is told by a digest. `waitingNow`: others that fail and will open soon; those of one
   * cause count once. Starts a storm when there are enough.
   */
  takes(incident: IncidentState, waitingNow: () => readonly IncidentState[], nowMs: number): boolean {
    const { stormIncidents, stormWindowMs, settleMs } = this.#settings;
    if (stormIncidents <= 0) return false;
    const known = this.current;
    if (known !== undefined && nowMs - known.lastJoinedAtMs <= stormWindowMs) return this.#join(known, incident, nowMs);
    this.#openings = this.#openings.filter((atMs) => atMs > nowMs - stormWindowMs);
    const waiting = waitingNow();
    const causes = new Set([incident, ...waiting].map(({ cause, id }) => cause ?? id));
    if (this.#openings.length + causes.size < stormIncidents) {
      this.#openings.push(nowMs);
      return false;
    }
    this.current ??= {
      id: this.#book.freshId(),
      openedAtMs: nowMs,
      closedAtMs: undefined,
      lastJoinedAtMs: nowMs,
      joined: 0,
      // Those that wait now shall be in the first digest.
      announceAtMs: Math.min(nowMs + settleMs, Math.max(nowMs, ...waiting.map(({ settleEndsAtMs }) => settleEndsAtMs))),
      toldAtMs: nowMs,
      toldJoined: 0,
      toldStanding: 0,
      reminders: 0,
      lastTold: undefined,
      confirmed: false,
      deliveries: [],
    };
    return this.#join(this.current, incident, nowMs);
  }

  /** Looks whether the digest needs an update or is over. */
  evaluate(nowMs: number): void {
    const storm = this.current;
    if (storm === undefined || this.#paused) return;
    if (storm.toldJoined === 0) {
      if (nowMs >= storm.announceAtMs) this.#tell('storm-opened', nowMs);
      else this.#book.due.set(stormDueKey, storm.announceAtMs);
      return;
    }
    const { stormIncidents, stormWindowMs, stormUpdateMs, stormCloseMs, reminderIntervalMs, reminderLimit } =
      this.#settings;
    const standing = this.#members(storm).filter(({ state }) => state === 'open').length;
    const intakeEndsMs = storm.lastJoinedAtMs + stormWindowMs;
    const closeAtMs = storm.lastJoinedAtMs + stormCloseMs;
    if ((standing === 0 && nowMs > intakeEndsMs) || (standing < stormIncidents && nowMs >= closeAtMs)) {
      this.#close(storm, nowMs);
      return;
    }
    const doubled = storm.joined >= 2 * storm.toldJoined;
    const changed = doubled || storm.joined !== storm.toldJoined || standing !== storm.toldStanding;
    const remind = storm.reminders < reminderLimit && nowMs >= storm.toldAtMs + reminderIntervalMs;
    const updateAtMs = storm.toldAtMs + (doubled ? stormWindowMs : stormUpdateMs);
    if (remind) storm.reminders += 1;
    if (remind || (changed && nowMs >= updateAtMs)) this.#tell('storm-updated', nowMs);
    const next = [
      ...(changed ? [updateAtMs] : []),
      ...(standing === 0 ? [intakeEndsMs + 1] : []),
      closeAtMs,
      storm.toldAtMs + reminderIntervalMs,
    ].filter((atMs) => atMs > nowMs);
    this.#book.due.set(stormDueKey, next.length === 0 ? undefined : Math.min(...next));
  }

  view(): Storm | undefined {
    return this.current === undefined ? undefined : this.#viewOf(this.current);
  }

  #join(storm: StormState, incident: IncidentState, nowMs: number): true {
    incident.storm = storm.id;
    storm.lastJoinedAtMs = nowMs;
    storm.joined += 1;
    this.#book.due.soon(stormDueKey, Math.max(nowMs, storm.announceAtMs));
    return true;
  }

  #members(storm: StormState): IncidentState[] {
    return [...this.#book.all].filter((incident) => incident.storm === storm.id);
  }

  #tell(type: StormTransition['type'], atMs: number): void {
    const storm = this.current;
    if (storm === undefined) return;
    storm.toldAtMs = atMs;
    storm.lastTold = { type, atMs };
    storm.confirmed = false;
    storm.toldJoined = storm.joined;
    storm.toldStanding = this.#members(storm).filter(({ state }) => state === 'open').length;
    this.#book.push({ type, atMs, storm: this.#viewOf(storm) });
    this.#book.due.set(stormDueKey, atMs + this.#settings.stormWindowMs);
  }

  #close(storm: StormState, nowMs: number): void {
    storm.closedAtMs = nowMs;
    this.#tell('storm-closed', nowMs);
    this.#book.due.set(stormDueKey, undefined);
    for (const incident of this.#members(storm)) {
      incident.storm = undefined;
      // The closing digest told what still fails: from here on each speaks for itself.
      if (incident.state === 'open') {
        this.#book.markTold(incident, nowMs);
        incident.lastTold = { type: 'opened', atMs: nowMs };
        incident.confirmed = true;
        this.#book.due.set(incident.id, nowMs);
      }
    }
    this.#last = storm;
    this.current = undefined;
  }

  #viewOf(storm: StormState): Storm {
    const members = this.#members(storm).map((member) => this.#book.view(member));
    const standing = members.filter(({ state }) => state === 'open');
    const told = [...standing, ...members.filter(({ state }) => state !== 'open')].sort(
      (a, b) =>
        Number(a.state === 'resolved') - Number(b.state === 'resolved') ||
        severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
        b.pods.failing - a.pods.failing ||
        (a.key < b.key ? -1 : 1),
    );
    const counted = standing.length > 0 ? standing : members;
    const likelyCause = likelyCauseOf(counted);
    return {
      id: storm.id,
      state: storm.closedAtMs === undefined ? 'open' : 'closed',
      openedAtMs: storm.openedAtMs,
      ...(storm.closedAtMs === undefined ? {} : { closedAtMs: storm.closedAtMs }),
      incidents: told,
      pods: counted.reduce((sum, { pods }) => sum + pods.failing, 0),
      workloads: counted.reduce((sum, { folded }) => sum + 1 + folded.length, 0),
      namespaces: new Set(counted.map(({ namespace }) => namespace)).size,
      ...(likelyCause === undefined ? {} : { likelyCause }),
    };
  }
}

/** What at least half of them share: a cause that the objects name, a node, else the kind of failure. */
function likelyCauseOf(incidents: readonly Incident[]): string | undefined {
  const firsts = incidents.flatMap(({ failures }) => failures.slice(0, 1));
  const half = firsts.length / 2;
  const shared = [
    mostCommon(firsts.flatMap(({ commonCause }) => commonCause ?? [])),
    mostCommon(firsts.flatMap(({ nodeName }) => (nodeName === undefined ? [] : [`node:${nodeName}`]))),
    mostCommon(incidents.map(({ kind }) => kind)),
  ].find((one) => one !== undefined && one.count >= half && one.count > 1);
  return shared === undefined ? undefined : `${inWords(shared.value)} (${shared.count} of ${firsts.length})`;
}

function mostCommon(values: readonly string[]): { readonly value: string; readonly count: number } | undefined {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const first = sorted[0];
  return first === undefined ? undefined : { value: first[0], count: first[1] };
}

/** `node:worker-3` → `node worker-3`, `object:Secret/db` → `Secret db`. */
function inWords(cause: string): string {
  return cause.replace(/^object:([^/]+)\//, '$1 ').replace(/^([a-z]+):/, '$1 ');
}
