import type { Gap } from '../model/case-file.ts';
import { toAppError } from '../model/errors.ts';
import type { Reading } from './cluster-reader.ts';

/** Runs reads within one time budget and notes what they did not give. */
export interface Collector {
  /** Aborts when the budget is spent. */
  readonly signal: AbortSignal;
  /** The read's value; otherwise undefined, with a gap noted under `source` unless there was nothing to read. */
  take<T>(source: string, read: (signal: AbortSignal) => Promise<Reading<T>>): Promise<T | undefined>;
  note(source: string, why: string): void;
  gaps(): readonly Gap[];
  /** Ends the budget's timer and whatever is still under way. */
  close(): void;
}

const spent = 'the time for this investigation was spent';

/** A collector whose budget of `budgetMs` begins now. */
export function createCollector(budgetMs: number): Collector {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), budgetMs);
  const gaps = new Map<string, Gap>();

  const note = (source: string, why: string): void => {
    gaps.set(`${source}\n${why}`, { source, why });
  };
  return {
    signal: controller.signal,
    note,
    gaps: () => [...gaps.values()],
    close: () => {
      clearTimeout(timer);
      controller.abort();
    },
    take: async <T>(source: string, read: (signal: AbortSignal) => Promise<Reading<T>>) => {
      const reading = await withinBudget(read, controller.signal);
      if ('ok' in reading) return reading.ok;
      if (reading.reason !== 'not-started') note(source, reading.gap);
      return undefined;
    },
  };
}

async function withinBudget<T>(
  read: (signal: AbortSignal) => Promise<Reading<T>>,
  signal: AbortSignal,
): Promise<Reading<T>> {
  const late: Reading<T> = { gap: spent, reason: 'timeout' };
  if (signal.aborted) return late;
  let giveUp = (): void => undefined;
  const over = new Promise<Reading<T>>((resolve) => {
    giveUp = () => resolve(late);
  });
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await Promise.race([read(signal), over]);
  } catch (thrown) {
    return { gap: toAppError(thrown).message, reason: 'unavailable' };
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}
