/** How much text of container logs may leave the cluster (setting SHARE_LOGS). */
export type LogSharing = 'off' | 'excerpt' | 'full';

/**
 * Longest piece of a log line that `excerpt` lets out, in code points.
 */
const excerptLength = 160;

// Private-use code points; they are stripped from what is quoted, so untrusted text cannot forge or close a quote.
const open = '\uE0A1';
const close = '\uE0A2';
const marks = /[\uE0A1\uE0A2]/gu;
const quoted = /\uE0A1([^\uE0A1\uE0A2]*)\uE0A2/gu;

/**
 * Marks free text that came out of a container's log. Typed facts that a rule extracts (an identifier, a path, host:port,
 * a number, an error class, a fragment that the rule itself knows) are not quoted; everything else from a log is.
 */
export function quoteLog(text: string): string {
  return open + text.replace(marks, '') + close;
}

/** Removes quote marks from untrusted text before it is built into a sentence. */
export function stripLogQuotes(text: string): string {
  return text.replace(marks, '');
}

/**
 * Turns quoted log text into what may leave under the given sharing: `off` replaces it by an ellipsis, `excerpt` cuts it to
 * 160 code points a line, `full` keeps it. The result holds no quote marks. Redaction is a separate step and comes first.
 */
export function applyLogSharing(text: string, sharing: LogSharing): string {
  return text
    .replace(quoted, (_, inner: string) => {
      if (sharing === 'full') return inner;
      if (sharing === 'off') return '…';
      return inner.split('\n').map(cut).join('\n');
    })
    .replace(marks, '');
}

function cut(line: string): string {
  const points = Array.from(line);
  return points.length <= excerptLength ? line : points.slice(0, excerptLength - 1).join('') + '…';
}
