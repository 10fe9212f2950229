import * as z from 'zod';
import { decimal, flag, namespaces, oneOf, seconds, text, textOr, wholeNumber } from './fields.ts';

/**
 * Every setting, by the name of its environment variable, in the order in which people see them. Durations are given in
 * seconds and held in milliseconds. Source of the defaults: the failure semantics in docs/failures.md.
 */
export const environment = z.object({
  WATCH_NAMESPACES: namespaces('', true, {
    group: 'What to watch',
    description: 'Namespaces to watch: a comma list, or `*` for all. Required by `run` and `once`.',
    example: 'default,staging,production',
  }),
  EXCLUDE_NAMESPACES: namespaces('', false, {
    group: 'What to watch',
    description: 'Namespaces never to watch; wins over WATCH_NAMESPACES.',
    example: 'kube-system,kube-public',
  }),
  CLUSTER_NAME: text({
    group: 'What to watch',
    description: 'Name of the cluster, shown in each message.',
    example: 'production-cluster',
  }),

  WEBHOOK_URL: text({
    group: 'Where to tell',
    description: 'Slack incoming webhook. Without it and without a bot token, messages go to the console.',
    secret: true,
  }),
  SLACK_BOT_TOKEN: text({
    group: 'Where to tell',
    description: 'Slack bot token (`chat:write`): messages are updated in place and threaded. Needs SLACK_CHANNEL.',
    secret: true,
  }),
  SLACK_CHANNEL: text({
    group: 'Where to tell',
    description: 'Channel id or name for the bot token.',
    example: 'C0123456789',
  }),
  SLACK_API_URL: textOr('https://slack.com/api/', {
    group: 'Where to tell',
    description: "Base URL of Slack's Web API, for a gateway.",
  }),
  MIN_SEVERITY: oneOf(['SEV-1', 'SEV-2', 'SEV-3', 'SEV-4'], 'SEV-4', {
    group: 'Where to tell',
    description: 'The least severe incident that is sent. SEV-1 is the worst.',
  }),
  KUBE_EVENTS: flag(false, {
    group: 'Where to tell',
    description: 'Also write a Kubernetes Event on the workload when an incident opens or recovers.',
  }),
  OUTBOX_DIR: text({
    group: 'Where to tell',
    description: 'Folder for messages that could not be delivered yet; they are sent later, over restarts too.',
    example: '/var/lib/podmedic/outbox',
  }),

  SHARE_LOGS: oneOf(['off', 'excerpt', 'full'], 'off', {
    group: 'Privacy',
    description: 'How much text of container logs may leave the cluster. `off`: only facts that rules extract.',
  }),
  REDACT_PATTERNS: text({
    group: 'Privacy',
    description: 'More regular expressions whose matches are redacted, one a line or separated by `;;`.',
    example: 'ACME-[0-9]{6}',
  }),
  LOG_TAIL_LINES: wholeNumber(500, 10, 10_000, {
    group: 'Privacy',
    description: 'Lines of a container log that are read to find a cause (they stay here, see SHARE_LOGS).',
  }),

  KUBECONFIG: text({
    group: 'Kubernetes connection',
    description: 'Path of the kubeconfig; outside a cluster `~/.kube/config` is used when unset.',
    example: '/home/me/.kube/config',
  }),
  KUBE_CONTEXT: text({
    group: 'Kubernetes connection',
    description: "Context of the kubeconfig; the file's current context when unset.",
    example: 'k3d-dev',
    aliases: ['K3S_CONTEXT'],
  }),
  POD_NAME: text({ group: 'Kubernetes connection', description: "The daemon's own pod, set by the chart." }),
  POD_NAMESPACE: text({
    group: 'Kubernetes connection',
    description: "The daemon's own namespace, set by the chart; turns on leader election and kept state.",
  }),
  SECRETS_DIR: text({
    group: 'Kubernetes connection',
    description: 'Folder with one file for each secret setting, named like it. A missing file means unset.',
    example: '/etc/podmedic/secrets',
  }),

  LOG_LEVEL: oneOf(['error', 'warn', 'info', 'debug'], 'info', {
    group: 'Process',
    description: 'How much is logged.',
  }),
  LOG_FORMAT: oneOf(['json', 'text'], undefined, {
    group: 'Process',
    description: 'Form of the log. Default: json in a cluster, text on a terminal.',
  }),
  PORT: wholeNumber(3000, 0, 65_535, {
    group: 'Process',
    description: 'Port of /health, /livez, /ready, /metrics and the API. 0 takes a free one.',
  }),
  SHUTDOWN_GRACE_SECONDS: seconds(20, 0, 600, {
    group: 'Process',
    description: 'Longest time after SIGTERM to send what is waiting.',
  }),

  MIN_RESTART_THRESHOLD: wholeNumber(3, 1, 1000, {
    group: 'Thresholds',
    description: 'Restarts within the window that make a CrashLoopBackOff.',
  }),
  RESTART_WINDOW_SECONDS: seconds(900, 1, 86_400, {
    group: 'Thresholds',
    description: 'The window for restarts, and how recent an exit must be at first sight.',
  }),
  OOM_MIN_COUNT: wholeNumber(1, 1, 1000, { group: 'Thresholds', description: 'OOM kills that make an OOMKilled.' }),
  OOM_WINDOW_SECONDS: seconds(900, 1, 86_400, { group: 'Thresholds', description: 'How recent an OOM kill must be.' }),
  IMAGE_PULL_DELAY_SECONDS: seconds(60, 0, 86_400, {
    group: 'Thresholds',
    description: 'How long an image pull may fail. A name that is invalid fails at once.',
  }),
  CONFIG_ERROR_DELAY_SECONDS: seconds(30, 0, 86_400, {
    group: 'Thresholds',
    description: 'How long a container may fail to be created.',
  }),
  PENDING_DELAY_SECONDS: seconds(300, 0, 86_400, {
    group: 'Thresholds',
    description: 'How long a pod may be unschedulable.',
  }),
  VOLUME_MOUNT_DELAY_SECONDS: seconds(300, 0, 86_400, {
    group: 'Thresholds',
    description: 'How long a scheduled pod may not start (volumes, sandbox).',
  }),
  NOT_READY_DELAY_SECONDS: seconds(600, 0, 86_400, {
    group: 'Thresholds',
    description: 'How long a running pod may be not ready.',
  }),
  FACT_WINDOW_SECONDS: seconds(900, 1, 86_400, {
    group: 'Thresholds',
    description: 'Events, failed Jobs and failed pods older than this are history.',
  }),

  SETTLE_SECONDS: seconds(10, 0, 3600, {
    group: 'Incidents',
    description: 'Pause before the first message; what heals before it is not sent.',
  }),
  RESOLVE_HOLD_SECONDS: seconds(120, 0, 86_400, {
    group: 'Incidents',
    description: 'How long all pods must be ready before an incident is over.',
  }),
  RESOLVE_HOLD_RUN_SECONDS: seconds(300, 0, 86_400, {
    group: 'Incidents',
    description: 'The same for crash loops, OOM kills and configuration errors.',
  }),
  GONE_HOLD_SECONDS: seconds(300, 0, 86_400, {
    group: 'Incidents',
    description: 'Where owners cannot be read: how long no pod may fail after the last failing one is gone.',
  }),
  REOPEN_WINDOW_SECONDS: seconds(1800, 0, 86_400, {
    group: 'Incidents',
    description: 'Failing again within this time re-opens the same incident.',
  }),
  REMINDER_INTERVAL_SECONDS: seconds(14_400, 1, 604_800, {
    group: 'Incidents',
    description: 'How long an incident stands before it is told again.',
  }),
  REMINDER_MAX: wholeNumber(3, 0, 100, { group: 'Incidents', description: 'Reminders of one incident.' }),
  WORSE_POD_FACTOR: decimal(2, 1.1, 100, {
    group: 'Incidents',
    description: 'An incident is worse when this many times the pods fail that people were told of.',
  }),
  STORM_THRESHOLD: wholeNumber(10, 0, 10_000, {
    group: 'Incidents',
    description: 'New incidents within the storm window that become one digest. 0: never.',
  }),
  STORM_WINDOW_SECONDS: seconds(60, 1, 3600, { group: 'Incidents', description: 'The storm window.' }),
  OWNER_REFRESH_SECONDS: seconds(60, 1, 3600, {
    group: 'Incidents',
    description: 'How often the owner of an open incident is read again.',
  }),
  INVESTIGATE_BUDGET_SECONDS: seconds(8, 0.1, 120, {
    group: 'Incidents',
    description: 'Longest time to read what explains a failure.',
  }),

  LEADER_ELECTION: flag(undefined, {
    group: 'Leader election',
    description: 'One active replica by a Lease. Default: on when POD_NAMESPACE is set.',
  }),
  LEASE_NAME: textOr('podmedic-leader', { group: 'Leader election', description: 'Name of the Lease.' }),
  LEASE_DURATION_SECONDS: seconds(15, 2, 3600, {
    group: 'Leader election',
    description: 'How long others wait after the last renewal that they saw; whole seconds.',
  }),
  LEASE_RENEW_DEADLINE_SECONDS: seconds(10, 0.5, 3600, {
    group: 'Leader election',
    description: 'How long the leader acts after its last renewal. Less than the duration.',
  }),
  LEASE_RETRY_SECONDS: seconds(2, 0.1, 600, {
    group: 'Leader election',
    description: 'Pause between renewals. The deadline must be more than 1.2 times this.',
  }),

  ANTHROPIC_API_KEY: text({
    group: 'Claude (optional)',
    description: 'Key for a second opinion by Claude. Without it the rule book stands alone.',
    secret: true,
  }),
  ANTHROPIC_AUTH_TOKEN: text({
    group: 'Claude (optional)',
    description: 'Bearer token for a gateway, instead of a key.',
    secret: true,
  }),
  ANTHROPIC_BASE_URL: text({ group: 'Claude (optional)', description: 'Base URL of a gateway.' }),
  DIAGNOSIS_MODEL: text({
    group: 'Claude (optional)',
    description: 'Model of the first stage; a small one by default.',
    aliases: ['K8S_ANALYZER_MODEL'],
  }),
  DIAGNOSIS_MODEL_STRONG: text({
    group: 'Claude (optional)',
    description: 'Model of the second stage, asked when rules are unsure or the two disagree.',
  }),
  MODEL_MAX_TOKENS: wholeNumber(2000, 256, 64_000, {
    group: 'Claude (optional)',
    description: 'Longest answer, in tokens.',
  }),
  MODEL_TIMEOUT_SECONDS: seconds(30, 1, 600, {
    group: 'Claude (optional)',
    description: 'Longest time of one call. With a webhook a message waits at most 8 s for it.',
  }),
  MODEL_TOKENS_PER_INCIDENT: wholeNumber(40_000, 0, 10_000_000, {
    group: 'Claude (optional)',
    description: 'Cap on tokens for one incident.',
  }),
  MODEL_TOKENS_PER_HOUR: wholeNumber(300_000, 0, 1_000_000_000, {
    group: 'Claude (optional)',
    description: 'Cap on tokens an hour.',
  }),
  MODEL_TOKENS_PER_DAY: wholeNumber(2_000_000, 0, 1_000_000_000, {
    group: 'Claude (optional)',
    description: 'Cap on tokens a day.',
  }),
  MODEL_USD_PER_DAY: decimal(5, 0, 100_000, {
    group: 'Claude (optional)',
    description: 'Cap on money a day in US dollars, where the price of the model is known.',
  }),
});

/** Settings by their environment names, parsed: durations in milliseconds, lists as arrays. */
export type Environment = z.output<typeof environment>;
