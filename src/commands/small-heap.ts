import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Tells V8 that this process is a small one that runs for months, and gives a function that collects garbage. Left alone,
 * V8 lets the space for young objects grow to 128 MiB while a large cluster is listed, and the other one to several times
 * what lives in it. `docs/performance.md` has what it costs and saves.
 */
export function keepHeapSmall(): () => void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
