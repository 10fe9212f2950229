import { quoteLog } from '../../model/log-quote.ts';
import type { KubeWorkload } from '../../model/kube-objects.ts';
import type { CaseView } from '../case-view.ts';
import { kubectl, patch } from '../kubectl.ts';
import type { Cite, ProposedFix, Rule } from '../rule.ts';

/** The Job that failed: the failure's own, the workload, or the one that owns the pod in focus. */
function failedJob(view: CaseView): KubeWorkload | undefined {
  const { subject } = view.failure;
  const names = [
    subject.kind === 'Job' ? subject.name : undefined,
    view.target.kind === 'Job' ? view.target.name : undefined,
    view.pod?.metadata?.ownerReferences?.find((one) => one.kind === 'Job')?.name,
  ];
  return view.file.owners.find((one) => one.kind === 'Job' && names.includes(one.metadata?.name));
}

/** Why a Job is Failed, by its own condition or the event about it. */
function jobReason(view: CaseView): { readonly reason: string; readonly message: string } | undefined {
  const condition = failedJob(view)?.status?.conditions?.find(
    (one) => (one.type === 'Failed' || one.type === 'FailureTarget') && one.status === 'True',
  );
  if (condition !== undefined) return { reason: condition.reason ?? '', message: condition.message ?? '' };
  if (view.failure.kind !== 'JobFailed') return undefined;
  return { reason: view.failure.reason, message: view.failure.message ?? '' };
}

/**
 * What a Job's end adds to the cause of its pods' failure: `Job invoicing gives up after 3 failed pods (BackoffLimitExceeded,
 * backoffLimit 2)`; undefined for other failures.
 */
function jobEnding(view: CaseView): string | undefined {
  const why = jobReason(view);
  if (why?.reason !== 'BackoffLimitExceeded') return undefined;
  const job = failedJob(view);
  const limit = job?.spec?.backoffLimit;
  const failed = job?.status?.failed;
  const name = job?.metadata?.name ?? view.failure.subject.name;
  return `Job ${name} gives up${failed === undefined ? '' : ` after ${failed} failed ${failed === 1 ? 'try' : 'tries'}`} (BackoffLimitExceeded${limit === undefined ? '' : `, backoffLimit ${limit}`})`;
}

function cites(view: CaseView): readonly Cite[] {
  const why = jobReason(view);
  return why === undefined
    ? []
    : [
        {
          source: `job ${failedJob(view)?.metadata?.name ?? view.failure.subject.name}`,
          text: `${why.reason}: ${why.message}`,
        },
      ];
}

/** A new run of the Job: of a CronJob by command, of a Job by hand, since its template cannot change. */
function runAgain(view: CaseView): ProposedFix[] {
  if (view.target.kind !== 'CronJob')
    return [{ summary: `Then create the Job ${view.target.name} anew (a Job's template cannot change)` }];
  const name = `${view.target.name.slice(0, 52)}-retry`;
  return [
    {
      summary: 'Then run it once by hand',
      command: kubectl(view.namespace, 'create', 'job', name, `--from=cronjob/${view.target.name}`),
    },
  ];
}

const deadline: Rule = {
  id: 'job/deadline',
  rank: 'exact',
  explain: (view) => {
    const why = jobReason(view);
    const ofPod = view.pod?.status?.reason === 'DeadlineExceeded';
    if (why?.reason !== 'DeadlineExceeded' && !ofPod) return undefined;
    const job = failedJob(view);
    const seconds =
      why?.reason === 'DeadlineExceeded'
        ? (job?.spec?.activeDeadlineSeconds ?? view.owner?.spec?.activeDeadlineSeconds)
        : view.podSpec?.activeDeadlineSeconds;
    const name =
      why?.reason === 'DeadlineExceeded'
        ? `Job ${job?.metadata?.name ?? view.failure.subject.name}`
        : `Pod ${view.pod?.metadata?.name ?? ''}`;
    const last = view.log?.lines.at(-1);
    return {
      rootCause: `${name} ran longer than its deadline${seconds === undefined ? '' : ` of ${seconds} s (activeDeadlineSeconds ${seconds})`} and was ended: DeadlineExceeded${last === undefined ? '' : `; its log ends with: ${quoteLog(last.text.slice(0, 300))}`}.`,
      confidence: 'high',
      cites: [
        ...cites(view),
        ...(view.pod?.status?.message
          ? [{ source: `pod ${view.pod.metadata?.name ?? ''}`, text: view.pod.status.message }]
          : []),
        ...(last === undefined ? [] : [{ source: view.log?.source ?? 'log', text: quoteLog(last.text) }]),
      ],
      fixes: [
        ...longerDeadline(view, seconds),
        { summary: 'Find out in the log what it waits for or spends its time on' },
        ...runAgain(view),
      ],
    };
  },
};

function longerDeadline(view: CaseView, seconds: number | undefined): ProposedFix[] {
  if (seconds === undefined) return [];
  const longer = seconds * 4;
  const summary = `Raise activeDeadlineSeconds, to ${longer} for example, if it only needs more time`;
  if (view.target.kind === 'CronJob')
    return [
      { summary, command: patch(view.target, { spec: { jobTemplate: { spec: { activeDeadlineSeconds: longer } } } }) },
    ];
  return [{ summary }];
}

const policy: Rule = {
  id: 'job/pod-failure-policy',
  rank: 'fallback',
  explain: (view) => {
    const why = jobReason(view);
    if (why?.reason !== 'PodFailurePolicy') return undefined;
    return {
      rootCause: `Job ${failedJob(view)?.metadata?.name ?? view.failure.subject.name} was ended by its podFailurePolicy (FailJob): ${why.message}.`,
      confidence: 'medium',
      cites: cites(view),
      fixes: [{ summary: 'Mend what the exit code stands for, or change the podFailurePolicy' }, ...runAgain(view)],
    };
  },
};

const indexes: Rule = {
  id: 'job/failed-indexes',
  rank: 'fallback',
  explain: (view) => {
    const why = jobReason(view);
    if (!why?.reason.includes('Index')) return undefined;
    return {
      rootCause: `Job ${failedJob(view)?.metadata?.name ?? view.failure.subject.name} failed because indexes of it failed (${why.reason}): ${why.message}.`,
      confidence: 'low',
      cites: cites(view),
      fixes: runAgain(view),
    };
  },
};

const backoff: Rule = {
  id: 'job/backoff-limit',
  rank: 'fallback',
  explain: (view) => {
    const ending = jobEnding(view);
    if (ending === undefined) return undefined;
    const exit = view.exit;
    const how =
      exit === undefined
        ? 'its pods are gone, so their logs cannot tell why'
        : `container ${view.container ?? ''} exits with code ${exit.code}${exit.reason === 'Error' ? '' : ` (${exit.reason})`}`;
    return { rootCause: `${ending}: ${how}.`, confidence: 'low', cites: cites(view), fixes: runAgain(view) };
  },
};

const cronJob: Rule = {
  id: 'job/cron-schedule',
  rank: 'exact',
  explain: (view) => {
    if (view.target.kind !== 'CronJob') return undefined;
    const event = view
      .eventsWith(
        'UnparseableSchedule',
        'InvalidSchedule',
        'UnParseableCronJobSchedule',
        'TooManyMissedTimes',
        'FailedNeedsStart',
        'UnknownTimeZone',
      )
      .at(-1);
    if (event === undefined) return undefined;
    const missed = event.reason === 'TooManyMissedTimes' || event.reason === 'FailedNeedsStart';
    return {
      rootCause: missed
        ? `CronJob ${view.target.name} has missed too many of its start times (more than 100) and is not started any more.`
        : `The schedule ${view.owner?.spec?.schedule ?? ''} of CronJob ${view.target.name} cannot be read: ${event.message ?? ''}`,
      confidence: 'high',
      cites: [{ source: `event ${event.reason ?? ''}`, text: event.message ?? '' }],
      fixes: missed
        ? [
            {
              summary: 'Look only at recent start times',
              command: patch(view.target, { spec: { startingDeadlineSeconds: 300 } }),
            },
          ]
        : [{ summary: 'Correct the schedule', command: patch(view.target, { spec: { schedule: 'REPLACE_ME' } }) }],
    };
  },
};

/** Jobs: their deadline, policy and limits; what made their pods fail is told by other rules. */
export const jobRules: readonly Rule[] = [deadline, policy, cronJob, indexes, backoff];
