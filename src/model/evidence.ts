/** A numbered fact (E1, E2 …) with its source, or a note of what could not be read and why. */
export interface Evidence {
  readonly id: string;
  /** Where it was read: `pod orders-api-7d9`, `event FailedScheduling`, `log app (previous)`, `replicaset …`. */
  readonly source: string;
  /** One fact. Text that came out of a container's log is wrapped by `quoteLog`. */
  readonly text: string;
  /** Set when this is not a fact but a gap: the reason why it could not be read. */
  readonly missing?: boolean;
}
