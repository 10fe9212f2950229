import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Calls `look` until it returns something else than undefined or false, and returns that. A throw
 * counts as "not yet". Throws after `timeoutMs`, with the last error or what `explain` says.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | false> | T | undefined | false,
  options: { timeoutMs?: number; intervalMs?: number; explain?: () => string } = {},
): Promise<T> {
  const { timeoutMs = 60_000, intervalMs = 200 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let problem = '';
    try {
      const result = await look();
      if (result !== undefined && result !== false) return result;
    } catch (error) {
      problem = `: ${String(error)}`;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs / 1000} s${problem}${options.explain?.() ?? ''}`);
    }
    await sleep(intervalMs);
  }
}
