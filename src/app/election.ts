import { randomUUID } from 'node:crypto';
import type { Config } from '../config/load.ts';
import { createApiClient } from '../kubernetes/api-client.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { createLeaseApi } from '../kubernetes/lease-api.ts';
import { createElector, type LeaderElector } from '../kubernetes/lease-elector.ts';
import { leaseIdentity } from '../kubernetes/lease-object.ts';
import { createStateStore, type StateStore } from '../kubernetes/state-leases.ts';
import type { Timers } from '../lib/timers.ts';

/** Leadership and the state that outlives it; both need the namespace of the own pod. */
export interface Election {
  /** Absent: this process leads as long as it runs. */
  readonly elector: LeaderElector | undefined;
  /** Absent: nothing is kept over restarts. */
  readonly state: StateStore | undefined;
  close(): Promise<void>;
}

/** What an election needs of the rest. */
export interface ElectionParts {
  readonly config: Config;
  readonly connection: Connection;
  readonly userAgent: string;
  readonly canAct: () => boolean;
  readonly onChange: (leading: boolean) => void;
  readonly onError: (error: unknown) => void;
  /** Records for which the state Leases had no room. */
  readonly onDropped: (count: number) => void;
  readonly random: () => number;
  readonly timers: Timers;
}

/** Builds the elector and the state store on sockets of their own, so that a renewal never waits behind a watch. */
export function createElection(parts: ElectionParts): Election {
  const { config, timers, onError } = parts;
  const namespace = config.POD_NAMESPACE;
  if (namespace === undefined) return { elector: undefined, state: undefined, close: () => Promise.resolve() };
  const { userAgent } = parts;
  const leaseClient = createApiClient(parts.connection, { userAgent, connections: 2 });
  const stateClient = createApiClient(parts.connection, { userAgent, connections: 4 });
  const identity = leaseIdentity(config.POD_NAME ?? `podmedic-${process.pid}`, randomUUID());
  const elector: LeaderElector | undefined =
    config.LEADER_ELECTION === false
      ? undefined
      : createElector({
          api: createLeaseApi(leaseClient, namespace),
          namespace,
          name: config.LEASE_NAME,
          identity,
          now: Date.now,
          mono: () => performance.now(),
          random: parts.random,
          timers,
          settings: {
            leaseDurationMs: config.LEASE_DURATION_SECONDS,
            renewDeadlineMs: config.LEASE_RENEW_DEADLINE_SECONDS,
            retryPeriodMs: config.LEASE_RETRY_SECONDS,
          },
          onChange: parts.onChange,
          onError,
          initialTransitions: () => state.nextTerm(),
        });
  const state: StateStore = createStateStore({
    api: createLeaseApi(stateClient, namespace),
    namespace,
    identity,
    isLeader: parts.canAct,
    transitions: () => elector?.transitions() ?? 0,
    now: Date.now,
    timers,
    onError,
    onWritten: ({ dropped }) => {
      if (dropped.length > 0) parts.onDropped(dropped.length);
    },
  });
  return {
    elector,
    state,
    close: async () => {
      await Promise.all([leaseClient.close(), stateClient.close()]);
    },
  };
}
