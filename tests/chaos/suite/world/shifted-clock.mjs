/**
 * Loaded into a service before its own code (`--import`): shifts its wall clock by the milliseconds in the file that CHAOS_CLOCK names, as they are at the moment. It covers what
 * JavaScript reads of the wall clock (`Date`, `Date.now`, and so whatever is made of it). Timers, `performance.now` and `process.hrtime` go on as they are: those of the system
 * do not follow the wall clock either. Not covered: clocks that native code reads by itself, and files' times.
 */
import { readFileSync } from 'node:fs';

const file = process.env['CHAOS_CLOCK'];
const RealDate = Date;
let shiftMs = 0;

function read() {
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Not written yet: no shift.
    shiftMs = 0;
  }
}

class ShiftedDate extends RealDate {
  constructor(...parts) {
    if (parts.length === 0) super(ShiftedDate.now());
    else super(...parts);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}

if (file) {
  read();
  setInterval(read, 100).unref();
  globalThis.Date = new Proxy(ShiftedDate, {
    // Called without `new` it is a text.
    apply: () => new ShiftedDate().toString(),
  });
}
