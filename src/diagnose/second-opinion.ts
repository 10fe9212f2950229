import type { Redactor } from '../lib/redaction/redact.ts';
import type { Timers } from '../lib/timers.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { AppError } from '../model/errors.ts';
import type { LogSharing } from '../model/log-quote.ts';
import type { BudgetSnapshot } from './model/budget-snapshot.ts';

export type { BudgetSnapshot } from './model/budget-snapshot.ts';

/** Which models are asked and what they may cost. */
export interface SecondOpinionSettings {
  /** First stage; default: a small one (model-names.ts). */
  readonly model?: string;
  /** Second stage, asked when the rules are unsure or the first stage says something else than they do. */
  readonly strongModel?: string;
  /** Longest answer, in tokens. */
  readonly maxTokens: number;
  /** Longest time for one opinion, both stages and retries together. */
  readonly timeoutMs: number;
  readonly tokensPerIncident: number;
  readonly tokensPerHour: number;
  readonly tokensPerDay: number;
  /** US dollars a day; holds for models whose price is known. */
  readonly usdPerDay: number;
}

/** Counters of the model's use; `Metrics` of the telemetry room fits. */
export interface ModelMetrics {
  /** One call ended: `ok`, `rate_limited`, `overloaded`, `server_error`, `timeout`, `truncated`, `refused`, `malformed` … */
  modelCall(outcome: string): void;
  /** `kind`: input, cached (read from the prompt cache), output. */
  modelTokens(kind: string, count: number): void;
  modelCost(usd: number): void;
  modelBudgetExhausted(exhausted: boolean): void;
}

/** What a second opinion needs of the rest. */
export interface SecondOpinionPorts {
  /** Read before each call, so that a rotated key is used at once; without key and token the model is not asked. */
  readonly apiKey: () => string | undefined;
  /** Bearer token of a gateway. */
  readonly authToken: () => string | undefined;
  readonly baseUrl?: string;
  readonly redact: Redactor;
  /** SHARE_LOGS. */
  readonly sharing: LogSharing;
  /** Wall clock, ms since the epoch. */
  readonly now: () => number;
  readonly random: () => number;
  readonly timers: Timers;
  readonly metrics: ModelMetrics;
  /** An opinion that came after `waitMs`, or the rules' answer with the reason why none came. */
  readonly onLate: (incidentId: string, diagnosis: Diagnosis) => void;
  /** A call failed (MODEL_UNAVAILABLE, MODEL_REJECTED) or a cap is reached (MODEL_BUDGET). */
  readonly onError: (error: AppError) => void;
  readonly log: { debug(message: string, fields?: Readonly<Record<string, unknown>>): void };
}

/** For which incident, and how long its message can wait. */
export interface OpinionContext {
  readonly incidentId: string;
  /** 0: the rules' answer comes back at once and the opinion goes to `onLate`. */
  readonly waitMs: number;
  /** Incidents with the same group (one cause in one storm) share one call: the first one is asked about. */
  readonly group?: string;
}

/** Claude's opinion on top of the rules', checked. */
export interface SecondOpinion {
  /**
   * The rules' diagnosis, confirmed, corrected or annotated by the model, after `waitMs` at the latest. Never rejects; on any
   * failure it is the rules' answer with a note that says why the model is missing. Without a key: the rules' answer as it is.
   */
  ask(file: CaseFile, rules: Diagnosis, context: OpinionContext): Promise<Diagnosis>;
  /** Whether a key or a token is there. */
  enabled(): boolean;
  /** What was spent so far, to be kept over restarts. */
  spent(): BudgetSnapshot;
  restore(snapshot: BudgetSnapshot): void;
  /** Gives up calls under way; later ones answer with the rules'. */
  close(): void;
}

/** Creates it; the SDK is loaded when it is first needed. */
export function createSecondOpinion(_settings: SecondOpinionSettings, ports: SecondOpinionPorts): SecondOpinion {
  return {
    ask: (_file, rules) => Promise.resolve(rules),
    enabled: () => ports.apiKey() !== undefined || ports.authToken() !== undefined,
    spent: () => ({ hour: 0, hourTokens: 0, day: 0, dayTokens: 0, dayUsd: 0, incidents: [] }),
    restore: () => undefined,
    close: () => undefined,
  };
}

/** What a preview needs to know. */
export interface PreviewSettings {
  readonly model?: string;
  readonly redact: Redactor;
  readonly sharing: LogSharing;
}

/**
 * Exactly what would leave for the model: system and user text, redacted, with log sharing applied. With SHARE_LOGS=off its
 * first lines say that no log text is in it.
 */
export function promptPreview(_file: CaseFile, _rules: Diagnosis, _settings: PreviewSettings): string {
  return '';
}
