import type { Alert } from '../model/alert.ts';
import type { Incident, Storm, TransitionType } from '../model/incident.ts';
import { composeAlert, composeAmendment, type ComposeSettings } from './compose.ts';
import { composeStormAlert } from './compose-storm.ts';

const minuteMs = 60_000;

/**
 * One sample of each message, for `test-alert` and for pictures. They belong to one incident and one storm, in the order in
 * which they would come. `label` begins each headline and should say that it is a test.
 */
export function sampleAlerts(nowMs: number, cluster: string, settings: ComposeSettings, label = '[Test] '): Alert[] {
  const incident = sampleIncident(nowMs, cluster);
  const step = (type: TransitionType, afterMinutes: number, reason: string, over: Partial<Incident> = {}): Alert =>
    composeAlert({ type, atMs: nowMs + afterMinutes * minuteMs, reason, incident: { ...incident, ...over } }, settings);
  const worse = { severity: 'SEV-1', pods: { failing: 5, total: 5 }, restarts: 9 } as const;
  const over = {
    state: 'resolved',
    resolvedAtMs: nowMs + 37 * minuteMs,
    pods: { failing: 0, total: 5 },
    restarts: 11,
  } as const;
  const storm = sampleStorm(incident, nowMs);
  const lasting = storm.incidents.map((one, index): Incident => (index < 9 ? { ...one, state: 'resolved' } : one));
  const closedAtMs = nowMs + 21 * minuteMs;
  const closed: Storm = { ...storm, state: 'closed', incidents: lasting, closedAtMs };
  const alerts = [
    step('opened', 0, ''),
    composeAmendment(incident, nowMs + minuteMs, settings),
    step('worse', 8, '5 of 5 pods, 3 before', worse),
    step('reminded', 240, 'open for 4 h, reminder 1 of 3'),
    step('resolved', 37, 'all 5 pods ready for 5 min', over),
    step('reopened', 50, 'it fails again, 13 min after it recovered'),
    composeStormAlert({ type: 'storm-opened', atMs: nowMs + minuteMs, storm }, settings),
    composeStormAlert({ type: 'storm-closed', atMs: closedAtMs, storm: closed }, settings),
  ];
  return alerts.map((alert) => ({ ...alert, headline: label + alert.headline }));
}

function sampleIncident(nowMs: number, cluster: string): Incident {
  return {
    id: '7e57a1',
    key: `${cluster}/production/Deployment/orders-api/run/app`,
    cluster,
    namespace: 'production',
    workload: { kind: 'Deployment', name: 'orders-api', namespace: 'production' },
    class: 'run',
    kind: 'CrashLoopBackOff',
    container: 'app',
    severity: 'SEV-2',
    state: 'open',
    beganAtMs: nowMs - 6 * minuteMs,
    openedAtMs: nowMs,
    lastSeenAtMs: nowMs,
    pods: { failing: 3, total: 5 },
    restarts: 4,
    failures: [],
    podNames: ['orders-api-84d58c8b99-9mpbq'],
    folded: [],
    diagnosis: {
      rootCause: 'container app exits at start: environment variable DATABASE_URL is not set',
      confidence: 'high',
      source: 'rules',
      evidence: [
        {
          id: 'E1',
          source: 'pod orders-api-84d58c8b99-9mpbq',
          text: 'container app exited with code 1 after 2 s, 4 times',
        },
        { id: 'E2', source: 'log app (previous)', text: "KeyError: 'DATABASE_URL'" },
        { id: 'E3', source: 'event BackOff', text: 'Back-off restarting failed container app' },
        {
          id: 'E5',
          source: 'replicaset orders-api-84d58c8b99',
          text: 'rollout 42 removed DATABASE_URL from the environment of container app',
        },
      ],
      fixes: [
        {
          summary: 'Set the variable again',
          command: 'kubectl set env deployment/orders-api -n production DATABASE_URL=REPLACE_ME',
          verified: false,
        },
        {
          summary: 'Go back to the rollout before',
          command: 'kubectl rollout undo deployment/orders-api -n production --to-revision=41',
          verified: true,
        },
      ],
      changed: 'began 90 s after rollout 42 (image 1.4.1 → 1.5.0)',
    },
    deliveries: [],
    oneOff: false,
    reopened: 0,
  };
}

function sampleStorm(like: Incident, nowMs: number): Storm {
  const names = [
    'orders-api',
    'cart',
    'checkout',
    'search',
    'ledger',
    'mail',
    'web',
    'images',
    'pricing',
    'stock',
    'sessions',
    'reports',
  ];
  const incidents = names.map((name, index): Incident => ({
    ...like,
    id: (0x7e57b0 + index).toString(16),
    namespace: index % 3 === 0 ? 'production' : 'shop',
    workload: { kind: 'Deployment', name, namespace: index % 3 === 0 ? 'production' : 'shop' },
    kind: index < 8 ? 'NotReady' : 'Pending',
    pods: { failing: (index % 4) + 1, total: 5 },
    diagnosis: {
      rootCause:
        index < 8 ? 'node node-7 is not ready: its kubelet stopped posting status' : 'no node has 500m CPU free',
      confidence: 'high',
      source: 'rules',
      evidence: [],
      fixes: [],
    },
  }));
  return {
    id: '7e57ff',
    state: 'open',
    openedAtMs: nowMs,
    incidents,
    pods: 30,
    workloads: incidents.length,
    namespaces: 2,
    likelyCause: 'node node-7 is not ready (8 of 12 incidents)',
  };
}
