import { hasToken } from '../settings.ts';
import { isCommonWord, stem } from './claim-vocabulary.ts';

/** What a sentence may rest on. */
export interface Support {
  /** The cited facts, source and text, as the model saw them. */
  readonly texts: readonly string[];
  /** Names that every sentence about this case may use: of the workload, its namespace, pod and containers. */
  readonly names: ReadonlySet<string>;
  /** Words that must be shared with the facts; none where a checked command carries the sentence. */
  readonly leastShared: number;
}

/** Why a sentence is not supported, in a word or two; undefined when it is. */
export function unsupported(sentence: string, support: Support): string | undefined {
  const all = support.texts.join('\n');
  const stems = stemsOf(all);
  let shared = 0;
  for (const word of wordsOf(sentence)) {
    if (support.names.has(word)) continue;
    if (isPlain(word)) {
      if (stems.has(stem(word))) shared += word.length > 3 ? 1 : 0;
      else if (!isCommonWord(word)) return `"${word}" is not in the evidence`;
    } else if (hasToken(all, word)) {
      shared += 1;
    } else if (!isCommonWord(word)) {
      return `"${word}" is not in the evidence`;
    }
  }
  // A sentence of nothing but common words says nothing about this case.
  return shared >= support.leastShared ? undefined : 'it shares too little with the evidence';
}

/**
 * The lines of a fact that bear on a sentence, its source before each. A line that shares but one plain word with it lends it
 * that word and proves nothing; names of the case and words that every fact has do not count.
 */
export function bearingLines(
  sentence: string,
  fact: { readonly source: string; readonly text: string },
  names: ReadonlySet<string>,
): string[] {
  const lines = fact.text.split('\n').map((line) => `${fact.source}: ${line}`);
  return lines.filter((line) => weightShared(sentence, line, names) >= leastWeight);
}

/** A name, number or code, or two plain words. */
const leastWeight = 2;

function weightShared(sentence: string, line: string, names: ReadonlySet<string>): number {
  const stems = stemsOf(line);
  const seen = new Set<string>();
  let weight = 0;
  for (const word of wordsOf(sentence)) {
    if (names.has(word) || everywhere.has(word.toLowerCase()) || seen.has(stem(word))) continue;
    seen.add(stem(word));
    if (isPlain(word)) weight += word.length > 3 && stems.has(stem(word)) ? 1 : 0;
    else weight += hasToken(line, word) ? leastWeight : 0;
  }
  return weight;
}

const everywhere = new Set([
  'pod',
  'container',
  'event',
  'spec',
  'with',
  'from',
  'that',
  'this',
  'previous',
  'because',
]);

/** Words without the punctuation around them; what is inside a word stays: `db:5432`, `1.4.2`, `-listen-adress`. */
function wordsOf(sentence: string): string[] {
  return sentence
    .split(/[\s"\u201c\u201d\u201e\u00ab\u00bb()[\]{},;]+/u)
    .map((word) =>
      word
        .replace(/^['\u2018\u2019.:!?\u2026]+|['\u2018\u2019.:!?\u2026]+$/gu, '')
        .replace(/(?<=\p{L})['\u2019](?:s|re|t|ll|ve)$/u, ''),
    )
    .map((word) => word.replace(/n['\u2019]t$/u, 'n').replace(/^[\u2013\u2014-]+$|^=+$/u, ''))
    .filter((word) => word !== '');
}

/** A word of a language rather than a name, number, code or path. */
function isPlain(word: string): boolean {
  return /^\p{L}\p{Ll}*$/u.test(word);
}

/** All words inside the evidence, parts of names and codes too: `PAYMENT_GATEWAY_URL` holds "gateway". */
function stemsOf(text: string): Set<string> {
  const spaced = text.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2');
  return new Set([...(text.match(/\p{L}+/gu) ?? []), ...(spaced.match(/\p{L}+/gu) ?? [])].map(stem));
}
