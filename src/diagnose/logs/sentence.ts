import type { CaseView } from '../case-view.ts';

/** `container api`, `init container migrate`, `sidecar container proxy`. */
export function containerName(view: CaseView): string {
  const name = view.container ?? view.failure.container ?? '';
  if (view.role === 'init') return `init container ${name}`;
  if (view.role === 'sidecar') return `sidecar container ${name}`;
  return `container ${name}`;
}

/** A cause with the container that it stops, how it ended, and the Job that gave up because of it. */
export function causeSentence(view: CaseView, cause: string): string {
  return `${cause}, so ${containerName(view)} ${ending(view)}${jobEnding(view)}.`;
}

/** `exits with code 1`, `cannot start`, `ends with exit code 0`. */
export function ending(view: CaseView): string {
  const { exit } = view;
  const initMs = runningInitMs(view);
  if (initMs !== undefined) return `is still running after ${spanWords(initMs)}`;
  if (!exit) return 'fails';
  if (exit.reason === 'StartError' || exit.reason === 'ContainerCannotRun') return 'cannot start';
  return exit.code === 0 ? 'ends with exit code 0' : `exits with code ${String(exit.code)}`;
}

/** For how long the init container in focus has been running its first instance, ms; undefined for all other containers. */
export function runningInitMs({ role, status, file, failure }: CaseView): number | undefined {
  const startedAt = status?.state?.running?.startedAt;
  if (role !== 'init' || startedAt === undefined || status?.lastState?.terminated !== undefined) return undefined;
  if (failure.kind !== 'NotReady' && failure.kind !== 'RolloutStuck') return undefined;
  const ms = file.nowMs - Date.parse(startedAt ?? '');
  return ms >= 0 ? ms : 0;
}

// 190,000 is "3 min".
function spanWords(ms: number): string {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return minutes < 120 ? `${String(minutes)} min` : `${String(Math.round(minutes / 60))} h`;
}

/** ` and Job nightly fails after its retries (backoffLimit 1)`; empty outside Jobs. */
export function jobEnding(view: CaseView): string {
  const { failure, file } = view;
  const owner = file.owners.find((one) => one.kind === 'Job' && one.metadata?.name === failure.subject.name);
  const inJob = failure.kind === 'JobFailed' || file.workload.kind === 'Job' || file.workload.kind === 'CronJob';
  if (!inJob) return '';
  const name = file.workload.kind === 'CronJob' ? `CronJob ${file.workload.name}` : `Job ${file.workload.name}`;
  const limit = owner?.spec?.backoffLimit;
  if (failure.kind === 'JobFailed' && failure.reason === 'BackoffLimitExceeded') {
    return ` and ${name} fails${limit === undefined ? '' : ` after its retries (backoffLimit ${String(limit)})`}`;
  }
  return ` and ${name} fails`;
}
