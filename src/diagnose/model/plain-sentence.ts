import { visibleText } from '../../lib/redaction/visible-text.ts';
import { speaksToItsReader } from './injection-signs.ts';

/** A sentence that may be shown, or the reason why it may not. */
export type Sentence = { readonly text: string } | { readonly problem: string };

const link = /[a-z][a-z0-9+.-]*:\/\/|\bwww\.|\bmailto:|\]\s*\(|\bhxxps?/iu;
const mention = /[@\uff20](?!sha256:)[\p{L}\p{N}_]|<\s*[!@#/\p{L}]/u;
const calming =
  /\b(?:no (?:real |actual )?(?:problem|issue|error|failure|fault|action|cause)|nothing (?:is )?(?:wrong|to do)|false (?:alarm|positive)|(?:works?|working|runs?|running|is|are) (?:fine|well|normally|healthy|ok|okay|stable|as expected|as intended)|everything|can be ignored|safe(?:ly)? to ignore|ignor(?:e|ed|ing)|benign|harmless|resolved itself|recovered|healthy)\b/iu;

/**
 * Text of the model as one plain sentence: characters normalized (NFKC), hidden ones removed, emphasis taken off. Links,
 * mentions, markup, reassurance and text that addresses its reader are refused rather than repaired.
 */
export function plainSentence(raw: string, mostCharacters: number): Sentence {
  const text = visibleText(raw.normalize('NFKC'))
    .replace(/[\uE000-\uF8FF]/gu, '')
    .replace(/\s+/gu, ' ')
    .replace(/[`*]+/gu, '')
    .replace(/^(?:#+|[-\u2022]|\d+[.)])\s+/u, '')
    .trim();
  if (text === '') return { problem: 'empty' };
  if (Array.from(text).length > mostCharacters) return { problem: 'too long' };
  if (link.test(text)) return { problem: 'a link' };
  if (mention.test(text)) return { problem: 'a mention or markup' };
  if (speaksToItsReader(text)) return { problem: 'it addresses its reader' };
  if (calming.test(text)) return { problem: 'it says what is not wrong' };
  return { text };
}
