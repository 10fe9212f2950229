import type { Alert } from '../model/alert.ts';
import { severities, type Incident, type Severity, type StormTransition } from '../model/incident.ts';
import { cleanAlert, textCleaner } from './clean-alert.ts';
import type { ComposeSettings } from './compose.ts';
import { counted, durationText, momentText } from './time-text.ts';

const maxRows = 10;

/** The digest that tells of many incidents at once, its updates, and the closing one that lists what still fails. */
export function composeStormAlert(transition: StormTransition, settings: ComposeSettings): Alert {
  const { storm, atMs, type } = transition;
  const over = type === 'storm-closed';
  const failing = storm.incidents.filter((incident) => incident.state !== 'resolved');
  const shown = over ? failing : storm.incidents;
  const rows = shown
    .slice(0, maxRows)
    .map((incident, index) => ({ id: incident.id, text: rowText(incident, shown[index - 1]) }));
  const first = shown[0];
  const fix = first?.diagnosis?.fixes[0];
  const alert: Alert = {
    type,
    id: storm.id,
    atMs,
    severity: worst(storm.incidents),
    headline: over
      ? closingHeadline(storm.incidents.length, failing.length)
      : `${counted(storm.pods, 'pod')} failing in ${counted(storm.workloads, 'workload')} (${counted(storm.namespaces, 'namespace')})`,
    rootCause: storm.likelyCause ?? 'no common cause found; the incidents are listed below',
    confidence: storm.likelyCause === undefined ? 'unknown' : 'medium',
    ...(over ? (fix === undefined ? {} : { fix }) : firstAction(storm.likelyCause, fix)),
    otherFixes: [],
    facts: [
      counted(storm.incidents.length, 'incident'),
      `since ${momentText(storm.openedAtMs, atMs)}`,
      ...(over ? [`lasted ${durationText((storm.closedAtMs ?? atMs) - storm.openedAtMs)}`] : []),
      worst(storm.incidents),
      ...(first === undefined || first.cluster === '' ? [] : [`cluster ${first.cluster}`]),
      `#${storm.id}`,
    ],
    evidence: [],
    logLines: [],
    notes:
      over || storm.incidents.length === 0
        ? []
        : ['Each of them is in the API; single messages are held back until the storm is over.'],
    cluster: first?.cluster ?? '',
    namespace: '',
    workload: '',
    rows,
    more: shown.length - rows.length,
    storm,
  };
  return cleanAlert(alert, textCleaner(settings.redact, settings.sharing));
}

function closingHeadline(all: number, failing: number): string {
  if (failing === 0) return `Storm over: all ${counted(all, 'incident')} recovered`;
  return `Storm over: ${all - failing} of ${counted(all, 'incident')} recovered, ${failing} still failing`;
}

/** One line; the cause only where it is another than in the row before. */
function rowText(incident: Incident, before: Incident | undefined): string {
  const pods = incident.pods.failing > 0 ? ` · ${counted(incident.pods.failing, 'pod')}` : '';
  const known = incident.diagnosis !== undefined && incident.diagnosis.confidence !== 'unknown';
  const same = incident.diagnosis?.rootCause === before?.diagnosis?.rootCause;
  const cause = known && !same ? ` · ${incident.diagnosis.rootCause}` : '';
  return `${incident.kind} in ${incident.workload.name} (${incident.namespace})${pods}${cause}`;
}

/** A shared node or the first incident's own fix; else where to look. */
function firstAction(likelyCause: string | undefined, fix: Alert['fix']): Pick<Alert, 'fix'> {
  const node = /\bnode[ :/]"?([a-z0-9][a-z0-9.-]{0,252})/u.exec(likelyCause ?? '')?.[1];
  if (node !== undefined)
    return {
      fix: { summary: `Look at node ${node} first`, command: `kubectl describe node ${node}`, verified: false },
    };
  if (likelyCause !== undefined && fix !== undefined) return { fix };
  return {
    fix: {
      summary: 'Look at the newest warnings',
      command: 'kubectl get events -A --field-selector type=Warning --sort-by=.lastTimestamp',
      verified: false,
    },
  };
}

function worst(incidents: readonly Incident[]): Severity {
  return severities.find((severity) => incidents.some((incident) => incident.severity === severity)) ?? 'SEV-4';
}
