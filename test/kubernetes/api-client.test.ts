import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createApiClient, type ApiClient, type ApiRequest } from '../../src/kubernetes/api-client.ts';
import { faultOf } from '../../src/kubernetes/api-error.ts';
import { toAppError, type AppError } from '../../src/model/errors.ts';
import { statusJson } from '../fakes/kube-json.ts';
import { until } from '../fakes/manual-clock.ts';
import { startScriptedApiServer, type ScriptedApiServer } from '../fakes/scripted-api-server.ts';

let server: ScriptedApiServer;
let client: ApiClient;
beforeEach(async () => {
  server = await startScriptedApiServer();
  client = createApiClient(server.connection, { headersTimeoutMs: 0, userAgent: 'podmedic/1' });
});
afterEach(async () => {
  await client.close();
  await server.close();
});

const pods: ApiRequest = { path: '/api/v1/namespaces/shop/pods' };

function caught(work: Promise<unknown>): Promise<AppError> {
  return work.then(
    () => {
      throw new Error('it should have failed');
    },
    (thrown: unknown) => toAppError(thrown),
  );
}

describe('an answer', () => {
  test('is parsed; the query leaves out what is undefined', async () => {
    const answer = client.json<{ a: number }>({ ...pods, query: { limit: 5, continue: undefined, x: 'a b' } });
    const request = await server.request();
    expect(Object.fromEntries(request.query)).toEqual({ limit: '5', x: 'a b' });
    expect(request.authorization).toBe('Bearer first');
    request.answer(200, { a: 1 });
    expect(await answer).toEqual({ a: 1 });
  });

  test('that is no JSON, or too long, is refused', async () => {
    const first = caught(client.json(pods));
    (await server.request()).answer(200, '<html>');
    expect(await first).toMatchObject({ code: 'API_MALFORMED' });
    const second = caught(client.json({ ...pods, maxBytes: 10 }));
    (await server.request()).answer(200, '"123456789012"');
    expect((await second).message).toBe('cannot list pods in namespace shop: the answer is longer than 10 bytes');
  });

  test('as text has broken UTF-8 replaced, and its end kept from a line on when it is long', async () => {
    const whole = client.text(pods);
    (await server.request()).answer(200, 'a');
    expect(await whole).toEqual({ text: 'a', truncated: false });

    const broken = client.text(pods);
    const exchange = await server.request();
    await exchange.bytes(Buffer.from([0x61, 0xff, 0x62]));
    exchange.end();
    expect((await broken).text).toBe('a\ufffdb');

    const long = client.text({ ...pods, maxBytes: 12 });
    (await server.request()).answer(200, 'first line\nsecond\nthird\n');
    expect(await long).toEqual({ text: 'third\n', truncated: true });
  });

  test('as a stream comes in pieces and can be cut', async () => {
    const opening = client.stream(pods);
    const exchange = await server.request();
    exchange.open();
    const stream = await opening;
    const chunks = stream.chunks[Symbol.asyncIterator]();
    await exchange.bytes('one');
    expect(String((await chunks.next()).value)).toBe('one');
    stream.abort();
    expect(await caught(chunks.next())).toMatchObject({ code: 'ABORTED' });
    await until('the server sees it', exchange.gone);
  });
});

describe('a body', () => {
  test('is JSON, and a patch says what kind it is', async () => {
    const answer = client.json({ ...pods, method: 'PATCH', body: { a: 'ü' } });
    const request = await server.request();
    expect(request.method).toBe('PATCH');
    expect(request.contentType).toBe('application/merge-patch+json');
    expect(await request.body()).toBe('{"a":"ü"}');
    request.answer(200, {});
    await answer;
  });
});

describe('a refusal', () => {
  test.each<[number, string, string, boolean]>([
    [400, 'API_REJECTED', 'the API server rejected the request to list pods in namespace shop (HTTP 400): no', false],
    [403, 'API_FORBIDDEN', 'no permission to list pods in namespace shop: no', false],
    [404, 'API_NOT_FOUND', 'cannot list pods in namespace shop: not found: no', false],
    [409, 'API_CONFLICT', 'cannot list pods in namespace shop: it was changed by someone else: no', true],
    [410, 'API_GONE', 'cannot list pods in namespace shop: the resourceVersion is too old: no', true],
    [422, 'API_REJECTED', 'the API server rejected the request to list pods in namespace shop (HTTP 422): no', false],
    [429, 'API_THROTTLED', 'the API server is too busy to list pods in namespace shop: no', true],
    [500, 'API_UNAVAILABLE', 'the API server failed to list pods in namespace shop (HTTP 500): no', true],
    [503, 'API_UNAVAILABLE', 'the API server failed to list pods in namespace shop (HTTP 503): no', true],
  ])('%i', async (status, code, message, retryable) => {
    const answer = caught(client.json(pods));
    (await server.request()).answer(status, statusJson(status, 'Reason', 'no'));
    const error = await answer;
    expect(error).toMatchObject({ code, message, retryable });
    expect(faultOf(error)).toMatchObject({ httpStatus: status, reason: 'Reason', resourceVersionTooLarge: false });
  });

  test('says how long to wait, by header or by body', async () => {
    const byHeader = caught(client.json(pods));
    (await server.request()).answer(429, 'busy', { 'retry-after': '3' });
    expect((await byHeader).retryAfterMs).toBe(3_000);
    const byBody = caught(client.json(pods));
    (await server.request()).answer(503, statusJson(503, 'x', 'x', { retryAfterSeconds: 9 }));
    expect((await byBody).retryAfterMs).toBe(9_000);
  });

  test('for a version of the future can be told apart', async () => {
    const answer = caught(client.json(pods));
    (await server.request()).answer(
      504,
      statusJson(504, 'Timeout', 'x', { causes: [{ reason: 'ResourceVersionTooLarge' }] }),
    );
    expect(faultOf(await answer)?.resourceVersionTooLarge).toBe(true);
  });

  test('tells no address and no token', async () => {
    const answer = caught(client.json(pods));
    const text = 'see https://10.0.0.1/secret?x=y with Bearer abc.def and eyJhbGciOiJSUzI1.eyJpc3M.sig';
    (await server.request()).answer(403, statusJson(403, 'Forbidden', text));
    expect((await answer).message).toBe(
      'no permission to list pods in namespace shop: see (address) with Bearer (token) and (token)',
    );
  });
});

describe('credentials', () => {
  test('that were refused are read anew and tried once more', async () => {
    const answer = client.json(pods);
    server.token.value = 'second';
    (await server.request()).answer(401, statusJson(401, 'Unauthorized'));
    const again = await server.request();
    expect(again.authorization).toBe('Bearer second');
    again.answer(200, {});
    await answer;
    expect(server.token.refreshes).toBe(1);
  });

  test('that are refused twice are an error', async () => {
    const answer = caught(client.json(pods));
    (await server.request()).answer(401, 'no');
    (await server.request()).answer(401, statusJson(401, 'Unauthorized', 'token expired'));
    expect(await answer).toMatchObject({
      code: 'API_UNAUTHORIZED',
      message: 'the API server refused our credentials to list pods in namespace shop: token expired',
    });
  });
});

describe('trouble on the way', () => {
  test('a cut connection', async () => {
    const answer = caught(client.json(pods));
    (await server.request()).cut();
    const error = await answer;
    expect(error).toMatchObject({ code: 'API_UNREACHABLE', retryable: true });
    expect(error.message).toMatch(
      /^cannot reach the API server at 127\.0\.0\.1:\d+ to list pods in namespace shop: the connection was cut$/,
    );
  });

  test('nobody there', async () => {
    await server.close();
    const error = await caught(client.json(pods));
    expect(error.code).toBe('API_UNREACHABLE');
    expect(error.message).toContain('connection refused');
    server = await startScriptedApiServer();
  });

  test('no answer in time', async () => {
    const answer = caught(client.json({ ...pods, timeoutMs: 30 }));
    const exchange = await server.request();
    expect(await answer).toMatchObject({ code: 'TIMEOUT', retryable: true });
    await until('the server sees it', exchange.gone);
  });

  test('the caller changed his mind, before or after', async () => {
    const controller = new AbortController();
    const answer = caught(client.json({ ...pods, signal: controller.signal }));
    await server.request();
    controller.abort();
    expect(await answer).toMatchObject({ code: 'ABORTED', retryable: false });
    expect(await caught(client.json({ ...pods, signal: controller.signal }))).toMatchObject({ code: 'ABORTED' });
    expect(server.unasked()).toBe(0);
  });

  test('the client is closed: open streams end, later requests are refused', async () => {
    const opening = client.stream(pods);
    const exchange = await server.request();
    exchange.open();
    await opening;
    await client.close();
    await until('the server sees it', exchange.gone);
    expect(await caught(client.json(pods))).toMatchObject({ code: 'ABORTED' });
  });
});
