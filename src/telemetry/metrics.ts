import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { ErrorCode } from '../model/errors.ts';

/** State of one stream, as /metrics shows it. */
export interface StreamSample {
  readonly resource: string;
  readonly namespace: string;
  readonly state: string;
  readonly lastEventAgeSeconds: number;
  readonly relists: number;
  readonly watches: number;
}

/** State of one queue, as /metrics shows it. Age of its oldest entry in seconds. */
export interface QueueSample {
  readonly queue: string;
  readonly depth: number;
  readonly oldestAgeSeconds: number;
}

/** What is read at the moment of a scrape. */
export interface MetricsSources {
  readonly leader: () => boolean;
  readonly streams: () => readonly StreamSample[];
  readonly queues: () => readonly QueueSample[];
  readonly openIncidents: () => readonly { readonly kind: string; readonly severity: string }[];
  readonly loopLagSeconds: () => number;
}

/** Every metric of podmedic, in the Prometheus text form; all names begin with `podmedic_`. */
export interface Metrics {
  failureSeen(kind: string): void;
  transition(type: string): void;
  alert(sink: string, type: string, outcome: string): void;
  /** Time from the status change to Slack's ok, in seconds. */
  alertLatency(seconds: number): void;
  error(code: ErrorCode): void;
  modelCall(outcome: string): void;
  modelTokens(kind: string, count: number): void;
  modelCost(usd: number): void;
  modelBudgetExhausted(exhausted: boolean): void;
  /** A sentence, fix or whole answer of the model was thrown out by the checks. */
  modelClaimDropped(reason: string): void;
  stateDropped(count: number): void;
  /** The exposition text and its content type. */
  render(): Promise<{ readonly text: string; readonly contentType: string }>;
}

/** Creates the registry. Streams, queues and incidents are read when scraped, so they need no upkeep. */
export function createMetrics(version: string, sources: MetricsSources): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[], collect?: (self: Gauge) => void): Gauge =>
    new Gauge({
      name,
      help,
      labelNames,
      registers,
      ...(collect === undefined
        ? {}
        : {
            collect(this: Gauge) {
              this.reset();
              collect(this);
            },
          }),
    });
  const counter = (name: string, help: string, labelNames: string[]): Counter =>
    new Counter({ name, help, labelNames, registers });

  gauge('podmedic_build_info', 'Always 1; the version is a label.', ['version']).set({ version }, 1);
  gauge('podmedic_leader', 'Whether this replica leads (1) or stands by (0).', [], (self) =>
    self.set(sources.leader() ? 1 : 0),
  );
  gauge(
    'podmedic_stream_last_event_age_seconds',
    'Time since the last event or bookmark.',
    ['resource', 'namespace'],
    (self) => {
      for (const { resource, namespace, lastEventAgeSeconds } of sources.streams()) {
        self.set({ resource, namespace }, lastEventAgeSeconds);
      }
    },
  );
  gauge(
    'podmedic_stream_state',
    'The state of each stream (1 for the present one).',
    ['resource', 'namespace', 'state'],
    (self) => {
      for (const { resource, namespace, state } of sources.streams()) self.set({ resource, namespace, state }, 1);
    },
  );
  counterFrom('podmedic_relists_total', 'Full lists read, the first included.', (stream) => stream.relists);
  counterFrom('podmedic_watch_starts_total', 'Watch requests opened.', (stream) => stream.watches);
  gauge('podmedic_open_incidents', 'Incidents that are open.', ['kind', 'severity'], (self) => {
    for (const { kind, severity } of sources.openIncidents()) self.inc({ kind, severity });
  });
  gauge('podmedic_queue_depth', 'Entries that wait.', ['queue'], (self) => {
    for (const { queue, depth } of sources.queues()) self.set({ queue }, depth);
  });
  gauge('podmedic_queue_oldest_age_seconds', 'Age of the oldest entry that waits.', ['queue'], (self) => {
    for (const { queue, oldestAgeSeconds } of sources.queues()) self.set({ queue }, oldestAgeSeconds);
  });
  gauge('podmedic_event_loop_lag_seconds', 'Longest delay of the event loop since the last scrape.', [], (self) =>
    self.set(sources.loopLagSeconds()),
  );
  gauge('process_resident_memory_bytes', 'Resident memory.', [], (self) => self.set(process.memoryUsage.rss()));
  gauge('process_start_time_seconds', 'Start of the process, Unix time.', []).set(
    Math.round(Date.now() / 1000 - process.uptime()),
  );

  const failures = counter('podmedic_failures_total', 'Failures detected, by kind.', ['kind']);
  const transitions = counter('podmedic_incident_transitions_total', 'Steps in the life of incidents.', ['type']);
  const alerts = counter('podmedic_alerts_total', 'Messages, by destination, type and outcome.', [
    'sink',
    'type',
    'outcome',
  ]);
  const latency = new Histogram({
    name: 'podmedic_alert_latency_seconds',
    help: "Time from the pod's status change to the destination's ok.",
    buckets: [0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 900],
    registers,
  });
  const errors = counter('podmedic_errors_total', 'Errors of podmedic itself, by code.', ['code']);
  const modelCalls = counter('podmedic_model_calls_total', 'Calls of the model, by outcome.', ['outcome']);
  const modelTokens = counter('podmedic_model_tokens_total', 'Tokens: input, cached, output.', ['kind']);
  const modelCost = counter(
    'podmedic_model_cost_usd_total',
    'Money spent on the model, US dollars, by the price table.',
    [],
  );
  const modelDropped = counter(
    'podmedic_model_claims_dropped_total',
    'What the checks threw out of the answers, by reason.',
    ['reason'],
  );
  const modelBudget = gauge('podmedic_model_budget_exhausted', 'Whether a cap of the model budget is reached.', []);
  modelBudget.set(0);
  const stateDropped = counter(
    'podmedic_state_dropped_total',
    'Incident records that found no room in the state Leases.',
    [],
  );

  function counterFrom(name: string, help: string, read: (stream: StreamSample) => number): void {
    registry.registerMetric(
      new Counter({
        name,
        help,
        labelNames: ['resource'],
        registers: [],
        collect() {
          this.reset();
          for (const stream of sources.streams()) this.inc({ resource: stream.resource }, read(stream));
        },
      }),
    );
  }

  return {
    failureSeen: (kind) => failures.inc({ kind }),
    transition: (type) => transitions.inc({ type }),
    alert: (sink, type, outcome) => alerts.inc({ sink, type, outcome }),
    alertLatency: (seconds) => latency.observe(seconds),
    error: (code) => errors.inc({ code }),
    modelCall: (outcome) => modelCalls.inc({ outcome }),
    modelTokens: (kind, count) => modelTokens.inc({ kind }, count),
    modelCost: (usd) => modelCost.inc(usd),
    modelClaimDropped: (reason) => modelDropped.inc({ reason }),
    modelBudgetExhausted: (exhausted) => modelBudget.set(exhausted ? 1 : 0),
    stateDropped: (count) => stateDropped.inc(count),
    render: async () => ({ text: await registry.metrics(), contentType: registry.contentType }),
  };
}
