import type { FailureKind } from '../src/model/failure.ts';

/** The key of a recorded scenario. */
export interface Key {
  readonly id: string;
  readonly failure_kind: string;
  readonly accept_kinds?: readonly string[];
  readonly expect_alert: boolean;
  readonly hard: boolean;
  readonly must_mention: readonly (readonly string[])[];
  readonly must_not_claim: readonly string[];
  readonly redact?: readonly string[];
  readonly root_cause: string;
}

/** What was said about one incident of a scenario. */
export interface Answer {
  readonly kind: FailureKind;
  readonly workload: string;
  readonly rootCause: string;
  /** The same as a destination sees it that gets no log text (SHARE_LOGS=off). */
  readonly withoutLogs: string;
  readonly confidence: string;
  readonly rule: string;
  readonly fixes: readonly { readonly summary: string; readonly command: string; readonly verified: boolean }[];
  readonly everything: string;
  /** Ms between the beginning of the incident and the recording. */
  readonly ageMs: number;
  readonly ms: number;
}

/** How the answers compare with the key. */
export interface Verdict {
  readonly key: Key;
  readonly cause: boolean;
  readonly causeWithoutLogs: boolean;
  readonly kind: boolean;
  readonly wrong: readonly string[];
  readonly leaks: readonly string[];
  readonly confidence: string;
  readonly fix: boolean;
  readonly verifiedFix: boolean;
  readonly ms: readonly number[];
}

// The corpus' words for a kind, and ours.
const kinds: Readonly<Record<string, readonly FailureKind[]>> = {
  'crash-loop': ['CrashLoopBackOff'],
  'oom-killed': ['OOMKilled'],
  'image-pull': ['ImagePull'],
  'config-error': ['ConfigError'],
  unschedulable: ['Pending'],
  'volume-mount': ['VolumeMount'],
  'create-failed': ['CreateFailed'],
  'probe-failing': ['NotReady', 'CrashLoopBackOff'],
  'init-failed': ['CrashLoopBackOff', 'OOMKilled', 'ConfigError', 'ImagePull'],
  'job-failed': ['JobFailed'],
  evicted: ['Evicted'],
  failed: ['Failed', 'RolloutStuck', 'NotReady'],
  none: [],
};

const pendingWaitMs = 300_000;

function holds(text: string, words: readonly string[]): boolean {
  const lower = text.toLowerCase();
  return words.some((word) => lower.includes(word.toLowerCase()));
}

/** Judges the answers of one scenario as its key asks: all groups in one cause, no forbidden claim in any, no secret anywhere. */
export function judge(key: Key, answers: readonly Answer[]): Verdict {
  const names = (text: string): boolean => key.must_mention.every((group) => holds(text, group));
  const accepted = [key.failure_kind, ...(key.accept_kinds ?? [])].flatMap((kind) => kinds[kind] ?? []);
  const hit = answers.find((answer) => names(answer.rootCause)) ?? answers[0];
  // `diagnose` applies no waiting times: a pod that is Pending for less than the daemon would wait is excused.
  const silent = answers.every((answer) => answer.kind === 'Pending' && answer.ageMs < pendingWaitMs);
  return {
    key,
    cause: key.expect_alert ? answers.some((answer) => names(answer.rootCause)) : silent,
    causeWithoutLogs: key.expect_alert ? answers.some((answer) => names(answer.withoutLogs)) : silent,
    kind: key.expect_alert ? answers.some((answer) => accepted.includes(answer.kind)) : silent,
    wrong: key.must_not_claim.filter((words) => answers.some((answer) => holds(answer.rootCause, [words]))),
    leaks: (key.redact ?? []).filter((secret) => answers.some((answer) => answer.everything.includes(secret))),
    confidence: hit?.confidence ?? 'unknown',
    fix: (hit?.fixes.length ?? 0) > 0,
    verifiedFix: hit?.fixes.some((fix) => fix.verified) ?? false,
    ms: answers.map((answer) => answer.ms),
  };
}

/** Figures of a set of verdicts, in one line. */
export function sum(verdicts: readonly Verdict[]): string {
  const failures = verdicts.filter(({ key }) => key.expect_alert);
  const controls = verdicts.filter(({ key }) => !key.expect_alert);
  const count = (list: readonly Verdict[], test: (verdict: Verdict) => boolean): number => list.filter(test).length;
  const high = failures.filter(({ confidence }) => confidence === 'high');
  const times = verdicts.flatMap(({ ms }) => ms).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const of = (n: number, all: readonly unknown[]): string => `${String(n)}/${String(all.length)}`;
  return [
    `cause ${of(
      count(failures, (v) => v.cause),
      failures,
    )}`,
    `without log text ${of(
      count(failures, (v) => v.causeWithoutLogs),
      failures,
    )}`,
    `kind ${of(
      count(failures, (v) => v.kind),
      failures,
    )}`,
    `wrong claims ${String(count(failures, (v) => v.wrong.length > 0))}`,
    `leaks ${String(count(verdicts, (v) => v.leaks.length > 0))}`,
    `controls silent ${of(
      count(controls, (v) => v.cause),
      controls,
    )}`,
    `fix ${of(
      count(failures, (v) => v.fix),
      failures,
    )}`,
    `verified ${of(
      count(failures, (v) => v.verifiedFix),
      failures,
    )}`,
    `high right ${of(
      count(high, (v) => v.cause),
      high,
    )}`,
    `ms median ${median.toFixed(2)} max ${(times.at(-1) ?? 0).toFixed(1)}`,
  ].join(' · ');
}
