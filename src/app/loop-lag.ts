import { monitorEventLoopDelay } from 'node:perf_hooks';

/** Longest delay of the event loop since it was last asked, in seconds; sampled every 20 ms. */
export function measureLoopLag(): { readonly takeMaxSeconds: () => number; readonly stop: () => void } {
  const histogram = monitorEventLoopDelay({ resolution: 20 });
  histogram.enable();
  return {
    takeMaxSeconds() {
      const seconds = histogram.max / 1e9;
      histogram.reset();
      return Number.isFinite(seconds) ? Math.max(0, seconds - 0.02) : 0;
    },
    stop: () => histogram.disable(),
  };
}
