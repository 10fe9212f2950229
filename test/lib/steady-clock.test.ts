import { describe, expect, test } from '@jest/globals';
import { createSteadyClock } from '../../src/lib/steady-clock.ts';

const hourMs = 3_600_000;
const startMs = Date.UTC(2026, 0, 1, 12);

function world() {
  const machine = { wallMs: startMs, monoMs: 500 };
  const clock = createSteadyClock({ wall: () => machine.wallMs, mono: () => machine.monoMs });
  const pass = (ms: number): void => {
    machine.wallMs += ms;
    machine.monoMs += ms;
  };
  return { machine, clock, pass };
}

describe('a steady clock', () => {
  test('begins with the machine’s time and runs on', () => {
    const { clock, pass } = world();
    expect(clock.now()).toBe(startMs);
    pass(1234);
    expect(clock.now()).toBe(startMs + 1234);
  });

  test.each([hourMs, -hourMs])('does not notice when the machine’s clock is set by %d ms', (jumpMs) => {
    const { machine, clock, pass } = world();
    machine.wallMs += jumpMs;
    pass(10);
    expect(clock.now()).toBe(startMs + 10);
  });

  test.each([hourMs, -hourMs])('follows a server that is off by %d ms', (offMs) => {
    const { clock, pass } = world();
    const sentAtMs = clock.now();
    pass(200);
    expect(Math.abs(clock.hear(startMs + offMs, sentAtMs) - offMs)).toBeLessThanOrEqual(1200);
    expect(Math.abs(clock.now() - (startMs + offMs))).toBeLessThanOrEqual(1200);
    const again = clock.now();
    expect(clock.hear(Math.floor(again / 1000) * 1000, again)).toBe(0);
  });

  test('an answer that was long on its way says nothing', () => {
    const { clock, pass } = world();
    const sentAtMs = clock.now();
    pass(60_000);
    expect(clock.hear(startMs + 1_000, sentAtMs)).toBe(0);
    expect(clock.hear(startMs + 59_000, sentAtMs)).toBe(0);
    expect(clock.now()).toBe(startMs + 60_000);
  });

  test('a few seconds apart, or no date at all, change nothing', () => {
    const { clock } = world();
    expect(clock.hear(startMs + 4_000, clock.now())).toBe(0);
    expect(clock.hear(startMs - 5_000, clock.now())).toBe(0);
    expect(clock.hear(Number.NaN, clock.now())).toBe(0);
    expect(clock.now()).toBe(startMs);
  });
});
