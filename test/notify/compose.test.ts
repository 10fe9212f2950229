import { describe, expect, test } from '@jest/globals';
import { composeAlert, composeAmendment } from '../../src/notify/compose.ts';
import { composeStormAlert } from '../../src/notify/compose-storm.ts';
import { summaryLines } from '../../src/notify/alert-text.ts';
import { durationText, momentText } from '../../src/notify/time-text.ts';
import { quoteLog } from '../../src/model/log-quote.ts';
import { createRedactor } from '../../src/lib/redaction/redact.ts';
import { secretShapes } from '../lib/redaction-samples.ts';
import { diagnosis, incident, settings, storm, tenOhTwo, transition } from './samples.ts';

describe('a new incident', () => {
  test('in the shape that its readers know', () => {
    expect(summaryLines(composeAlert(transition('opened'), settings))).toEqual([
      '🛑 CrashLoopBackOff in orders-api (production)',
      'Root Cause: container app exits at start: environment variable DATABASE_URL is not set (E2, E5)',
      'Suggested Fix: Set DATABASE_URL: kubectl set env deployment/orders-api -n production DATABASE_URL=REPLACE_ME',
      '3 of 5 pods · 4 restarts in 6 min · since 10:02 UTC · began 90 s after rollout 42 (image 1.4.1 → 1.5.0) · confidence high · SEV-2 · cluster prod-eu · #a1b2c3',
    ]);
  });

  test('without a diagnosis it says what Kubernetes says', () => {
    const failure = {
      kind: 'ImagePull',
      subject: { kind: 'Pod', name: 'p', namespace: 'n' },
      sinceMs: 0,
      reason: 'ErrImagePull',
      message: 'not found',
      restartCount: 0,
      fact: false,
    } as const;
    const { diagnosis: known, ...bare } = incident({ failures: [failure] });
    const alert = composeAlert({ type: 'opened', atMs: tenOhTwo, reason: '', incident: bare }, settings);
    expect(known).toBe(diagnosis);
    expect(alert.rootCause).toBe('not known yet (Kubernetes says ErrImagePull: not found)');
    expect(alert.confidence).toBe('unknown');
    expect(alert.fix).toBeUndefined();
  });

  test('workloads of the same cause are named', () => {
    const folded = [
      { workload: { kind: 'Deployment', name: 'cart', namespace: 'shop' }, kind: 'ImagePull', failingPods: 2 },
    ] as const;
    const alert = composeAlert(transition('opened', { folded }), settings);
    expect(alert.notes[0]).toBe('Same cause: cart (shop)');
    expect(alert.facts).toContain('2 workloads');
  });

  test('what could not be read is said', () => {
    const evidence = [{ id: 'E1', source: 'log app', text: 'forbidden: pods/log', missing: true }];
    const alert = composeAlert(transition('opened', { diagnosis: { ...diagnosis, evidence } }), settings);
    expect(alert.notes).toContain('Could not read log app: forbidden: pods/log');
    expect(alert.rootCause).not.toContain('(E1');
  });

  test('the proof command names only what Kubernetes allows as a name', () => {
    expect(composeAlert(transition('opened'), settings).proofCommand).toBe(
      'kubectl logs orders-api-84d58c8b99-9mpbq -c app --previous -n production',
    );
    const evil = composeAlert(transition('opened', { podNames: ['x; rm -rf /'] }), settings);
    expect(evil.proofCommand).toBeUndefined();
  });
});

describe('later steps', () => {
  test('recovered tells how long, how many and what made it so', () => {
    const alert = composeAlert(
      transition(
        'resolved',
        { state: 'resolved', resolvedAtMs: tenOhTwo + 42 * 60_000, pods: { failing: 0, total: 5 } },
        'All 5 pods ready for 5 min',
      ),
      settings,
    );
    expect(summaryLines(alert)).toEqual([
      '✅ Recovered: CrashLoopBackOff in orders-api (production)',
      'All 5 pods ready for 5 min',
      'Was: container app exits at start: environment variable DATABASE_URL is not set',
      'lasted 42 min · 5 pods · 4 restarts · 10:02 UTC to 10:44 UTC · began 90 s after rollout 42 (image 1.4.1 → 1.5.0) · SEV-2 · cluster prod-eu · #a1b2c3',
    ]);
  });

  test('worse, again, still failing, amended', () => {
    expect(composeAlert(transition('worse', {}, 'now OOMKilled'), settings)).toMatchObject({
      type: 'worse',
      headline: 'Worse: CrashLoopBackOff in orders-api (production)',
      reason: 'Now OOMKilled',
    });
    expect(composeAlert(transition('reopened'), settings).headline).toBe(
      'Again: CrashLoopBackOff in orders-api (production)',
    );
    expect(composeAlert(transition('reminded'), settings)).toMatchObject({
      type: 'reminder',
      headline: 'Still failing: CrashLoopBackOff in orders-api (production)',
    });
    expect(composeAmendment(incident(), tenOhTwo, settings)).toMatchObject({
      type: 'amended',
      headline: 'CrashLoopBackOff in orders-api (production)',
    });
  });
});

describe('storms', () => {
  test('the digest shows ten rows, the rest as a number, and where to look first', () => {
    const alert = composeStormAlert({ type: 'storm-opened', atMs: tenOhTwo + 60_000, storm: storm(42) }, settings);
    expect(alert.headline).toBe('126 pods failing in 42 workloads (5 namespaces)');
    expect(alert.rows).toHaveLength(10);
    expect(alert.more).toBe(32);
    expect(alert.fix?.command).toBe('kubectl describe node node-7');
  });

  test('the closing digest lists what still fails', () => {
    const open = storm(12);
    const incidents = open.incidents.map((one, index) => (index < 9 ? { ...one, state: 'resolved' as const } : one));
    const alert = composeStormAlert(
      { type: 'storm-closed', atMs: tenOhTwo + 600_000, storm: { ...open, incidents, state: 'closed' } },
      settings,
    );
    expect(alert.headline).toBe('Storm over: 9 of 12 incidents recovered, 3 still failing');
    expect(alert.rows.map((row) => row.id)).toEqual(['000009', '00000a', '00000b']);
  });

  test('nothing left', () => {
    const incidents = storm(3).incidents.map((one) => ({ ...one, state: 'resolved' as const }));
    const alert = composeStormAlert(
      { type: 'storm-closed', atMs: tenOhTwo, storm: { ...storm(3), incidents } },
      settings,
    );
    expect(alert.headline).toBe('Storm over: all 3 incidents recovered');
    expect(alert.rows).toEqual([]);
  });
});

describe('what leaves', () => {
  const line = `connecting with ${'x'.repeat(300)}`;
  const withLog = (text: string) => ({
    diagnosis: {
      ...diagnosis,
      rootCause: `it says ${quoteLog(text)}`,
      evidence: [{ id: 'E1', source: 'log app', text: quoteLog(text) }],
    },
  });

  test('off: no log text at all, and it is said', () => {
    const alert = composeAlert(transition('opened', withLog(line)), settings);
    expect(JSON.stringify(alert)).not.toContain('connecting with');
    expect(alert.logLines).toEqual([]);
    expect(alert.notes).toContain('1 log line kept in the cluster (SHARE_LOGS=off)');
  });

  test('excerpt: at most 160 characters a line', () => {
    const alert = composeAlert(transition('opened', withLog(`${line}\n${line}`)), { ...settings, sharing: 'excerpt' });
    expect(alert.logLines).toHaveLength(2);
    for (const shared of alert.logLines) expect(shared.length).toBeLessThanOrEqual(163);
  });

  test('full: the redacted line', () => {
    const alert = composeAlert(transition('opened', withLog('login with password=hunter2 failed')), {
      ...settings,
      sharing: 'full',
    });
    expect(alert.logLines).toEqual(['E1 login with password=[redacted] failed']);
  });

  test('a key block spread over evidence items does not survive', () => {
    const body = 'MIIEpAIBAAKCAQEA' + 'q'.repeat(48);
    const evidence = ['-----BEGIN RSA PRIVATE KEY-----', body, '-----END RSA PRIVATE KEY-----'].map((text, index) => ({
      id: `E${index + 1}`,
      source: 'log app',
      text: quoteLog(text),
    }));
    const alert = composeAlert(transition('opened', { diagnosis: { ...diagnosis, evidence } }), {
      ...settings,
      sharing: 'full',
    });
    expect(alert.logLines.join('\n')).not.toContain(body);
  });

  test('a secret that quote marks split is joined and redacted', () => {
    const reason = `got AKIA\uE0A1IOSFODNN7EXAMPLQ`;
    expect(composeAlert(transition('worse', {}, reason), settings).reason).toBe('Got [redacted]');
  });

  const fields = [
    'rootCause',
    'evidence',
    'fix',
    'changed',
    'reason',
    'podNames',
    'failures',
    'resolution',
    'note',
    'workload',
  ] as const;
  const place = (field: (typeof fields)[number], secret: string) => {
    const failure = {
      kind: 'CrashLoopBackOff',
      subject: { kind: 'Pod', name: 'p', namespace: 'n' },
      sinceMs: 0,
      reason: 'Error',
      message: secret,
      restartCount: 3,
      fact: false,
    } as const;
    switch (field) {
      case 'rootCause':
        return transition('opened', { diagnosis: { ...diagnosis, rootCause: secret } });
      case 'evidence':
        return transition('opened', {
          diagnosis: {
            ...diagnosis,
            evidence: [
              { id: 'E1', source: 'event X', text: secret },
              { id: 'E2', source: 'log app', text: quoteLog(secret) },
            ],
          },
        });
      case 'fix':
        return transition('opened', {
          diagnosis: {
            ...diagnosis,
            fixes: [
              { summary: secret, command: secret, verified: false },
              { summary: secret, verified: false },
            ],
          },
        });
      case 'changed':
        return transition('opened', { diagnosis: { ...diagnosis, changed: secret } });
      case 'reason':
        return transition('worse', {}, secret);
      case 'podNames':
        return transition('opened', { podNames: [secret], container: secret });
      case 'failures':
        return transition('opened', { failures: [failure] });
      case 'resolution':
        return transition('resolved', { resolution: secret }, secret);
      case 'note':
        return transition('opened', { diagnosis: { ...diagnosis, notes: [secret], otherOpinion: secret } });
      case 'workload':
        return transition('opened', {
          workload: { kind: 'Deployment', name: secret, namespace: 'n' },
          namespace: secret,
          cluster: secret,
        });
    }
  };
  test.each(fields)(
    'no secret shape survives in %s, neither in the message nor in the incident that it carries',
    (field) => {
      const full = { ...settings, sharing: 'full' as const };
      const leaks = secretShapes.filter((shape) => {
        const json = JSON.stringify(composeAlert(place(field, shape.text), full));
        return shape.secrets.some((secret) => json.includes(JSON.stringify(secret).slice(1, -1)));
      });
      expect(leaks.map((shape) => shape.name)).toEqual([]);
    },
  );

  test('redaction can be switched off', () => {
    const open = { sharing: 'off', redact: createRedactor({ enabled: false }) } as const;
    expect(composeAlert(transition('worse', {}, 'password=hunter2'), open).reason).toBe('Password=hunter2');
  });
});

describe('times', () => {
  test.each([
    [-5_000, '0 s'],
    [45_000, '45 s'],
    [89_999, '90 s'],
    [360_000, '6 min'],
    [7_500_000, '2 h 5 min'],
    [7_200_000, '2 h'],
    [273_600_000, '3 d 4 h'],
    [Number.NaN, '0 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });

  test('a moment of another day says the day', () => {
    expect(momentText(tenOhTwo, tenOhTwo + 3_600_000)).toBe('10:02 UTC');
    expect(momentText(tenOhTwo, tenOhTwo + 86_400_000)).toBe('Nov 20, 10:02 UTC');
    expect(momentText(0, tenOhTwo)).toBe('');
  });
});
