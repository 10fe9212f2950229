import { expect, test } from '@jest/globals';
import { explainFailure } from '../../src/notify/explain-failure.ts';
import { sampleAlerts } from '../../src/notify/sample-alerts.ts';
import { slackMessage } from '../../src/notify/slack/message.ts';
import { payloadProblem } from '../fakes/slack-limits.ts';
import { settings, tenOhTwo } from './samples.ts';

test('one sample of each message, each says that it is a test and is fit for Slack', () => {
  const samples = sampleAlerts(tenOhTwo, 'prod-eu', settings);
  expect(samples.map((one) => one.type)).toEqual([
    'opened',
    'amended',
    'worse',
    'reminder',
    'recovered',
    'reopened',
    'storm-opened',
    'storm-closed',
  ]);
  for (const sample of samples) {
    const message = slackMessage(sample);
    expect(message.text).toContain('[Test] ');
    const json = JSON.stringify(message);
    expect(payloadProblem(JSON.parse(json), Buffer.byteLength(json))).toBeUndefined();
  }
});

test.each([
  [{ outcome: 'sent' }, 'slack-webhook: delivered.'],
  [
    { outcome: 'permanent', why: 'no_service', howToMend: 'Create a new one.' },
    'slack-webhook: refused (no_service). Create a new one.',
  ],
  [
    { outcome: 'retry', why: 'ENOTFOUND' },
    'slack-webhook: not delivered (ENOTFOUND). The host name cannot be resolved: check the address and the DNS of this machine.',
  ],
  [
    { outcome: 'retry', why: 'answer 200' },
    'slack-webhook: not delivered (answer 200). Something answers that is not Slack: a proxy or a login page; check the address.',
  ],
] as const)('%j in words', (result, words) => {
  expect(explainFailure('slack-webhook', result)).toBe(words);
});
