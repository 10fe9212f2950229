import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { errorCodes } from '../../src/model/errors.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

const root = new URL('../../', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, root), 'utf8');
const rules = parse(read('helm/podmedic/files/rules.yaml')) as readonly Rule[];
const dashboard = JSON.parse(read('helm/podmedic/files/dashboard.json')) as Dashboard;
const queries = [
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
];

/** Each metric that podmedic exposes, with its label names. */
async function exposed(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const stream = { resource: 'pods', namespace: '', state: 'watching', lastEventAgeSeconds: 1, relists: 1, watches: 1 };
  const metrics = createMetrics('1.2.3', {
    leader: () => true,
    streams: () => [stream],
    queues: () => [{ queue: 'incidents', depth: 1, oldestAgeSeconds: 1 }],
    openIncidents: () => [{ kind: 'OOMKilled', severity: 'SEV-2' }],
    loopLagSeconds: () => 0,
  });
  metrics.failureSeen('OOMKilled');
  metrics.transition('opened');
  metrics.alert('slack-webhook', 'opened', 'sent');
  metrics.alertLatency(3);
  metrics.error('INTERNAL');
  metrics.modelCall('ok');
  metrics.modelTokens('input', 1);
  const { text } = await metrics.render();
  const found = new Map<string, Set<string>>();
  for (const [, name = '', labels = ''] of text.matchAll(/^([a-z_]+)(?:\{(.*)\})? /gm)) {
    const names = found.get(name) ?? new Set();
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) names.add(label);
    found.set(name, names);
  }
  return found;
}

/** Labels that Prometheus adds to what it scrapes. */
const targetLabels = ['job', 'namespace', 'pod', 'instance'];

describe('dashboard and alerts', () => {
  test.each(queries)('ask for what podmedic exposes: %s', async (_name, query) => {
    const metrics = await exposed();
    const asked = [...query.matchAll(/\b(podmedic_[a-z_]+)(?:\{([^}]*)\})?/g)];
    expect(asked.length).toBeGreaterThan(0);
    for (const [, name = '', selector = ''] of asked) {
      expect([...metrics.keys()]).toContain(name);
      const labels = [...selector.matchAll(/(\w+)=~?"/g)].map(([, label = '']) => label);
      const grouped = [...query.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/, ?/));
      for (const label of [...labels, ...grouped])
        expect([...(metrics.get(name) ?? []), ...targetLabels]).toContain(label);
    }
  });

  test('ask for codes that exist', () => {
    const codes = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/code=~"([^"]*)"/g)].flatMap(([, list = '']) => list.split('|')),
    );
    expect(codes.length).toBeGreaterThan(0);
    for (const code of codes) expect(errorCodes).toContain(code);
  });
});

describe('the runbook', () => {
  const anchors = [...read('docs/runbook.md').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title.toLowerCase().replaceAll(/[^\w-]/g, ''),
  );

  test.each(rules.map(({ alert, annotations }) => [alert, annotations] as const))(
    'has %s, where its link points',
    (alert, annotations) => {
      expect(annotations.runbook_url).toBe(`%RUNBOOK%#${alert.toLowerCase()}`);
      expect(anchors).toContain(alert.toLowerCase());
    },
  );

  test.each(errorCodes)('explains the error code %s', (code) => {
    expect(read('docs/runbook.md')).toContain(`| \`${code}\` |`);
  });
});
