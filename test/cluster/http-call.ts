import { request as httpRequest, type Agent } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface HttpCall {
  readonly url: string;
  readonly method?: string;
  readonly token?: string;
  /** Certificates to trust, PEM. */
  readonly caPem?: string;
  readonly contentType?: string;
  readonly body?: string;
  readonly timeoutMs?: number;
  /** Connections to use again; without it each call has its own. */
  readonly agent?: Agent;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

/** One HTTP request. Throws when there is no complete answer within `timeoutMs` (10 s). */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const url = new URL(call.url);
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: call.method ?? 'GET',
        ...(call.caPem === undefined ? {} : { ca: call.caPem }),
        agent: call.agent ?? false,
        signal: AbortSignal.timeout(call.timeoutMs ?? 10_000),
        headers: {
          ...(call.token === undefined ? {} : { authorization: `Bearer ${call.token}` }),
          ...(call.contentType === undefined ? {} : { 'content-type': call.contentType }),
          ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
        });
      },
    );
    request.on('error', reject);
    request.end(call.body);
  });
}
