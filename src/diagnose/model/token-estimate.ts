/**
 * Tokens that a text takes at most, roughly: three bytes each. English is nearer to four, log lines with ids and the newer
 * tokenizers nearer to three; a cap must not be passed because of an estimate that was too low.
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text, 'utf8') / 3);
}
