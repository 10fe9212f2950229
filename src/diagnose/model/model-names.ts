import type { Model } from '@anthropic-ai/sdk/resources/messages';

type Literal<Name> = Name extends string ? (string extends Name ? never : Name) : never;

/** A model that the SDK's own type lists by name. */
export type ListedModel = Literal<Model>;

/** The first stage: quick and cheap, for cases in which the rules are sure. */
export const smallModel = 'claude-haiku-5-5' satisfies ListedModel;

/** The second stage, and the only one where the rules are unsure. */
export const strongModel = 'claude-sonnet-5-5' satisfies ListedModel;

/** How a model wants to be asked. */
export interface RequestStyle {
  readonly thinking?: { readonly type: 'disabled' };
  readonly effort?: 'low' | 'medium';
  /** Room for thinking, added to the longest answer: max_tokens counts both. */
  readonly thinkingTokens: number;
}

const thinkingRoom = 4096;

// platform.claude.com/docs/en/models: Haiku 5.5 takes `disabled`; Sonnet 5.5 and Opus 5.5 refuse it, there effort is the lever.
const styles: Readonly<Record<string, RequestStyle>> = {
  'claude-haiku-5-5': { thinking: { type: 'disabled' }, thinkingTokens: 0 },
  'claude-sonnet-5-5': { effort: 'low', thinkingTokens: thinkingRoom },
  'claude-opus-5-5': { effort: 'low', thinkingTokens: thinkingRoom },
} satisfies Partial<Record<ListedModel, RequestStyle>>;

/** A model's style; one that is not known here is asked plainly, with room to think. */
export function requestStyle(model: string): RequestStyle {
  return styles[baseName(model)] ?? { thinkingTokens: thinkingRoom };
}

/** `anthropic/claude-haiku-4-5-20251001` → `claude-haiku-4-5`: without a gateway's prefix and the date of a snapshot. */
export function baseName(model: string): string {
  return model
    .replace(/^.*\//u, '')
    .replace(/^(?:[a-z]{2,6}\.)?anthropic\./u, '')
    .replace(/-\d{8}$/u, '');
}
