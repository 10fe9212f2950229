import { randomBytes, randomUUID } from 'node:crypto';
import { measureLoopLag } from './app/loop-lag.ts';
import { healthReport } from './app/health.ts';
import { createIncidentDesk } from './app/incident-desk.ts';
import { createMonitor } from './app/monitor.ts';
import { createObserver } from './app/observer.ts';
import { detectSettingsOf, trackSettingsOf } from './app/settings.ts';
import { createStreams, scopesOf } from './app/streams.ts';
import { createDestinations } from './app/destinations.ts';
import type { Config } from './config/load.ts';
import { diagnose } from './diagnose/engine.ts';
import { gather } from './investigate/gather.ts';
import { createApiClient } from './kubernetes/api-client.ts';
import type { Connection } from './kubernetes/connection.ts';
import { createLeaseApi } from './kubernetes/lease-api.ts';
import { createElector, type LeaderElector } from './kubernetes/lease-elector.ts';
import { leaseIdentity } from './kubernetes/lease-object.ts';
import { createOwnerResolver } from './kubernetes/owner-resolver.ts';
import { projectPod } from './kubernetes/pod-projection.ts';
import { createReader } from './kubernetes/reader.ts';
import { createStateStore, type StateStore } from './kubernetes/state-leases.ts';
import { defaultStreamSettings } from './kubernetes/reflector-settings.ts';
import type { Timers } from './lib/timers.ts';
import type { Delivery } from './model/delivery.ts';
import { toAppError } from './model/errors.ts';
import type { Incident } from './model/incident.ts';
import { incidentJson } from './model/incident-json.ts';
import type { KubePod } from './model/kube-objects.ts';
import { alertOfTransition, composeAlert, shareable } from './notify/compose.ts';
import { composeStormAlert } from './notify/compose-storm.ts';
import { createDispatcher } from './notify/dispatcher.ts';
import { startHttpServer, type HttpServer } from './server/http-server.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createTracker, type Transition } from './track/tracker.ts';

/** What an app is built from. */
export interface AppOptions {
  readonly config: Config;
  readonly connection: Connection;
  readonly version: string;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  readonly timers: Timers;
  readonly random: () => number;
  /** Where the console destination writes; also when no other destination is set. */
  readonly write: (text: string) => void;
  readonly columns: number;
  /** Told when all pods of a scope were listed. */
  readonly onSynced?: (scope: string, pods: number) => void;
}

/** The running whole. */
export interface App {
  /** Begins to watch and, where no Lease is used, to lead. The server is not part of it. */
  start(): void;
  /** Starts /health and the rest; resolves with the port. */
  serve(port: number): Promise<number>;
  /** Every scope was listed once, and everything in it was observed. */
  whenSynced(): Promise<void>;
  /**
   * Lets the settling time pass at once, waits until everything was investigated and sent, and gives the incidents that are
   * open (for a single pass).
   */
  finishPass(): Promise<Incident[]>;
  incidents(): Incident[];
  /** Why something could not be watched, one sentence each; empty when all is well. */
  watchProblems(): { readonly code: string; readonly message: string }[];
  /** Sends what it can within the grace period, then gives the Lease back as the last thing. */
  stop(): Promise<void>;
}

/** The step of which each alert tells; the others tell of none. */
const transitionOfAlert: Readonly<Record<string, Transition['type'] | undefined>> = {
  ...Object.fromEntries(Object.entries(alertOfTransition).map(([step, alert]) => [alert, step as Transition['type']])),
  'storm-opened': 'storm-opened',
  'storm-updated': 'storm-updated',
  'storm-closed': 'storm-closed',
};

/** Builds the rooms and joins them; nothing runs before `start`. */
export function createApp(options: AppOptions): App {
  const { config, connection, logger, redact, timers, version } = options;
  const startedAtMs = options.now();
  const composing = { sharing: config.SHARE_LOGS ?? 'off', redact } as const;
  const userAgent = `podmedic/${version}`;
  /** A single pass lets the settling time go by at once. */
  let skippedMs = 0;
  const trackNow = (): number => options.now() + skippedMs;
  const loopLag = measureLoopLag();
  let server: HttpServer | undefined;
  let started = false;
  let stopped = false;

  const client = createApiClient(connection, { userAgent });
  const reader = createReader(client, { timers });
  const owners = createOwnerResolver(reader, { now: options.now });
  const onError = (thrown: unknown): void => {
    const error = toAppError(thrown);
    if (error.code === 'ABORTED') return;
    metrics.error(error.code);
    logger.error(error.message, { code: error.code });
  };

  const leaseNamespace = config.POD_NAMESPACE;
  const identity = leaseIdentity(config.POD_NAME ?? `podmedic-${process.pid}`, randomUUID());
  const elects = config.LEADER_ELECTION ?? leaseNamespace !== undefined;
  const leaseClient =
    leaseNamespace === undefined ? undefined : createApiClient(connection, { userAgent, connections: 4 });
  const leases = leaseClient && createLeaseApi(leaseClient, leaseNamespace ?? '');
  const elector: LeaderElector | undefined =
    elects && leases !== undefined
      ? createElector({
          api: leases,
          namespace: leaseNamespace ?? '',
          name: config.LEASE_NAME,
          identity,
          now: Date.now,
          mono: () => performance.now(),
          random: options.random,
          timers,
          settings: {
            leaseDurationMs: config.LEASE_DURATION_SECONDS,
            renewDeadlineMs: config.LEASE_RENEW_DEADLINE_SECONDS,
            retryPeriodMs: config.LEASE_RETRY_SECONDS,
          },
          onChange: (leading) => lead(leading),
          onError,
          initialTransitions: () => state?.nextTerm() ?? Promise.resolve(0),
        })
      : undefined;
  const canAct = (): boolean => (elector === undefined ? started : elector.isLeader());

  const state: StateStore | undefined =
    leases === undefined || leaseNamespace === undefined
      ? undefined
      : createStateStore({
          api: leases,
          namespace: leaseNamespace,
          identity,
          isLeader: canAct,
          transitions: () => elector?.transitions() ?? 0,
          now: Date.now,
          timers,
          onError,
          onWritten: ({ dropped }) => {
            if (dropped.length === 0) return;
            metrics.stateDropped(dropped.length);
            logger.warn('The kept state is full; incidents that are over were left out of it', {
              count: dropped.length,
              code: 'STATE_FULL',
            });
          },
        });

  const observer = createObserver({
    settings: detectSettingsOf(config),
    owners,
    reader,
    project: (pod) => projectPod(pod as KubePod),
    tracker: () => monitor.tracker(),
    onObserved: () => monitor.pump(),
    onJobFailed: (failure, workload) => desk.readEarly(failure, workload),
    onFailureSeen: ({ kind }) => metrics.failureSeen(kind),
    onError,
    track: (ref) => streams.track(ref),
    untrack: (ref) => streams.untrack(ref),
    now: trackNow,
    timers,
  });

  const desk = createIncidentDesk({
    tracker: () => monitor.tracker(),
    investigate: (failures, workload) =>
      gather(failures, workload, reader, {
        nowMs: options.now(),
        budgetMs: config.INVESTIGATE_BUDGET_SECONDS,
        logTailLines: config.LOG_TAIL_LINES,
      }),
    diagnose: (file) => Promise.resolve(diagnose(file)),
    compose: (transition) =>
      'storm' in transition ? composeStormAlert(transition, composing) : composeAlert(transition, composing),
    submit: (alert) => dispatcher.submit(alert),
    withdraw: (id) => dispatcher.withdraw(id),
    onChanged: () => monitor.changed(),
    onError,
    now: trackNow,
  });

  const dispatcher = createDispatcher(
    {
      destinations: createDestinations(config, options),
      ...(config.OUTBOX_DIR === undefined ? {} : { outboxDir: config.OUTBOX_DIR }),
    },
    {
      canSend: canAct,
      isUntold: (id, type) => isUntold(id, type),
      previous: (id, sink) =>
        monitor
          .tracker()
          ?.incident(id)
          ?.deliveries.findLast((delivery) => delivery.sink === sink),
      onDelivery: (delivery, alert) => delivered(delivery, alert.id, alert.incident),
      onProblem: ({ sink, code, message, howToMend }) => {
        metrics.error(code);
        logger.warn(`${sink}: ${message}`, { code, ...(howToMend === undefined ? {} : { howToMend }) });
      },
      now: options.now,
      random: options.random,
    },
  );

  const monitor = createMonitor({
    createTracker: () =>
      createTracker(trackSettingsOf(config), {
        cluster: config.CLUSTER_NAME ?? connection.contextName ?? '',
        newId: () => randomBytes(3).toString('hex'),
      }),
    observer,
    desk: () => desk,
    state,
    canAct,
    onTransition,
    onError,
    now: trackNow,
    timers,
  });

  const scopes = scopesOf(config.WATCH_NAMESPACES, config.EXCLUDE_NAMESPACES);
  const streams = createStreams(
    scopes,
    { client, now: () => performance.now(), random: options.random, log: logger, timers },
    {
      pods: {
        upsert: (record) => observer.upsert(record),
        remove: (ref) => observer.remove(ref),
        synced: (scope, { pods, elapsedMs }) => {
          monitor.synced(scope === '*' ? undefined : [scope]);
          options.onSynced?.(scope, pods);
          logger.debug('All pods listed', { scope, pods, elapsedMs });
        },
        progress: (scope, pods) => logger.info(`First sync of ${scope}: ${pods} pods so far`),
      },
      events: { event: (event) => observer.event(event) },
    },
  );

  const metrics = createMetrics(version, {
    leader: canAct,
    streams: () =>
      streams.statuses().map((status) => ({ ...status, lastEventAgeSeconds: status.lastEventAgeSeconds ?? 0 })),
    queues: () => [
      { queue: 'observe', depth: observer.queueSize(), oldestAgeSeconds: 0 },
      { queue: 'investigate', depth: desk.queueSize(), oldestAgeSeconds: 0 },
      ...dispatcher
        .status()
        .map(({ sink, queued, oldestAgeMs }) => ({ queue: sink, depth: queued, oldestAgeSeconds: oldestAgeMs / 1000 })),
    ],
    openIncidents: () =>
      monitor
        .tracker()
        ?.incidents()
        .filter(({ state: incidentState }) => incidentState === 'open') ?? [],
    loopLagSeconds: loopLag.takeMaxSeconds,
  });

  function lead(leading: boolean): void {
    logger.info(leading ? 'This replica leads now' : 'This replica stands by now', { leader: elector?.leader() });
    if (!leading) {
      monitor.end();
      return;
    }
    monitor
      .begin()
      .then(() => dispatcher.wake())
      .catch(onError);
  }

  function onTransition(transition: Transition): void {
    metrics.transition(transition.type);
    if ('storm' in transition) {
      const { id, incidents } = transition.storm;
      logger.info(`${transition.type}: ${incidents.length} incidents`, { storm: id });
      return;
    }
    const { id, kind, workload, namespace, severity } = transition.incident;
    logger.info(`${kind} in ${workload.name} (${namespace}) ${transition.type}: ${transition.reason}`, {
      incident: id,
      severity,
    });
  }

  function isUntold(id: string, type: string): boolean {
    const tracker = monitor.tracker();
    const step = transitionOfAlert[type];
    return tracker === undefined || step === undefined || tracker.isUntold(id, step);
  }

  async function delivered(delivery: Delivery, id: string, incident: Incident | undefined): Promise<void> {
    monitor.tracker()?.delivered(id, delivery);
    if (delivery.outcome === 'claimed') {
      // Written before it is sent: after a crash the next leader knows that this one is in doubt.
      monitor.changed();
      await state?.flush();
      return;
    }
    monitor.changed();
    metrics.alert(delivery.sink, delivery.alert, delivery.outcome);
    if (delivery.outcome === 'sent' && delivery.alert === 'opened' && incident !== undefined) {
      metrics.alertLatency(Math.max(0, (delivery.atMs - incident.openedAtMs) / 1000));
    }
    const level = delivery.outcome === 'sent' ? 'info' : 'warn';
    logger[level](`Message ${delivery.alert} ${delivery.outcome}`, {
      incident: id,
      sink: delivery.sink,
      error: delivery.error,
    });
  }

  const staleAfterSeconds = (defaultStreamSettings.stallMs + 30_000) / 1000;
  const health = () =>
    healthReport({
      version,
      uptimeSeconds: (options.now() - startedAtMs) / 1000,
      streams: streams.statuses(),
      election: elector?.status(),
      queue: observer.queueSize() + desk.queueSize(),
      destinations: dispatcher.status(),
      staleAfterSeconds,
    });

  return {
    start() {
      started = true;
      dispatcher.start();
      streams.start();
      if (elector === undefined) lead(true);
      else elector.start();
    },
    async serve(port) {
      server = await startHttpServer(port, {
        health,
        notAlive: () => (elector?.status().overdue === true ? 'the Lease was lost and not let go' : undefined),
        notReady: () => (streams.podsSynced() ? undefined : 'the first sync is not complete'),
        metrics: () => metrics.render(),
        incidents: ({ includeResolved }) => {
          const tracker = canAct() ? monitor.tracker() : undefined;
          if (tracker === undefined) return { leading: false, leader: elector?.leader() ?? null };
          const clean = (text: string): string => shareable(text, composing);
          return {
            leading: true,
            incidents: tracker.incidents({ includeResolved }).map((incident) => incidentJson(incident, clean)),
          };
        },
      });
      return server.port;
    },
    async whenSynced() {
      while (!streams.podsSynced() && !stopped) await new Promise<void>((resolve) => timers.after(20, resolve));
      await observer.settled();
    },
    async finishPass() {
      skippedMs += config.SETTLE_SECONDS;
      monitor.pump();
      for (let busy = true; busy;) {
        await desk.idle();
        monitor.pump();
        busy = desk.queueSize() > 0;
      }
      await dispatcher.idle();
      await state?.flush();
      return monitor.tracker()?.incidents() ?? [];
    },
    incidents: () => monitor.tracker()?.incidents({ includeResolved: true }) ?? [],
    watchProblems: () =>
      streams
        .statuses()
        .flatMap(({ resource, synced, lastError }) =>
          resource === 'pods' && !synced && lastError !== undefined ? [lastError] : [],
        ),
    async stop() {
      stopped = true;
      const finish = async (): Promise<void> => {
        await streams.stop();
        await desk.stop();
        const { unsent } = await dispatcher.stop(config.SHUTDOWN_GRACE_SECONDS);
        if (unsent > 0)
          logger.warn(`${unsent} messages could not be sent before the end`, { kept: config.OUTBOX_DIR !== undefined });
        await state?.flush();
        await observer.stop();
        monitor.end();
      };
      if (elector === undefined) await finish();
      else await elector.stop(finish);
      await server?.close();
      loopLag.stop();
      await Promise.all([client.close(), leaseClient?.close()]);
    },
  };
}
