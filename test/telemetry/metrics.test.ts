import { describe, expect, test } from '@jest/globals';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const streams = [
  { resource: 'pods', namespace: 'a', state: 'watching', lastEventAgeSeconds: 3, relists: 1, watches: 4 },
  { resource: 'pods', namespace: 'b', state: 'waiting', lastEventAgeSeconds: 90, relists: 2, watches: 5 },
];

function create(leading = true) {
  return createMetrics('1.2.3', {
    leader: () => leading,
    streams: () => streams,
    queues: () => [{ queue: 'slack-webhook', depth: 2, oldestAgeSeconds: 7 }],
    openIncidents: () => [
      { kind: 'OOMKilled', severity: 'SEV-2' },
      { kind: 'OOMKilled', severity: 'SEV-2' },
    ],
    loopLagSeconds: () => 0.01,
  });
}

describe('createMetrics', () => {
  test('reads gauges when scraped, and sums counters of streams by resource', async () => {
    const { text, contentType } = await create().render();
    expect(contentType).toMatch(/^text\/plain/);
    const lines = text.split('\n');
    expect(lines).toEqual(
      expect.arrayContaining([
        'podmedic_build_info{version="1.2.3"} 1',
        'podmedic_leader 1',
        'podmedic_stream_last_event_age_seconds{resource="pods",namespace="b"} 90',
        'podmedic_stream_state{resource="pods",namespace="a",state="watching"} 1',
        'podmedic_relists_total{resource="pods"} 3',
        'podmedic_watch_starts_total{resource="pods"} 9',
        'podmedic_open_incidents{kind="OOMKilled",severity="SEV-2"} 2',
        'podmedic_queue_depth{queue="slack-webhook"} 2',
        'podmedic_queue_oldest_age_seconds{queue="slack-webhook"} 7',
      ]),
    );
  });

  test('counts what is told to it', async () => {
    const metrics = create(false);
    metrics.failureSeen('Pending');
    metrics.alert('console', 'opened', 'sent');
    metrics.alert('console', 'opened', 'sent');
    metrics.error('API_GONE');
    metrics.alertLatency(4);
    metrics.modelTokens('input', 12);
    const { text } = await metrics.render();
    expect(text).toContain('podmedic_leader 0');
    expect(text).toContain('podmedic_failures_total{kind="Pending"} 1');
    expect(text).toContain('podmedic_alerts_total{sink="console",type="opened",outcome="sent"} 2');
    expect(text).toContain('podmedic_errors_total{code="API_GONE"} 1');
    expect(text).toContain('podmedic_alert_latency_seconds_bucket{le="5"} 1');
    expect(text).toContain('podmedic_model_tokens_total{kind="input"} 12');
  });
});
