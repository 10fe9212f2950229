import { expect, test } from '@jest/globals';
import { createRedactor } from '../../src/lib/redaction/redact.ts';
import type { Incident } from '../../src/model/incident.ts';
import { incidentJson } from '../../src/model/incident-json.ts';
import { quoteLog } from '../../src/model/log-quote.ts';
import { shareable } from '../../src/notify/compose.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { secretShapes } from '../lib/redaction-samples.ts';

const redact = createRedactor();

/** An incident that carries a text in every field that is free text. */
function incidentWith(text: string): Incident {
  return {
    id: 'a1b2c3',
    key: 'k',
    cluster: 'c',
    namespace: 'shop',
    workload: { kind: 'Deployment', name: 'web', namespace: 'shop' },
    class: 'run',
    kind: 'CrashLoopBackOff',
    severity: 'SEV-2',
    state: 'resolved',
    beganAtMs: 0,
    openedAtMs: 0,
    lastSeenAtMs: 0,
    resolvedAtMs: 0,
    resolution: text,
    pods: { failing: 1, total: 1 },
    restarts: 1,
    failures: [],
    podNames: [],
    folded: [],
    oneOff: false,
    reopened: 0,
    diagnosis: {
      rootCause: `it says ${quoteLog(text)} and ${text}`,
      confidence: 'low',
      source: 'model',
      evidence: [{ id: 'E1', source: `log ${text}`, text: quoteLog(text) }],
      fixes: [{ summary: text, command: `echo ${text}`, verified: false }],
      changed: text,
      otherOpinion: text,
      notes: [text],
    },
    deliveries: [{ sink: 'console', alert: 'opened', outcome: 'failed', atMs: 0, error: text }],
  };
}

test.each(secretShapes.map((shape) => [shape.name, shape] as const))(
  '%s is neither in the API nor in the log',
  (_name, { text, secrets }) => {
    const lines: string[] = [];
    for (const format of ['json', 'text'] as const) {
      const logger = createLogger({ level: 'info', format, redact, write: (line) => lines.push(line), now: () => 0 });
      logger.error(`failed: ${text}`, { error: text, nested: { deep: [text] }, thrown: new Error(text) });
    }
    for (const sharing of ['off', 'excerpt', 'full'] as const) {
      const clean = (value: string): string => shareable(value, { sharing, redact });
      lines.push(JSON.stringify(incidentJson(incidentWith(text), clean)));
    }
    const out = lines.join('\n');
    for (const secret of secrets) expect(out.includes(secret)).toBe(false);
  },
);
