import { createSecondOpinion } from '../../../src/diagnose/second-opinion.ts';
import type { SecondOpinion, SecondOpinionPorts, SecondOpinionSettings } from '../../../src/diagnose/second-opinion.ts';
import { createRedactor } from '../../../src/lib/redaction/redact.ts';
import { systemTimers } from '../../../src/lib/timers.ts';
import type { Timers } from '../../../src/lib/timers.ts';
import type { CaseFile } from '../../../src/model/case-file.ts';
import type { Diagnosis } from '../../../src/model/diagnosis.ts';
import type { AppError } from '../../../src/model/errors.ts';
import { quoteLog } from '../../../src/model/log-quote.ts';

export const redact = createRedactor();

const settings: SecondOpinionSettings = {
  maxTokens: 2000,
  timeoutMs: 80_000,
  tokensPerIncident: 100_000,
  tokensPerHour: 1_000_000,
  tokensPerDay: 2_000_000,
  usdPerDay: 5,
};

/** What a test may change of a case. */
export interface CaseParts {
  readonly name?: string;
  readonly namespace?: string;
  readonly image?: string;
  readonly log?: string;
  readonly event?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly env?: readonly { readonly name: string; readonly value: string }[];
  readonly restarts?: number;
  readonly podSuffix?: string;
  readonly args?: readonly string[];
}

const plainLog = [
  '2026-11-20T10:02:00Z INFO starting checkout',
  '2026-11-20T10:02:01Z INFO reading configuration',
  "2026-11-20T10:02:01Z FATAL KeyError: 'PAYMENT_GATEWAY_URL'",
].join('\n');

/** A crash loop of Deployment checkout, container api. */
export function checkoutCase(parts: CaseParts = {}): CaseFile {
  const { name = 'checkout', namespace = 'shop', image = 'registry.acme.internal/checkout:1.4.1' } = parts;
  const { restarts = 5, annotations = {}, log = plainLog } = parts;
  const podName = `${name}-${parts.podSuffix ?? '84d58c8b99-9mpbq'}`;
  const container = {
    name: 'api',
    image,
    env: parts.env ?? [{ name: 'PORT', value: '8080' }],
    ...(parts.args === undefined ? {} : { args: parts.args }),
    resources: { limits: { memory: '128Mi' } },
  };
  const status = {
    name: 'api',
    image,
    ready: false,
    restartCount: restarts,
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 2m40s restarting failed container=api' } },
    lastState: {
      terminated: {
        exitCode: 1,
        reason: 'Error',
        startedAt: '2026-11-20T10:02:00Z',
        finishedAt: '2026-11-20T10:02:01Z',
      },
    },
  };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName, namespace, uid: 'u1', annotations, labels: { 'pod-template-hash': '84d58c8b99' } },
    spec: { containers: [container] },
    status: { phase: 'Running', containerStatuses: [status] },
  };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, annotations },
    spec: { replicas: 1, template: { metadata: { annotations }, spec: { containers: [container] } } },
  };
  const message = parts.event ?? `Back-off restarting failed container api in pod ${podName}`;
  return {
    nowMs: Date.parse('2026-11-20T10:05:00Z'),
    workload: { kind: 'Deployment', name, namespace, apiVersion: 'apps/v1' },
    failures: [
      {
        kind: 'CrashLoopBackOff',
        subject: { kind: 'Pod', name: podName, namespace },
        pod: { namespace, name: podName, uid: 'u1' },
        container: 'api',
        containerRole: 'app',
        sinceMs: Date.parse('2026-11-20T10:00:00Z'),
        reason: 'CrashLoopBackOff',
        exitCode: 1,
        restartCount: restarts,
        fact: false,
      },
    ],
    pod,
    pods: [pod],
    neighbours: [],
    events: [
      {
        kind: 'Event',
        metadata: { name: 'e1', namespace },
        type: 'Warning',
        reason: 'BackOff',
        message,
        count: restarts,
        lastTimestamp: '2026-11-20T10:04:30Z',
        involvedObject: { kind: 'Pod', name: podName, namespace },
      },
    ],
    logs: [{ pod: podName, container: 'api', instance: 'current', text: log, truncated: false }],
    owners: [deployment],
    cluster: [],
    gaps: [],
  };
}

/** A verdict of the rules on `checkoutCase`: E1 is the telling line, E2 the container's end. */
export function rulesVerdict(
  confidence: Diagnosis['confidence'] = 'high',
  line = "KeyError: 'PAYMENT_GATEWAY_URL'",
): Diagnosis {
  const unknown = confidence === 'unknown';
  return {
    rootCause: unknown
      ? 'Container api exits with code 1; neither its log nor its events name a cause that is known here.'
      : 'Environment variable PAYMENT_GATEWAY_URL is not set, so container api exits with code 1.',
    confidence,
    source: 'rules',
    evidence: [
      { id: 'E1', source: 'log api', text: quoteLog(line) },
      {
        id: 'E2',
        source: 'pod checkout-84d58c8b99-9mpbq',
        text: 'container api: exit code 1 (Error) after 1 s, 5 restarts',
      },
    ],
    fixes: [],
    ...(unknown ? {} : { rule: 'configuration/missing-environment-variable' }),
  };
}

/** Twenty times as fast as the real ones, so that a back-off costs a test little. */
const quickTimers: Timers = { ...systemTimers, after: (delayMs, run) => systemTimers.after(delayMs / 20, run) };

/** A second opinion with everything that it told the rest. */
export interface OpinionBench {
  readonly opinion: SecondOpinion;
  readonly outcomes: string[];
  readonly tokens: Record<string, number>;
  readonly money: { usd: number };
  readonly exhausted: boolean[];
  readonly dropped: string[];
  readonly errors: AppError[];
  readonly late: { readonly incidentId: string; readonly diagnosis: Diagnosis }[];
}

export function opinionBench(
  baseUrl: string,
  change: { readonly settings?: Partial<SecondOpinionSettings>; readonly ports?: Partial<SecondOpinionPorts> } = {},
): OpinionBench {
  const bench: Omit<OpinionBench, 'opinion'> = {
    outcomes: [],
    tokens: {},
    money: { usd: 0 },
    exhausted: [],
    dropped: [],
    errors: [],
    late: [],
  };
  const opinion = createSecondOpinion(
    { ...settings, ...change.settings },
    {
      apiKey: () => 'key-of-the-test',
      authToken: () => undefined,
      baseUrl,
      redact,
      sharing: 'full',
      now: Date.now,
      random: () => 0,
      timers: quickTimers,
      metrics: {
        modelCall: (outcome) => void bench.outcomes.push(outcome),
        modelTokens: (kind, count) => {
          bench.tokens[kind] = (bench.tokens[kind] ?? 0) + count;
        },
        modelCost: (usd) => {
          bench.money.usd += usd;
        },
        modelBudgetExhausted: (exhausted) => void bench.exhausted.push(exhausted),
        modelClaimDropped: (reason) => void bench.dropped.push(reason),
      },
      onLate: (incidentId, diagnosis) => void bench.late.push({ incidentId, diagnosis }),
      onError: (error) => void bench.errors.push(error),
      log: { debug: () => undefined },
      ...change.ports,
    },
  );
  return { ...bench, opinion };
}

/** An answer of the model as text. */
export function answerText(answer: {
  readonly agrees: boolean;
  readonly cause?: readonly { readonly text: string; readonly evidence: readonly string[] }[];
  readonly confidence?: string;
  readonly fixes?: readonly {
    readonly summary: string;
    readonly command: string;
    readonly evidence: readonly string[];
  }[];
}): string {
  return JSON.stringify({ cause: [], confidence: 'high', fixes: [], ...answer });
}

/** Everything of a diagnosis that could reach anybody. */
export function everythingSaid(diagnosis: Diagnosis): string {
  return JSON.stringify({ ...diagnosis, evidence: [] });
}
