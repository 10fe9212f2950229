import type { Alert, AlertType } from '../../src/model/alert.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Incident, IncidentTransition, Storm } from '../../src/model/incident.ts';
import { composeAlert, type ComposeSettings } from '../../src/notify/compose.ts';
import { createRedactor } from '../../src/lib/redaction/redact.ts';

/** 20 November 2026, 10:02:00 UTC. */
export const tenOhTwo = Date.UTC(2026, 10, 20, 10, 2);
export const settings: ComposeSettings = { sharing: 'off', redact: createRedactor() };

export const diagnosis: Diagnosis = {
  rootCause: 'container app exits at start: environment variable DATABASE_URL is not set',
  confidence: 'high',
  source: 'rules',
  evidence: [
    { id: 'E2', source: 'log app (previous)', text: 'KeyError: \uE0A1DATABASE_URL while reading settings\uE0A2' },
    { id: 'E5', source: 'pod orders-api-84d58c8b99-9mpbq', text: 'container app exited with code 1' },
  ],
  fixes: [
    {
      summary: 'Set DATABASE_URL',
      command: 'kubectl set env deployment/orders-api -n production DATABASE_URL=REPLACE_ME',
      verified: false,
    },
  ],
  changed: 'began 90 s after rollout 42 (image 1.4.1 → 1.5.0)',
};

export function incident(over: Partial<Incident> = {}): Incident {
  return {
    id: 'a1b2c3',
    key: 'prod-eu/production/Deployment/orders-api/run/app',
    cluster: 'prod-eu',
    namespace: 'production',
    workload: { kind: 'Deployment', name: 'orders-api', namespace: 'production' },
    class: 'run',
    kind: 'CrashLoopBackOff',
    container: 'app',
    severity: 'SEV-2',
    state: 'open',
    beganAtMs: tenOhTwo,
    openedAtMs: tenOhTwo + 300_000,
    lastSeenAtMs: tenOhTwo + 360_000,
    pods: { failing: 3, total: 5 },
    restarts: 4,
    failures: [],
    podNames: ['orders-api-84d58c8b99-9mpbq'],
    folded: [],
    diagnosis,
    deliveries: [],
    oneOff: false,
    reopened: 0,
    ...over,
  };
}

export function transition(
  type: IncidentTransition['type'],
  over: Partial<Incident> = {},
  reason = '',
): IncidentTransition {
  return { type, atMs: tenOhTwo + 360_000, reason, incident: incident(over) };
}

export function alert(type: AlertType = 'opened', over: Partial<Alert> = {}): Alert {
  return { ...composeAlert(transition('opened'), settings), type, ...over };
}

export function storm(count: number): Storm {
  const incidents = Array.from({ length: count }, (_, index) =>
    incident({
      id: index.toString(16).padStart(6, '0'),
      workload: { kind: 'Deployment', name: `web-${index}`, namespace: `team-${index % 5}` },
      namespace: `team-${index % 5}`,
    }),
  );
  return {
    id: 'ffff01',
    state: 'open',
    openedAtMs: tenOhTwo,
    incidents,
    pods: count * 3,
    workloads: count,
    namespaces: 5,
    likelyCause: 'node node-7 is not ready',
  };
}
