import type { Incident } from './incident.ts';

/**
 * An incident as the API and `diagnose -o json` show it: times as ISO 8601 in UTC. `clean` is the one way out (redaction and
 * log sharing) and is applied to every free text.
 */
export function incidentJson(incident: Incident, clean: (text: string) => string): Record<string, unknown> {
  const { diagnosis } = incident;
  return {
    id: incident.id,
    kind: incident.kind,
    class: incident.class,
    cluster: incident.cluster,
    namespace: incident.namespace,
    workload: { kind: incident.workload.kind, name: incident.workload.name },
    ...(incident.container === undefined ? {} : { container: incident.container }),
    severity: incident.severity,
    state: incident.state,
    beganAt: iso(incident.beganAtMs),
    openedAt: iso(incident.openedAtMs),
    lastSeenAt: iso(incident.lastSeenAtMs),
    ...(incident.resolvedAtMs === undefined ? {} : { resolvedAt: iso(incident.resolvedAtMs) }),
    ...(incident.resolution === undefined ? {} : { resolution: clean(incident.resolution) }),
    pods: { failing: incident.pods.failing, total: incident.pods.total, names: incident.podNames },
    restarts: incident.restarts,
    reopened: incident.reopened,
    folded: incident.folded.map(({ workload, kind, failingPods }) => ({
      workload: { kind: workload.kind, name: workload.name, namespace: workload.namespace },
      kind,
      failingPods,
    })),
    ...(diagnosis === undefined
      ? {}
      : {
          diagnosis: {
            rootCause: clean(diagnosis.rootCause),
            confidence: diagnosis.confidence,
            source: diagnosis.source,
            evidence: diagnosis.evidence.map(({ id, source, text, missing }) => ({
              id,
              source: clean(source),
              text: clean(text),
              ...(missing === true ? { missing } : {}),
            })),
            fixes: diagnosis.fixes.map(({ summary, command, verified }) => ({
              summary: clean(summary),
              ...(command === undefined ? {} : { command: clean(command) }),
              verified,
            })),
            ...(diagnosis.changed === undefined ? {} : { changed: clean(diagnosis.changed) }),
            ...(diagnosis.rule === undefined ? {} : { rule: diagnosis.rule }),
            ...(diagnosis.causedBy === undefined
              ? {}
              : { causedBy: { kind: diagnosis.causedBy.kind, name: diagnosis.causedBy.name } }),
            ...(diagnosis.otherOpinion === undefined ? {} : { otherOpinion: clean(diagnosis.otherOpinion) }),
            ...(diagnosis.notes === undefined ? {} : { notes: diagnosis.notes.map(clean) }),
          },
        }),
    deliveries: incident.deliveries.map((delivery) => ({
      sink: delivery.sink,
      alert: delivery.alert,
      outcome: delivery.outcome,
      at: iso(delivery.atMs),
      ...(delivery.error === undefined ? {} : { error: clean(delivery.error) }),
    })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
