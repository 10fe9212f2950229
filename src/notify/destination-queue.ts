import type { Alert } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';
import type { Destination, DestinationStatus, DispatcherPorts, DispatchProblem, Timers } from './dispatcher-ports.ts';
import type { Outbox } from './outbox.ts';
import { backoffMs, dueAt, isAtLeast } from './queue-policy.ts';
import type { DeliveryResult, MessageForm, Sink } from './sink.ts';
import { createToldMemory, type ToldMemory } from './told-memory.ts';
import { createWaitingList, type Waiting, type WaitingList } from './waiting-list.ts';

export interface QueueParts {
  readonly destination: Destination;
  readonly ports: DispatcherPorts;
  readonly timers: Timers;
  readonly outbox: Outbox | undefined;
  readonly maxQueued: number;
  readonly updateGapMs: number;
  readonly probeMs: number;
}

// How often the gate is tried while it is closed and nobody calls `wake`.
const gatePollMs = 1_000;
// How often a message may be refused in every form before it is given up.
const maxRefusals = 3;
const plainer: Readonly<Record<MessageForm, MessageForm | undefined>> = {
  full: 'blocks',
  blocks: 'text',
  text: undefined,
};

/** The queue of one destination: one message at a time, in order, spaced, coalesced, retried. */
export class DestinationQueue {
  readonly #parts: QueueParts;
  readonly #sink: Sink;
  readonly #told: ToldMemory;
  readonly #waiting: WaitingList;
  readonly #abort = new AbortController();
  readonly #counts = { sent: 0, failed: 0, dropped: 0 };
  #idleWaiters: (() => void)[] = [];
  #inFlight: Waiting | undefined;
  #timer: unknown;
  #notBeforeMs = 0;
  #failures = 0;
  #circuit: 'closed' | 'open' = 'closed';
  #gate: 'unknown' | 'open' | 'closed' = 'unknown';
  #phase: 'new' | 'running' | 'hurrying' | 'stopped' = 'new';
  #problem: string | undefined;
  #lastSentAtMs: number | undefined;

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#sink = parts.destination.sink;
    this.#told = createToldMemory(this.#sink.name, parts.ports.previous);
    this.#waiting = createWaitingList({
      sink: this.#sink.name,
      outbox: parts.outbox,
      maxQueued: parts.maxQueued,
      onDropped: (waiting, why) => {
        this.#counts.dropped++;
        this.#report(waiting, 'dropped', { error: why });
      },
    });
  }

  start(): void {
    this.#phase = 'running';
    this.pump();
  }

  submit(alert: Alert): void {
    if (this.#phase === 'stopped' || !(this.#sink.accepts?.(alert) ?? true)) return;
    const { minSeverity } = this.#parts.destination;
    const known = this.#inFlight?.alert.id === alert.id || this.#told.previous(alert) !== undefined;
    if (minSeverity !== undefined && !isAtLeast(alert.severity, minSeverity) && !known && alert.type !== 'test') return;
    const dueAtMs = dueAt(alert, this.#sink.updates, this.#told.get(alert.id), this.#parts.updateGapMs);
    if (dueAtMs === undefined) return;
    this.#waiting.add(alert, dueAtMs);
    this.pump();
  }

  withdraw(id: string): void {
    this.#waiting.withdraw(id);
    this.pump();
  }

  /** Sends what is due, or sets the timer for what will be. */
  readonly pump = (): void => {
    this.#parts.timers.clear(this.#timer);
    if (this.#phase === 'new' || this.#phase === 'stopped' || this.#inFlight !== undefined) return;
    const delayMs = this.#gateIsOpen() ? this.#sendFirst() : gatePollMs;
    if (delayMs !== undefined) this.#timer = this.#parts.timers.set(this.pump, delayMs);
    if (this.#isIdle()) {
      for (const resolve of this.#idleWaiters) resolve();
      this.#idleWaiters = [];
    }
  };

  /** Resolves when nothing more can be sent for now: all sent, refused for good, held for later, or not the leader. */
  idle(): Promise<void> {
    return this.#isIdle() ? Promise.resolve() : new Promise((resolve) => void this.#idleWaiters.push(resolve));
  }

  /** From now on corrections do not wait. */
  hurry(): void {
    if (this.#phase === 'running') this.#phase = 'hurrying';
    this.pump();
  }

  /** Ends for good. Returns how many messages stay unsent; they stay in the outbox. */
  halt(): number {
    this.#phase = 'stopped';
    this.#parts.timers.clear(this.#timer);
    this.#abort.abort();
    return this.#unsent();
  }

  status(): DestinationStatus {
    return {
      sink: this.#sink.name,
      queued: this.#unsent(),
      oldestAgeMs: this.#oldestAgeMs(),
      circuit: this.#circuit,
      ...(this.#lastSentAtMs === undefined ? {} : { lastSentAtMs: this.#lastSentAtMs }),
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
      ...this.#counts,
    };
  }

  #gateIsOpen(): boolean {
    const open = this.#parts.ports.canSend();
    if (open && this.#gate !== 'open') this.#waiting.reread(this.#inFlight);
    this.#gate = open ? 'open' : 'closed';
    return open;
  }

  /** Begins with the first message that is due. Returns after how many ms to look again, `undefined` for never. */
  #sendFirst(): number | undefined {
    const now = this.#parts.ports.now();
    if (this.#waiting.size === 0) return undefined;
    if (now < this.#notBeforeMs) return this.#notBeforeMs - now;
    const horizonMs = this.#phase === 'hurrying' ? Number.POSITIVE_INFINITY : now;
    for (let next = this.#waiting.firstDue(horizonMs); next !== undefined; next = this.#waiting.firstDue(horizonMs)) {
      const known = this.#told.opening(next.alert.id, next.covers);
      if (known !== undefined || (next.doubtful && !this.#isUntold(next))) {
        this.#waiting.forget(next);
        if (known !== undefined) this.#report(next, 'sent', known);
        continue;
      }
      this.#waiting.take(next);
      this.#inFlight = next;
      void this.#attempt(next);
      return undefined;
    }
    const dueAtMs = this.#waiting.nextDueAtMs();
    return dueAtMs === undefined ? undefined : Math.max(dueAtMs - now, 1);
  }

  #isUntold({ alert, covers }: Waiting): boolean {
    const { isUntold } = this.#parts.ports;
    return isUntold === undefined || covers.some((type) => isUntold(alert.id, type, this.#sink.name));
  }

  async #attempt(waiting: Waiting): Promise<void> {
    const result = await this.#deliver(waiting);
    this.#inFlight = undefined;
    this.#conclude(waiting, result);
    this.pump();
  }

  async #deliver(waiting: Waiting): Promise<DeliveryResult | 'unclaimed'> {
    const { alert, form } = waiting;
    const previous = this.#told.previous(alert);
    try {
      await this.#parts.ports.onDelivery?.(this.#delivery(alert.type, 'claimed', {}), alert);
    } catch {
      return 'unclaimed';
    }
    // Asked again: leadership may have gone while the claim was written.
    if (!this.#parts.ports.canSend() || this.#phase === 'stopped') return 'unclaimed';
    try {
      return await this.#sink.send(alert, {
        form,
        signal: this.#abort.signal,
        ...(previous === undefined ? {} : { previous }),
      });
    } catch (thrown) {
      return { outcome: 'retry', why: thrown instanceof Error ? thrown.name : 'unknown' };
    }
  }

  #conclude(waiting: Waiting, result: DeliveryResult | 'unclaimed'): void {
    const now = this.#parts.ports.now();
    if (result === 'unclaimed') {
      this.#waiting.putBack({ ...waiting, doubtful: true });
      this.#notBeforeMs = now + gatePollMs;
      return;
    }
    this.#notBeforeMs = now + this.#sink.gapMs;
    switch (result.outcome) {
      case 'sent': {
        const { outcome, ...place } = result;
        this.#failures = 0;
        this.#circuit = 'closed';
        this.#problem = undefined;
        this.#lastSentAtMs = now;
        this.#counts.sent++;
        this.#waiting.forget(waiting);
        const delivery = this.#delivery(waiting.alert.type, outcome, place);
        this.#told.set(waiting.alert.id, { delivery, pods: waiting.alert.storm?.pods ?? 0 });
        this.#report(waiting, outcome, place);
        return;
      }
      case 'retry': {
        this.#failures++;
        const waitMs = Math.max(result.afterMs ?? 0, backoffMs(this.#failures, this.#parts.ports.random()));
        this.#notBeforeMs = now + Math.max(waitMs, this.#sink.gapMs);
        this.#fail(waiting, result.afterMs === undefined ? 'SINK_UNAVAILABLE' : 'SINK_THROTTLED', result.why);
        return;
      }
      case 'permanent':
        this.#circuit = 'open';
        this.#notBeforeMs = now + this.#parts.probeMs;
        {
          this.#fail(waiting, 'SINK_PERMANENT', result.why, result.howToMend);
          return;
        }
      case 'degrade': {
        this.#degrade(waiting, result.why);
        return;
      }
    }
  }

  #fail(waiting: Waiting, code: DispatchProblem['code'], why: string, howToMend?: string): void {
    this.#problem = why;
    this.#parts.ports.onProblem?.({
      sink: this.#sink.name,
      code,
      message: `${waiting.alert.type} #${waiting.alert.id} not delivered: ${why}`,
      ...(howToMend === undefined ? {} : { howToMend }),
    });
    this.#report(waiting, 'failed', { error: why });
    this.#waiting.putBack(waiting);
  }

  /** A plainer form at once. What is refused even as text lets the others pass, comes back later, and is given up at last. */
  #degrade(waiting: Waiting, why: string): void {
    const form = plainer[waiting.form];
    if (form !== undefined) {
      this.#fail({ ...waiting, form }, 'SINK_REJECTED', why);
      return;
    }
    const refusals = waiting.refusals + 1;
    if (refusals < maxRefusals) {
      const dueAtMs = this.#parts.ports.now() + this.#parts.probeMs;
      this.#fail({ ...waiting, form: 'full', refusals, dueAtMs }, 'SINK_REJECTED', `${why}, in every form`);
      return;
    }
    this.#counts.failed++;
    this.#waiting.forget(waiting);
    this.#problem = why;
    this.#parts.ports.onProblem?.({
      sink: this.#sink.name,
      code: 'SINK_REJECTED',
      message: `${waiting.alert.type} #${waiting.alert.id} given up: refused in every form, ${refusals} times (${why})`,
    });
    this.#report(waiting, 'dropped', { error: why });
  }

  #report(waiting: Waiting, outcome: Delivery['outcome'], details: Pick<Delivery, 'channel' | 'ts' | 'error'>): void {
    for (const type of waiting.covers) {
      const told = this.#parts.ports.onDelivery?.(this.#delivery(type, outcome, details), waiting.alert);
      // Only a claim is waited for; what was told stays told even if it cannot be written down.
      if (told instanceof Promise) told.catch(() => undefined);
    }
  }

  #delivery(
    alert: string,
    outcome: Delivery['outcome'],
    details: Pick<Delivery, 'channel' | 'ts' | 'error'>,
  ): Delivery {
    return { sink: this.#sink.name, alert, outcome, atMs: this.#parts.ports.now(), ...details };
  }

  #oldestAgeMs(): number {
    const oldestAtMs = Math.min(this.#inFlight?.alert.atMs ?? Infinity, this.#waiting.oldestAtMs() ?? Infinity);
    return Number.isFinite(oldestAtMs) ? Math.max(0, this.#parts.ports.now() - oldestAtMs) : 0;
  }

  #unsent(): number {
    return this.#waiting.size + (this.#inFlight === undefined ? 0 : 1);
  }

  #isIdle(): boolean {
    if (this.#phase === 'stopped') return true;
    if (this.#inFlight !== undefined) return false;
    if (this.#waiting.size === 0 || this.#gate === 'closed' || this.#circuit === 'open') return true;
    return this.#phase === 'running' && this.#waiting.firstDue(this.#parts.ports.now()) === undefined;
  }
}
