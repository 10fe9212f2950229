import type { KubeObject } from '../model/kube-objects.ts';
import { toAppError, type AppError } from '../model/errors.ts';
import { createLineSplitter } from '../lib/line-splitter.ts';
import type { Timers } from '../lib/timers.ts';
import type { ApiClient, ApiRequest } from './api-client.ts';
import { refusal } from './api-error.ts';
import type { Ending } from './reflector-decision.ts';
import { describeRequest } from './request-words.ts';
import { parseWatchLine } from './watch-line.ts';

/** Why we ended a connection ourselves. */
export type Cut = 'stalled' | 'overdue' | 'history' | 'stopped';

export interface SessionEnd {
  readonly why: Ending['why'] | 'stopped';
  readonly error?: AppError;
  readonly inStream?: boolean;
  readonly lines: number;
  readonly durationMs: number;
}

/** One connection of a watch, from the request to its end. */
export interface WatchSession {
  /** Resolves when the connection is over; never rejects. */
  readonly done: Promise<SessionEnd>;
  readonly cut: (why: Cut) => void;
}

export interface WatchSessionOptions {
  readonly client: ApiClient;
  readonly request: ApiRequest;
  readonly now: () => number;
  readonly timers: Timers;
  readonly maxLineBytes: number;
  readonly sliceBytes: number;
  /** After this the server should have ended the watch itself. */
  readonly lifeMs: number;
  /** Silence that is allowed at this moment, before and after the answer's headers. */
  readonly stallMs: () => number;
  /** Silence that is worth a word, told once. */
  readonly quiet: { readonly afterMs: number; readonly tell: () => void };
  /** The answer's headers came. */
  readonly onOpen: () => void;
  /** ADDED, MODIFIED, DELETED, BOOKMARK and whatever else comes, in order; ERROR ends the session instead. */
  readonly onEvent: (type: string, object: KubeObject) => void;
}

/** Opens a watch and reads it until it ends, falls silent, brings garbage or is cut. */
export function openWatchSession(options: WatchSessionOptions): WatchSession {
  const controller = new AbortController();
  let cutBy: Cut | undefined;
  const cut = (why: Cut): void => {
    cutBy ??= why;
    controller.abort();
  };
  const openedAtMs = options.now();
  let lastBytesMs = openedAtMs;
  let lines = 0;

  const end = (why: SessionEnd['why'], more: { error?: AppError; inStream?: boolean } = {}): SessionEnd => ({
    why: cutBy ?? why,
    ...(cutBy === undefined ? more : {}),
    lines,
    durationMs: options.now() - openedAtMs,
  });

  /** The end of the session, when this line is one. */
  function take(line: Buffer): SessionEnd | undefined {
    if (line.length === 0) return undefined;
    const event = parseWatchLine(line);
    if (event === undefined) return end('malformed');
    if (event.type === 'ERROR') {
      const status = event.object as { readonly code?: number };
      const error = refusal(describeRequest('GET', options.request.path, true), status.code ?? 500, event.object);
      return end('failed', { error, inStream: true });
    }
    lines += 1;
    options.onEvent(event.type, event.object);
    return undefined;
  }

  async function read(): Promise<SessionEnd> {
    const splitter = createLineSplitter(options.maxLineBytes);
    let bytesOfSlice = 0;
    const stream = await options.client.stream({ ...options.request, signal: controller.signal });
    try {
      lastBytesMs = options.now();
      options.onOpen();
      for await (const chunk of stream.chunks) {
        lastBytesMs = options.now();
        let ended: SessionEnd | undefined;
        const fits = splitter.push(chunk, (line) => {
          if (cutBy === undefined) ended ??= take(line);
        });
        if (ended !== undefined) return ended;
        if (!fits) return end('malformed');
        bytesOfSlice += chunk.length;
        if (bytesOfSlice >= options.sliceBytes) {
          bytesOfSlice = 0;
          await options.timers.yieldTurn();
        }
      }
      // An open line at the end was cut with its connection and comes again.
      return end('closed');
    } finally {
      stream.abort();
    }
  }

  async function run(): Promise<SessionEnd> {
    const cancelLife = options.timers.after(options.lifeMs, () => cut('overdue'));
    const cancelWatchdog = startWatchdog(
      options,
      () => lastBytesMs,
      () => cut('stalled'),
    );
    try {
      return await read();
    } catch (thrown) {
      return end('failed', { error: toAppError(thrown) });
    } finally {
      cancelLife();
      cancelWatchdog();
    }
  }

  return { done: run(), cut };
}

/** One timer for the whole session, set anew only when it fires: a busy stream must not touch a timer for every chunk. */
function startWatchdog(options: WatchSessionOptions, lastBytesMs: () => number, onStall: () => void): () => void {
  let told = false;
  let cancel = (): void => undefined;
  const arm = (): void => {
    const silentMs = options.now() - lastBytesMs();
    const limitMs = options.stallMs();
    if (silentMs >= limitMs) {
      onStall();
      return;
    }
    if (!told && silentMs >= options.quiet.afterMs) {
      told = true;
      options.quiet.tell();
    }
    const untilQuietMs = !told ? options.quiet.afterMs - silentMs : Infinity;
    cancel = options.timers.after(Math.min(limitMs - silentMs, untilQuietMs), arm);
  };
  arm();
  return () => cancel();
}
