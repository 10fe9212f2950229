import type { Alert, AlertType } from '../model/alert.ts';
import type { Delivery } from '../model/delivery.ts';

/** What was last told under an id at one destination. */
export interface Told {
  readonly delivery: Delivery;
  /** Failing pods of a storm at that time. */
  readonly pods: number;
}

/** Remembers what was told at one destination, the latest few thousand ids. */
export interface ToldMemory {
  get(id: string): Told | undefined;
  set(id: string, told: Told): void;
  /**
   * Where the message stands, if all that these types say was delivered by this very process. Openings only: they come again
   * when a state from before their delivery was read, and nothing else tells the same twice.
   */
  opening(id: string, types: readonly AlertType[]): Pick<Delivery, 'channel' | 'ts'> | undefined;
  /** From memory, else from the incident's own record, else from the state. */
  previous(alert: Alert): Delivery | undefined;
}

const maxRemembered = 5_000;

export function createToldMemory(
  sink: string,
  fromState: ((id: string, sink: string) => Delivery | undefined) | undefined,
): ToldMemory {
  const told = new Map<string, Told>();
  return {
    get: (id) => told.get(id),
    set: (id, entry) => {
      told.delete(id);
      told.set(id, entry);
      const [oldest] = told.keys();
      if (told.size > maxRemembered && oldest !== undefined) told.delete(oldest);
    },
    opening: (id, types) => {
      const delivery = told.get(id)?.delivery;
      if (delivery === undefined || !types.every((type) => type === delivery.alert && type.endsWith('opened')))
        return undefined;
      const { channel, ts } = delivery;
      return { ...(channel === undefined ? {} : { channel }), ...(ts === undefined ? {} : { ts }) };
    },
    previous: (alert) => {
      const known =
        told.get(alert.id)?.delivery ??
        alert.incident?.deliveries.findLast((one) => one.sink === sink && one.outcome === 'sent') ??
        fromState?.(alert.id, sink);
      return known?.outcome === 'sent' ? known : undefined;
    },
  };
}
