import { describe, expect, test } from '@jest/globals';
import { createIncidentDesk, type DeskParts } from '../../src/app/incident-desk.ts';
import type { Alert } from '../../src/model/alert.ts';
import type { CaseFile } from '../../src/model/case-file.ts';
import type { Diagnosis } from '../../src/model/diagnosis.ts';
import type { Failure } from '../../src/model/failure.ts';
import type { Incident, IncidentTransition } from '../../src/model/incident.ts';
import type { Tracker } from '../../src/track/tracker.ts';

const workload = { kind: 'Deployment', name: 'web', namespace: 'shop' };
const failure: Failure = {
  kind: 'CrashLoopBackOff',
  subject: { kind: 'Pod', name: 'web-1', namespace: 'shop' },
  sinceMs: 0,
  reason: 'Error',
  restartCount: 3,
  fact: false,
};

const incident = (id: string, over: Partial<Incident> = {}): Incident => ({
  id,
  key: id,
  cluster: 'c',
  namespace: 'shop',
  workload,
  class: 'run',
  kind: 'CrashLoopBackOff',
  severity: 'SEV-2',
  state: 'open',
  beganAtMs: 0,
  openedAtMs: 0,
  lastSeenAtMs: 0,
  pods: { failing: 1, total: 1 },
  restarts: 3,
  failures: [failure],
  podNames: ['web-1'],
  folded: [],
  deliveries: [],
  oneOff: false,
  reopened: 0,
  ...over,
});

const step = (type: IncidentTransition['type'], id = 'aaaaaa'): IncidentTransition => ({
  type,
  atMs: 5,
  incident: incident(id),
  reason: 'why',
});

const file = (logs: string[] = []): CaseFile => ({
  nowMs: 0,
  workload,
  failures: [failure],
  pods: [],
  neighbours: [],
  events: [],
  logs: logs.map((text) => ({ pod: 'web-1', container: 'app', instance: 'current', text, truncated: false })),
  owners: [],
  cluster: [],
  gaps: [],
});

const diagnosisOf = (rootCause: string): Diagnosis => ({
  rootCause,
  confidence: 'high',
  source: 'rules',
  evidence: [],
  fixes: [],
});

/** A desk whose tracker remembers annotations; what it submits is listed as `type id: cause`. */
function setUp(over: Partial<DeskParts> = {}, tell = true) {
  const said: string[] = [];
  const known = new Map<string, Diagnosis>();
  const tracker: Pick<Tracker, 'incident' | 'annotate' | 'storm'> = {
    incident: (id) => {
      const diagnosis = known.get(id);
      return incident(id, diagnosis === undefined ? {} : { diagnosis });
    },
    annotate: (id, diagnosis) => {
      known.set(id, diagnosis);
      return { tell };
    },
    storm: () => undefined,
  };
  const errors: unknown[] = [];
  const desk = createIncidentDesk({
    tracker: () => tracker as Tracker,
    investigate: () => Promise.resolve(file()),
    diagnose: (read) => Promise.resolve(diagnosisOf(read.logs[0]?.text ?? 'no log')),
    compose: (transition) =>
      ('storm' in transition
        ? { type: transition.type, id: transition.storm.id, rootCause: '' }
        : {
            type: transition.type,
            id: transition.incident.id,
            rootCause: transition.incident.diagnosis?.rootCause ?? 'not known',
          }) as unknown as Alert,
    submit: ({ type, id, rootCause }) => said.push(`${type} ${id}: ${rootCause}`),
    withdraw: (id) => said.push(`withdraw ${id}`),
    onChanged: () => undefined,
    onError: (error) => errors.push(error),
    now: () => 0,
    ...over,
  });
  return { desk, said, errors };
}

describe('createIncidentDesk', () => {
  test('an opening waits for its cause; later steps carry it', async () => {
    const { desk, said } = setUp({ investigate: () => Promise.resolve(file(['DATABASE_URL is not set'])) });
    desk.take(step('opened'));
    desk.take(step('resolved'));
    await desk.idle();
    expect(said).toEqual(['opened aaaaaa: DATABASE_URL is not set', 'resolved aaaaaa: DATABASE_URL is not set']);
  });

  test('one incident strictly in order, others beside it', async () => {
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { desk, said } = setUp({
      investigate: async (failures) => {
        if (failures[0].reason === 'slow') await gate;
        return file();
      },
    });
    const slow = step('opened', 'bbbbbb');
    const slowFailure: Failure = { ...failure, reason: 'slow' };
    const slowTracker = {
      incident: () => incident('bbbbbb', { failures: [slowFailure] }),
      annotate: () => ({ tell: true }),
    } as unknown as Tracker;
    const { desk: slowDesk, said: slowSaid } = setUp({
      investigate: () => gate.then(() => file()),
      tracker: () => slowTracker,
    });
    slowDesk.take(slow);
    slowDesk.take(step('resolved', 'bbbbbb'));
    desk.take(step('opened', 'aaaaaa'));
    await desk.idle();
    expect([said.length, slowSaid.length]).toEqual([1, 0]);
    release();
    await slowDesk.idle();
    expect(slowSaid.map((line) => line.split(' ')[0])).toEqual(['opened', 'resolved']);
  });

  test('what an earlier leadership asked for is not told in a later one, whose own state says what is untold', async () => {
    const trackers = [1, 2].map(
      () => ({ incident: (id: string) => incident(id), annotate: () => ({ tell: true }) }) as unknown as Tracker,
    );
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const { desk, said } = setUp({
      investigate: () => gate.then(() => Promise.reject(new Error('down'))),
      tracker: () => trackers[0],
    });
    desk.take(step('opened'));
    desk.take(step('resolved', 'bbbbbb'));
    await new Promise((resolve) => setImmediate(resolve));
    desk.take(step('resolved'));
    trackers.shift();
    release();
    await desk.idle();
    expect(said).toEqual(['resolved bbbbbb: not known']);
  });

  test('an incident that another one tells is not told by itself', async () => {
    const { desk, said } = setUp({}, false);
    desk.take(step('opened'));
    await desk.idle();
    expect(said).toEqual(['withdraw aaaaaa']);
  });

  test('without evidence the message goes out with what there is', async () => {
    const { desk, said, errors } = setUp({ investigate: () => Promise.reject(new Error('down')) });
    desk.take(step('opened'));
    await desk.idle();
    expect(said).toEqual(['opened aaaaaa: not known']);
    expect(errors).toEqual([new Error('down')]);
  });

  test('logs of a failed Job that were read at once are used when its pods are gone', async () => {
    const answers = [file(['no such table: invoices']), file()];
    const { desk, said } = setUp({ investigate: () => Promise.resolve(answers.shift() ?? file()) });
    desk.readEarly({ ...failure, kind: 'JobFailed' }, workload);
    desk.take(step('opened'));
    await desk.idle();
    expect(said).toEqual(['opened aaaaaa: no such table: invoices']);
  });

  test('a storm is told after its first incidents have a cause', async () => {
    const explained: string[] = [];
    const { desk, said } = setUp({
      diagnose: (_read, { id }) => {
        explained.push(id);
        return Promise.resolve(diagnosisOf('node lost'));
      },
    });
    desk.take({
      type: 'storm-opened',
      atMs: 0,
      storm: {
        id: '5105e5',
        state: 'open',
        openedAtMs: 0,
        incidents: ['a', 'b', 'c', 'd'].map((id) => incident(id)),
        pods: 4,
        workloads: 4,
        namespaces: 1,
      },
    });
    await desk.idle();
    expect(said).toEqual(['storm-opened 5105e5: ']);
    expect(explained.sort()).toEqual(['a', 'b', 'c', 'd']);
  });
});
