import type { ElectorStatus } from '../kubernetes/lease-elector.ts';
import type { StreamStatus } from '../kubernetes/stream-status.ts';
import type { DestinationStatus } from '../notify/dispatcher-ports.ts';
import type { HealthReport } from '../server/http-server.ts';

/** What health is judged by. */
export interface HealthFacts {
  readonly version: string;
  readonly uptimeSeconds: number;
  readonly streams: readonly StreamStatus[];
  /** Absent where no Lease is used: this process leads. */
  readonly election: ElectorStatus | undefined;
  readonly queue: number;
  readonly destinations: readonly DestinationStatus[];
  /** The longest time without an event or bookmark that a healthy stream can show, seconds. */
  readonly staleAfterSeconds: number;
}

/**
 * The truth for people and alerts. A namespace that does not exist (yet) is no fault of ours, so it only degrades nothing;
 * a standby is judged by its streams, a leader also by its Lease and by whether people hear of anything.
 */
export function healthReport(facts: HealthFacts): HealthReport {
  const starting = facts.streams.some(({ resource, synced }) => resource === 'pods' && !synced);
  const problems = [
    ...facts.streams.flatMap((stream) => streamProblem(stream, facts.staleAfterSeconds)),
    ...electionProblems(facts.election),
    ...facts.destinations.flatMap(({ sink, circuit, problem }) =>
      circuit === 'open' ? [`${sink} refuses messages: ${problem ?? 'no reason given'}`] : [],
    ),
  ];
  return {
    status: problems.length > 0 ? 'degraded' : starting ? 'starting' : 'ok',
    version: facts.version,
    leader: facts.election === undefined ? null : (facts.election.leader ?? null),
    streams: facts.streams.map(({ resource, namespace, state, lastEventAgeSeconds }) => ({
      resource,
      namespace,
      state,
      lastEventAgeSeconds: lastEventAgeSeconds === undefined ? -1 : Math.round(lastEventAgeSeconds * 10) / 10,
    })),
    queue: facts.queue,
    uptimeSeconds: Math.round(facts.uptimeSeconds),
    problems,
  };
}

function streamProblem(stream: StreamStatus, staleAfterSeconds: number): string[] {
  const name = `${stream.resource} of ${stream.namespace === '*' ? 'all namespaces' : `namespace ${stream.namespace}`}`;
  // Without events fewer failures are seen, but pods still are; the log has said so.
  if (stream.resource === 'events' && stream.state === 'refused') return [];
  if (stream.state === 'refused') return [`cannot watch ${name}: ${stream.lastError?.message ?? 'refused'}`];
  const age = stream.lastEventAgeSeconds;
  if (age !== undefined && age > staleAfterSeconds) {
    return [
      `nothing heard of ${name} for ${Math.round(age)} s${stream.lastError === undefined ? '' : `: ${stream.lastError.message}`}`,
    ];
  }
  return stream.synced || stream.lastError === undefined ? [] : [`cannot read ${name}: ${stream.lastError.message}`];
}

function electionProblems(election: ElectorStatus | undefined): string[] {
  if (election === undefined) return [];
  if (election.overdue) return ['the Lease was lost and not let go'];
  if (election.lastError === undefined) return [];
  const { message } = election.lastError;
  return [
    election.state === 'leading'
      ? `cannot renew the Lease: ${message}`
      : `cannot take part in the election: ${message}`,
  ];
}
