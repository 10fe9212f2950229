/**
 * Draws every kind of Slack message as a picture: Block Kit JSON → a small page in Slack's look → screenshots in a real
 * Chromium at the width of a telephone (360 px) and of a window (900 px). `npm run render:messages` writes docs/messages/.
 * The browser is CHROMIUM, or `chromium` of the system.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { createRedactor } from '../src/lib/redaction/redact.ts';
import { sampleAlerts } from '../src/notify/sample-alerts.ts';
import { slackMessage } from '../src/notify/slack/message.ts';
import { smallPng } from './small-png.ts';
import { pageOf } from './slack-page.ts';

const directory = join(import.meta.dirname, '..', 'docs', 'messages');
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-lcd-text',
];
const widths = [
  ['phone', 360],
  ['window', 900],
] as const;
const compactTypes = new Set(['worse', 'reminder', 'recovered', 'reopened']);

// A fixed moment, so that a picture changes only when a message does.
const alerts = sampleAlerts(
  Date.UTC(2026, 10, 20, 10, 8),
  'prod-eu',
  { sharing: 'excerpt', redact: createRedactor() },
  '',
);
const pictures = alerts
  .filter((alert) => alert.type !== 'amended')
  .flatMap((alert) => {
    const root = { name: alert.type, message: slackMessage(alert) };
    return compactTypes.has(alert.type)
      ? [root, { name: `${alert.type}-short`, message: slackMessage(alert, 'full', 'compact') }]
      : [root];
  });

mkdirSync(directory, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags });
try {
  for (const [place, width] of widths) {
    const page = await browser.newPage({
      viewport: { width, height: 400 },
      deviceScaleFactor: place === 'phone' ? 2 : 1,
    });
    for (const { name, message } of pictures) {
      await page.setContent(pageOf(message));
      const file = join(directory, `${name}-${place}.png`);
      const picture = smallPng(await page.locator('main').screenshot());
      writeFileSync(file, picture);
      process.stdout.write(`${name}-${place}.png ${picture.length} bytes\n`);
    }
    await page.close();
  }
} finally {
  await browser.close();
}
