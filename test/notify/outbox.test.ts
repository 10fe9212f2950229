import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDispatcher } from '../../src/notify/dispatcher.ts';
import type { DispatcherPorts, DispatchProblem } from '../../src/notify/dispatcher-ports.ts';
import type { Sink } from '../../src/notify/sink.ts';
import { startSlackServer, type SlackServer } from '../fakes/slack-server.ts';
import { secretShapes } from '../lib/redaction-samples.ts';
import { composeAlert } from '../../src/notify/compose.ts';
import { alert, diagnosis, settings, transition } from './samples.ts';
import { createVirtualClock } from './virtual-clock.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'outbox-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const files = (): string[] => readdirSync(directory);

function process1(sendOk: boolean, over: Partial<DispatcherPorts> = {}, name = 'slack-webhook') {
  const clock = createVirtualClock();
  const sent: string[] = [];
  const problems: DispatchProblem[] = [];
  const sink: Sink = {
    name,
    gapMs: 1_100,
    updates: false,
    send: (one) => {
      if (!sendOk) return Promise.resolve({ outcome: 'retry', why: '503' });
      sent.push(`${one.type} ${one.id}`);
      return Promise.resolve({ outcome: 'sent' });
    },
  };
  const dispatcher = createDispatcher(
    { destinations: [{ sink }], outboxDir: directory },
    {
      canSend: () => true,
      onProblem: (one) => void problems.push(one),
      now: clock.now,
      random: Math.random,
      timers: clock.timers,
      ...over,
    },
  );
  dispatcher.start();
  return { clock, sent, dispatcher, problems };
}

describe('over a restart', () => {
  test('what was not delivered is sent by the next process, once, in order, and its file goes', async () => {
    const first = process1(false);
    for (const id of ['a', 'b', 'c']) first.dispatcher.submit(alert('opened', { id }));
    await first.clock.advance(5_000);
    await first.dispatcher.stop(0);
    expect(files()).toHaveLength(3);
    const second = process1(true);
    await second.clock.advance(20_000);
    expect(second.sent).toEqual(['opened a', 'opened b', 'opened c']);
    expect(files()).toEqual([]);
  });

  test('merged messages are one file', async () => {
    const first = process1(false);
    first.dispatcher.submit(alert('opened', { id: 'a' }));
    first.dispatcher.submit(alert('opened', { id: 'b' }));
    first.dispatcher.submit(alert('worse', { id: 'b' }));
    await first.dispatcher.stop(0);
    const stored = files().map(
      (name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as { covers: string[] },
    );
    expect(stored.map((one) => one.covers)).toEqual([['opened'], ['opened', 'worse']]);
  });

  test('what the state has as told is deleted unsent', async () => {
    const first = process1(false);
    for (const id of ['a', 'b']) first.dispatcher.submit(alert('opened', { id }));
    await first.dispatcher.stop(0);
    const second = process1(true, { isUntold: (id) => id === 'b' });
    await second.clock.advance(20_000);
    expect(second.sent).toEqual(['opened b']);
    expect(files()).toEqual([]);
  });

  test('a standby leaves the files alone until it leads', async () => {
    const first = process1(false);
    first.dispatcher.submit(alert('opened', { id: 'a' }));
    await first.dispatcher.stop(0);
    let leads = false;
    const standby = process1(true, { canSend: () => leads });
    await standby.clock.advance(20_000);
    expect([standby.sent, files().length]).toEqual([[], 1]);
    leads = true;
    await standby.clock.advance(2_000);
    expect([standby.sent, files().length]).toEqual([['opened a'], 0]);
  });

  test('each destination sends its own files', async () => {
    const first = process1(false);
    first.dispatcher.submit(alert('opened', { id: 'a' }));
    await first.dispatcher.stop(0);
    const other = process1(true, {}, 'slack-bot');
    await other.clock.advance(20_000);
    expect(other.sent).toEqual([]);
    expect(files()).toHaveLength(1);
  });

  test('a newer message of the same incident is merged with the one on disk', async () => {
    const first = process1(false);
    first.dispatcher.submit(alert('opened', { id: 'a' }));
    await first.dispatcher.stop(0);
    let leads = false;
    const second = process1(true, { canSend: () => leads });
    second.dispatcher.submit(alert('recovered', { id: 'a' }));
    leads = true;
    await second.clock.advance(20_000);
    expect(second.sent).toEqual([]);
    expect(files()).toEqual([]);
  });
});

describe('a disk that does not do its part', () => {
  test('unreadable files are deleted and reported, the rest is sent', async () => {
    const first = process1(false);
    first.dispatcher.submit(alert('opened', { id: 'a' }));
    await first.dispatcher.stop(0);
    writeFileSync(join(directory, '000000000000001-000000-slack-webhook-x.json'), '{"half":');
    writeFileSync(
      join(directory, '000000000000002-000000-slack-webhook-y.json'),
      '{"sink":"slack-webhook","covers":["opened"],"alert":{"type":"opened"}}',
    );
    writeFileSync(join(directory, 'README'), 'not ours');
    const second = process1(true);
    await second.clock.advance(5_000);
    expect(second.sent).toEqual(['opened a']);
    expect(second.problems.map((one) => one.code)).toEqual(['OUTBOX_FAILED', 'OUTBOX_FAILED']);
    expect(files()).toEqual(['README']);
  });

  test('a directory that cannot be written: reported, sent all the same', async () => {
    chmodSync(directory, 0o500);
    const blocked = join(directory, 'file-as-directory');
    chmodSync(directory, 0o700);
    writeFileSync(blocked, '');
    const clock = createVirtualClock();
    const problems: DispatchProblem[] = [];
    const sent: string[] = [];
    const sink: Sink = {
      name: 'x',
      gapMs: 0,
      updates: false,
      send: (one) => {
        sent.push(one.id);
        return Promise.resolve({ outcome: 'sent' });
      },
    };
    const dispatcher = createDispatcher(
      { destinations: [{ sink }], outboxDir: blocked },
      {
        canSend: () => true,
        onProblem: (one) => void problems.push(one),
        now: clock.now,
        random: () => 0,
        timers: clock.timers,
      },
    );
    dispatcher.start();
    dispatcher.submit(alert('opened', { id: 'a' }));
    await clock.advance(1_000);
    expect(sent).toEqual(['a']);
    expect(problems.map((one) => one.code)).toContain('OUTBOX_FAILED');
  });
});

test('no secret shape is in a file', async () => {
  const first = process1(false);
  for (const [index, shape] of secretShapes.entries()) {
    const leaky = {
      ...diagnosis,
      rootCause: shape.text,
      evidence: [{ id: 'E1', source: 'event', text: shape.text }],
      notes: [shape.text],
    };
    first.dispatcher.submit(
      composeAlert(
        transition('opened', { id: index.toString(16).padStart(6, '0'), diagnosis: leaky, resolution: shape.text }),
        settings,
      ),
    );
  }
  await first.dispatcher.stop(0);
  expect(files().length).toBe(secretShapes.length);
  const all = files()
    .map((name) => readFileSync(join(directory, name), 'utf8'))
    .join('\n');
  const leaks = secretShapes.filter((shape) =>
    shape.secrets.some((secret) => all.includes(JSON.stringify(secret).slice(1, -1))),
  );
  expect(leaks.map((shape) => shape.name)).toEqual([]);
});

describe('kill -9', () => {
  let slack: SlackServer;
  let child: ChildProcess | undefined;
  beforeEach(async () => {
    slack = await startSlackServer({ gapMs: 0 });
  });
  afterEach(async () => {
    child?.kill('SIGKILL');
    await slack.close();
  });

  const start = (count: number): ChildProcess =>
    spawn(
      process.execPath,
      [fileURLToPath(new URL('./outbox-sender.ts', import.meta.url)), directory, slack.webhookUrl, String(count)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
  const accepted = async (least: number): Promise<void> => {
    while (slack.records.length < least) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('over two kills every alert arrives, and at most the one on its way arrives twice', async () => {
    child = start(40);
    await accepted(10);
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = start(0);
    await accepted(20);
    child.kill('SIGKILL');
    await once(child, 'exit');
    child = start(0);
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    const told = slack.records.map((record) => /#([0-9a-f]{6})/u.exec(JSON.stringify(record.payload.text))?.[1] ?? '');
    expect(new Set(told).size).toBe(40);
    expect(told.length).toBeLessThanOrEqual(42);
    expect(files()).toEqual([]);
  }, 60_000);
});
