import { expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type * as AnthropicSdk from '@anthropic-ai/sdk';
import type * as ClientNodeConfig from '@kubernetes/client-node/dist/config.js';

const beside = (file: string): string => new URL(`../../dist/${file}.mjs`, import.meta.url).href;

test("Claude's SDK beside the bundle speaks with a server and tells its errors apart", async () => {
  const server = createServer((_request, response) => {
    response.writeHead(529, { 'content-type': 'application/json' });
    response.end('{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const sdk = (await import(beside('anthropic-sdk'))) as typeof AnthropicSdk;
    const baseURL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new sdk.Anthropic({ apiKey: 'none', baseURL, maxRetries: 0 });
    const refused = client.messages.create({ model: 'any', max_tokens: 1, messages: [{ role: 'user', content: 'x' }] });
    const error: unknown = await refused.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(sdk.APIError);
    expect(error).toMatchObject({ status: 529 });
  } finally {
    server.close();
  }
});

test('client-node beside the bundle reads a kubeconfig', async () => {
  const { KubeConfig } = (await import(beside('client-node'))) as typeof ClientNodeConfig;
  const config = new KubeConfig();
  config.loadFromString(
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:6443' } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
  expect(config.getCurrentCluster()?.server).toBe('https://127.0.0.1:6443');
});
