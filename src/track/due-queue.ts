/** Keys and the times when they are due: the earliest first, equal times in the order of their keys. */
export class DueQueue {
  readonly #dueOf = new Map<string, number>();
  // A binary heap of entries that may be out of date: #dueOf decides.
  #heap: { readonly key: string; readonly dueMs: number }[] = [];

  /** Replaces what was set for the key; `undefined` takes it out. */
  set(key: string, dueMs: number | undefined): void {
    if (dueMs === undefined) {
      this.#dueOf.delete(key);
      return;
    }
    if (this.#dueOf.get(key) === dueMs) return;
    this.#dueOf.set(key, dueMs);
    this.#push({ key, dueMs });
  }

  /** Makes the key due then, unless it is due earlier. */
  soon(key: string, dueMs: number): void {
    const before = this.#dueOf.get(key);
    if (before === undefined || before > dueMs) this.set(key, dueMs);
  }

  nextDueMs(): number | undefined {
    this.#dropStale();
    return this.#heap[0]?.dueMs;
  }

  /** Takes out the first key that is due at `nowMs`. */
  take(nowMs: number): { readonly key: string; readonly dueMs: number } | undefined {
    this.#dropStale();
    const first = this.#heap[0];
    if (first === undefined || first.dueMs > nowMs) return undefined;
    this.#dueOf.delete(first.key);
    this.#pop();
    return first;
  }

  #dropStale(): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#dueOf.get(first.key) === first.dueMs) return;
      this.#pop();
    }
  }

  #less(a: number, b: number): boolean {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (left === undefined || right === undefined) return false;
    return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.key < right.key);
  }

  #swap(a: number, b: number): void {
    const left = this.#heap[a];
    const right = this.#heap[b];
    if (left === undefined || right === undefined) return;
    this.#heap[a] = right;
    this.#heap[b] = left;
  }

  #push(entry: { readonly key: string; readonly dueMs: number }): void {
    this.#heap.push(entry);
    for (let at = this.#heap.length - 1; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#less(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const smallest = [left, left + 1].reduce((best, child) => (this.#less(child, best) ? child : best), at);
      if (smallest === at) return;
      this.#swap(at, smallest);
      at = smallest;
    }
  }
}
