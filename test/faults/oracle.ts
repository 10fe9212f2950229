/** A failure that was made, by our own hand; times in ms since the epoch. */
export interface MadeFailure {
  /** Workload; each has one failure in its life. */
  readonly name: string;
  readonly kind: string;
  readonly madeAtMs: number;
  /** Threshold and settling time: nobody may expect a message sooner. */
  readonly waitMs: number;
  /** Told once without a recovery. */
  readonly fact: boolean;
  /** When it was mended; absent while it stands. */
  healedAtMs?: number;
}

/** A message that Slack accepted. */
export interface SeenMessage {
  readonly type: 'opened' | 'reopened' | 'worse' | 'reminder' | 'recovered' | 'other';
  readonly name: string;
  readonly atMs: number;
  /** The replica that sent it. */
  readonly from: string;
  /** The daemon says that an earlier copy may not have arrived. */
  readonly doubt: boolean;
}

/** A time in which messages could not come. */
export interface Gap {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A moment at which whoever led may have been interrupted between sending and noting it. */
export interface Interruption {
  readonly atMs: number;
  /** `kill`: the process is gone; `cut`: it lost the API server, its clock or its turn. */
  readonly how: 'kill' | 'cut';
}

export interface OracleInput {
  readonly failures: readonly MadeFailure[];
  readonly messages: readonly SeenMessage[];
  readonly gaps: readonly Gap[];
  readonly interruptions: readonly Interruption[];
  /** Time that a message may take on top of everything: back-off of streams, elections, spacing of messages. */
  readonly allowanceMs: number;
  /** How long a mended workload must stay well before it is told. */
  readonly holdMs: number;
  readonly nowMs: number;
}

export interface Verdict {
  /** Stood long enough, was not told in time. */
  readonly missed: readonly string[];
  /** Told again without need. */
  readonly duplicates: readonly string[];
  /** Told again because the first copy was interrupted between sending and noting it. */
  readonly inDoubt: readonly { readonly name: string; readonly interruptedAtMs: number }[];
  /** Called over while it stood. */
  readonly falseResolved: readonly string[];
  /** Mended and told, but never called over. */
  readonly unresolved: readonly string[];
  /** Messages about what never failed. */
  readonly falseAlarms: readonly string[];
  /** Messages that are still due. */
  readonly awaited: readonly string[];
  /** From the moment when a message could be expected, ms, in the order of the failures. */
  readonly latenciesMs: readonly { readonly name: string; readonly ms: number; readonly disturbed: boolean }[];
}

/** The state is written at most once a second; a busy machine adds to it. */
const doubtWindowMs = 3_000;
/** A message may cross the moment in which we mend. */
const crossingMs = 500;

/** Compares what was made with what was told. Knows nothing of podmedic but what its messages say. */
export function judge(input: OracleInput): Verdict {
  const { failures, gaps, interruptions, allowanceMs, holdMs, nowMs } = input;
  const missed: string[] = [];
  const duplicates: string[] = [];
  const inDoubt: { name: string; interruptedAtMs: number }[] = [];
  const falseResolved: string[] = [];
  const unresolved: string[] = [];
  const awaited: string[] = [];
  const latenciesMs: { name: string; ms: number; disturbed: boolean }[] = [];
  const known = new Set(failures.map(({ name }) => name));

  for (const failure of failures) {
    const { name, madeAtMs, waitMs, healedAtMs, fact } = failure;
    const about = input.messages.filter((message) => message.name === name);
    const [first, ...others] = about.filter(({ type }) => type !== 'recovered');
    const deadlineMs = extend(madeAtMs, waitMs + allowanceMs, gaps);
    const stoodLong = fact || healedAtMs === undefined || healedAtMs > deadlineMs;
    if (first === undefined) {
      if (stoodLong) (nowMs > deadlineMs ? missed : awaited).push(name);
    } else {
      if (first.atMs > deadlineMs) missed.push(`${name} (late)`);
      const dueMs = madeAtMs + waitMs;
      latenciesMs.push({
        name,
        ms: first.atMs - dueMs,
        disturbed: gaps.some(({ fromMs, toMs }) => fromMs <= first.atMs && toMs > madeAtMs + 100),
      });
    }
    let copy = first;
    for (const other of others) {
      const before = copy?.atMs ?? 0;
      const hit = interruptions.find(({ atMs }) => atMs >= before - crossingMs && atMs <= before + doubtWindowMs);
      if (other.doubt && hit !== undefined) inDoubt.push({ name, interruptedAtMs: hit.atMs });
      else duplicates.push(`${name}: ${other.type} by ${other.from}`);
      copy = other;
    }

    const [over, ...repeats] = about.filter(({ type }) => type === 'recovered');
    if (over !== undefined && (healedAtMs === undefined || over.atMs < healedAtMs - crossingMs))
      falseResolved.push(name);
    for (const repeat of repeats) {
      const before = over?.atMs ?? 0;
      const hit = interruptions.find(({ atMs }) => atMs >= before - crossingMs && atMs <= before + doubtWindowMs);
      if (hit === undefined) duplicates.push(`${name}: recovered twice by ${repeat.from}`);
      else inDoubt.push({ name, interruptedAtMs: hit.atMs });
    }
    if (healedAtMs !== undefined && over === undefined && first !== undefined && !fact) {
      const overDueMs = extend(Math.max(healedAtMs, first.atMs), holdMs + allowanceMs, gaps);
      (nowMs > overDueMs ? unresolved : awaited).push(`${name} (recovery)`);
    }
  }
  const falseAlarms = input.messages.filter(({ name }) => !known.has(name)).map(({ name, type }) => `${name}: ${type}`);
  return { missed, duplicates, inDoubt, falseResolved, unresolved, falseAlarms, awaited, latenciesMs };
}

/** The moment `lengthMs` after `fromMs`, gaps not counted. */
function extend(fromMs: number, lengthMs: number, gaps: readonly Gap[]): number {
  let endMs = fromMs + lengthMs;
  for (const gap of [...gaps].sort((a, b) => a.fromMs - b.fromMs)) {
    if (gap.fromMs < endMs && gap.toMs > fromMs) endMs += gap.toMs - Math.max(gap.fromMs, fromMs);
  }
  return endMs;
}
