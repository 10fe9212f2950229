/**
 * How many messages an hour of a busy cluster makes: `npm run bench:noise [-- --seeds 20] [-- --write]`. The hour is made by a
 * seeded generator and played through detection and tracking. `--write` puts the table into docs/noise.md.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { recordBusyHour } from './noise/busy-hour.ts';
import { score, type Score } from './noise/score.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    write: { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
const hours = seeds.map((seed) => {
  const hour = recordBusyHour(seed);
  return { seed, hour, result: score(hour) };
});

const sum = (read: (result: Score) => number): number => hours.reduce((total, { result }) => total + read(result), 0);
const incidents = sum((one) => one.incidents);
const messages = sum((one) => one.messages);
const perIncident = messages / incidents;
const first = hours[0];
if (first === undefined) throw new Error('no seeds');

const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = [
  row('', `seed 1`, `seeds 1 to ${seeds.length}`),
  row('---', '---', '---'),
  row('true incidents', first.result.incidents, incidents),
  row('messages (opened, re-opened, worse, digests)', first.result.messages, messages),
  row(
    'messages per true incident',
    (first.result.messages / first.result.incidents).toFixed(2),
    perIncident.toFixed(2),
  ),
  row(
    'missed',
    first.result.missed.length,
    sum((one) => one.missed.length),
  ),
  row(
    'false alarms',
    first.result.falseAlarms.length,
    sum((one) => one.falseAlarms.length),
  ),
  row(
    'false "recovered"',
    first.result.falseResolved.length,
    sum((one) => one.falseResolved.length),
  ),
  row(
    'reminders',
    first.result.reminders,
    sum((one) => one.reminders),
  ),
  row(
    'recoveries',
    first.result.recoveries,
    sum((one) => one.recoveries),
  ),
  row(
    'one message per event would have sent',
    first.result.eventMessages,
    sum((one) => one.eventMessages),
  ),
];
const stories = [
  row('what was wrong (seed 1)', 'messages'),
  row('---', '---'),
  ...first.result.perIncident.map(({ what, messages: lines }) => row(what, lines.length)),
];

console.log(
  `${first.hour.workloads} workloads, ${first.hour.pods} pods, ${first.hour.seen.length} things seen (seed 1)\n`,
);
console.log([...table, '', ...stories].join('\n'));
for (const { seed, result } of hours) {
  for (const what of result.missed) console.log(`seed ${seed} missed: ${what}`);
  for (const line of result.falseAlarms) console.log(`seed ${seed} false alarm: ${line}`);
  for (const line of result.falseResolved) console.log(`seed ${seed} false recovered: ${line}`);
  if (!values.verbose) continue;
  for (const { what, messages: lines } of result.perIncident)
    console.log(`seed ${seed} ${what}:\n  ${lines.join('\n  ')}`);
}

if (values.write) {
  const text = [
    '# How quiet it is',
    '',
    'Printed by `npm run bench:noise -- --write`: an hour of a busy cluster, made by a seeded generator (healthy rollouts,',
    'scale-downs that end with 137 or 143, single restarts, short pulls, CronJobs, and the failures listed below), played through',
    'detection and tracking with all defaults. A message is an opening, a re-opening, a "worse" or a digest.',
    '',
    `${first.hour.workloads} workloads with ${first.hour.pods} pods; ${first.hour.seen.length} changes and events seen in seed 1.`,
    '',
    ...table,
    '',
    ...stories,
    '',
    '"One message per event" counts each change of a pod that shows a failed container, a failed pod or one that cannot be',
    'scheduled, and each Warning event of a controller: what a watcher without memory sends.',
    '',
  ].join('\n');
  writeFileSync(join(import.meta.dirname, '../docs/noise.md'), text);
}
if (sum((one) => one.missed.length + one.falseAlarms.length + one.falseResolved.length) > 0 || perIncident > 1.2)
  process.exitCode = 1;
