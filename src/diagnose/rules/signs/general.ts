import { quoteLog } from '../../../model/log-quote.ts';
import { trouble } from '../../logs/line-weight.ts';
import type { Hit, Sign } from '../../logs/sign.ts';
import { settingsSpokenOf } from '../../settings.ts';
import { short } from './common-fixes.ts';

// PostgreSQL and others put the particulars on a line of their own.
function detailOf(hit: Hit): string {
  const next = hit.log.lines[hit.line.index + 1];
  return next !== undefined && /\bDETAIL: /.test(next.text) ? ` (${next.message})` : '';
}

// `shard 4 is out of range` with CATALOG_SHARD=4: most likely that variable.
function spokenOf(hit: Hit): string {
  const spoken = settingsSpokenOf(hit.view.spec, hit.line.message);
  return spoken.length === 0
    ? ''
    : `, started with ${spoken.map(({ name, value }) => `${name}=${value}`).join(' and ')}`;
}

/** Lines that say that something went wrong without being known here: the weightiest is shown. */
export const generalSigns: readonly Sign[] = [
  {
    id: 'general/fatal-line',
    rank: 'general',
    // Any message that is known counts for more.
    strength: -10,
    pattern: /./,
    read: (hit) => {
      const marked = hit.line.level === 'fatal' || hit.line.level === 'error';
      if (!marked && !trouble.test(hit.line.message)) return undefined;
      // `fatal: no etcd` says less than a known message elsewhere.
      const bare = hit.line.message.split(/\s+/).length < 5 && !/["'`/\d]/.test(hit.line.message);
      return {
        bonus: bare ? -14 : 0,
        // A stack trace in a field of the line adds nothing here.
        cause: `Its log says ${quoteLog(short(`${hit.line.message.replace(/(?<=[^\n]{20})\n[\s\S]*$/u, '')}${detailOf(hit)}`, 400))}${spokenOf(hit)}`,
        fixes: [],
        confidence: marked ? 'medium' : 'low',
      };
    },
  },
];
