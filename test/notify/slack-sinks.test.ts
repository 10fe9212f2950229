import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Delivery } from '../../src/model/delivery.ts';
import type { DeliveryResult, Sink } from '../../src/notify/sink.ts';
import { createBotSink } from '../../src/notify/slack/bot-sink.ts';
import { createWebhookSink } from '../../src/notify/slack/webhook-sink.ts';
import { fakeSlackToken, startSlackServer, type SlackFault, type SlackServer } from '../fakes/slack-server.ts';
import { alert } from './samples.ts';

let slack: SlackServer;
beforeEach(async () => {
  slack = await startSlackServer({ gapMs: 0 });
});
afterEach(async () => {
  await slack.close();
});

const webhook = (url = slack.webhookUrl): Sink => createWebhookSink({ url: () => url, timeoutMs: 300 });
const bot = (token = fakeSlackToken, channel = '#alerts'): Sink =>
  createBotSink({ token: () => token, channel, apiUrl: slack.apiUrl, timeoutMs: 300 });

const faults: readonly (readonly [string, SlackFault, Partial<DeliveryResult>])[] = [
  ['429 with a header', { kind: 'status', status: 429, retryAfter: 7 }, { outcome: 'retry', afterMs: 7_000 }],
  [
    '429 with the wait in its body',
    { kind: 'status', status: 429, body: '{"retry_after":3,"ok":false,"error":"rate_limited"}' },
    { outcome: 'retry', afterMs: 3_000 },
  ],
  ['500', { kind: 'status', status: 500, body: 'server_error' }, { outcome: 'retry' }],
  ['503', { kind: 'status', status: 503 }, { outcome: 'retry' }],
  ['no answer', { kind: 'hang' }, { outcome: 'retry', why: 'no answer in time' }],
  ['reset', { kind: 'reset' }, { outcome: 'retry' }],
  ['a 200 that is not ok', { kind: 'not-ok' }, { outcome: 'retry' }],
  ['invalid_blocks', { kind: 'error', error: 'invalid_blocks' }, { outcome: 'degrade', why: 'invalid_blocks' }],
  ['msg_too_long', { kind: 'error', error: 'msg_too_long' }, { outcome: 'degrade' }],
  ['channel_is_archived', { kind: 'error', error: 'channel_is_archived' }, { outcome: 'permanent' }],
  ['an unknown 400', { kind: 'status', status: 400, body: 'what' }, { outcome: 'degrade' }],
  ['a 404 of something else', { kind: 'status', status: 404, body: '<html>nginx</html>' }, { outcome: 'permanent' }],
];

describe.each([
  ['webhook', () => webhook()],
  ['bot', () => bot()],
])('%s', (_, sink) => {
  test('delivers', async () => {
    expect(await sink().send(alert())).toMatchObject({ outcome: 'sent' });
    expect(slack.records).toHaveLength(1);
    expect(slack.records[0]?.payload).toMatchObject({ link_names: false, unfurl_links: false, unfurl_media: false });
  });

  test.each(faults)('%s', async (_name, fault, expected) => {
    slack.faults.push(fault);
    expect(await sink().send(alert())).toMatchObject(expected);
    expect(slack.records).toHaveLength(0);
  });

  test('a server that is not there', async () => {
    await slack.close();
    expect(await sink().send(alert())).toMatchObject({ outcome: 'retry', why: 'ECONNREFUSED' });
    slack = await startSlackServer({ gapMs: 0 });
  });

  test('plainer forms', async () => {
    await sink().send(alert(), { form: 'blocks' });
    await sink().send(alert(), { form: 'text' });
    expect(
      slack.records.map(({ payload }) => [
        Array.isArray(payload.attachments) ? payload.attachments.length : 0,
        Array.isArray(payload.blocks) ? payload.blocks.length : 0,
      ]),
    ).toEqual([
      [0, 3],
      [0, 0],
    ]);
  });

  test('an abort ends the attempt', async () => {
    slack.faults.push({ kind: 'hang' });
    const abort = new AbortController();
    const sending = sink().send(alert(), { signal: abort.signal });
    abort.abort();
    expect(await sending).toMatchObject({ outcome: 'retry', why: 'stopped' });
  });
});

describe('webhook', () => {
  test('a URL that was revoked says how to mend it, and never itself', async () => {
    const result = await webhook(`${slack.url}/services/T1/B1/secretsecret`).send(alert());
    expect(result).toMatchObject({ outcome: 'permanent', why: 'no_service' });
    expect(JSON.stringify(result)).not.toContain('secretsecret');
  });

  test('an address that is none fails as a value, without itself', async () => {
    const result = await webhook('not a url with secretsecret').send(alert());
    expect(result.outcome).toBe('retry');
    expect(JSON.stringify(result)).not.toContain('secretsecret');
  });

  test('later steps are short', async () => {
    await webhook().send(alert('recovered'));
    expect(slack.records[0]?.payload.attachments).toEqual([]);
  });

  test('Slack-compatible servers answer in JSON', async () => {
    slack.faults.push({ kind: 'not-ok', body: '{"success":true}' });
    expect(await webhook().send(alert())).toEqual({ outcome: 'sent' });
  });
});

describe('bot', () => {
  const deliveryOf = (result: DeliveryResult): Delivery => {
    if (result.outcome !== 'sent') throw new Error(`not sent: ${JSON.stringify(result)}`);
    return { sink: 'slack-bot', alert: 'opened', atMs: 0, ...result };
  };

  test('a later step updates the root and replies in its thread', async () => {
    const sink = bot();
    const previous = deliveryOf(await sink.send(alert()));
    expect(await sink.send(alert('worse', { reason: 'now OOMKilled' }), { previous })).toEqual({
      outcome: 'sent',
      channel: previous.channel,
      ts: previous.ts,
    });
    const [root, reply] = slack.shown();
    expect(slack.shown()).toHaveLength(2);
    expect(root?.payload).toMatchObject({ parse: 'none', text: expect.stringContaining('now OOMKilled') as unknown });
    expect(reply).toMatchObject({ threadTs: previous.ts });
  });

  test('a correction only updates; a reminder is shown in the channel, too', async () => {
    const sink = bot();
    const previous = deliveryOf(await sink.send(alert()));
    await sink.send(alert('amended'), { previous });
    expect(slack.records.map((record) => record.method)).toEqual(['chat.postMessage', 'chat.update']);
    await sink.send(alert('reminder'), { previous });
    expect(slack.records.at(-1)?.payload).toMatchObject({ thread_ts: previous.ts, reply_broadcast: true });
  });

  test.each(['message_not_found', 'cant_update_message', 'edit_window_closed'])('%s: posts anew', async (error) => {
    const sink = bot();
    const previous = deliveryOf(await sink.send(alert()));
    slack.faults.push({ kind: 'error', error });
    const again = await sink.send(alert('worse'), { previous });
    expect(again).toMatchObject({ outcome: 'sent' });
    expect(again).not.toMatchObject({ ts: previous.ts });
  });

  test('an update in a plainer form empties the rest', async () => {
    const sink = bot();
    const previous = deliveryOf(await sink.send(alert()));
    await sink.send(alert('amended'), { previous, form: 'text' });
    expect(slack.records.at(-1)?.payload).toMatchObject({ blocks: [], attachments: [] });
  });

  test.each([
    ['invalid_auth', 'SLACK_BOT_TOKEN', () => bot('xoxb-wrong')],
    ['channel_not_found', 'SLACK_CHANNEL', () => bot(fakeSlackToken, '#missing')],
  ] as const)('%s says what to mend', async (why, setting, sink) => {
    const result = await sink().send(alert());
    expect(result).toMatchObject({ outcome: 'permanent', why });
    expect(result.outcome === 'permanent' ? result.howToMend : '').toContain(setting);
    expect(JSON.stringify(result)).not.toContain('xoxb-wrong');
  });
});
