/**
 * Scores the diagnosis of recorded failures against their keys: `npm run eval [-- DIR] [-- -v] [-- sNNN] [-- --docs]`.
 * Every folder of DIR (default test/corpus) is replayed through the product's own path (bundle, detection, grouping,
 * investigation, rules, redaction), every case of its *.jsonl files through the rules; `--docs` writes the table into
 * docs/diagnosis.md.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainNow } from '../src/app/explain-now.ts';
import { detectSettingsOf } from '../src/app/settings.ts';
import { loadConfig } from '../src/config/load.ts';
import { diagnose } from '../src/diagnose/engine.ts';
import { openBundle } from '../src/investigate/bundle.ts';
import { createRedactor } from '../src/lib/redaction/redact.ts';
import { incidentJson } from '../src/model/incident-json.ts';
import { applyLogSharing } from '../src/model/log-quote.ts';
import { logCase } from '../test/diagnose/log-case.ts';
import { readPrograms } from '../test/recorded/programs.ts';
import type { ProgramCase } from '../test/recorded/programs.ts';
import { writeEvalDocs } from './eval-docs.ts';
import { judge, sum } from './eval-score.ts';
import type { Answer, Key, Verdict } from './eval-score.ts';

const args = process.argv.slice(2);
const verbose = args.includes('-v');
const only = args.find((arg) => /^s\d+$/.test(arg));
const dir = args.find((arg) => !arg.startsWith('-') && !/^s\d+$/.test(arg)) ?? 'test/corpus';

const loaded = loadConfig({ env: {}, readFile: () => undefined }, { needsNamespaces: false });
if (!loaded.ok) throw new Error(loaded.problems.join('; '));
const detect = detectSettingsOf(loaded.config);
const redact = createRedactor({});
let ids = 0;

async function replay(folder: string): Promise<Answer[]> {
  const bundle = await openBundle(join(dir, folder, 'recorded'));
  const explained = await explainNow(bundle, bundle.reader, {
    cluster: '',
    detect,
    budgetMs: 10_000,
    logTailLines: loaded.ok ? loaded.config.LOG_TAIL_LINES : 0,
    newId: () => (ids += 1).toString(16).padStart(6, '0'),
  });
  return explained.map(({ incident, file }) => {
    const start = performance.now();
    const diagnosis = diagnose(file);
    const ms = performance.now() - start;
    const show = (text: string): string => applyLogSharing(redact(text), 'full');
    return {
      kind: incident.kind,
      workload: `${incident.workload.kind}/${incident.workload.name}`,
      rootCause: show(diagnosis.rootCause),
      withoutLogs: applyLogSharing(redact(diagnosis.rootCause), 'off'),
      confidence: diagnosis.confidence,
      rule: diagnosis.rule ?? '-',
      fixes: diagnosis.fixes.map((fix) => ({ ...fix, command: fix.command === undefined ? '' : show(fix.command) })),
      everything: JSON.stringify(incidentJson({ ...incident, diagnosis }, show)),
      ageMs: bundle.nowMs - incident.beganAtMs,
      ms,
    };
  });
}

/** What the rules say of a program's end by its log, exit code, command and environment alone. */
function explainProgram(one: ProgramCase): Answer {
  const { command = [], env = [], exitCode } = one;
  const reason = exitCode === 0 ? 'Completed' : 'Error';
  const file = logCase(one.log, { exitCode, reason, container: { command, env } });
  const start = performance.now();
  const diagnosis = diagnose(file);
  const ms = performance.now() - start;
  const show = (text: string): string => applyLogSharing(redact(text), 'full');
  return {
    kind: file.failures[0].kind,
    workload: one.program,
    rootCause: show(diagnosis.rootCause),
    withoutLogs: applyLogSharing(redact(diagnosis.rootCause), 'off'),
    confidence: diagnosis.confidence,
    rule: diagnosis.rule ?? '-',
    fixes: diagnosis.fixes.map((fix) => ({ ...fix, command: fix.command === undefined ? '' : show(fix.command) })),
    everything: '',
    ageMs: 0,
    ms,
  };
}

const verdicts: Verdict[] = [];

function report(name: string, key: Key, answers: readonly Answer[]): void {
  const verdict = judge(key, answers);
  verdicts.push(verdict);
  const bad =
    !verdict.cause || verdict.wrong.length > 0 || verdict.leaks.length > 0 || (key.expect_alert && !verdict.kind);
  if (!verbose && !bad) return;
  const marks = [
    verdict.cause ? 'ok' : key.expect_alert ? 'MISS' : 'NOT SILENT',
    verdict.kind ? '' : 'KIND',
    verdict.wrong.length > 0 ? `CLAIMS ${verdict.wrong.join(', ')}` : '',
    verdict.leaks.length > 0 ? `LEAKS ${String(verdict.leaks.length)}` : '',
    verdict.causeWithoutLogs || !verdict.cause ? '' : 'only with logs',
  ];
  console.log(`${marks.filter(Boolean).join(' ')}  ${name} [${key.failure_kind}]`);
  for (const answer of answers) {
    console.log(`    ${answer.kind} ${answer.workload} (${answer.rule} ${answer.confidence}): ${answer.rootCause}`);
    for (const fix of verbose ? answer.fixes : [])
      console.log(`      ${fix.verified ? '+' : '-'} ${fix.summary} ${fix.command}`);
  }
  if (!verdict.cause) console.log(`    want ${JSON.stringify(key.must_mention)}: ${key.root_cause}`);
}

for (const folder of readdirSync(dir).sort()) {
  const keyFile = join(dir, folder, 'key.json');
  if (!existsSync(keyFile) || (only !== undefined && !folder.startsWith(only))) continue;
  report(folder, JSON.parse(readFileSync(keyFile, 'utf8')) as Key, await replay(folder));
}
for (const one of readPrograms(dir).flatMap(([, cases]) => cases)) {
  if (only !== undefined && one.id !== only) continue;
  const key: Key = { ...one, failure_kind: 'crash-loop', expect_alert: true, hard: one.hard ?? false };
  report(one.id, key, [explainProgram(one)]);
}
console.log(sum(verdicts));
if (args.includes('--docs')) writeEvalDocs(verdicts, dir);
