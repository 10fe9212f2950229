import { createServer } from 'node:net';

/**
 * Ports that are free on all addresses, from 20000 to 29999: below what Linux gives to outgoing
 * connections and below node ports, so that a server that was killed gets its port again.
 */
export async function findFreePorts(count: number): Promise<number[]> {
  const found = new Set<number>();
  for (let attempt = 0; found.size < count; attempt++) {
    if (attempt > 200) throw new Error('no free port between 20000 and 29999');
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) found.add(port);
  }
  return [...found];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '0.0.0.0' }, () => server.close(() => resolve(true)));
  });
}
