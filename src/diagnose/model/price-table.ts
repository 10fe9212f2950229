import { baseName } from './model-names.ts';
import type { ListedModel } from './model-names.ts';

/** Tokens of one call, as the API bills them. */
export interface Usage {
  /** Without those that were written to or read from the prompt cache. */
  readonly inputTokens: number;
  readonly cacheWriteTokens: number;
  readonly cacheReadTokens: number;
  readonly outputTokens: number;
}

export const noUsage: Usage = { inputTokens: 0, cacheWriteTokens: 0, cacheReadTokens: 0, outputTokens: 0 };

interface Price {
  readonly input: number;
  readonly cacheWrite: number;
  readonly cacheRead: number;
  readonly output: number;
}

const price = (input: number, cacheWrite: number, cacheRead: number, output: number): Price => ({
  input,
  cacheWrite,
  cacheRead,
  output,
});

// US dollars per million tokens, cache writes for 5 min: platform.claude.com/docs/en/about-claude/pricing and the models'
// own pages, read in November 2026. Haiku 5.5 costs five times as much for prompts over 100,000 tokens; ours are far smaller.
const prices: Readonly<Record<string, Price>> = {
  'claude-haiku-5-5': price(0.1, 0.125, 0.01, 0.5),
  'claude-sonnet-5-5': price(2, 2.5, 0.2, 10),
  'claude-opus-5-5': price(4, 5, 0.2, 20),
  'claude-sonnet-5': price(2, 2.5, 0.2, 10),
  'claude-opus-5': price(5, 6.25, 0.5, 25),
  'claude-fable-5-1': price(10, 12.5, 0.25, 50),
  'claude-fable-5': price(10, 12.5, 1, 50),
  'claude-opus-4-8': price(5, 6.25, 0.5, 25),
  'claude-opus-4-7': price(5, 6.25, 0.5, 25),
  'claude-opus-4-6': price(5, 6.25, 0.5, 25),
  'claude-opus-4-5': price(5, 6.25, 0.5, 25),
  'claude-sonnet-4-6': price(3, 3.75, 0.3, 15),
  'claude-sonnet-4-5': price(3, 3.75, 0.3, 15),
  'claude-haiku-4-5': price(1, 1.25, 0.1, 5),
} satisfies Partial<Record<ListedModel, Price>>;

/** What a call cost in US dollars; undefined for a model whose price is not known. */
export function costUsd(model: string, usage: Usage): number | undefined {
  const known = prices[baseName(model)];
  if (known === undefined) return undefined;
  const micros =
    usage.inputTokens * known.input +
    usage.cacheWriteTokens * known.cacheWrite +
    usage.cacheReadTokens * known.cacheRead +
    usage.outputTokens * known.output;
  return micros / 1_000_000;
}

/** All tokens of a call; those from the prompt cache count too, as they do for rate limits of older models. */
export function totalTokens(usage: Usage): number {
  return usage.inputTokens + usage.cacheWriteTokens + usage.cacheReadTokens + usage.outputTokens;
}

/** Two calls together. */
export function addUsage(one: Usage, two: Usage): Usage {
  return {
    inputTokens: one.inputTokens + two.inputTokens,
    cacheWriteTokens: one.cacheWriteTokens + two.cacheWriteTokens,
    cacheReadTokens: one.cacheReadTokens + two.cacheReadTokens,
    outputTokens: one.outputTokens + two.outputTokens,
  };
}
