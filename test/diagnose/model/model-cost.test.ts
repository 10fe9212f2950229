import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createBreaker } from '../../../src/diagnose/model/breaker.ts';
import { createBudget } from '../../../src/diagnose/model/budget.ts';
import { costUsd } from '../../../src/diagnose/model/price-table.ts';
import { createManualClock } from '../../fakes/manual-clock.ts';
import { startMessagesServer } from '../../fakes/messages-server.ts';
import type { MessagesServer } from '../../fakes/messages-server.ts';
import { answerText, checkoutCase, opinionBench, rulesVerdict } from './opinion-bench.ts';

let server: MessagesServer;

beforeEach(async () => {
  server = await startMessagesServer();
});

afterEach(async () => {
  await server.close();
});

const noon = Date.parse('2026-11-20T12:00:00Z');
const caps = { tokensPerIncident: 1000, tokensPerHour: 2000, tokensPerDay: 5000, usdPerDay: 1 };
const of = (inputTokens: number, outputTokens = 0) => ({
  inputTokens,
  outputTokens,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
});

describe('one call for one state of the evidence', () => {
  const context = { incidentId: 'a1b2c3', waitMs: 400_000 };
  const text = answerText({
    agrees: false,
    cause: [{ text: 'KeyError: PAYMENT_GATEWAY_URL is missing in container api.', evidence: ['E1'] }],
  });

  test('while only times, counts and names of pods change', async () => {
    server.react = () => ({ kind: 'answer', text });
    const { opinion } = opinionBench(server.url);
    const first = await opinion.ask(checkoutCase(), rulesVerdict('unknown'), context);
    expect(first.source).toBe('model');
    const later = checkoutCase({
      restarts: 77,
      podSuffix: '84d58c8b99-x7k2p',
      log: "2026-11-21T08:00:00Z INFO starting checkout\n2026-11-21T08:00:01Z FATAL KeyError: 'PAYMENT_GATEWAY_URL'",
    });
    const again = await opinion.ask(later, rulesVerdict('unknown'), context);
    expect(again.rootCause).toBe(first.rootCause);
    expect(server.received).toHaveLength(1);
  });

  test('several that ask at once share it', async () => {
    server.react = () => ({ kind: 'answer', text });
    const { opinion } = opinionBench(server.url);
    const said = await Promise.all([1, 2, 3].map(() => opinion.ask(checkoutCase(), rulesVerdict('unknown'), context)));
    expect(said.map(({ source }) => source)).toEqual(['model', 'model', 'model']);
    expect(server.received).toHaveLength(1);
  });

  test('another image, another line or another verdict is another state', async () => {
    const { opinion } = opinionBench(server.url);
    await opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    await opinion.ask(checkoutCase({ image: 'registry.acme.internal/checkout:1.4.2' }), rulesVerdict('high'), context);
    await opinion.ask(
      checkoutCase({ log: 'FATAL cannot open /data: permission denied' }),
      rulesVerdict('high'),
      context,
    );
    await opinion.ask(checkoutCase(), { ...rulesVerdict('high'), rule: 'other/rule' }, context);
    expect(server.received).toHaveLength(4);
  });

  test('a remembered answer is checked against the case as it is now', async () => {
    server.react = () => ({ kind: 'answer', text });
    const { opinion } = opinionBench(server.url);
    await opinion.ask(checkoutCase(), rulesVerdict('unknown'), context);
    // The fact that the answer rested on is gone from the evidence.
    const rules = { ...rulesVerdict('unknown'), evidence: [] };
    const said = await opinion.ask(
      checkoutCase({ log: "FATAL KeyError: 'PAYMENT_GATEWAY_URL' at line 3" }),
      rules,
      context,
    );
    expect(said.source).not.toBe('model');
  });

  test('a storm with one cause asks about the first of it', async () => {
    const { opinion } = opinionBench(server.url);
    for (const name of ['a', 'b', 'c']) {
      const rules = rulesVerdict('high');
      await opinion.ask(checkoutCase({ name }), rules, { ...context, group: 'node:worker-3' });
    }
    expect(server.received).toHaveLength(1);
  });
});

describe('caps', () => {
  test('a reached cap is said, reported once and shown; the rules answer', async () => {
    const bench = opinionBench(server.url, { settings: { tokensPerHour: 100 } });
    const rules = rulesVerdict('high');
    for (const name of ['a', 'b']) {
      const said = await bench.opinion.ask(checkoutCase({ name }), rules, { incidentId: name, waitMs: 400_000 });
      expect(said.notes).toEqual(["The model's opinion is missing: the cap on tokens an hour is reached"]);
    }
    expect(server.received).toHaveLength(0);
    expect(bench.exhausted).toEqual([true, true]);
    expect(bench.errors.map(({ code }) => code)).toEqual(['MODEL_BUDGET']);
  });

  test('what was spent outlives a restart', async () => {
    const first = opinionBench(server.url);
    await first.opinion.ask(checkoutCase(), rulesVerdict('high'), { incidentId: 'a', waitMs: 400_000 });
    const spent = first.opinion.spent();
    expect(spent.dayTokens).toBe(Object.values(first.tokens).reduce((sum, count) => sum + count, 0));
    expect(spent.dayUsd).toBeCloseTo(first.money.usd, 5);
    const second = opinionBench(server.url, { settings: { tokensPerDay: spent.dayTokens + 1 } });
    second.opinion.restore(JSON.parse(JSON.stringify(spent)) as typeof spent);
    const said = await second.opinion.ask(checkoutCase(), rulesVerdict('high'), { incidentId: 'b', waitMs: 400_000 });
    expect(said.notes?.join()).toContain('tokens a day');
  });

  test('each has its own bound, and a call under way counts in full until it is settled', () => {
    const clock = createManualClock(noon);
    const budget = createBudget(caps, clock.now);
    const one = budget.reserve('a', 'unpriced', of(900));
    expect(budget.reserve('a', 'unpriced', of(200))).toEqual({ cap: 'tokens for one incident', ofIncident: true });
    if ('settle' in one) one.settle(of(100));
    expect(budget.reserve('a', 'unpriced', of(200))).toHaveProperty('settle');
    expect(budget.reserve('b', 'unpriced', of(1000))).toHaveProperty('settle');
    expect(budget.reserve('c', 'unpriced', of(1000))).toEqual({ cap: 'tokens an hour', ofIncident: false });
    clock.advance(3_600_000);
    expect(budget.reserve('c', 'unpriced', of(1000))).toHaveProperty('settle');
    expect(budget.snapshot().dayTokens).toBe(2300);
  });

  test('money is bounded where the price is known, tokens alone where it is not', () => {
    const budget = createBudget({ ...caps, tokensPerIncident: 1e9, tokensPerHour: 1e9, tokensPerDay: 1e9 }, () => noon);
    expect(budget.reserve('a', 'claude-sonnet-5-5', of(600_000))).toEqual({ cap: 'money a day', ofIncident: false });
    expect(budget.reserve('a', 'claude-haiku-5-5', of(600_000))).toHaveProperty('settle');
    expect(budget.reserve('a', 'somebody/else', of(600_000_000))).toHaveProperty('settle');
  });

  test('a call that ends after midnight does not make the new day richer', () => {
    const clock = createManualClock(Date.parse('2026-11-20T23:59:59Z'));
    const budget = createBudget(caps, clock.now);
    const call = budget.reserve('a', 'unpriced', of(900));
    clock.advance(5_000);
    if ('settle' in call) call.settle(of(10));
    expect(budget.snapshot()).toMatchObject({ dayTokens: 0, hourTokens: 0 });
  });

  test('damaged state makes the budget no larger', () => {
    const budget = createBudget(caps, () => noon);
    const { hour, day } = budget.snapshot();
    budget.restore({ hour, day, hourTokens: -5000, dayTokens: Number.NaN, dayUsd: -3, incidents: [['a', -100]] });
    expect(budget.snapshot()).toMatchObject({ hourTokens: 0, dayTokens: 0, dayUsd: 0 });
  });

  test('prices: per million tokens, cache reads cheaper, gateways and snapshots by their base name', () => {
    const usage = {
      inputTokens: 1_000_000,
      cacheWriteTokens: 1_000_000,
      cacheReadTokens: 1_000_000,
      outputTokens: 1_000_000,
    };
    expect(costUsd('claude-haiku-5-5', usage)).toBeCloseTo(0.1 + 0.125 + 0.01 + 0.5);
    expect(costUsd('anthropic/claude-haiku-4-5-20251001', usage)).toBeCloseTo(1 + 1.25 + 0.1 + 5);
    expect(costUsd('gpt-9', usage)).toBeUndefined();
  });
});

describe('the breaker', () => {
  test('opens after three failures, lets one call try, and closes when it succeeds', () => {
    const clock = createManualClock(noon);
    const breaker = createBreaker(clock.now, () => 0);
    for (let failure = 0; failure < 3; failure += 1) {
      expect(breaker.refuses()).toBeUndefined();
      breaker.failed('it fails');
    }
    expect(breaker.refuses()).toBe('it fails');
    clock.advance(60_000);
    expect(breaker.refuses()).toBeUndefined();
    expect(breaker.refuses()).toBe('it fails');
    breaker.failed('it still fails');
    clock.advance(60_000);
    expect(breaker.refuses()).toBe('it still fails');
    clock.advance(60_000);
    expect(breaker.refuses()).toBeUndefined();
    breaker.succeeded();
    expect([breaker.refuses(), breaker.refuses()]).toEqual([undefined, undefined]);
  });

  test('holds as long as the API asks, an hour at most', () => {
    const clock = createManualClock(noon);
    const breaker = createBreaker(clock.now, () => 0);
    breaker.failed('limited', 48 * 3_600_000);
    clock.advance(3_599_000);
    expect(breaker.refuses()).toBe('limited');
    clock.advance(1_000);
    expect(breaker.refuses()).toBeUndefined();
  });

  test('a refused key is not tried again for every incident, but a new one is at once', async () => {
    let key = 'bad';
    server.react = ({ headers }) =>
      headers.authorization === 'Bearer good'
        ? undefined
        : { kind: 'error', status: 401, type: 'authentication_error' };
    const { opinion } = opinionBench(server.url, { ports: { apiKey: () => key } });
    for (const name of ['a', 'b', 'c']) {
      const said = await opinion.ask(checkoutCase({ name }), rulesVerdict(), { incidentId: name, waitMs: 400_000 });
      expect(said.notes).toEqual(["The model's opinion is missing: the API does not accept the key"]);
    }
    expect(server.received).toHaveLength(1);
    key = 'good';
    await opinion.ask(checkoutCase({ name: 'd' }), rulesVerdict(), { incidentId: 'd', waitMs: 400_000 });
    expect(server.received).toHaveLength(2);
  });
});
