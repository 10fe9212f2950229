/** Numbers of the incident life cycle; all in ms unless the name says otherwise. */
export interface TrackSettings {
  /** From the first sight of a failure to its first message: siblings and logs arrive, and what heals is not sent. */
  readonly settleMs: number;
  /** A controller must fail to create its pods for this long; what heals before is not sent either. */
  readonly createFailedDelayMs: number;
  /** How long all pods must be ready and stable before an incident is over. */
  readonly resolveHoldMs: number;
  /** The same for class `run`, whose containers look healthy between two crashes. */
  readonly runResolveHoldMs: number;
  /** Without owner reads: the last failing pod is gone and no new pod came for this long. */
  readonly noOwnerResolveMs: number;
  /** Failing again within this time after the end re-opens the same incident. */
  readonly reopenWindowMs: number;
  /** A fact (OOMKilled, Evicted, Failed) that is over by itself closes silently after this long without another. */
  readonly factCloseMs: number;
  /** Time between two reminders of a failure that stands. */
  readonly reminderIntervalMs: number;
  /** Reminders of one incident, at most. */
  readonly reminderLimit: number;
  /** Shortest time between a message and the next "worse" of the same incident for kind, cause or severity. */
  readonly worseQuietMs: number;
  /** The same where only the number of pods grew. */
  readonly growthQuietMs: number;
  /** "Worse" by number: failing pods at least this many times what was told … */
  readonly growthFactor: number;
  /** … and at least this many more. */
  readonly growthMinPods: number;
  /** New incidents within stormWindowMs that make a storm; 0 switches the digest off. */
  readonly stormIncidents: number;
  readonly stormWindowMs: number;
  /** Least time between two updates of a digest that do not come from doubling. */
  readonly stormUpdateMs: number;
  /** A storm without new incidents for this long, and with fewer than stormIncidents still failing, is closed. */
  readonly stormCloseMs: number;
  /** Owner facts older than this are asked for again while an incident of that owner is active. */
  readonly ownerRefreshMs: number;
}

/** DESIGN.md section 6; storm: 10 incidents in 60 s. */
export const defaultTrackSettings: TrackSettings = {
  settleMs: 10_000,
  createFailedDelayMs: 30_000,
  resolveHoldMs: 2 * 60_000,
  runResolveHoldMs: 5 * 60_000,
  noOwnerResolveMs: 5 * 60_000,
  reopenWindowMs: 30 * 60_000,
  factCloseMs: 15 * 60_000,
  reminderIntervalMs: 4 * 3_600_000,
  reminderLimit: 3,
  worseQuietMs: 60_000,
  growthQuietMs: 5 * 60_000,
  growthFactor: 2,
  growthMinPods: 2,
  stormIncidents: 10,
  stormWindowMs: 60_000,
  stormUpdateMs: 5 * 60_000,
  stormCloseMs: 10 * 60_000,
  ownerRefreshMs: 60_000,
};
