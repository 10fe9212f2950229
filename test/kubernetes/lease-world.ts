import type { LeaseApi, LeaseCall, LeaseWatchHandler } from '../../src/kubernetes/lease-api.ts';
import { createElector, type LeaderElector } from '../../src/kubernetes/lease-elector.ts';
import type { LeaseObject } from '../../src/kubernetes/lease-object.ts';
import { defaultLeaseSettings, type LeaseSettings } from '../../src/kubernetes/lease-settings.ts';
import type { Timers } from '../../src/lib/timers.ts';
import { AppError } from '../../src/model/errors.ts';

/** What may happen between one process and the API server. */
interface Line {
  /** Nothing gets through: requests fail after their timeout, open watches fall silent. */
  cut: boolean;
  latencyMs: number;
  /** Error of the next requests, by method; each is used once. */
  readonly fail: { method: keyof LeaseApi; error: AppError }[];
  /** Error of every request of a method. */
  readonly refuse: Map<keyof LeaseApi, AppError>;
  /** The next update is applied, but its answer never comes. */
  loseReply: boolean;
  watchable: boolean;
  /** Connections of watches that are open now fall silent without an end. */
  freezeWatches: () => void;
}

/** One process with its clock; SIGSTOP holds all that would run in it. */
export interface Candidate {
  readonly name: string;
  readonly elector: LeaderElector;
  readonly line: Line;
  readonly api: LeaseApi;
  readonly timers: Timers;
  readonly changes: boolean[];
  readonly errors: string[];
  /** Moves the wall clock against the monotonic one. */
  skewMs: number;
  stop: () => void;
  cont: () => void;
  readonly now: () => number;
}

/** Several candidates and one API server, in a time that only `pass` moves. */
export interface LeaseWorld {
  readonly candidate: (name: string, options?: CandidateOptions) => Candidate;
  readonly pass: (ms: number) => Promise<void>;
  readonly nowMs: () => number;
  readonly objects: Map<string, LeaseObject>;
  /** Requests that reached the server: `PUT a`, `GET b` … */
  readonly requests: string[];
  /** Every moment at which more than one process was ready to act. */
  readonly doubles: string[];
  readonly write: (name: string, change: (lease: LeaseObject) => LeaseObject | undefined) => void;
}

interface CandidateOptions {
  readonly settings?: LeaseSettings;
  readonly initialTransitions?: () => Promise<number>;
  readonly random?: () => number;
}

export const leaseName = 'podmedic-leader';

export function createLeaseWorld(): LeaseWorld {
  let nowMs = 50_000_000;
  let version = 1;
  const timers = new Set<{ dueMs: number; run: () => void }>();
  const objects = new Map<string, LeaseObject>();
  const watchers = new Set<{
    name: string;
    line: Line;
    frozen: boolean;
    tell: (lease: LeaseObject | undefined) => void;
  }>();
  const candidates: Candidate[] = [];
  const requests: string[] = [];
  const doubles: string[] = [];

  const after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { dueMs: nowMs + Math.max(0, delayMs), run };
    timers.add(timer);
    return () => timers.delete(timer);
  };

  function put(name: string, lease: LeaseObject | undefined): LeaseObject | undefined {
    if (lease) {
      version += 1;
      lease = {
        ...lease,
        metadata: {
          ...lease.metadata,
          name,
          uid: lease.metadata?.uid ?? `uid-${version}`,
          resourceVersion: String(version),
        },
      };
      objects.set(name, lease);
    } else objects.delete(name);
    for (const watcher of watchers)
      if (watcher.name === name && !watcher.line.cut && !watcher.frozen) watcher.tell(lease);
    return lease;
  }

  function serve(method: keyof LeaseApi, lease: LeaseObject): LeaseObject | undefined {
    const name = lease.metadata?.name ?? '';
    const present = objects.get(name);
    if (method === 'get') return present;
    for (const time of [lease.spec?.renewTime, lease.spec?.acquireTime]) {
      if (time != null && !/\.\d{6}Z$/.test(time)) throw new AppError('API_REJECTED', `not a MicroTime: ${time}`);
    }
    if (method === 'create') {
      if (present) throw new AppError('API_CONFLICT', 'already exists', { retryable: true });
      return put(name, lease);
    }
    if (!present) throw new AppError('API_NOT_FOUND', 'not found');
    if (present.metadata?.resourceVersion !== lease.metadata?.resourceVersion) {
      throw new AppError('API_CONFLICT', 'changed', { retryable: true });
    }
    return put(name, lease);
  }

  function createApi(who: string, line: Line, resume: (run: () => void) => void): LeaseApi {
    const call = (method: 'get' | 'create' | 'update', lease: LeaseObject, options: LeaseCall): Promise<LeaseObject> =>
      new Promise((resolve, reject) => {
        const give = (settle: () => void): void => resume(settle);
        const cancel = after(options.timeoutMs, () =>
          give(() => reject(new AppError('TIMEOUT', 'no answer', { retryable: true }))),
        );
        options.signal?.addEventListener('abort', () => reject(new AppError('ABORTED', 'stopped')), { once: true });
        if (line.cut) return;
        after(line.latencyMs / 2, () => {
          if (line.cut) return;
          requests.push(`${{ get: 'GET', create: 'POST', update: 'PUT' }[method]} ${who}`);
          let answer: () => void;
          try {
            const planned = line.fail.findIndex((failure) => failure.method === method);
            const error = planned >= 0 ? line.fail.splice(planned, 1)[0]?.error : line.refuse.get(method);
            if (error) throw error;
            const result = serve(method, lease);
            answer = () => resolve(result ?? (undefined as never));
            if (method === 'update' && line.loseReply) {
              line.loseReply = false;
              return;
            }
          } catch (error) {
            const refused = error instanceof Error ? error : new Error(String(error));
            answer = () => reject(refused);
          }
          after(line.latencyMs / 2, () => {
            if (line.cut) return;
            cancel();
            give(answer);
          });
        });
      });
    return {
      get: (name, options) => call('get', { metadata: { name } }, options),
      create: (lease, options) => call('create', lease, options),
      update: (lease, options) => call('update', lease, options),
      watch: (name: string, handler: LeaseWatchHandler, signal: AbortSignal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new AppError('ABORTED', 'stopped')), { once: true });
          if (line.cut) return;
          if (!line.watchable) {
            reject(new AppError('API_FORBIDDEN', 'no permission to watch leases'));
            return;
          }
          const watcher = {
            name,
            line,
            frozen: false,
            tell: (lease: LeaseObject | undefined) => resume(() => handler.changed(lease)),
          };
          watchers.add(watcher);
          signal.addEventListener('abort', () => watchers.delete(watcher), { once: true });
          resume(handler.opened);
          const present = objects.get(name);
          if (present) watcher.tell(present);
        }),
    };
  }

  function check(): void {
    const acting = candidates.filter(({ elector }) => elector.isLeader()).map(({ name }) => name);
    if (acting.length > 1) doubles.push(`${acting.join(' and ')} at ${nowMs}`);
  }

  return {
    objects,
    requests,
    doubles,
    nowMs: () => nowMs,
    write: (name, change) => {
      put(name, change(objects.get(name) ?? {}));
    },
    candidate: (name, options = {}) => {
      let stopped = false;
      const held: (() => void)[] = [];
      const resume = (run: () => void): void => {
        if (stopped) held.push(run);
        else run();
      };
      const line: Line = {
        cut: false,
        latencyMs: 0,
        fail: [],
        refuse: new Map(),
        loseReply: false,
        watchable: true,
        freezeWatches: () => {
          for (const watcher of watchers) if (watcher.line === line) watcher.frozen = true;
        },
      };
      const own: Timers = {
        after: (delayMs, run) => {
          let cancelled = false;
          const cancel = after(delayMs, () =>
            resume(() => {
              if (!cancelled) run();
            }),
          );
          return () => {
            cancelled = true;
            cancel();
          };
        },
        yieldTurn: () => Promise.resolve(),
      };
      const changes: boolean[] = [];
      const errors: string[] = [];
      const api = createApi(name, line, resume);
      const candidate: Omit<Candidate, 'elector'> = {
        name,
        line,
        api,
        timers: own,
        changes,
        errors,
        skewMs: 0,
        stop: () => {
          stopped = true;
        },
        cont: () => {
          stopped = false;
          for (const run of held.splice(0)) run();
        },
        now: () => nowMs + candidate.skewMs,
      };
      const elector = createElector({
        api,
        namespace: 'podmedic',
        name: leaseName,
        identity: `${name}_1`,
        now: candidate.now,
        mono: () => nowMs,
        random: options.random ?? (() => 0.5),
        timers: own,
        settings: options.settings ?? defaultLeaseSettings,
        onChange: (leading) => changes.push(leading),
        onError: (error) => errors.push(error.code),
        ...(options.initialTransitions ? { initialTransitions: options.initialTransitions } : {}),
      });
      const whole = Object.assign(candidate, { elector });
      candidates.push(whole);
      return whole;
    },
    pass: async (ms) => {
      const endMs = nowMs + ms;
      // One turn of the event loop lets every promise that can settle do so.
      const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
      await settle();
      for (;;) {
        const due = [...timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)[0];
        if (!due) break;
        timers.delete(due);
        nowMs = Math.max(nowMs, due.dueMs);
        due.run();
        await settle();
        check();
      }
      nowMs = endMs;
      await settle();
      check();
    },
  };
}
