import { randomBytes } from 'node:crypto';
import { measureLoopLag } from './app/loop-lag.ts';
import { healthReport } from './app/health.ts';
import { createIncidentDesk } from './app/incident-desk.ts';
import { createMessageDesk } from './app/message-desk.ts';
import { createMonitor } from './app/monitor.ts';
import { createObserver } from './app/observer.ts';
import { createQuietCollection } from './app/quiet-collection.ts';
import { detectSettingsOf, trackSettingsOf } from './app/settings.ts';
import { createStreams, scopesOf } from './app/streams.ts';
import { createDestinations } from './app/destinations.ts';
import { createDiagnosisDesk } from './app/diagnosis-desk.ts';
import { createElection } from './app/election.ts';
import type { Config } from './config/load.ts';
import { gather } from './investigate/gather.ts';
import { createPermissionGaps } from './investigate/permission-gaps.ts';
import { createApiClient } from './kubernetes/api-client.ts';
import type { Connection } from './kubernetes/connection.ts';
import { createEventWriter } from './kubernetes/event-writer.ts';
import { createOwnerResolver } from './kubernetes/owner-resolver.ts';
import { projectPod } from './kubernetes/pod-projection.ts';
import { createReader } from './kubernetes/reader.ts';
import { createReaderCache } from './kubernetes/reader-cache.ts';
import { defaultStreamSettings } from './kubernetes/reflector-settings.ts';
import type { SteadyClock } from './lib/steady-clock.ts';
import type { Timers } from './lib/timers.ts';
import type { Diagnosis } from './model/diagnosis.ts';
import { AppError, toAppError } from './model/errors.ts';
import type { Incident } from './model/incident.ts';
import { incidentJson } from './model/incident-json.ts';
import type { KubePod } from './model/kube-objects.ts';
import { shareable } from './notify/compose.ts';
import { startHttpServer, type HttpServer } from './server/http-server.ts';
import type { Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { createTracker, type Transition } from './track/tracker.ts';

/** At a time, for owners and investigations; streams and the Lease have connections of their own. */
const readingConnections = 8;

/** What an app is built from. */
export interface AppOptions {
  readonly config: Config;
  readonly connection: Connection;
  readonly version: string;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  /** The clock behind `now`, where it is to follow that of the API server. */
  readonly clock?: SteadyClock;
  readonly timers: Timers;
  readonly random: () => number;
  /** Where the console destination writes; also when no other destination is set. */
  readonly write: (text: string) => void;
  readonly columns: number;
  /** Frees what a burst of work has left; called when all is quiet. */
  readonly collectGarbage?: () => void;
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
  const collection = createQuietCollection(options.collectGarbage ?? ((): void => undefined), timers);
  let server: HttpServer | undefined;
  let started = false;
  let stopped = false;

  const clock = options.clock && {
    now: options.clock.now,
    hear: (serverMs: number, sentAtMs: number): void => {
      const offMs = options.clock?.hear(serverMs, sentAtMs) ?? 0;
      if (offMs === 0) return;
      const seconds = Math.round(Math.abs(offMs) / 1000);
      logger.warn(
        `The clock here is ${seconds} s ${offMs > 0 ? 'behind' : 'ahead of'} the API server's, which is used instead`,
      );
    },
  };
  const speaking = { userAgent, ...(clock === undefined ? {} : { clock }) };
  const client = createApiClient(connection, speaking);
  // A storm of investigations shall neither press the API server nor hold dozens of connections.
  const readingClient = createApiClient(connection, { ...speaking, connections: readingConnections });
  const reader = createReader(readingClient, { timers });
  // A storm asks for the same nodes and Services once for each incident.
  const sharedReader = createReaderCache(reader, options.now);
  const permissionGaps = createPermissionGaps();
  const owners = createOwnerResolver(reader, { now: options.now });
  const onError = (thrown: unknown): void => {
    const error = toAppError(thrown);
    if (error.code === 'ABORTED') return;
    metrics.error(error.code);
    logger.error(error.message, { code: error.code });
  };

  const canAct = (): boolean => (election.elector === undefined ? started : election.elector.isLeader());
  const election = createElection({
    config,
    connection,
    userAgent,
    canAct,
    onChange: lead,
    onError,
    onDropped: (count) => {
      metrics.stateDropped(count);
      logger.warn('The kept state is full; incidents that are over were left out of it', { count, code: 'STATE_FULL' });
    },
    random: options.random,
    timers,
  });
  const { elector, state } = election;

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

  const diagnosis = createDiagnosisDesk({
    config,
    redact,
    metrics: () => metrics,
    onLate: amend,
    onError,
    log: logger,
    now: options.now,
    random: options.random,
    timers,
  });

  const desk = createIncidentDesk({
    tracker: () => monitor.tracker(),
    investigate: async (failures, workload) => {
      const file = await gather(failures, workload, sharedReader, {
        nowMs: options.now(),
        budgetMs: config.INVESTIGATE_BUDGET_SECONDS,
        logTailLines: config.LOG_TAIL_LINES,
      });
      for (const sentence of permissionGaps.news(file.gaps)) {
        logger.warn(`Less evidence from now on: ${sentence}`, { code: 'API_FORBIDDEN' });
      }
      collection.worked();
      return file;
    },
    diagnose: (file, incident) => diagnosis.explain(file, incident),
    compose: (transition) => messages.compose(transition),
    submit: (alert) => messages.submit(alert),
    withdraw: (id) => messages.withdraw(id),
    onChanged: () => monitor.changed(),
    onError,
    now: trackNow,
  });

  const createEvent = createEventWriter(client, { instance: config.POD_NAME ?? 'podmedic', now: options.now });
  const messages = createMessageDesk({
    config,
    destinations: createDestinations(config, { ...options, createEvent }),
    composing,
    tracker: () => monitor.tracker(),
    canAct,
    onChanged: () => monitor.changed(),
    flushState: () => state?.flush() ?? Promise.resolve(true),
    metrics: () => metrics,
    logger,
    now: options.now,
    random: options.random,
  });

  const monitor = createMonitor({
    createTracker: () =>
      createTracker(trackSettingsOf(config), {
        cluster: config.CLUSTER_NAME ?? connection.contextName ?? '',
        newId: () => randomBytes(3).toString('hex'),
      }),
    observer,
    desk: () => desk,
    state,
    otherLines: () => diagnosis.budgetLine(options.now()),
    takeOtherLine: (json) => diagnosis.restoreBudget(json),
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
          collection.worked();
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
      { queue: 'observe', depth: observer.queueSize(), oldestAgeSeconds: observer.oldestAgeMs() / 1000 },
      { queue: 'investigate', depth: desk.queueSize(), oldestAgeSeconds: desk.oldestAgeMs() / 1000 },
      ...messages
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
      .then(() => messages.wake())
      .catch(onError);
  }

  /** An opinion that came after its message: a message that can be changed is, the others leave it to the API and the log. */
  function amend(incidentId: string, late: Diagnosis): void {
    const tracker = monitor.tracker();
    if (tracker === undefined || !canAct()) return;
    tracker.annotate(incidentId, late, trackNow());
    monitor.changed();
    const incident = tracker.incident(incidentId);
    if (incident === undefined) return;
    logger.info('The model has answered', { incident: incidentId, source: late.source, confidence: late.confidence });
    messages.amend(incident);
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

  const staleAfterSeconds = (defaultStreamSettings.stallMs + 30_000) / 1000;
  const health = () =>
    healthReport({
      version,
      uptimeSeconds: (options.now() - startedAtMs) / 1000,
      streams: streams.statuses(),
      election: elector?.status(),
      queue: observer.queueSize() + desk.queueSize(),
      destinations: messages.status(),
      staleAfterSeconds,
    });

  return {
    start() {
      started = true;
      messages.start();
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
      const patienceMs = options.now() + config.LEASE_DURATION_SECONDS + 5000;
      while (monitor.tracker() === undefined && !stopped) {
        if (options.now() > patienceMs) {
          const leader = elector?.leader() ?? 'nobody';
          throw new AppError(
            'LEASE_LOST',
            `the Lease ${config.LEASE_NAME} is held by ${leader}: another podmedic is at work here`,
          );
        }
        await new Promise<void>((resolve) => timers.after(20, resolve));
      }
      await monitor.whenTakenOver();
      skippedMs += config.SETTLE_SECONDS;
      monitor.pump();
      for (let busy = true; busy;) {
        await desk.idle();
        monitor.pump();
        busy = desk.queueSize() > 0;
      }
      await messages.idle();
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
        await messages.stop();
        await state?.flush();
        await observer.stop();
        monitor.end();
      };
      if (elector === undefined) await finish();
      else await elector.stop(finish);
      await server?.close();
      loopLag.stop();
      collection.stop();
      diagnosis.close();
      await Promise.all([client.close(), readingClient.close(), election.close()]);
    },
  };
}
