/** Where a value stands in a text: quotes excluded. */
interface ValueSpan {
  readonly from: number;
  readonly to: number;
  readonly quoted: boolean;
}

// Longest value that is read; also what bounds the time spent on hostile text.
const maxQuoted = 8_192;
const maxBare = 1_024;

const opening = /(\\{0,3})(["'`])|[|>][-+]?[ \t]*\n/y;
const closers = new Set([')', ']', '}', '>']);

/**
 * Reads the value that begins at `from`: quoted (also with escaped quotes), a YAML block, or bare. A bare value ends at
 * white space; at the start of a line it reaches the line's end, unless another name=value follows.
 */
export function readValue(
  text: string,
  from: number,
  where: { readonly lineStart: boolean; readonly xml: boolean },
): ValueSpan {
  if (where.xml) {
    const to = text.slice(from, from + maxBare).search(/[<\n]|$/u);
    // `AUTH <password> called …` is a usage text, not an element.
    return { from, to: text.startsWith('</', from + to) ? from + to : from, quoted: false };
  }
  opening.lastIndex = from;
  const match = opening.exec(text);
  if (match?.[2] !== undefined) {
    const span = readQuoted(text, opening.lastIndex, (match[1] ?? '') + match[2]);
    if (span !== undefined) return span;
    return readBare(text, opening.lastIndex, false);
  }
  if (match !== null) return readBlock(text, opening.lastIndex);
  return readBare(text, from, where.lineStart);
}

function readQuoted(text: string, from: number, quote: string): ValueSpan | undefined {
  const limit = Math.min(text.length, from + maxQuoted);
  for (let at = from; at < limit; at++) {
    if (isDelimiter(text.charCodeAt(at))) return { from, to: at, quoted: true };
    if (text.startsWith(quote, at)) return { from, to: at, quoted: true };
    if (quote.length === 1 && text[at] === '\\') at++;
  }
  return undefined;
}

/** The indented lines of a YAML block scalar. */
function readBlock(text: string, from: number): ValueSpan {
  const block = /^(?:[ \t][^\n]*(?:\n|$)|\n)+/u.exec(text.slice(from, from + maxQuoted));
  const body = (block?.[0] ?? '').trimEnd();
  return { from, to: from + body.length, quoted: true };
}

function readBare(text: string, from: number, lineStart: boolean): ValueSpan {
  const limit = Math.min(text.length, from + maxBare);
  let to = from;
  while (to < limit && !endsBare(text, to)) to++;
  if (lineStart && to < limit && text[to] === ' ') {
    const rest = text.slice(to, limit);
    const line = rest.slice(0, rest.search(/[\n\uE000-\uF8FF]|$/u));
    // Another pair, or a comment, or a sentence: only the first word is the value.
    if (!/[\s,;][\w.-]+[=:]|\s#|[.!?]\s|[)"']/u.test(line) && line.trim().split(/\s+/u).length <= 5)
      to += line.trimEnd().length;
  }
  return { from, to, quoted: false };
}

function endsBare(text: string, at: number): boolean {
  const character = text[at] ?? '';
  if (/[\s"'`<\\]/u.test(character) || isDelimiter(text.charCodeAt(at))) return true;
  if (character === '&') return /^&(?:amp;)?[\w.-]{1,64}=/u.test(text.slice(at, at + 72)) || at + 1 === text.length;
  if (character === ',' || character === ';' || character === '|')
    return /^.(?:$|[\s"'`}\])]|[\w .-]{1,40}[=:])/u.test(text.slice(at, at + 48));
  if (closers.has(character)) return /^.(?:$|[\s"'`,;:.)\]}>&])/u.test(text.slice(at, at + 2));
  return false;
}

function isDelimiter(code: number): boolean {
  return code >= 0xe000 && code <= 0xf8ff;
}
