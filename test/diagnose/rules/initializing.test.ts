import { describe, expect, it } from '@jest/globals';
import type { KubeContainer, KubeObject, KubePod } from '../../../src/model/kube-objects.ts';
import { explain, nowMs } from '../kube-case.ts';

/** A pod whose init container `wait` has been running for some minutes. */
function waiting(
  container: KubeContainer,
  about: {
    readonly log?: string;
    readonly minutes?: number;
    readonly cluster?: readonly KubeObject[];
    readonly neighbours?: readonly KubePod[];
  } = {},
): ReturnType<typeof explain> {
  const startedAt = new Date(nowMs - (about.minutes ?? 4) * 60_000).toISOString();
  return explain({
    kind: 'NotReady',
    reason: 'PodInitializing',
    sinceMs: nowMs - (about.minutes ?? 4) * 60_000,
    container: { name: 'wait', ...container },
    spec: {
      initContainers: [{ name: 'wait', image: 'busybox', ...container }],
      containers: [{ name: 'web', image: 'example/web:1' }],
    },
    state: { state: { running: { startedAt } } },
    podStatus: { phase: 'Pending' },
    log: about.log ?? '',
    cluster: about.cluster ?? [],
    neighbours: about.neighbours ?? [],
  });
}

const sh = (script: string): KubeContainer => ({ command: ['sh', '-c', script] });
const service = (name: string, selector: Record<string, string>, port: number): KubeObject => ({
  kind: 'Service',
  metadata: { name, namespace: 'test' },
  spec: { selector, ports: [{ port }] },
});

describe('an init container that is still running', () => {
  it.each([
    ['until nc -z ledger-db 5432; do sleep 2; done', 'ledger-db:5432'],
    ['until nc -z -w 2 ledger-db 5432; do echo waiting; sleep 2; done', 'ledger-db:5432'],
    ['while ! nslookup ledger-db; do sleep 1; done', 'ledger-db'],
    ['until pg_isready -h ledger-db -p 5433 -U app; do sleep 1; done', 'ledger-db:5433'],
    ['until wget -qO- http://ledger-api:8080/healthz; do sleep 1; done', 'ledger-api:8080'],
    ['until curl -sf http://ledger-api/healthz >/dev/null; do sleep 1; done', 'ledger-api'],
    ['while true; do redis-cli -h cache -p 6380 ping && break; sleep 1; done', 'cache:6380'],
    ['/wait-for-it.sh ledger-db:5432 -t 0', 'ledger-db:5432'],
    ['until (echo > /dev/tcp/ledger-db/5432) 2>/dev/null; do sleep 1; done', 'ledger-db:5432'],
  ])('names what the command %s waits for', (script, endpoint) => {
    const { text, confidence } = waiting(sh(script));
    expect(text).toContain(endpoint);
    expect(text).toContain('init container wait is still running after 4 min');
    expect(confidence).toBe('medium');
  });

  it('puts the values of environment variables into the command', () => {
    const { text } = waiting({
      ...sh('until nc -z "$DB_HOST" ${DB_PORT}; do sleep 2; done'.replaceAll('"', '')),
      env: [
        { name: 'DB_HOST', value: 'orders-db' },
        { name: 'DB_PORT', value: '3306' },
      ],
    });
    expect(text).toContain('orders-db:3306');
  });

  it('finds the Service whose selector matches no pod', () => {
    const { text, confidence } = waiting(sh('until nc -z ledger-db 5432; do sleep 2; done'), {
      cluster: [service('ledger-db', { app: 'ledgerdb' }, 5432)],
    });
    expect(text).toMatch(/Service ledger-db has no endpoints: its selector app=ledgerdb matches no pod/);
    expect(confidence).toBe('medium');
  });

  it('finds that there is no such Service, and the one that was meant', () => {
    const { text } = waiting(sh('until nc -z ledger-bd 5432; do sleep 2; done'), {
      cluster: [service('ledger-db', { app: 'ledger-db' }, 5432)],
    });
    expect(text).toMatch(/no Service named ledger-bd .* named ledger-db/);
  });

  it('finds the wrong port of the Service', () => {
    const { text } = waiting(sh('until nc -z ledger-db 5433; do sleep 2; done'), {
      cluster: [service('ledger-db', { app: 'shop' }, 5432)],
    });
    expect(text).toMatch(/Port 5433 is the wrong port: Service ledger-db has port 5432/);
  });

  it('reads what its log repeats', () => {
    const log = Array.from(
      { length: 9 },
      (_, n) => `[${String(n)}] Waiting for queue.internal:5672 to come up ...`,
    ).join('\n');
    expect(waiting({ command: ['/bin/prepare'] }, { log }).text).toContain('queue.internal:5672');
  });

  it('tells the error that its tries end with', () => {
    const log = Array.from(
      { length: 6 },
      () =>
        'psql: error: connection to server at "ledger-db" (10.1.2.3), port 5432 failed: FATAL:  password authentication failed for user "app"',
    ).join('\n');
    expect(waiting(sh('until psql -c "select 1"; do sleep 2; done'), { log }).text).toMatch(/password.*"?app"?/);
  });

  it('says nothing of one that works, until it takes very long', () => {
    const work = { command: ['/bin/fetch-models'] };
    const log =
      'fetching model 1 of 40\nfetching model 2 of 40\nfetching model 3 of 40\nfetching model 4 of 40\nfetching model 5 of 40\n';
    expect(waiting(work, { log }).confidence).toBe('unknown');
    expect(waiting(work, { log, minutes: 25 })).toMatchObject({ confidence: 'low' });
  });
});
