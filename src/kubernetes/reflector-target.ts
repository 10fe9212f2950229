import type { KubeObject } from '../model/kube-objects.ts';

/** What is followed. */
export interface ReflectorSource {
  /** `pods` or `events`, for people. */
  readonly resource: string;
  /** `*` for all namespaces. */
  readonly namespace: string;
  /** Kind that every object must have. */
  readonly kind: string;
  readonly path: string;
  readonly fieldSelector: string | undefined;
}

/** Who takes what arrives. All calls are synchronous and in order; what they throw is logged and the stream goes on. */
export interface ReflectorTarget {
  /** A list begins; what an earlier, incomplete one brought is void. */
  readonly beginSync: () => void;
  /** False: no object that can be followed. `initial`: part of a list, so a state and no news. */
  readonly upsert: (object: KubeObject, initial: boolean) => boolean;
  readonly remove: (object: KubeObject) => void;
  /** The list is complete: what it did not hold is gone. */
  readonly endSync: (info: { readonly objects: number; readonly elapsedMs: number }) => void;
  /** Objects so far, at most once a second during a list. */
  readonly progress?: (objects: number) => void;
}
