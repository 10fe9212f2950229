import { initializingReason, type Failure } from '../model/failure.ts';
import type { PodRecord } from '../model/pod-record.ts';
import { podFailure } from './look.ts';
import { nodeTimeMs } from './pod-facts.ts';

// Most init containers are done by then; what runs longer is worth a look when somebody asks.
const leastMs = 60_000;

/**
 * An init container that has been running for long, as a NotReady of reason PodInitializing. It is no failure by itself, so
 * only `diagnose`, which a person asks, looks at it, and says something only where the rules find what it waits for.
 */
export function findInitializing(record: PodRecord, nowMs: number): Failure | undefined {
  if (record.phase !== 'Pending' || record.deletedAtMs !== undefined) return undefined;
  const container = record.containers.find(({ role, state }) => role === 'init' && state.type === 'running');
  if (container?.state.type !== 'running') return undefined;
  const sinceMs = nodeTimeMs(record, container.state.startedAtMs, nowMs) ?? record.createdAtMs;
  if (nowMs - sinceMs < leastMs) return undefined;
  return podFailure(record, 'NotReady', { container, sinceMs, reason: initializingReason });
}
