import { visibleText } from './visible-text.ts';

// What stands between two unescaped quotes of one line. Every quote may open a literal, so that a stray one shifts nothing.
const between = /(?<=")(?:[^"\\\n]|\\[^\n])+/gu;
const maxDepth = 4;

/**
 * Applies `redact` to what escaped string literals say (`"{\"password\":\"x\"}"`, `"a\nb"`), level by level, and writes
 * them back escaped. Literals in which nothing was found stay as they are.
 */
export function redactEscapedStrings(text: string, redact: (plain: string) => string, depth = 0): string {
  if (depth === maxDepth || !text.includes('\\') || !text.includes('"')) return text;
  return text.replace(between, (written: string, offset: number) => {
    if (!written.includes('\\') || text[offset + written.length] !== '"') return written;
    const said = unescape(written);
    if (said === undefined) return written;
    const cleaned = redact(redactEscapedStrings(visibleText(said), redact, depth + 1));
    return cleaned === said ? written : JSON.stringify(cleaned).slice(1, -1);
  });
}

function unescape(written: string): string | undefined {
  try {
    const said: unknown = JSON.parse(`"${written.replaceAll('\t', ' ')}"`);
    return typeof said === 'string' ? said : undefined;
  } catch {
    return undefined;
  }
}
