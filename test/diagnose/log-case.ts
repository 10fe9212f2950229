import type { CaseFile } from '../../src/model/case-file.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { KubeContainer, KubePod } from '../../src/model/kube-objects.ts';
import { diagnose } from '../../src/diagnose/engine.ts';
import { applyLogSharing } from '../../src/model/log-quote.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';

/** What a test may say about the container whose log it gives. */
export interface LogCase {
  readonly exitCode?: number;
  readonly reason?: string;
  readonly container?: KubeContainer;
  readonly volumes?: NonNullable<NonNullable<KubePod['spec']>['volumes']>;
  readonly more?: Partial<CaseFile>;
}

const nowMs = Date.parse('2026-01-01T12:00:00Z');

/** A Deployment `shop` whose only container `app` keeps ending with the given log. */
export function logCase(
  log: string,
  { exitCode = 1, reason = 'Error', container = {}, volumes = [], more = {} }: LogCase = {},
): CaseFile {
  const ended = { exitCode, reason, startedAt: '2026-01-01T11:59:40Z', finishedAt: '2026-01-01T11:59:42Z' };
  const pod: KubePod = {
    kind: 'Pod',
    metadata: { name: 'shop-1', namespace: 'test', uid: 'u1', labels: { app: 'shop' } },
    spec: { restartPolicy: 'Always', volumes, containers: [{ name: 'app', image: 'example/shop:1', ...container }] },
    status: {
      phase: 'Running',
      containerStatuses: [
        { name: 'app', ready: false, restartCount: 4, state: { terminated: ended }, lastState: { terminated: ended } },
      ],
    },
  };
  const failure: Failure = {
    kind: reason === 'OOMKilled' ? 'OOMKilled' : 'CrashLoopBackOff',
    subject: { kind: 'Pod', name: 'shop-1', namespace: 'test' },
    pod: { namespace: 'test', name: 'shop-1', uid: 'u1' },
    container: 'app',
    containerRole: 'app',
    sinceMs: nowMs - 60_000,
    reason,
    exitCode,
    restartCount: 4,
    fact: false,
  };
  return {
    nowMs,
    workload: { kind: 'Deployment', name: 'shop', namespace: 'test' },
    failures: [failure],
    pod,
    pods: [pod],
    neighbours: [],
    events: [],
    logs: [{ pod: 'shop-1', container: 'app', instance: 'current', text: log, truncated: false }],
    owners: [
      {
        kind: 'Deployment',
        metadata: { name: 'shop', namespace: 'test' },
        spec: { template: { ...(pod.spec && { spec: pod.spec }) } },
      },
    ],
    cluster: [],
    gaps: [],
    ...more,
  };
}

/** The diagnosis of such a case, its root cause with log text in full. */
export function explain(log: string, about?: LogCase): Diagnosis {
  const diagnosis = diagnose(logCase(log, about));
  return { ...diagnosis, rootCause: applyLogSharing(diagnosis.rootCause, 'full') };
}
