import type { AppError } from '../model/errors.ts';
import { faultOf } from './api-error.ts';

/** How one connection of a stream ended. */
export interface Ending {
  /** What it was for when it ended: a list that had not arrived whole, or a watch. */
  readonly phase: 'sync' | 'watch';
  /** Streamed or in pages; a watch always streams. */
  readonly transport: 'stream' | 'pages';
  /**
   * - `closed`: the server ended it in good order
   * - `failed`: an error, see `error`
   * - `malformed`: something that is no event
   * - `stalled`: silence
   * - `overdue`: alive beyond its agreed time
   * - `history`: a probe found the server's history behind ours
   */
  readonly why: 'closed' | 'failed' | 'malformed' | 'stalled' | 'overdue' | 'history';
  readonly error?: AppError;
  /** The error came as a line of the watch. */
  readonly inStream?: boolean;
  /** Events and bookmarks that this connection brought. */
  readonly lines: number;
  readonly durationMs: number;
  /** Endings of the same kind in a row, this one included, without progress of the resourceVersion between them. */
  readonly repeats: number;
  /** Since the last list was complete, ms; Infinity when there was none. */
  readonly sinceListMs: number;
}

/** What to do next. */
export interface Decision {
  /** `resume`: watch from the last resourceVersion; `resync`: take the whole list again; `paged`: the same, in pages. */
  readonly next: 'resume' | 'resync' | 'paged';
  /** `none`: at once; `grow`: back-off; `slow`: at the pace for a server that refuses us. */
  readonly delay: 'none' | 'grow' | 'slow';
  /** What the server asked for, at least. */
  readonly atLeastMs?: number;
}

const betweenListsMs = 10_000;
/** With growing pauses these take about 10 s. */
const quickRefusals = 4;

/** Pure: the rules for every way in which a connection can end. */
export function decide(ending: Ending, shortWatchMs: number): Decision {
  const again = ending.phase === 'watch' ? 'resume' : 'resync';
  switch (ending.why) {
    case 'history':
      return { next: 'resync', delay: 'none' };
    case 'closed':
      return closed(ending, shortWatchMs);
    case 'overdue':
      return ending.phase === 'watch' ? { next: 'resume', delay: 'none' } : { next: 'paged', delay: 'grow' };
    case 'stalled':
      return ending.phase === 'watch' ? { next: 'resume', delay: 'none' } : { next: 'paged', delay: 'grow' };
    case 'malformed':
      // The event that broke would come again from the same resourceVersion: after two tries it is stepped over by a list.
      if (ending.phase === 'watch') return { next: ending.repeats < 2 ? 'resume' : 'resync', delay: 'grow' };
      return { next: ending.repeats < 2 ? 'resync' : 'paged', delay: 'grow' };
    case 'failed':
      return ending.error === undefined ? { next: again, delay: 'grow' } : failed(ending, ending.error);
  }
}

function closed(ending: Ending, shortWatchMs: number): Decision {
  if (ending.phase === 'sync') return { next: ending.repeats < 2 ? 'resync' : 'paged', delay: 'grow' };
  const veryShort = ending.durationMs < shortWatchMs && ending.lines === 0;
  return { next: 'resume', delay: veryShort ? 'grow' : 'none' };
}

function failed(ending: Ending, error: AppError): Decision {
  const again = ending.phase === 'watch' ? 'resume' : 'resync';
  const atLeast = error.retryAfterMs === undefined ? {} : { atLeastMs: error.retryAfterMs };
  if (faultOf(error)?.resourceVersionTooLarge === true) {
    // One API server of several may lag for a moment; one that stays behind has lost history.
    return { next: ending.repeats < 2 ? again : 'resync', delay: 'grow', ...atLeast };
  }
  if (error.code === 'API_GONE') {
    // No fault of the server: history that has passed does not come back by waiting. But lists must not follow each other.
    const hurries = ending.phase === 'watch' && ending.sinceListMs >= betweenListsMs;
    return { next: 'resync', delay: hurries ? 'none' : 'grow' };
  }
  // A token that expired is replaced by the kubelet within moments, so that is tried at the usual pace.
  if (error.code === 'API_UNAUTHORIZED') return { next: again, delay: 'grow', ...atLeast };
  if (isRefusal(error)) return { next: again, delay: isStartingUp(error, ending) ? 'grow' : 'slow' };
  if (error.code === 'API_UNAVAILABLE') {
    // The same internal error at the same place again and again: the watch cannot get past it.
    return { next: ending.inStream === true && ending.repeats >= 5 ? 'resync' : again, delay: 'grow', ...atLeast };
  }
  if (error.code === 'API_REJECTED') {
    // A server that does not know how to stream a list says so with 400 or 422.
    if (ending.phase === 'sync' && ending.transport === 'stream') return { next: 'paged', delay: 'none' };
    return { next: 'resync', delay: 'slow' };
  }
  return { next: again, delay: 'grow', ...atLeast };
}

/** An API server that has just started forbids everything until it has read the roles, which takes it a few seconds. */
function isStartingUp(error: AppError, { repeats }: Ending): boolean {
  return error.code === 'API_FORBIDDEN' && repeats <= quickRefusals;
}

/** Nothing helps until somebody changes a permission, a credential or the address. */
export function isRefusal(error: AppError): boolean {
  return ['API_UNAUTHORIZED', 'API_FORBIDDEN', 'API_NOT_FOUND'].includes(error.code);
}
