/**
 * A program for the kill test: sends alerts to a webhook with an outbox on disk, prints `submitted` when all are queued,
 * and ends when nothing is left. Arguments: outbox directory, webhook URL, number of alerts (0: only what is on disk).
 */
import type { Alert } from '../../src/model/alert.ts';
import { createDispatcher } from '../../src/notify/dispatcher.ts';
import { createWebhookSink } from '../../src/notify/slack/webhook-sink.ts';
import { alert } from './samples.ts';

const [outboxDir = '', url = '', count = '0'] = process.argv.slice(2);
const sink = { ...createWebhookSink({ url: () => url }), gapMs: 20 };
const named = (index: number): Alert => {
  const id = index.toString(16).padStart(6, '0');
  return alert('opened', { id, facts: [`#${id}`] });
};
const dispatcher = createDispatcher(
  { destinations: [{ sink }], outboxDir },
  { canSend: () => true, now: Date.now, random: Math.random },
);
for (let index = 0; index < Number(count); index++) dispatcher.submit(named(index));
process.stdout.write('submitted\n');
dispatcher.start();
await dispatcher.idle();
await dispatcher.stop(0);
