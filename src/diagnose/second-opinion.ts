import { LRUCache } from 'lru-cache';
import type { Redactor } from '../lib/redaction/redact.ts';
import type { Timers } from '../lib/timers.ts';
import type { CaseFile } from '../model/case-file.ts';
import type { Diagnosis } from '../model/diagnosis.ts';
import { AppError, toAppError } from '../model/errors.ts';
import type { LogSharing } from '../model/log-quote.ts';
import { createAnswerMemory } from './model/answer-memory.ts';
import { createBreaker } from './model/breaker.ts';
import { buildBrief } from './model/brief.ts';
import type { BudgetSnapshot } from './model/budget-snapshot.ts';
import { createBudget } from './model/budget.ts';
import { consult } from './model/consult.ts';
import type { Consultation } from './model/consult.ts';
import { evidenceHash } from './model/evidence-hash.ts';
import { isUnsure, missingNote, withNote } from './model/merge-opinion.ts';
import { createMessagesClient } from './model/messages-client.ts';
import { smallModel, strongModel } from './model/model-names.ts';
import { formOpinion, judge, noOpinion } from './model/opinion.ts';
import type { Opinion, OpinionCase, Stages } from './model/opinion.ts';
import { systemText, userText } from './model/prompt.ts';
import { estimateTokens } from './model/token-estimate.ts';

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
  /** Part of an answer was thrown out: `unsupported`, `command`, `unknown_evidence`, `a_link` … */
  modelClaimDropped?(reason: string): void;
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
export function createSecondOpinion(settings: SecondOpinionSettings, ports: SecondOpinionPorts): SecondOpinion {
  const { now, redact, sharing, timers } = ports;
  const stages: Stages = { first: settings.model ?? smallModel, second: settings.strongModel ?? strongModel };
  const budget = createBudget(settings, now);
  const breaker = createBreaker(now, ports.random);
  const memory = createAnswerMemory(now);
  const client = createMessagesClient({ ...ports, baseUrl: ports.baseUrl, timeoutMs: settings.timeoutMs });
  const underWay = new Map<string, Promise<Opinion>>();
  const groups = new LRUCache<string, string>({ max: 200, ttl: groupMs, ttlResolution: 0, perf: { now } });
  const closing = new AbortController();
  let exhausted = false;
  let lastCredential: string | undefined;
  const metrics: ModelMetrics = {
    modelCall: (outcome) => ports.metrics.modelCall(outcome),
    modelTokens: (kind, count) => ports.metrics.modelTokens(kind, count),
    modelCost: (usd) => ports.metrics.modelCost(usd),
    modelBudgetExhausted(isExhausted) {
      ports.metrics.modelBudgetExhausted(isExhausted);
      if (isExhausted && !exhausted)
        ports.onError(new AppError('MODEL_BUDGET', 'A cap of the model budget is reached'));
      exhausted = isExhausted;
    },
  };

  function enabled(): boolean {
    const credential = ports.apiKey() ?? ports.authToken();
    // A new key may be a good one.
    if (lastCredential !== undefined && credential !== lastCredential) breaker.reset();
    lastCredential = credential;
    return credential !== undefined && credential !== '';
  }

  function begin(key: string, about: OpinionCase, incidentId: string): Promise<Opinion> {
    const running = underWay.get(key);
    if (running !== undefined) return running.then(({ why }) => again(key, about, why));
    const started = deliberate(key, about, incidentId)
      .catch((thrown: unknown): Opinion => {
        ports.onError(toAppError(thrown));
        return noOpinion(about.rules, failedHere);
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, started);
    return started;
  }

  /** What a question asked for the same evidence a moment ago means for this case. */
  function again(key: string, about: OpinionCase, why = failedHere): Opinion {
    const answer = memory.recall(key, about.brief);
    return answer === undefined ? noOpinion(about.rules, why) : judge(answer, about, redact);
  }

  async function deliberate(key: string, about: OpinionCase, incidentId: string): Promise<Opinion> {
    const deadlineMs = now() + settings.timeoutMs;
    const deadline = new AbortController();
    const cancel = timers.after(settings.timeoutMs, () => deadline.abort('deadline'));
    const signal = AbortSignal.any([closing.signal, deadline.signal]);
    const user = userText(about.brief);
    const ask = (model: string): Promise<Consultation> => {
      const request = { model, system: systemText, user, maxTokens: settings.maxTokens };
      const parts = { client, budget, breaker, timers, now, random: ports.random, metrics, onError: ports.onError };
      return consult(request, incidentId, deadlineMs, signal, parts);
    };
    try {
      const opinion = await formOpinion(about, stages, ask, redact);
      if (opinion.answer !== undefined) memory.keep(key, opinion.answer, about.brief);
      tellDropped(opinion, incidentId);
      return opinion;
    } finally {
      cancel();
    }
  }

  function tellDropped({ dropped }: Opinion, incidentId: string): void {
    for (const reason of dropped) ports.metrics.modelClaimDropped?.(reasonLabel(reason));
    if (dropped.length > 0)
      ports.log.debug("Parts of the model's answer were thrown out", { incident: incidentId, dropped });
  }

  /** The opinion, or the rules' answer when it is not there in time; then the opinion goes to `onLate`. */
  function inTime(
    opinion: Promise<Opinion>,
    rules: Diagnosis,
    { incidentId, waitMs }: OpinionContext,
  ): Promise<Diagnosis> {
    return new Promise((resolve) => {
      let late = false;
      const giveUp = (): void => {
        late = true;
        resolve(
          waitMs <= 0 ? rules : withNote(rules, missingNote(`it did not answer within ${Math.round(waitMs / 1000)} s`)),
        );
      };
      const cancel = waitMs <= 0 ? undefined : timers.after(waitMs, giveUp);
      if (cancel === undefined) giveUp();
      void opinion.then(({ diagnosis }) => {
        cancel?.();
        if (!late) resolve(diagnosis);
        else if (!closing.signal.aborted) ports.onLate(incidentId, diagnosis);
      });
    });
  }

  return {
    ask(file, rules, context) {
      if (closing.signal.aborted || !enabled()) return Promise.resolve(rules);
      try {
        const brief = buildBrief(file, rules, { redact, sharing });
        const about: OpinionCase = { file, rules, brief };
        const key = evidenceHash(file, rules, brief);
        const known = memory.recall(key, brief);
        if (known !== undefined) return Promise.resolve(judge(known, about, redact).diagnosis);
        const { group } = context;
        if (group !== undefined) {
          const { kind, namespace, name } = file.workload;
          const asker = `${namespace}/${kind}/${name}`;
          if ((groups.get(group) ?? asker) !== asker) return Promise.resolve(rules);
          groups.set(group, asker);
        }
        return inTime(begin(key, about, context.incidentId), rules, context);
      } catch (thrown) {
        ports.onError(toAppError(thrown));
        return Promise.resolve(withNote(rules, missingNote(failedHere)));
      }
    },
    enabled,
    spent: () => budget.snapshot(),
    restore: (snapshot) => budget.restore(snapshot),
    close: () => closing.abort('closed'),
  };
}

const failedHere = 'it could not be asked';

/** One storm's cause is asked about once; an hour later it is another storm. */
const groupMs = 3_600_000;

/** A reason without the words of the case in it, as a label. */
function reasonLabel(reason: string): string {
  if (reason.startsWith('command')) return 'command';
  return reason.startsWith('"') ? 'unsupported' : reason.replace(/\W+/gu, '_');
}

/** What a preview needs to know. */
export interface PreviewSettings {
  /** Models of both stages, where they are not the defaults. */
  readonly model?: string;
  readonly strongModel?: string;
  readonly redact: Redactor;
  readonly sharing: LogSharing;
}

/**
 * Exactly what would leave for the model: system and user text, redacted, with log sharing applied. With SHARE_LOGS=off its
 * first lines say that no log text is in it.
 */
export function promptPreview(file: CaseFile, rules: Diagnosis, settings: PreviewSettings): string {
  const user = userText(buildBrief(file, rules, settings));
  const first = isUnsure(rules) ? (settings.strongModel ?? strongModel) : (settings.model ?? smallModel);
  const logs: Readonly<Record<LogSharing, string>> = {
    off: 'SHARE_LOGS=off: no text of container logs is in it, only facts that rules took from them.',
    excerpt: 'SHARE_LOGS=excerpt: telling log lines are in it, redacted, 160 characters each at most.',
    full: 'SHARE_LOGS=full: telling log lines and the end of the log are in it, redacted.',
  };
  const size = estimateTokens(systemText) + estimateTokens(user);
  return [
    `Model: ${first}, about ${size} tokens`,
    logs[settings.sharing],
    '',
    '--- system ---',
    systemText,
    '',
    '--- user ---',
    user,
    '',
  ].join('\n');
}
