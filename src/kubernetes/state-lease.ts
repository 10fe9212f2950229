import { AppError, toAppError } from '../model/errors.ts';
import type { LeaseApi } from './lease-api.ts';
import type { LeaseObject } from './lease-object.ts';

/** Who wrote last, and in which term. */
interface StateFence {
  /** leaseTransitions of the leadership Lease, or above. */
  readonly term: number;
  readonly writer: string;
}

/** One Lease that carries state in its annotations. Writes are compare-and-swap, and refused once a later term wrote. */
export interface StateLease {
  readonly name: string;
  read(): Promise<void>;
  /** The payload that was last read or written; undefined when there is none, or no Lease. */
  payload(): string | undefined;
  /** Who wrote it. */
  fence(): StateFence | undefined;
  /** Puts the fence on whatever is there, and creates the Lease where there is none. `payload` is then up to date. */
  claim(fence: StateFence): Promise<void>;
  /** Replaces the payload. */
  write(text: string, fence: StateFence): Promise<void>;
}

const payloadKey = 'podmedic.io/state';
const termKey = 'podmedic.io/state-term';
const writerKey = 'podmedic.io/state-writer';
const timeoutMs = 5_000;
/** Tries against writers that are not leaders (kubectl, a chart upgrade). */
const conflictTries = 5;

export function createStateLease(api: LeaseApi, namespace: string, name: string): StateLease {
  let known: LeaseObject | undefined;

  const fence = (): StateFence | undefined => {
    const annotations = known?.metadata?.annotations;
    const term = Number(annotations?.[termKey]);
    const writer = annotations?.[writerKey];
    return writer === undefined || !Number.isSafeInteger(term) ? undefined : { term, writer };
  };

  function put(text: string | undefined, { term, writer }: StateFence): Promise<LeaseObject> {
    const annotations = {
      ...known?.metadata?.annotations,
      ...(text === undefined ? {} : { [payloadKey]: text }),
      [termKey]: String(term),
      [writerKey]: writer,
    };
    if (known) return api.update({ ...known, metadata: { ...known.metadata, annotations } }, { timeoutMs });
    const metadata = { name, namespace, annotations };
    return api.create({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec: {} }, { timeoutMs });
  }

  const payload = (): string | undefined => known?.metadata?.annotations?.[payloadKey];

  async function read(): Promise<void> {
    known = await api.get(name, { timeoutMs });
  }

  /** Puts what `textNow` says, and asks it again after someone else wrote. Throws LEASE_LOST when that was a leader. */
  async function swap(ours: StateFence, textNow: () => string | undefined): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        known = await put(textNow(), ours);
        return;
      } catch (thrown) {
        const { code } = toAppError(thrown);
        if (tries >= conflictTries || (code !== 'API_CONFLICT' && code !== 'API_NOT_FOUND')) throw thrown;
      }
      await read();
      const theirs = fence();
      // Our own write may have been applied though its answer was lost.
      if (theirs && theirs.writer !== ours.writer && theirs.term >= ours.term) {
        throw new AppError('LEASE_LOST', `${theirs.writer} has written ${name} in term ${theirs.term} already`);
      }
    }
  }

  return {
    name,
    read,
    payload,
    fence,
    claim: (ours) => swap(ours, payload),
    write: (text, ours) => swap(ours, () => text),
  };
}
