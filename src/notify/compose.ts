import type { Redactor } from '../lib/redaction/redact.ts';
import type { Alert, AlertType } from '../model/alert.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident, IncidentTransition, TransitionType } from '../model/incident.ts';
import type { LogSharing } from '../model/log-quote.ts';
import { cleanAlert, textCleaner } from './clean-alert.ts';
import { proofCommand } from './proof-command.ts';
import { counted, durationText, momentText } from './time-text.ts';

/** What decides how much leaves. */
export interface ComposeSettings {
  /** SHARE_LOGS. */
  readonly sharing: LogSharing;
  readonly redact: Redactor;
}

const maxLogLines = 12;

/** The alert that tells each step of an incident's life. */
export const alertOfTransition: Readonly<Record<TransitionType, AlertType>> = {
  opened: 'opened',
  reopened: 'reopened',
  worse: 'worse',
  reminded: 'reminder',
  resolved: 'recovered',
};

/**
 * The neutral message for a step of an incident's life: redacted, with log sharing applied. This is the one way for an
 * incident into a message.
 */
export function composeAlert(transition: IncidentTransition, settings: ComposeSettings): Alert {
  return compose(alertOfTransition[transition.type], transition.incident, transition.atMs, transition.reason, settings);
}

/** The message that only corrects what an open incident's earlier message says; destinations that cannot edit skip it. */
export function composeAmendment(incident: Incident, atMs: number, settings: ComposeSettings): Alert {
  return compose('amended', incident, atMs, '', settings);
}

function compose(type: AlertType, incident: Incident, atMs: number, reason: string, settings: ComposeSettings): Alert {
  const { diagnosis } = incident;
  const clean = textCleaner(settings.redact, settings.sharing);
  const evidence = diagnosis?.evidence ?? [];
  const facts = evidence.filter((item) => item.missing !== true);
  const [fix, ...otherFixes] = diagnosis?.fixes ?? [];
  const logs = facts.filter((item) => item.source.startsWith('log'));
  const logLines = settings.sharing === 'off' ? [] : sharedLines(logs, clean).slice(0, maxLogLines);
  const command = proofCommand(incident);
  const alert: Alert = {
    type,
    id: incident.id,
    atMs,
    severity: incident.severity,
    headline: headline(type, incident),
    // What is over shows no proof, so it cites none.
    rootCause: rootCause(incident, type === 'recovered' ? [] : facts.map((item) => item.id)),
    confidence: diagnosis?.confidence ?? 'unknown',
    ...(fix === undefined ? {} : { fix }),
    otherFixes,
    facts: factsLine(type, incident, atMs),
    evidence: facts
      .filter((item) => !item.source.startsWith('log'))
      .map(({ id, source, text }) => ({ id, source, text })),
    logLines,
    ...(command === undefined ? {} : { proofCommand: command }),
    notes: notes(incident, settings.sharing === 'off' ? logs.length : 0),
    // The reason of an opening is mostly the kind, which the headline says.
    ...(reason === '' || reason === incident.kind ? {} : { reason: sentence(clean(reason)) }),
    cluster: incident.cluster,
    namespace: incident.namespace,
    workload: incident.workload.name,
    rows: [],
    more: 0,
    incident,
  };
  return cleanAlert(alert, clean);
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function headline(type: AlertType, incident: Incident): string {
  const what = `${incident.kind} in ${incident.workload.name} (${incident.namespace})`;
  if (type === 'recovered') return `Recovered: ${what}`;
  if (type === 'reminder') return `Still failing: ${what}`;
  if (type === 'worse') return `Worse: ${what}`;
  if (type === 'reopened') return `Again: ${what}`;
  return what;
}

/** `cause (E2, E5)`; without a diagnosis, what Kubernetes itself says. */
function rootCause(incident: Incident, evidenceIds: readonly string[]): string {
  const { diagnosis } = incident;
  if (diagnosis === undefined) {
    const [failure] = incident.failures;
    const said = [failure?.reason, failure?.message].filter((part) => part !== undefined && part !== '').join(': ');
    return `not known yet${said === '' ? '' : ` (Kubernetes says ${said})`}`;
  }
  const cited = /\(E\d/u.test(diagnosis.rootCause) || evidenceIds.length === 0;
  return cited
    ? diagnosis.rootCause
    : `${diagnosis.rootCause.replace(/\.$/u, '')} (${evidenceIds.slice(0, 3).join(', ')})`;
}

function factsLine(type: AlertType, incident: Incident, atMs: number): string[] {
  const { pods, restarts, diagnosis } = incident;
  const over = type === 'recovered';
  const endMs = over ? (incident.resolvedAtMs ?? atMs) : atMs;
  const known = incident.beganAtMs > 0;
  const beganMs = known ? incident.beganAtMs : incident.openedAtMs;
  const lasted = durationText(endMs - beganMs);
  return [
    ...(over ? [`lasted ${lasted}`] : []),
    ...podsFact(over, pods.failing, pods.total),
    ...(restarts > 0 ? [`${counted(restarts, 'restart')}${known && !over ? ` in ${lasted}` : ''}`] : []),
    ...(incident.folded.length > 0 ? [counted(incident.folded.length + 1, 'workload')] : []),
    ...(over
      ? [`${momentText(beganMs, endMs)} to ${momentText(endMs, endMs)}`]
      : [`since ${momentText(beganMs, atMs)}`]),
    ...(diagnosis?.changed === undefined ? [] : [diagnosis.changed]),
    ...(over ? [] : [`confidence ${diagnosis?.confidence ?? 'unknown'}`]),
    incident.severity,
    ...(incident.cluster === '' ? [] : [`cluster ${incident.cluster}`]),
    `#${incident.id}`,
  ];
}

function podsFact(over: boolean, failing: number, total: number): string[] {
  if (over) return total > 0 ? [counted(total, 'pod')] : [];
  if (failing === 0) return [];
  return [
    total > 1 || total > failing
      ? `${failing} of ${counted(Math.max(total, failing), 'pod')}`
      : counted(failing, 'pod'),
  ];
}

/**
 * Log lines with their evidence ids. They are cleaned together, because a key block spans lines; where that changes their
 * number, the ids no longer fit and are left out.
 */
function sharedLines(logs: Diagnosis['evidence'], clean: Redactor): string[] {
  const ids = logs.flatMap((item) => item.text.split('\n').map(() => item.id));
  const lines = clean(logs.map((item) => item.text).join('\n')).split('\n');
  return lines.length === ids.length ? lines.map((line, index) => `${ids[index] ?? ''} ${line}`) : lines;
}

function notes(incident: Incident, hiddenLines: number): string[] {
  const { diagnosis } = incident;
  const gaps = (diagnosis?.evidence ?? []).filter((item) => item.missing === true);
  const others = incident.folded.map((one) => `${one.workload.name} (${one.workload.namespace})`);
  return [
    ...(others.length === 0
      ? []
      : [`Same cause: ${others.slice(0, 8).join(', ')}${others.length > 8 ? `, +${others.length - 8} more` : ''}`]),
    ...(diagnosis?.otherOpinion === undefined ? [] : [`The model thinks otherwise: ${diagnosis.otherOpinion}`]),
    ...(diagnosis?.notes ?? []),
    ...gaps.map((gap) => `Could not read ${gap.source}: ${gap.text}`),
    ...(hiddenLines > 0 ? [`${counted(hiddenLines, 'log line')} kept in the cluster (SHARE_LOGS=off)`] : []),
  ];
}

/** What a text may say outside: redacted, log sharing applied. For texts that are no alert (API, reports). */
export function shareable(text: string, settings: ComposeSettings): string {
  return textCleaner(settings.redact, settings.sharing)(text);
}
