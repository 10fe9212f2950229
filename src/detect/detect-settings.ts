/** What counts as a failure, in numbers (DESIGN.md section 5); times in ms. */
export interface DetectSettings {
  /** Restarts of one container within crashLoopWindowMs that make a crash loop. */
  readonly crashLoopRestarts: number;
  readonly crashLoopWindowMs: number;
  /** A looping container that is running counts as failing until it has been up (and ready) this long. */
  readonly crashLoopUpMs: number;
  /** OOM kills of one container within oomWindowMs that make a failure. */
  readonly oomMinCount: number;
  readonly oomWindowMs: number;
  /** How long an image may fail to be pulled; a name that can never work is told at once. */
  readonly imagePullDelayMs: number;
  readonly configErrorDelayMs: number;
  /** How long a pod may be unschedulable. */
  readonly pendingDelayMs: number;
  /** How long a scheduled pod may not start (volumes, sandbox). */
  readonly volumeMountDelayMs: number;
  /** How long a running pod may be not ready; never less than what its own probes allow. */
  readonly notReadyDelayMs: number;
  /** Events, failed Jobs and failed pods older than this are history. */
  readonly factWindowMs: number;
}

export const defaultDetectSettings: DetectSettings = {
  crashLoopRestarts: 3,
  crashLoopWindowMs: 15 * 60_000,
  crashLoopUpMs: 2 * 60_000,
  oomMinCount: 1,
  oomWindowMs: 15 * 60_000,
  imagePullDelayMs: 60_000,
  configErrorDelayMs: 30_000,
  pendingDelayMs: 5 * 60_000,
  volumeMountDelayMs: 5 * 60_000,
  notReadyDelayMs: 10 * 60_000,
  factWindowMs: 15 * 60_000,
};
