import type { Config } from '../config/load.ts';
import { diagnose } from '../diagnose/engine.ts';
import { createSecondOpinion, type BudgetSnapshot, type ModelMetrics } from '../diagnose/second-opinion.ts';
import type { Timers } from '../lib/timers.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import type { Incident } from '../model/incident.ts';

/** Root causes: by the rules at once, and where a key is set with Claude's checked opinion. */
export interface DiagnosisDesk {
  explain(file: CaseFile, incident: Pick<Incident, 'id' | 'failures'>): Promise<Diagnosis>;
  /** What the model has cost so far, as one line of the kept state; undefined when it was never asked. */
  budgetLine(
    nowMs: number,
  ):
    { readonly key: string; readonly json: string; readonly resolved: false; readonly touchedAtMs: number } | undefined;
  /** Takes that line over again; false when this is another record. */
  restoreBudget(json: string): boolean;
  close(): void;
}

/** What the desk needs of the rest. */
export interface DiagnosisDeskParts {
  readonly config: Config;
  readonly redact: (text: string) => string;
  readonly metrics: () => ModelMetrics;
  /** An opinion that came after its message. */
  readonly onLate: (incidentId: string, diagnosis: Diagnosis) => void;
  readonly onError: (error: unknown) => void;
  readonly log: { debug(message: string, fields?: Readonly<Record<string, unknown>>): void };
  readonly now: () => number;
  readonly random: () => number;
  readonly timers: Timers;
}

/** A webhook's message cannot be changed later, so it may wait this long for an opinion, and only when the rules are unsure. */
const webhookWaitMs = 8000;

/** Builds the desk; without a key it never leaves the rules. */
export function createDiagnosisDesk(parts: DiagnosisDeskParts): DiagnosisDesk {
  const { config } = parts;
  const opinion = createSecondOpinion(
    {
      ...(config.DIAGNOSIS_MODEL === undefined ? {} : { model: config.DIAGNOSIS_MODEL }),
      ...(config.DIAGNOSIS_MODEL_STRONG === undefined ? {} : { strongModel: config.DIAGNOSIS_MODEL_STRONG }),
      maxTokens: config.MODEL_MAX_TOKENS,
      timeoutMs: config.MODEL_TIMEOUT_SECONDS,
      tokensPerIncident: config.MODEL_TOKENS_PER_INCIDENT,
      tokensPerHour: config.MODEL_TOKENS_PER_HOUR,
      tokensPerDay: config.MODEL_TOKENS_PER_DAY,
      usdPerDay: config.MODEL_USD_PER_DAY,
    },
    {
      apiKey: () => config.ANTHROPIC_API_KEY.reveal(),
      authToken: () => config.ANTHROPIC_AUTH_TOKEN.reveal(),
      ...(config.ANTHROPIC_BASE_URL === undefined ? {} : { baseUrl: config.ANTHROPIC_BASE_URL }),
      redact: parts.redact,
      sharing: config.SHARE_LOGS ?? 'off',
      now: parts.now,
      random: parts.random,
      timers: parts.timers,
      metrics: {
        modelCall: (outcome) => parts.metrics().modelCall(outcome),
        modelTokens: (kind, count) => parts.metrics().modelTokens(kind, count),
        modelCost: (usd) => parts.metrics().modelCost(usd),
        modelClaimDropped: (reason) => parts.metrics().modelClaimDropped?.(reason),
        modelBudgetExhausted: (exhausted) => parts.metrics().modelBudgetExhausted(exhausted),
      },
      onLate: parts.onLate,
      onError: parts.onError,
      log: parts.log,
    },
  );
  const waits = config.WEBHOOK_URL.isSet || !config.SLACK_BOT_TOKEN.isSet;
  let asked = false;
  return {
    async explain(file, { id, failures }) {
      const rules = diagnose(file);
      if (!opinion.enabled()) return rules;
      asked = true;
      const unsure = rules.confidence === 'unknown' || rules.confidence === 'low';
      // Many workloads that fail for one cause share one call.
      const group = failures[0]?.commonCause;
      return opinion.ask(file, rules, {
        incidentId: id,
        waitMs: waits && unsure ? webhookWaitMs : 0,
        ...(group === undefined ? {} : { group: `${file.workload.namespace}/${group}` }),
      });
    },
    budgetLine: (nowMs) =>
      asked
        ? {
            key: 'model-budget',
            json: JSON.stringify({ modelBudget: opinion.spent() }),
            resolved: false,
            touchedAtMs: nowMs,
          }
        : undefined,
    restoreBudget(json) {
      if (!json.startsWith('{"modelBudget":')) return false;
      asked = true;
      opinion.restore((JSON.parse(json) as { modelBudget: BudgetSnapshot }).modelBudget);
      return true;
    },
    close: () => opinion.close(),
  };
}
