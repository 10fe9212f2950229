import type { CaseView } from '../case-view.ts';
import type { Endpoint } from '../logs/endpoint.ts';
import { containerName, ending, jobEnding } from '../logs/sentence.ts';
import { findingOf } from '../logs/sign.ts';
import type { Explained } from '../logs/sign.ts';
import type { Finding } from '../rule.ts';
import { explainedLog } from './log-rules.ts';

/** A connection that the log of the container in focus calls broken. */
export interface Broken {
  readonly view: CaseView;
  readonly explained: Explained;
  readonly endpoint: Endpoint;
}

/** The broken connection that explains the container's end, when one does. */
export function brokenConnection(view: CaseView): Broken | undefined {
  const explained = explainedLog(view);
  const endpoint = explained?.reading.endpoint;
  if (!explained || !endpoint) return undefined;
  return /^dependency\/(?:connection|cannot-connect|dns|unreachable|http)|nginx-upstream|haproxy/.test(
    explained.sign.id,
  )
    ? { view, explained, endpoint }
    : undefined;
}

function symptom({ view, explained }: Broken): string {
  return `${upper(containerName(view))} ${ending(view)}${jobEnding(view)} because of that: ${lower(explained.reading.cause)}.`;
}

/** A finding whose cause lies behind the connection; the container in focus shows the symptom. */
export function withCause(broken: Broken, cause: string, more: Partial<Finding>): Finding {
  const base = findingOf(broken.view, broken.explained);
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
