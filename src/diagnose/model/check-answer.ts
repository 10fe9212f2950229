import type { Redactor } from '../../lib/redaction/redact.ts';
import type { CaseFile } from '../../model/case-file.ts';
import type { Confidence, Fix } from '../../model/diagnosis.ts';
import type { Evidence } from '../../model/evidence.ts';
import { containersOf } from '../verify/known-objects.ts';
import type { Claim, ModelAnswer } from './answer-schema.ts';
import type { Brief, BriefFact } from './brief.ts';
import { checkCommand } from './check-command.ts';
import { bearingLines, unsupported } from './claim-support.ts';
import { speaksToItsReader } from './injection-signs.ts';
import { plainSentence } from './plain-sentence.ts';

/** What is left of an answer after everything that the case does not support was thrown out. */
export interface CheckedAnswer {
  readonly agrees: boolean;
  /** The sentences that hold, joined; undefined when the first one does not. */
  readonly cause: string | undefined;
  /** What they rest on, in the order of the brief. */
  readonly evidence: readonly Evidence[];
  /** Nothing had to be thrown out of the cause. */
  readonly whole: boolean;
  readonly confidence: Confidence;
  readonly fixes: readonly Fix[];
  /** Why something was thrown out; one entry for each. */
  readonly dropped: readonly string[];
}

interface Problem {
  readonly problem: string;
}

const mostSentences = 2;
const mostFixes = 3;
const sentenceCharacters = 400;
const summaryCharacters = 200;
/** Words that a sentence must share with what it rests on. */
const leastShared = 2;

/** Checks an answer against the case: nothing in the result is there only because the model said so. */
export function checkAnswer(answer: ModelAnswer, brief: Brief, file: CaseFile, redact: Redactor): CheckedAnswer {
  const bench: Bench = {
    file,
    redact,
    facts: new Map(brief.facts.map((fact) => [fact.evidence.id, fact])),
    names: namesOf(file),
    verdict: speaksToItsReader(brief.rules.rootCause) ? [] : [brief.rules.rootCause],
  };
  const dropped: string[] = [];
  const sentences: string[] = [];
  const cited = new Set<BriefFact>();
  for (const claim of answer.cause.slice(0, mostSentences)) {
    const held = checkClaim(claim, sentenceCharacters, bench);
    if ('problem' in held) {
      dropped.push(held.problem);
      // The second sentence alone may not make sense.
      break;
    }
    sentences.push(/[.!?]$/u.test(held.text) ? held.text : `${held.text}.`);
    for (const fact of held.rests) cited.add(fact);
  }
  const whole = sentences.length > 0 && dropped.length === 0 && answer.cause.length <= mostSentences;
  const fixes: Fix[] = [];
  for (const proposed of answer.fixes.slice(0, mostFixes)) {
    const fix = checkFix(proposed, bench);
    if ('problem' in fix) dropped.push(fix.problem);
    else fixes.push(fix);
  }
  return {
    agrees: answer.agrees,
    cause: sentences.length === 0 ? undefined : sentences.join(' '),
    evidence: brief.facts.filter((fact) => cited.has(fact)).map(({ evidence }) => evidence),
    whole,
    confidence: answer.confidence,
    fixes,
    dropped,
  };
}

interface Bench {
  readonly file: CaseFile;
  readonly redact: Redactor;
  readonly facts: ReadonlyMap<string, BriefFact>;
  readonly names: ReadonlySet<string>;
  /** The rules' own words, of which a sentence may make use. */
  readonly verdict: readonly string[];
}

interface Held {
  readonly text: string;
  readonly rests: readonly BriefFact[];
}

function checkClaim(claim: Claim, mostCharacters: number, bench: Bench, command?: string): Held | Problem {
  const sentence = plainSentence(claim.text, mostCharacters);
  if ('problem' in sentence) return sentence;
  const rests: BriefFact[] = [];
  const lent: string[] = [];
  for (const id of claim.evidence) {
    const fact = bench.facts.get(id.trim());
    if (fact === undefined) return { problem: 'unknown evidence' };
    // What addresses its reader proves nothing, whoever cites it.
    if (fact.suspect) return { problem: 'suspect evidence' };
    const lines = bearingLines(sentence.text, fact, bench.names);
    // A checked command carries its summary; any other sentence rests only on what has to do with it.
    if (lines.length === 0 && command === undefined) continue;
    rests.push(fact);
    lent.push(...lines);
  }
  if (rests.length === 0) return { problem: 'no evidence' };
  const texts = [...lent, ...bench.verdict, ...(command === undefined ? [] : [command])];
  const problem = unsupported(sentence.text, {
    texts,
    names: bench.names,
    leastShared: command === undefined ? leastShared : 0,
  });
  if (problem !== undefined) return { problem };
  if (bench.redact(sentence.text) !== sentence.text) return { problem: 'a secret' };
  return { text: sentence.text, rests };
}

// What takes something away for good, or opens what was closed, is a person's idea to have.
const risky =
  /\b(?:delet\w*|destroy\w*|wip(?:e|es|ing)|drop(?:s|ping)?|purg\w*|eras\w*|format(?:ting)? the|truncat\w*|uninstall\w*|disabl\w*|turn(?:ing)? off|switch(?:ing)? off|shut(?:ting)? down|scal\w* (?:\w+ ){0,4}to (?:0|zero)|privileged|cluster-admin|root access|host ?network|host ?path|insecure|skip\w*|grant\w*|777|expos\w*|public|exec\b|evict\w*|drain\w*|cordon\w*)/iu;

function checkFix({ summary, command, evidence }: ModelAnswer['fixes'][number], bench: Bench): Fix | Problem {
  const plain = command.trim();
  if (risky.test(summary)) return { problem: 'a risky fix' };
  const held = checkClaim({ text: summary, evidence }, summaryCharacters, bench, plain === '' ? undefined : plain);
  if ('problem' in held) return held;
  if (plain === '') return { summary: held.text, verified: false };
  // Names of variables only: an image or a host that a log speaks of is not a value to set.
  const variables = held.rests.flatMap(({ text }) => text.match(/\b[A-Z][A-Z0-9_]{2,}\b/gu) ?? []);
  const checked = checkCommand(plain, bench.file, variables);
  if ('problem' in checked) return { problem: `command: ${checked.problem}` };
  if (bench.redact(plain) !== plain) return { problem: 'a secret in a command' };
  return { summary: held.text, command: plain, verified: checked.verified };
}

/** Names that need no evidence: whose case this is. */
function namesOf(file: CaseFile): ReadonlySet<string> {
  const objects = [...file.owners, ...(file.pod === undefined ? [] : [{ ...file.pod, kind: 'Pod' }])];
  return new Set(
    [
      file.workload.name,
      file.workload.kind,
      file.workload.namespace,
      file.pod?.metadata?.name,
      ...objects.flatMap((object) => containersOf(object).map(({ name }) => name)),
    ].filter((name) => name !== undefined),
  );
}
