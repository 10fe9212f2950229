import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Alert } from '../../src/model/alert.ts';
import { createDispatcher } from '../../src/notify/dispatcher.ts';
import type { Dispatcher, Timers } from '../../src/notify/dispatcher-ports.ts';
import { createBotSink } from '../../src/notify/slack/bot-sink.ts';
import { createWebhookSink } from '../../src/notify/slack/webhook-sink.ts';
import { fakeSlackToken, startSlackServer, type SlackFault, type SlackServer } from '../fakes/slack-server.ts';
import { alert, incident } from './samples.ts';

// The whole way over real HTTP, with a clock that runs 200 times as fast: the 1/s rule, back-off and probes are as in use.
const speed = 200;
const now = (): number => 1_000_000 + performance.now() * speed;
const timers: Timers = {
  set: (callback, delayMs) => setTimeout(callback, delayMs / speed),
  clear: (timer) => {
    clearTimeout(timer as NodeJS.Timeout | undefined);
  },
};

let slack: SlackServer;
let dispatcher: Dispatcher;
beforeEach(async () => {
  slack = await startSlackServer({ now });
});
afterEach(async () => {
  await dispatcher.stop(0);
  await slack.close();
});

const faults: readonly SlackFault[] = [
  { kind: 'status', status: 429, retryAfter: 2 },
  { kind: 'status', status: 500, body: 'server_error' },
  { kind: 'hang' },
  { kind: 'error', error: 'no_service' },
  { kind: 'error', error: 'invalid_blocks' },
  { kind: 'not-ok' },
  { kind: 'reset' },
  { kind: 'status', status: 503 },
  { kind: 'error', error: 'channel_is_archived' },
  { kind: 'error', error: 'msg_too_long' },
  { kind: 'error', error: 'message_not_found' },
];

const named = (index: number): Alert => {
  const id = index.toString(16).padStart(6, '0');
  return alert('opened', { id, incident: incident({ id }), facts: [`#${id}`] });
};
const told = (channel: RegExp): string[] =>
  slack.records
    .filter(
      (record) => channel.test(record.channel) && record.method !== 'chat.update' && record.threadTs === undefined,
    )
    .map((record) => /#([0-9a-f]{6})/u.exec(String(record.payload.text))?.[1] ?? '');

function begin(): void {
  dispatcher = createDispatcher(
    {
      destinations: [
        { sink: createWebhookSink({ url: () => slack.webhookUrl, timeoutMs: 100 }) },
        {
          sink: createBotSink({ token: () => fakeSlackToken, channel: 'C0BOT', apiUrl: slack.apiUrl, timeoutMs: 100 }),
        },
      ],
    },
    { canSend: () => true, now, random: Math.random, timers },
  );
  dispatcher.start();
}

/** Waits until nothing is queued any more; the test's own time limit is the end of it. */
async function allSent(): Promise<void> {
  while (dispatcher.status().some((one) => one.queued > 0)) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('under every fault each incident is told exactly once at both destinations', async () => {
  begin();
  slack.faults.push(...faults, ...faults.toReversed(), ...faults);
  for (let index = 0; index < 30; index++) dispatcher.submit(named(index));
  await allSent();
  expect(slack.faults).toEqual([]);
  const all = Array.from({ length: 30 }, (_, index) => index.toString(16).padStart(6, '0'));
  expect(told(/C0HOOK/u).sort()).toEqual(all);
  expect(told(/C0BOT/u).sort()).toEqual(all);
}, 60_000);

test('an answer that never came although the message arrived: told once or twice, never not at all', async () => {
  begin();
  slack.faults.push({ kind: 'hang', after: true }, { kind: 'reset', after: true });
  for (let index = 0; index < 5; index++) dispatcher.submit(named(index));
  await allSent();
  for (const channel of [/C0HOOK/u, /C0BOT/u]) {
    expect(new Set(told(channel)).size).toBe(5);
    expect(told(channel).length).toBeLessThanOrEqual(7);
  }
}, 60_000);

test('a root message that somebody deleted is posted anew', async () => {
  begin();
  dispatcher.submit(named(1));
  await allSent();
  slack.records.length = 0;
  dispatcher.submit({ ...named(1), type: 'worse' });
  await allSent();
  expect(told(/C0BOT/u)).toEqual(['000001']);
}, 30_000);
