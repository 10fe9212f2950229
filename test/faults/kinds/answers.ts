import { statusOf, type HttpFault, type ProxiedRequest } from '../api-proxy.ts';
import { isPodWatch, sleep, withRule, type FaultKind } from './fault-kind.ts';

const tooManyRequests: HttpFault = { type: 'answer', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 };
const internalError: HttpFault = { type: 'answer', status: 500, reason: 'InternalError' };
const expired: HttpFault = { type: 'answer', status: 410, reason: 'Expired' };
const unauthorized: HttpFault = { type: 'answer', status: 401, reason: 'Unauthorized' };

/** Between two attempts of a stream that failed often lately. */
const longestPauseMs = 35_000;

const garbage: FaultKind = {
  name: 'garbage line',
  scope: 'lab',
  seconds: 8,
  strike: async ({ lab, during }) => {
    let hits = 0;
    for (const { proxy } of lab.replicas) {
      let left = 1;
      proxy.setLineRule((line, request) => {
        if (left === 0 || !isPodWatch(request) || !line.includes('"type":"MODIFIED"')) return [line];
        left -= 1;
        hits += 1;
        return [Buffer.concat([line.subarray(0, line.length >> 1), Buffer.from('\u0000}]{"type":\n')])];
      });
    }
    await during();
    await sleep(3_000);
    for (const { proxy } of lab.replicas) proxy.setLineRule(undefined);
    return hits;
  },
};

const splitText: FaultKind = {
  name: 'UTF-8 split anywhere',
  scope: 'lab',
  seconds: 8,
  strike: async ({ lab, during }) => {
    let hits = 0;
    for (const { proxy } of lab.replicas) {
      proxy.setLineRule((line, request) => {
        if (!isPodWatch(request) || !line.some((byte) => byte > 127)) return [line];
        hits += 1;
        return Array.from({ length: Math.ceil(line.length / 5) }, (_, at) => line.subarray(5 * at, 5 * at + 5));
      });
    }
    await during();
    await sleep(2_000);
    for (const { proxy } of lab.replicas) proxy.setLineRule(undefined);
    return hits;
  },
};

const goneAtConnect: FaultKind = {
  name: '410 at connect',
  scope: 'lab',
  seconds: 12,
  strike: async ({ lab, during }) => {
    let hits = 0;
    const isResumed = (request: ProxiedRequest): boolean => isPodWatch(request) && request.query.has('resourceVersion');
    return withRule(
      lab.replicas,
      (request) => {
        if (!isResumed(request)) return undefined;
        hits += 1;
        return expired;
      },
      async () => {
        for (const { proxy } of lab.replicas) proxy.tcp.cut();
        await during();
        for (let waited = 0; waited < longestPauseMs && hits < lab.replicas.length; waited += 100) await sleep(100);
      },
    );
  },
};

const goneInStream: FaultKind = {
  name: '410 in stream',
  scope: 'lab',
  seconds: 8,
  strike: async ({ lab, during }) => {
    const line = { type: 'ERROR', object: statusOf(410, 'Expired') };
    const hits = lab.replicas.reduce((sum, { proxy }) => sum + proxy.endWatchesWith(line, isPodWatch), 0);
    await during();
    return hits;
  },
};

const throttled: FaultKind = {
  name: '429 with Retry-After',
  scope: 'lab',
  seconds: 16,
  strike: ({ lab, during }) =>
    withRule(
      lab.replicas,
      () => tooManyRequests,
      async () => {
        for (const { proxy } of lab.replicas) proxy.tcp.cut();
        await during();
        await sleep(7_000);
      },
    ),
};

const failing: FaultKind = {
  name: '500s, two of three',
  scope: 'lab',
  seconds: 16,
  strike: ({ lab, during, random }) =>
    withRule(
      lab.replicas,
      () => (random.next() < 0.67 ? internalError : undefined),
      async () => {
        for (const { proxy } of lab.replicas) proxy.tcp.cut();
        await during();
        await sleep(7_000);
      },
    ),
};

const lostAnswer: FaultKind = {
  name: 'answers of PUTs lost',
  scope: 'lab',
  seconds: 12,
  strike: async ({ lab, during }) => {
    let left = 4;
    const loses = ({ method, path }: ProxiedRequest): boolean => method === 'PUT' && path.includes('/leases/');
    return withRule(
      [await lab.leader()],
      (request) => {
        if (left === 0 || !loses(request)) return undefined;
        left -= 1;
        return { type: 'lose-answer' };
      },
      async () => {
        await during();
        await sleep(5_000);
      },
    );
  },
};

const rotatedToken: FaultKind = {
  name: 'token rotated',
  scope: 'lab',
  seconds: 12,
  strike: async ({ lab, during }) => {
    const fresh = await lab.newToken();
    return withRule(
      lab.replicas,
      ({ token }) => (token === fresh ? undefined : unauthorized),
      async () => {
        for (const { proxy } of lab.replicas) proxy.tcp.cut();
        await sleep(500);
        for (const replica of lab.replicas) replica.writeToken(fresh);
        await during();
        await sleep(3_000);
      },
    );
  },
};

export const answerKinds: readonly FaultKind[] = [
  garbage,
  splitText,
  goneAtConnect,
  goneInStream,
  throttled,
  failing,
  lostAnswer,
  rotatedToken,
];
