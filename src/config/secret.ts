import { inspect } from 'node:util';

const mask = '[secret]';

/**
 * A credential that cannot be printed by accident: every conversion to text gives `[secret]`. It is read where it is used,
 * by `reveal()`, so that a file that changes (a rotated Kubernetes Secret) takes effect without a restart.
 */
export class Secret {
  readonly #read: () => string | undefined;

  constructor(read: () => string | undefined) {
    this.#read = read;
  }

  /** The present value, or undefined when it is not set (any more). Hand it straight to the one call that needs it. */
  reveal(): string | undefined {
    return this.#read();
  }

  /** Whether there is a value now. */
  get isSet(): boolean {
    return this.#read() !== undefined;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  [inspect.custom](): string {
    return mask;
  }
}
