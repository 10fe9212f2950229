import type { CaseView } from '../case-view.ts';
import type { Endpoint } from '../logs/endpoint.ts';
import { containerName, ending, jobEnding } from '../logs/sentence.ts';
import { findingOf } from '../logs/sign.ts';
import type { Finding } from '../rule.ts';
import { awaitedConnection } from './awaited-connection.ts';
import { explainedLog } from './log-rules.ts';

/** A connection that the container in focus lacks. */
export interface Broken {
  readonly view: CaseView;
  readonly endpoint: Endpoint;
  /** What the container says of it, as a clause with a capital. */
  readonly clause: string;
  /** Whether the host's name may be what fails. */
  readonly byName: boolean;
  /** What can be said without looking behind the connection. */
  readonly base: Finding;
}

/** The broken connection that explains the container's end, or what an init container waits for; when one does. */
export function brokenConnection(view: CaseView): Broken | undefined {
  const explained = explainedLog(view);
  const endpoint = explained?.reading.endpoint;
  const id = explained?.sign.id ?? '';
  if (
    explained &&
    endpoint &&
    /^dependency\/(?:connection|cannot-connect|dns|unreachable|http)|nginx-upstream|haproxy/.test(id)
  ) {
    const { cause: clause } = explained.reading;
    return { view, endpoint, clause, byName: /dns|upstream|haproxy/.test(id), base: findingOf(view, explained) };
  }
  const awaited = awaitedConnection(view);
  return awaited && { view, ...awaited, byName: true };
}

function symptom({ view, clause }: Broken): string {
  return `${upper(containerName(view))} ${ending(view)}${jobEnding(view)} because of that: ${lower(clause)}.`;
}

/** A finding whose cause lies behind the connection; the container in focus shows the symptom. */
export function withCause(broken: Broken, cause: string, more: Partial<Finding>): Finding {
  const { base } = broken;
  return {
    ...base,
    confidence: 'high',
    rootCause: `${cause} ${symptom(broken)}`,
    ...more,
    cites: [...base.cites, ...(more.cites ?? [])],
  };
}

function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function lower(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
