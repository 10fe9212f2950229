import type { Failure } from '../model/failure.ts';
import type { KubeEvent } from '../model/kube-objects.ts';
import { causeOfMessage } from './common-cause.ts';
import type { DetectSettings } from './detect-settings.ts';

/** What a Warning event says about its controller. */
export interface EventFinding {
  /** CreateFailed, random pod names taken out of the message. `sinceMs` is the event's last time: proof must be younger. */
  readonly failures: readonly Failure[];
  /** A Job that says it failed: GET it and ask detectJob; take this one only when it cannot be read. */
  readonly jobFailed?: Failure;
}

const creators = new Set(['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController']);

/** Job controller: pkg/controller/job/job_controller.go, reasons of the condition Failed, sent as events as well. */
const jobFailures = new Set([
  'BackoffLimitExceeded',
  'DeadlineExceeded',
  'PodFailurePolicy',
  'FailedIndexes',
  'MaxFailedIndexesExceeded',
]);

/** Two writers met, or the server was busy: the controller tries again at once. */
const passing = /object has been modified|please apply your changes|etcdserver: (?:leader changed|request timed out)/i;

/** What a Warning event on a controller says; one older than factWindowMs says nothing. */
export function detectEvent(event: KubeEvent, nowMs: number, settings: DetectSettings): EventFinding {
  const none: EventFinding = { failures: [] };
  const object = event.involvedObject;
  const { reason = '', message = '' } = event;
  const lastMs = lastSeenMs(event, nowMs);
  if (!object?.kind || !object.name || !object.namespace || nowMs - lastMs >= settings.factWindowMs) return none;

  const isCreate = reason === 'FailedCreate' && creators.has(object.kind) && !passing.test(message);
  const isJob = jobFailures.has(reason) && object.kind === 'Job';
  if (!isCreate && !isJob) return none;
  const { kind, name, namespace } = object;
  const text = isCreate ? withoutPodName(message) : message;
  const commonCause = isCreate ? causeOfMessage(text) : undefined;
  const failure: Failure = {
    kind: isCreate ? 'CreateFailed' : 'JobFailed',
    subject: {
      kind,
      name,
      namespace,
      ...(object.uid === undefined ? {} : { uid: object.uid }),
      ...(object.apiVersion === undefined ? {} : { apiVersion: object.apiVersion }),
    },
    sinceMs: lastMs,
    reason,
    message: text,
    restartCount: 0,
    fact: isJob,
    ...(isJob ? { instance: object.uid ?? `${namespace}/${name}` } : {}),
    ...(commonCause === undefined ? {} : { commonCause }),
  };
  return isCreate ? { failures: [failure] } : { failures: [], jobFailed: failure };
}

/**
 * The text without the pod's random name: nine events that differ only there, and the tenth that combines them, are one.
 * `pods "web-5d9f-abcde" is forbidden: …` becomes `pods "web-5d9f-*" is forbidden: …`.
 */
export function withoutPodName(message: string): string {
  return message
    .replace(/^\(combined from similar events\): /, '')
    .replace(/\b(pods?) "([^"]*-)[bcdfghjklmnpqrstvwxz2456789]{5}"/gi, '$1 "$2*"');
}

/** When it was last seen; events of the new API have eventTime and a series instead of the older fields. */
function lastSeenMs(event: KubeEvent, nowMs: number): number {
  const { series, lastTimestamp, eventTime, firstTimestamp, metadata } = event;
  const texts = [series?.lastObservedTime, lastTimestamp, eventTime, firstTimestamp, metadata?.creationTimestamp];
  return Math.min(nowMs, firstDate(texts) ?? nowMs);
}

function firstDate(texts: readonly (string | null | undefined)[]): number | undefined {
  return texts.map((text) => Date.parse(text ?? '')).find((timeMs) => !Number.isNaN(timeMs));
}
