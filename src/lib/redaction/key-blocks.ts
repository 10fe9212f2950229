import { placeholderFor } from './placeholder.ts';

const begin = /-{4,5} ?BEGIN [A-Z0-9][A-Z0-9 ]{0,60}-{4,5}/gu;
const end = /-{4,5} ?END [A-Z0-9][A-Z0-9 ]{0,60}-{4,5}/gu;

// A line (or a one-line block's piece, split by a literal \n) that may belong to the body of a block.
const bodyPiece = /^(?:[A-Za-z0-9+/=]{16,}|[A-Za-z0-9+/]{1,15}={0,2}|(?:Proc-Type|DEK-Info|Comment|Version): .*|)$/u;
const longPiece = /^[A-Za-z0-9+/=]{40,}$/u;
const lastPiece = /^[ \t]*[A-Za-z0-9+/=]{16,}/u;
const pieces = /\\n|\n/gu;

/**
 * Removes PEM and OpenSSH blocks, over several lines or in one line with literal \n, also where the beginning or the end
 * was cut off. Linear: every position is visited a fixed number of times.
 */
export function redactKeyBlocks(text: string): string {
  if (!text.includes('----')) return text;
  const ends = [...text.matchAll(end)].map((match) => ({ from: match.index, to: match.index + match[0].length }));
  let out = '';
  let at = 0;
  let next = 0;
  const begins = [...text.matchAll(begin)];
  for (const [index, match] of begins.entries()) {
    if (match.index < at) continue;
    while (next < ends.length && (ends[next]?.from ?? 0) < match.index) next++;
    out += redactOrphanEnds(text.slice(at, match.index));
    const close = ends[next];
    const closed = close !== undefined && close.from < (begins[index + 1]?.index ?? text.length);
    const to = closed ? close.to : endOfBody(text, match.index + match[0].length);
    out += placeholderFor(text.slice(match.index, to));
    at = to;
  }
  return out + redactOrphanEnds(text.slice(at));
}

function endOfBody(text: string, from: number): number {
  let at = from;
  const dashes = text.indexOf('----', from);
  for (const piece of splitPieces(text.slice(0, dashes === -1 ? text.length : dashes), from)) {
    if (!bodyPiece.test(piece.text.trim())) {
      // The last line may have words of a sentence behind it.
      return piece.from + (lastPiece.exec(piece.text)?.[0].length ?? 0);
    }
    at = piece.to;
  }
  return at;
}

/** A block whose beginning was cut off: the long base64 lines before its END line go, too. */
function redactOrphanEnds(text: string): string {
  if (!text.includes('----')) return text;
  let out = '';
  let at = 0;
  for (const match of text.matchAll(end)) {
    let from = match.index;
    const before = [...splitPieces(text.slice(at, match.index), 0)];
    for (const piece of before.reverse()) {
      const trimmed = piece.text.trim();
      if (trimmed !== '' && !longPiece.test(trimmed) && !(from === match.index && bodyPiece.test(trimmed))) break;
      from = at + piece.from;
    }
    const to = match.index + match[0].length;
    out += text.slice(at, from) + placeholderFor(text.slice(from, to));
    at = to;
  }
  return out + text.slice(at);
}

function* splitPieces(text: string, from: number): Generator<{ text: string; from: number; to: number }> {
  let at = from;
  for (const match of text.slice(from).matchAll(pieces)) {
    const to = from + match.index;
    yield { text: text.slice(at, to), from: at, to };
    at = to + match[0].length;
  }
  yield { text: text.slice(at), from: at, to: text.length };
}
