import type { Config } from '../config/load.ts';
import { defaultDetectSettings, type DetectSettings } from '../detect/detect-settings.ts';
import { defaultTrackSettings, type TrackSettings } from '../track/track-settings.ts';

/** The part of the configuration that says what a failure is. */
export function detectSettingsOf(config: Config): DetectSettings {
  return {
    ...defaultDetectSettings,
    crashLoopRestarts: config.MIN_RESTART_THRESHOLD,
    crashLoopWindowMs: config.RESTART_WINDOW_SECONDS,
    oomMinCount: config.OOM_MIN_COUNT,
    oomWindowMs: config.OOM_WINDOW_SECONDS,
    imagePullDelayMs: config.IMAGE_PULL_DELAY_SECONDS,
    configErrorDelayMs: config.CONFIG_ERROR_DELAY_SECONDS,
    pendingDelayMs: config.PENDING_DELAY_SECONDS,
    volumeMountDelayMs: config.VOLUME_MOUNT_DELAY_SECONDS,
    notReadyDelayMs: config.NOT_READY_DELAY_SECONDS,
    factWindowMs: config.FACT_WINDOW_SECONDS,
  };
}

/** The part that says what happens to incidents. */
export function trackSettingsOf(config: Config): TrackSettings {
  return {
    ...defaultTrackSettings,
    settleMs: config.SETTLE_SECONDS,
    resolveHoldMs: config.RESOLVE_HOLD_SECONDS,
    runResolveHoldMs: config.RESOLVE_HOLD_RUN_SECONDS,
    noOwnerResolveMs: config.GONE_HOLD_SECONDS,
    reopenWindowMs: config.REOPEN_WINDOW_SECONDS,
    factCloseMs: config.FACT_WINDOW_SECONDS,
    reminderIntervalMs: config.REMINDER_INTERVAL_SECONDS,
    reminderLimit: config.REMINDER_MAX,
    growthFactor: config.WORSE_POD_FACTOR,
    stormIncidents: config.STORM_THRESHOLD,
    stormWindowMs: config.STORM_WINDOW_SECONDS,
    ownerRefreshMs: config.OWNER_REFRESH_SECONDS,
  };
}
