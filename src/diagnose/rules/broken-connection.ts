import type { CaseView } from '../case-view.ts';
import { endpointName, findEndpoint } from '../logs/endpoint.ts';
import type { Endpoint } from '../logs/endpoint.ts';
import { containerName, ending, jobEnding } from '../logs/sentence.ts';
import { findingOf } from '../logs/sign.ts';
import type { Finding } from '../rule.ts';
import { awaitedConnection } from './awaited-connection.ts';
import { explainedLog } from './log-rules.ts';
import { failingProbe } from './probe-facts.ts';

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
  const awaited = awaitedConnection(view) ?? probedConnection(view);
  return awaited && { view, ...awaited, byName: true };
}

const unreachable =
  /refused|unreachable|timed? ?out|can't connect|could not connect|failed to connect|bad address|resolve|no route/iu;

// A probe's command that asks another program tells of the connection itself.
function probedConnection(view: CaseView): Omit<Broken, 'view' | 'byName'> | undefined {
  const probe = failingProbe(view);
  const command = probe?.probe.exec?.command?.join(' ').slice(0, 2000);
  if (probe === undefined || command === undefined || !unreachable.test(probe.result)) return undefined;
  const asked = findEndpoint(command);
  const told = findEndpoint(probe.result.slice(0, 2000));
  const endpoint = told?.host === asked?.host || told === undefined ? (asked ?? told) : told;
  if (endpoint?.host === undefined || /^(?:localhost|127\.|0\.0\.0\.0|::1$)/u.test(endpoint.host)) return undefined;
  if (endpoint.host === (view.pod?.status as { readonly podIP?: string } | undefined)?.podIP) return undefined;
  const clause = `The command of its ${probe.kind} probe cannot connect to ${endpointName(endpoint)}`;
  return { endpoint, clause, base: { rootCause: `${clause}.`, confidence: 'medium', cites: probe.cites, fixes: [] } };
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
