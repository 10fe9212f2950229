/** What stands where a secret was. */
export const placeholder = '[redacted]';

// Private-use code points delimit quoted parts of a text for later stages; a redacted stretch must not swallow them.
const delimiters = /[\uE000-\uF8FF]/gu;

/** The placeholder for a stretch of text, with the private-use delimiters that the stretch held. */
export function placeholderFor(removed: string): string {
  const kept = removed.match(delimiters);
  return kept === null ? placeholder : placeholder + kept.join('');
}
