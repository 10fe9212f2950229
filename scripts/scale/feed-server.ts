// node feed-server.ts EVENTS: an API server of one trick. It prints its port as JSON; a watch of pods gets an empty list and,
// as fast as it reads, that many MODIFIED events of realistic pods; then a line says how long the reader took.
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { makeSeedPod } from '../../test/cluster/seed-pod.ts';

const events = Number(process.argv[2] ?? 100_000);
const versionMark = '"resourceVersion":"0"';
const lines = Array.from({ length: 1_000 }, (_, index) => {
  const pod = makeSeedPod(index, 'feed');
  const object = { ...pod, metadata: { ...pod.metadata, resourceVersion: '0' } };
  const [head = '', tail = ''] = JSON.stringify({ type: 'MODIFIED', object }).split(versionMark);
  return { head: Buffer.from(`${head}"resourceVersion":"`), tail: Buffer.from(`"${tail}\n`) };
});
const endMark = {
  type: 'BOOKMARK',
  object: {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { resourceVersion: '1', annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
};

async function feed(response: ServerResponse): Promise<void> {
  const startedAtMs = performance.now();
  const perWrite = 64;
  for (let sent = 0; sent < events; sent += perWrite) {
    const pieces: Buffer[] = [];
    for (let at = sent; at < Math.min(events, sent + perWrite); at += 1) {
      const line = lines[at % lines.length];
      if (line !== undefined) pieces.push(line.head, Buffer.from(String(at + 2)), line.tail);
    }
    if (!response.write(Buffer.concat(pieces))) await once(response, 'drain');
  }
  console.log(JSON.stringify({ seconds: (performance.now() - startedAtMs) / 1000 }));
}

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://feed');
  response.writeHead(url.searchParams.has('watch') ? 200 : 404, { 'content-type': 'application/json' });
  if (!url.searchParams.has('watch')) {
    response.end('{}');
    return;
  }
  response.write(`${JSON.stringify(endMark).replace('"Pod"', url.pathname.endsWith('/pods') ? '"Pod"' : '"Event"')}\n`);
  if (url.pathname.endsWith('/pods')) process.once('SIGUSR2', () => void feed(response));
});
server.listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
