// Loaded into a daemon by `node --import`: shifts its wall clock by the milliseconds in the file that CLOCK_FILE names, read
// when the process gets SIGUSR2. The monotonic clock stays as it is, as it does when somebody sets a machine's clock.
import { readFileSync } from 'node:fs';

const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    if (args.length === 0) super(RealDate.now() + shiftMs);
    else super(...(args as [number]));
  }

  static override now(): number {
    return RealDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as unknown as DateConstructor;
process.on('SIGUSR2', () => {
  shiftMs = Number(readFileSync(process.env.CLOCK_FILE ?? '', 'utf8'));
});
