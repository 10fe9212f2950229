/**
 * What the second opinion costs when 164 incidents stand for a week: `npm run bench:model-cost [-- --write]`. Recorded failures
 * (test/corpus) under several namespaces are asked about every four hours, each time with other restart counts, times and
 * names of pods, through the real client against a local server that counts tokens as the Messages API does. The caps are
 * the defaults. `--write` puts the table into docs/model.md.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainNow } from '../src/app/explain-now.ts';
import { detectSettingsOf } from '../src/app/settings.ts';
import { loadConfig } from '../src/config/load.ts';
import { diagnose } from '../src/diagnose/engine.ts';
import { createSecondOpinion } from '../src/diagnose/second-opinion.ts';
import { openBundle } from '../src/investigate/bundle.ts';
import { createRedactor } from '../src/lib/redaction/redact.ts';
import { systemTimers } from '../src/lib/timers.ts';
import type { CaseFile } from '../src/model/case-file.ts';
import { startMessagesServer } from '../test/fakes/messages-server.ts';

const wanted = 164;
const hours = 7 * 24;
const everyHours = 4;
const corpus = 'test/corpus';

const loaded = loadConfig({ env: {}, readFile: () => undefined }, { needsNamespaces: false });
if (!loaded.ok) throw new Error(loaded.problems.join('; '));
const { config } = loaded;
const redact = createRedactor({});

async function recordedCases(): Promise<CaseFile[]> {
  const files: CaseFile[] = [];
  let ids = 0;
  for (const folder of readdirSync(corpus)
    .filter((name) => /^s\d+-/u.test(name))
    .sort()) {
    const bundle = await openBundle(join(corpus, folder, 'recorded'));
    const explained = await explainNow(bundle, bundle.reader, {
      cluster: '',
      detect: detectSettingsOf(config),
      budgetMs: 10_000,
      logTailLines: config.LOG_TAIL_LINES,
      newId: () => (ids += 1).toString(16).padStart(6, '0'),
    });
    files.push(...explained.map(({ file }) => file));
  }
  return files;
}

function at(files: readonly CaseFile[], index: number): CaseFile {
  const file = files[index];
  if (file === undefined) throw new Error(`no recordings in ${corpus}`);
  return file;
}

/** The same failure in a namespace of its own. */
function elsewhere(file: CaseFile, copy: number): CaseFile {
  if (copy === 0) return file;
  const { namespace } = file.workload;
  return JSON.parse(JSON.stringify(file).replaceAll(`"${namespace}"`, `"${namespace}-${copy}"`)) as CaseFile;
}

/** What a week does to a failure that stands: more restarts, later times, another pod, other numbers in the log. */
function asOf(file: CaseFile, round: number): CaseFile {
  const shiftedMs = round * everyHours * 3_600_000;
  const later = (time: string): string => new Date(Date.parse(time) + shiftedMs).toISOString().replace('.000Z', 'Z');
  const text = JSON.stringify({ ...file, nowMs: file.nowMs + shiftedMs })
    .replace(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/gu, later)
    .replace(/"restartCount":(\d+)/gu, (_, count: string) => `"restartCount":${Number(count) + round * 40}`)
    .replace(/-([a-z0-9]{8,10})-([a-z0-9]{5})(?=["_ ])/gu, (_, hash: string) => `-${hash}-${podSuffix(round)}`);
  return JSON.parse(text) as CaseFile;
}

/** Pods of a standing failure are replaced about once a day. */
function podSuffix(round: number): string {
  return `w${String(Math.floor((round * everyHours) / 24))}x7k`.padEnd(5, 'q');
}

let nowMs = Date.parse('2026-11-16T00:00:00Z');
const server = await startMessagesServer(() => nowMs);
// Longer than the short answers of this server: two sentences and a fix, and thinking where the model thinks.
const answerTokens = 300;
const thinkingTokens = 1500;
server.react = ({ user, body }) => {
  const cause = /"rootCause":"((?:[^"\\]|\\.)*)"/u.exec(user)?.[1] ?? '';
  const ids = [...user.matchAll(/"id":"(E\d+)"/gu)].slice(0, 3).map((match) => match[1]);
  const claim = { text: JSON.parse(`"${cause}"`) as string, evidence: ids };
  const thinks = body.thinking?.type !== 'disabled';
  return {
    kind: 'answer',
    text: JSON.stringify({ agrees: true, cause: [claim], confidence: 'high', fixes: [] }),
    outputTokens: answerTokens + (thinks ? thinkingTokens : 0),
  };
};

const tokens: Record<string, number> = {};
let usd = 0;
let refused = 0;
const opinion = createSecondOpinion(
  {
    maxTokens: config.MODEL_MAX_TOKENS,
    timeoutMs: config.MODEL_TIMEOUT_SECONDS,
    tokensPerIncident: config.MODEL_TOKENS_PER_INCIDENT,
    tokensPerHour: config.MODEL_TOKENS_PER_HOUR,
    tokensPerDay: config.MODEL_TOKENS_PER_DAY,
    usdPerDay: config.MODEL_USD_PER_DAY,
  },
  {
    apiKey: () => 'bench',
    authToken: () => undefined,
    baseUrl: server.url,
    redact,
    sharing: 'excerpt',
    now: () => nowMs,
    random: () => 0,
    timers: systemTimers,
    metrics: {
      modelCall: () => undefined,
      modelTokens: (kind, count) => {
        tokens[kind] = (tokens[kind] ?? 0) + count;
      },
      modelCost: (cost) => {
        usd += cost;
      },
      modelBudgetExhausted: () => undefined,
    },
    onLate: () => undefined,
    onError: () => undefined,
    log: { debug: () => undefined },
  },
);

const recorded = await recordedCases();
const standing = Array.from({ length: wanted }, (_, index) =>
  elsewhere(at(recorded, index % recorded.length), Math.floor(index / recorded.length)),
);
let asked = 0;
let doneAfterHours = 0;
for (let round = 0; round * everyHours < hours; round += 1) {
  let waiting = 0;
  for (const [index, file] of standing.entries()) {
    const present = asOf(file, round);
    const said = await opinion.ask(present, diagnose(present), { incidentId: String(index), waitMs: 3_600_000 });
    asked += 1;
    if (said.notes?.some((note) => note.includes('the cap on')) === true) waiting += 1;
  }
  refused += waiting;
  if (waiting > 0) doneAfterHours = (round + 1) * everyHours;
  nowMs += everyHours * 3_600_000;
}
opinion.close();
await server.close();

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
const row = (name: string, value: string): string => `| ${name} | ${value} |`;
const calls = server.received.length;
const strong = server.received.filter(({ body }) => body.model.includes('sonnet')).length;
const table = [
  row('', 'one week'),
  '| --- | --: |',
  row('standing incidents', number(wanted)),
  row('times that a diagnosis was asked for', number(asked)),
  row('calls of the model', `${number(calls)}, of these ${number(strong)} of the strong one`),
  row('calls an incident and state of its evidence', (calls / wanted).toFixed(2)),
  row('input tokens, not from the prompt cache', number(tokens.input ?? 0)),
  row('input tokens from the prompt cache', number(tokens.cached ?? 0)),
  row('output tokens', number(tokens.output ?? 0)),
  row('money', `$${usd.toFixed(2)}`),
  row(
    'questions put off by a cap',
    refused === 0 ? '0' : `${number(refused)}, the last after ${number(doneAfterHours)} h`,
  ),
].join('\n');
console.log(table);

if (process.argv.includes('--write')) {
  const page = 'docs/model.md';
  const [begin, end] = ['<!-- begin: npm run bench:model-cost -->', '<!-- end: npm run bench:model-cost -->'];
  const text = readFileSync(page, 'utf8');
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${page} has no marks for the table`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`);
}
