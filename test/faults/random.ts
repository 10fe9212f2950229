/** Random numbers that a seed fixes. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  between(low: number, high: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  shuffled<T>(list: readonly T[]): T[];
}

/** Mulberry32, a small generator of 32 bits (Tommy Ettinger, public domain). */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + next() * (high - low),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    shuffled: (list) => {
      const result = [...list];
      for (let at = result.length - 1; at > 0; at--) {
        const other = Math.floor(next() * (at + 1));
        const [one, two] = [result[at], result[other]];
        if (one === undefined || two === undefined) continue;
        result[at] = two;
        result[other] = one;
      }
      return result;
    },
  };
}
