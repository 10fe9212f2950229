import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Diagnosis } from '../../../src/model/diagnosis.ts';
import { createManualClock, until } from '../../fakes/manual-clock.ts';
import { startMessagesServer } from '../../fakes/messages-server.ts';
import type { MessagesReaction, MessagesServer } from '../../fakes/messages-server.ts';
import { answerText, checkoutCase, opinionBench, rulesVerdict } from './opinion-bench.ts';

let server: MessagesServer;

beforeEach(async () => {
  server = await startMessagesServer();
});

afterEach(async () => {
  await server.close();
});

const agreement = answerText({
  agrees: true,
  cause: [
    {
      text: 'The environment variable PAYMENT_GATEWAY_URL is not set, so container api exits with code 1.',
      evidence: ['E1', 'E2'],
    },
  ],
});
const other = answerText({
  agrees: false,
  cause: [{ text: 'Container api exits with code 1 because of a KeyError.', evidence: ['E1', 'E2'] }],
});
const context = { incidentId: 'a1b2c3', waitMs: 80_000 };

describe('an opinion', () => {
  test('that agrees makes the source both and keeps the words of the rules', async () => {
    server.react = () => ({ kind: 'answer', text: agreement });
    const { opinion, outcomes, tokens, money } = opinionBench(server.url);
    const rules = rulesVerdict('high');
    const said = await opinion.ask(checkoutCase(), rules, context);
    expect(said).toEqual({ ...rules, source: 'both' });
    expect(outcomes).toEqual(['ok']);
    expect(tokens.input).toBeGreaterThan(500);
    expect(tokens.output).toBeGreaterThan(10);
    expect(money.usd).toBeGreaterThan(0);
  });

  test('of the small model is taken to the strong one when it says otherwise, and stands beside sure rules', async () => {
    server.react = () => ({ kind: 'answer', text: other });
    const { opinion } = opinionBench(server.url);
    const said = await opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    expect(server.received.map(({ body }) => body.model)).toEqual(['claude-haiku-5-5', 'claude-sonnet-5-5']);
    expect(said.source).toBe('rules');
    expect(said.rootCause).toBe(rulesVerdict('high').rootCause);
    expect(said.otherOpinion).toBe('Container api exits with code 1 because of a KeyError (E1, E2)');
  });

  test('is withdrawn when the strong model agrees with the rules', async () => {
    server.react = ({ body }) => ({ kind: 'answer', text: body.model.includes('haiku') ? other : agreement });
    const said = await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    expect(said.source).toBe('both');
    expect(said.otherOpinion).toBeUndefined();
  });

  test('leads where the rules do not know, with one call of the strong model and medium confidence at most', async () => {
    server.react = () => ({ kind: 'answer', text: other });
    const said = await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('unknown'), context);
    expect(server.received.map(({ body }) => body.model)).toEqual(['claude-sonnet-5-5']);
    expect(said).toMatchObject({
      source: 'model',
      confidence: 'medium',
      rootCause: 'Container api exits with code 1 because of a KeyError (E1, E2).',
    });
    expect(said.rule).toBeUndefined();
  });

  test('leads over unsure rules and says what those think', async () => {
    server.react = () => ({ kind: 'answer', text: other });
    const said = await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('low'), context);
    expect(said.source).toBe('model');
    expect(said.notes).toEqual([`The rules think otherwise: ${rulesVerdict('low').rootCause}`]);
  });

  test('brings evidence of its own under the next ids', async () => {
    server.react = ({ user }) => {
      const event = /"id":"(E\d+)","source":"event BackOff"/u.exec(user)?.[1] ?? 'none';
      const text = 'Kubelet is restarting the failed container api in pod checkout-84d58c8b99-9mpbq.';
      return { kind: 'answer', text: answerText({ agrees: false, cause: [{ text, evidence: [event] }] }) };
    };
    const said = await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('unknown'), context);
    expect(said.rootCause).toMatch(/\(E3\)\.$/u);
    expect(said.evidence[2]).toMatchObject({ id: 'E3', source: 'event BackOff' });
  });

  test('adds a fix whose command holds, and drops one that does not', async () => {
    const evidence = ['E1'];
    server.react = () => ({
      kind: 'answer',
      text: answerText({
        agrees: true,
        cause: [{ text: 'PAYMENT_GATEWAY_URL is not set in container api.', evidence }],
        fixes: [
          {
            summary: 'Set PAYMENT_GATEWAY_URL.',
            command: 'kubectl -n shop set env deployment/checkout -c api PAYMENT_GATEWAY_URL=REPLACE_ME',
            evidence,
          },
          {
            summary: 'Set PAYMENT_GATEWAY_URL.',
            command: 'kubectl -n shop set env deployment/payments PAYMENT_GATEWAY_URL=REPLACE_ME',
            evidence,
          },
        ],
      }),
    });
    const { opinion, dropped } = opinionBench(server.url);
    const said = await opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    expect(said.fixes).toEqual([
      {
        summary: 'Set PAYMENT_GATEWAY_URL.',
        command: 'kubectl -n shop set env deployment/checkout -c api PAYMENT_GATEWAY_URL=REPLACE_ME',
        verified: false,
      },
    ]);
    expect(dropped).toEqual(['command']);
  });
});

describe('a request', () => {
  test('uses a cached system part, a schema and no sampling, and carries the key as the SDK does', async () => {
    server.react = () => ({ kind: 'answer', text: agreement });
    await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    const [request] = server.received;
    expect(request?.headers.authorization).toBe('Bearer key-of-the-test');
    expect(request?.body).toMatchObject({
      stream: true,
      max_tokens: 2000,
      thinking: { type: 'disabled' },
      output_config: { format: { type: 'json_schema' } },
      system: [{ cache_control: { type: 'ephemeral' } }],
    });
  });

  test('leaves the strong model room to think', async () => {
    await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('unknown'), context);
    expect(server.received[0]?.body.max_tokens).toBeGreaterThan(2000);
    expect(server.received[0]?.body.thinking).toBeUndefined();
  });

  test('reads the prompt cache with the second case', async () => {
    const { opinion, tokens } = opinionBench(server.url);
    await opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    expect(tokens.cached).toBeUndefined();
    await opinion.ask(checkoutCase({ name: 'orders' }), rulesVerdict('high'), context);
    expect(tokens.cached).toBeGreaterThan(512);
  });

  test('goes to a gateway with a bearer token, or not at all without key and token', async () => {
    const without = opinionBench(server.url, { ports: { apiKey: () => undefined } });
    const rules = rulesVerdict('high');
    expect(without.opinion.enabled()).toBe(false);
    expect(await without.opinion.ask(checkoutCase(), rules, context)).toBe(rules);
    expect(server.received).toHaveLength(0);
    const token = opinionBench(server.url, {
      ports: { apiKey: () => undefined, authToken: () => 'token-of-the-test' },
    });
    await token.opinion.ask(checkoutCase(), rules, context);
    expect(server.received[0]?.headers.authorization).toBe('Bearer token-of-the-test');
  });

  test('uses a key that changed', async () => {
    let key = 'old';
    const { opinion } = opinionBench(server.url, { ports: { apiKey: () => key } });
    await opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    key = 'new';
    await opinion.ask(checkoutCase({ name: 'orders' }), rulesVerdict('high'), context);
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
  });
});

const overloaded = { kind: 'error', status: 529, type: 'overloaded_error' } as const;
const faults: readonly (readonly [string, MessagesReaction, readonly string[], RegExp])[] = [
  [
    '429 with a long retry-after',
    { kind: 'error', status: 429, type: 'rate_limit_error', headers: { 'retry-after': '120' } },
    ['rate_limited'],
    /limits the rate/u,
  ],
  [
    '429 of a spend limit',
    { kind: 'error', status: 429, type: 'rate_limit_error', errorCode: 'enforced_spend_limit_reached' },
    ['spend_limit'],
    /spend limit/u,
  ],
  ['400', { kind: 'error', status: 400, type: 'invalid_request_error' }, ['rejected'], /refuses the request/u],
  ['401', { kind: 'error', status: 401, type: 'authentication_error' }, ['unauthorized'], /does not accept the key/u],
  ['403', { kind: 'error', status: 403, type: 'permission_error' }, ['unauthorized'], /does not accept the key/u],
  [
    '404 of an unknown model',
    { kind: 'error', status: 404, type: 'not_found_error' },
    ['rejected'],
    /name of the model/u,
  ],
  ['413', { kind: 'error', status: 413, type: 'request_too_large' }, ['rejected'], /refuses the request/u],
  ['500', { kind: 'error', status: 500, type: 'api_error' }, ['server_error', 'server_error'], /the API failed/u],
  ['504', { kind: 'error', status: 504, type: 'timeout_error' }, ['server_error', 'server_error'], /the API failed/u],
  ['529', overloaded, ['overloaded', 'overloaded'], /overloaded/u],
  [
    'overload in the middle of the stream',
    { kind: 'error-in-stream', type: 'overloaded_error' },
    ['overloaded', 'overloaded'],
    /overloaded/u,
  ],
  [
    'a socket that dies at once',
    { kind: 'reset', after: 'nothing' },
    ['unreachable', 'unreachable'],
    /cannot be reached/u,
  ],
  [
    'a socket that dies half way',
    { kind: 'reset', after: 'half' },
    ['unreachable', 'unreachable'],
    /cannot be reached/u,
  ],
  ['silence', { kind: 'hang' }, ['timeout'], /took too long/u],
  ['slow bytes', { kind: 'drip', everyMs: 5 }, ['timeout'], /took too long/u],
  [
    'truncation',
    { kind: 'answer', text: agreement.slice(0, 60), stopReason: 'max_tokens' },
    ['truncated'],
    /MODEL_MAX_TOKENS/u,
  ],
  [
    'a full context window',
    { kind: 'answer', text: '', stopReason: 'model_context_window_exceeded' },
    ['truncated'],
    /MODEL_MAX_TOKENS/u,
  ],
  ['refusal', { kind: 'answer', text: '', stopReason: 'refusal' }, ['refused'], /declined/u],
  ['no JSON', { kind: 'answer', text: 'The root cause is simple.' }, ['malformed'], /agreed form/u],
  ['JSON of another schema', { kind: 'answer', text: '{"agrees":"yes","cause":"x"}' }, ['malformed'], /agreed form/u],
  ['an empty answer', { kind: 'answer', text: '' }, ['malformed'], /agreed form/u],
  ['an answer without end', { kind: 'flood' }, ['malformed'], /agreed form/u],
  [
    'a login page',
    { kind: 'raw', body: '<html>sign in</html>', contentType: 'text/html' },
    ['server_error', 'server_error'],
    /the API failed/u,
  ],
  [
    'broken JSON of a gateway',
    { kind: 'raw', body: '{"id":', contentType: 'application/json' },
    ['malformed'],
    /agreed form/u,
  ],
];

describe('when the API fails, the answer of the rules goes out in time with the reason', () => {
  test.each(faults)('%s', async (_, reaction, outcomes, note) => {
    server.react = () => reaction;
    // The timers of the bench are quick: 300 ms for silence, 4 s for the rest.
    const bench = opinionBench(server.url, {
      settings: { timeoutMs: reaction.kind === 'hang' || reaction.kind === 'drip' ? 6_000 : 80_000 },
    });
    const rules = rulesVerdict('high');
    const said = await bench.opinion.ask(checkoutCase(), rules, { incidentId: 'a1b2c3', waitMs: 400_000 });
    expect(said).toEqual({ ...rules, notes: [expect.stringMatching(note)] });
    expect(bench.outcomes).toEqual(outcomes);
    expect(bench.errors.map(({ code }) => code)).toEqual(
      outcomes.map(() => expect.stringMatching(/^MODEL_(?:UNAVAILABLE|REJECTED)$/u)),
    );
    // Nothing that the other side wrote gets into an error.
    expect(bench.errors.map(({ message }) => message).join()).not.toMatch(/this is how it failed|127\.0\.0\.1|key-of/u);
  });

  test('nothing listens', async () => {
    await server.close();
    const bench = opinionBench(server.url, { settings: { timeoutMs: 80_000 } });
    const said = await bench.opinion.ask(checkoutCase(), rulesVerdict('high'), {
      incidentId: 'a1b2c3',
      waitMs: 400_000,
    });
    expect(said.notes).toEqual(["The model's opinion is missing: the API cannot be reached"]);
    server = await startMessagesServer();
  });

  test('a short retry-after is waited for, and the second try counts', async () => {
    const reactions: MessagesReaction[] = [
      { kind: 'error', status: 429, type: 'rate_limit_error', headers: { 'retry-after': '0.05' } },
      { kind: 'answer', text: agreement },
    ];
    server.react = () => reactions.shift();
    const { opinion, outcomes } = opinionBench(server.url);
    expect((await opinion.ask(checkoutCase(), rulesVerdict('high'), context)).source).toBe('both');
    expect(outcomes).toEqual(['rate_limited', 'ok']);
  });

  test('a gateway that does not stream is understood', async () => {
    server.react = () => ({ kind: 'unstreamed', text: agreement });
    const { opinion, tokens } = opinionBench(server.url);
    expect((await opinion.ask(checkoutCase(), rulesVerdict('high'), context)).source).toBe('both');
    expect(tokens.output).toBeGreaterThan(10);
  });

  test('the small model’s doubt is shown when the strong one cannot be asked', async () => {
    server.react = ({ body }) =>
      body.model.includes('haiku')
        ? { kind: 'answer', text: other }
        : { kind: 'error', status: 400, type: 'invalid_request_error' };
    const said = await opinionBench(server.url).opinion.ask(checkoutCase(), rulesVerdict('high'), context);
    expect(said.otherOpinion).toMatch(/KeyError/u);
  });
});

describe('waiting', () => {
  test('not at all: the rules answer at once, the opinion comes later', async () => {
    server.react = () => ({ kind: 'answer', text: agreement });
    const bench = opinionBench(server.url);
    const rules = rulesVerdict('high');
    expect(await bench.opinion.ask(checkoutCase(), rules, { incidentId: 'a1b2c3', waitMs: 0 })).toBe(rules);
    await until('the opinion came', () => bench.late.length > 0);
    expect(bench.late).toEqual([{ incidentId: 'a1b2c3', diagnosis: { ...rules, source: 'both' } }]);
  });

  test('not longer than allowed, and says so; the late opinion is told', async () => {
    const clock = createManualClock(Date.now());
    const bench = opinionBench(server.url, {
      settings: { timeoutMs: 5_000 },
      ports: { now: clock.now, timers: clock.timers },
    });
    server.react = () => ({ kind: 'hang' });
    const asked = bench.opinion.ask(checkoutCase(), rulesVerdict('low'), { incidentId: 'a1b2c3', waitMs: 2_000 });
    await until('the question arrived', () => server.received.length > 0);
    clock.advance(2_000);
    const said: Diagnosis = await asked;
    expect(said.notes).toEqual(["The model's opinion is missing: it did not answer within 2 s"]);
    clock.advance(3_000);
    await until('the deadline ended the call', () => bench.late.length > 0);
    expect(bench.late[0]?.diagnosis.notes).toEqual(["The model's opinion is missing: it took too long"]);
  });

  test('ends when podmedic stops, and nothing comes later', async () => {
    server.react = () => ({ kind: 'hang' });
    const bench = opinionBench(server.url);
    const asked = bench.opinion.ask(checkoutCase(), rulesVerdict('high'), { incidentId: 'a1b2c3', waitMs: 60_000 });
    await until('the question arrived', () => server.received.length > 0);
    bench.opinion.close();
    expect((await asked).notes).toEqual(["The model's opinion is missing: podmedic is stopping"]);
    expect(bench.errors).toEqual([]);
    const rules = rulesVerdict('high');
    expect(await bench.opinion.ask(checkoutCase(), rules, context)).toBe(rules);
  });
});
