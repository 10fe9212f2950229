import { describeSettings } from '../src/config/describe.ts';

/** Settings that have values of their own in the chart, are set by its templates, or make no sense in a pod. */
export const settingsElsewhere: readonly string[] = [
  ...['WATCH_NAMESPACES', 'EXCLUDE_NAMESPACES', 'CLUSTER_NAME', 'MIN_RESTART_THRESHOLD', 'MIN_SEVERITY', 'SHARE_LOGS'],
  ...['KUBE_EVENTS', 'SLACK_CHANNEL', 'DIAGNOSIS_MODEL', 'ANTHROPIC_BASE_URL', 'LOG_LEVEL', 'LOG_FORMAT', 'PORT'],
  ...[
    'SHUTDOWN_GRACE_SECONDS',
    'LEADER_ELECTION',
    'LEASE_NAME',
    'SECRETS_DIR',
    'OUTBOX_DIR',
    'POD_NAME',
    'POD_NAMESPACE',
  ],
  ...['KUBECONFIG', 'KUBE_CONTEXT'],
];

interface ValuesSchema {
  readonly properties: { settings: { properties: Record<string, { readonly $ref: string }> } };
}

/** The chart's schema of values (JSON) with every other setting, and no credential, allowed under `settings`. */
export function withChartSettings(valuesSchema: string): string {
  const schema = JSON.parse(valuesSchema) as ValuesSchema;
  const names = describeSettings()
    .filter(({ name, secret }) => secret !== true && !settingsElsewhere.includes(name))
    .map(({ name }) => name);
  schema.properties.settings.properties = Object.fromEntries(
    names.map((name) => [name, { $ref: '#/definitions/setting' }]),
  );
  return `${JSON.stringify(schema, null, 2)}\n`;
}
