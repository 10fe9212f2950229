import { describe, expect, test } from '@jest/globals';
import { buildBrief } from '../../../src/diagnose/model/brief.ts';
import { userText } from '../../../src/diagnose/model/prompt.ts';
import { promptPreview } from '../../../src/diagnose/second-opinion.ts';
import type { CaseFile } from '../../../src/model/case-file.ts';
import type { Diagnosis } from '../../../src/model/diagnosis.ts';
import { quoteLog } from '../../../src/model/log-quote.ts';
import { secretShapes } from '../../lib/redaction-samples.ts';
import { checkoutCase, redact, rulesVerdict } from './opinion-bench.ts';

/** A case with the given text in every field that may leave. */
function caseFull(text: string): { readonly file: CaseFile; readonly rules: Diagnosis } {
  const file = checkoutCase({ log: `starting\nERROR ${text}\nexit`, event: `failed: ${text}`, args: [text] });
  const [failure] = file.failures;
  const condition = { type: 'Ready', status: 'False', reason: 'Failed', message: text };
  const waiting = { waiting: { reason: 'CreateContainerError', message: text } };
  const status = {
    name: 'api',
    ready: false,
    state: waiting,
    lastState: { terminated: { exitCode: 1, message: text } },
  };
  const pod = { ...file.pod, status: { phase: 'Pending', conditions: [condition], containerStatuses: [status] } };
  const sibling = { ...pod, metadata: { name: 'checkout-2', namespace: 'shop' } };
  const owner = {
    ...file.owners[0],
    kind: 'Deployment',
    status: { conditions: [{ ...condition, type: 'Available' }] },
  };
  const quota = { kind: 'ResourceQuota', metadata: { name: 'q', namespace: 'shop' }, status: { hard: { note: text } } };
  const full: CaseFile = {
    ...file,
    failures: [{ ...failure, message: text }],
    pod,
    pods: [pod, sibling],
    owners: [owner],
    cluster: [quota],
    gaps: [{ source: 'log api', why: `failed: ${text}` }],
  };
  const verdict = rulesVerdict('medium', text);
  const rules: Diagnosis = {
    ...verdict,
    rootCause: `It fails with ${quoteLog(text)}.`,
    changed: `env NOTE ${text}`,
    evidence: [...verdict.evidence, { id: 'E3', source: `event ${text}`, text }],
  };
  return { file: full, rules };
}

describe('no secret leaves in a prompt, whatever field it stands in', () => {
  test('there are at least sixty shapes', () => {
    expect(secretShapes.length).toBeGreaterThanOrEqual(60);
  });

  test.each(secretShapes.map((shape) => [shape.name, shape] as const))('%s', (_, shape) => {
    const { file, rules } = caseFull(shape.text);
    const prompt = userText(buildBrief(file, rules, { redact, sharing: 'full' }));
    const plain = prompt.replaceAll('\\u003c', '<').replaceAll('\\u003e', '>');
    for (const secret of shape.secrets) {
      expect(plain).not.toContain(secret);
      expect(plain).not.toContain(JSON.stringify(secret).slice(1, -1));
    }
    expect(prompt).toContain('[redacted]');
  });

  test('a value whose variable speaks of a secret, however plain it looks', () => {
    const file = checkoutCase({
      env: [
        { name: 'DB_PASSWORD', value: 'plainword' },
        { name: 'REGION', value: 'eu-west-1' },
      ],
    });
    const prompt = userText(buildBrief(file, rulesVerdict(), { redact, sharing: 'full' }));
    expect(prompt).not.toContain('plainword');
    expect(prompt).toContain('DB_PASSWORD');
    expect(prompt).toContain('REGION=eu-west-1');
  });
});

describe('log sharing', () => {
  const long = `ERROR ${'q'.repeat(300)} failed at the end`;
  const file = checkoutCase({ log: `2026-11-20T10:02:00Z DEBUG the quick brown fox\n${long}` });
  const rules: Diagnosis = { ...rulesVerdict('medium', long), rootCause: `It failed: ${quoteLog(long)}.` };
  const prompt = (sharing: 'off' | 'excerpt' | 'full'): string =>
    userText(buildBrief(file, rules, { redact, sharing }));

  test('off: no word of a log, nor of what a program said about its end', () => {
    const [pod] = file.pods;
    const ended = { terminated: { exitCode: 1, message: 'said by the program' } };
    const status = { name: 'api', state: ended };
    const dead: CaseFile = {
      ...file,
      pod: { ...pod, status: { containerStatuses: [status] } },
      pods: [{ ...pod, status: { containerStatuses: [status] } }],
      failures: [{ ...file.failures[0], message: 'said by the program' }],
    };
    const text = userText(buildBrief(dead, rules, { redact, sharing: 'off' }));
    expect(text).not.toMatch(/qqq|fox|said by/u);
  });

  test('excerpt: telling lines, cut at 160 characters, not the rest', () => {
    expect(prompt('excerpt')).toContain('q'.repeat(100));
    expect(prompt('excerpt')).not.toContain('q'.repeat(161));
    expect(prompt('excerpt')).not.toContain('fox');
  });

  test('full: the end of the log too', () => {
    expect(prompt('full')).toContain('q'.repeat(300));
    expect(prompt('full')).toContain('fox');
  });
});

describe('the preview', () => {
  test.each([
    ['off', 'no text of container logs'],
    ['excerpt', '160 characters'],
    ['full', 'the end of the log'],
  ] as const)('%s says what of the logs is in it', (sharing, words) => {
    const text = promptPreview(checkoutCase(), rulesVerdict(), { redact, sharing });
    expect(text).toContain(words);
    expect(text).toContain(userText(buildBrief(checkoutCase(), rulesVerdict(), { redact, sharing })));
    expect(text).toContain('claude-haiku-5-5');
  });
});

test('a huge case stays within its tokens, the evidence of the rules first', () => {
  const lines = Array.from({ length: 5000 }, (_, index) => `ERROR ${String(index)} ${'failed to do so '.repeat(40)}`);
  const file = checkoutCase({ log: lines.join('\n'), event: 'x'.repeat(500_000) });
  const brief = buildBrief(file, rulesVerdict(), { redact, sharing: 'full' });
  expect(Buffer.byteLength(userText(brief))).toBeLessThan(30_000);
  expect(brief.facts[0]?.evidence.id).toBe('E1');
});
