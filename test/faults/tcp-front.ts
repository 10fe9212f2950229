import { createServer, connect, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

/** A TCP proxy on loopback that can spoil connections in the ways in which networks do. */
export interface TcpFront {
  readonly port: number;
  /** Resets every connection; returns how many there were. */
  cut(): number;
  /** From now on no byte passes in either direction, and new connections hang; nobody is told. */
  freeze(): void;
  thaw(): void;
  /** Resets new connections as long as it is on. */
  refuse(on: boolean): void;
  /** The far side forgets every connection without a word; the near side stays open and silent. Returns how many. */
  halfOpen(): number;
  /** Bytes a second towards the client; undefined for no limit. */
  slow(bytesPerSecond: number | undefined): void;
  /** Bytes that passed towards the client so far. */
  bytesToClient(): number;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly far: Socket;
  dead: boolean;
}

/** Starts a proxy to a port on loopback. */
export async function startTcpFront(targetPort: number): Promise<TcpFront> {
  const links = new Set<Link>();
  let frozen: { readonly over: Promise<void>; readonly end: () => void } | undefined;
  let refusing = false;
  let bytesPerSecond: number | undefined;
  let passed = 0;

  async function relay(link: Link, from: Socket, to: Socket): Promise<void> {
    try {
      for await (const data of from) {
        for (const piece of piecesOf(data as Buffer, to === link.client ? bytesPerSecond : undefined)) {
          while (frozen !== undefined) await frozen.over;
          if (link.dead) break;
          if (to === link.client) passed += piece.length;
          const flows = to.write(piece);
          if (to === link.client && bytesPerSecond !== undefined) await sleep((piece.length / bytesPerSecond) * 1000);
          if (!flows) await Promise.race([once(to, 'drain'), once(to, 'close')]);
        }
      }
      while (frozen !== undefined) await frozen.over;
      if (!link.dead) to.end();
    } catch {
      // A connection that broke ends on both sides.
      if (!link.dead) to.destroy();
    }
  }

  const server = createServer({ noDelay: true }, (client) => {
    client.on('error', () => undefined);
    if (refusing) {
      client.resetAndDestroy();
      return;
    }
    const far = connect({ port: targetPort, host: '127.0.0.1', noDelay: true });
    far.on('error', () => undefined);
    const link: Link = { client, far, dead: false };
    links.add(link);
    client.once('close', () => {
      links.delete(link);
      far.destroy();
    });
    void relay(link, client, far);
    void relay(link, far, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const cut = (): number => {
    const count = links.size;
    for (const { client, far } of links) {
      client.resetAndDestroy();
      far.destroy();
    }
    return count;
  };
  const thaw = (): void => {
    const before = frozen;
    frozen = undefined;
    before?.end();
  };

  return {
    port: (server.address() as AddressInfo).port,
    cut,
    freeze: () => {
      let end = (): void => undefined;
      const over = new Promise<void>((resolve) => (end = resolve));
      frozen ??= { over, end };
    },
    thaw,
    refuse: (on) => {
      refusing = on;
    },
    halfOpen: () => {
      let count = 0;
      for (const link of links) {
        if (link.dead) continue;
        link.dead = true;
        count += 1;
        link.far.destroy();
      }
      return count;
    },
    slow: (limit) => {
      bytesPerSecond = limit;
    },
    bytesToClient: () => passed,
    close: async () => {
      thaw();
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Twenty pieces a second at a limit; otherwise all at once. */
function piecesOf(data: Buffer, limit: number | undefined): Buffer[] {
  if (limit === undefined) return [data];
  const size = Math.max(1, Math.floor(limit / 20));
  const pieces: Buffer[] = [];
  for (let at = 0; at < data.length; at += size) pieces.push(data.subarray(at, at + size));
  return pieces;
}
