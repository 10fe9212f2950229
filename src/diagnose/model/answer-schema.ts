import * as z from 'zod';

const ids = z.array(z.string()).describe('ids of the evidence it rests on, e.g. ["E1","E4"]; at least one');

const claim = z.object({
  text: z.string().describe('one plain sentence; every name, number and code in it stands in the cited evidence'),
  evidence: ids,
});

/** What the model must answer; limits that the API's schemas cannot state are checked on the answer. */
export const answerSchema = z.object({
  agrees: z.boolean().describe('true when the verdict of the rules is right and complete enough to act on'),
  cause: z
    .array(claim)
    .describe(
      'the root cause in one or two sentences, the first one alone must make sense; empty when the evidence does not show it',
    ),
  confidence: z.enum(['high', 'medium', 'low', 'unknown']),
  fixes: z
    .array(
      z.object({
        summary: z.string().describe('what to do, one short sentence'),
        command: z.string().describe('one kubectl command, or an empty string'),
        evidence: ids,
      }),
    )
    .describe('at most three, the least invasive first'),
});

/** The model's answer, well-formed but not yet believed. */
export type ModelAnswer = z.infer<typeof answerSchema>;

/** One sentence with the evidence that it names. */
export type Claim = z.infer<typeof claim>;

/** The answer in a text; undefined when it is no JSON or not of the schema. A code fence around it is forgiven. */
export function readAnswer(text: string): ModelAnswer | undefined {
  const bare = text
    .trim()
    .replace(/^```(?:json)?\s*/u, '')
    .replace(/\s*```$/u, '');
  try {
    const parsed = answerSchema.safeParse(JSON.parse(bare));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
