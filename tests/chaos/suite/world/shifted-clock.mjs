/**
 * Loaded into a service before its own code (`--import`): shifts its wall clock by the milliseconds in the file that CHAOS_CLOCK names, as they are at the moment. It covers what
 * JavaScript reads of the wall clock (`Date`, `Date.now`, and so whatever is made of it). Timers, `performance.now` and `process.hrtime` go on as they are: those of the system
 * do not follow the wall clock either. Not covered: clocks that native code reads by itself, and files' times. By how much its clock differs from the true one now it
 * writes to `<CHAOS_CLOCK>.seen`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = process.env['CHAOS_CLOCK'];
const RealDate = Date;
let shiftMs = 0;

function read() {
  const before = shiftMs;
  try {
    shiftMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    // Not written yet: no shift.
    shiftMs = 0;
  }
  if (shiftMs === before) return;
  const [shifted, real] = [Date.now(), RealDate.now()];
  // A millisecond may pass between the two.
  const seen = Math.abs(shifted - real - shiftMs) < 50 ? shiftMs : shifted - real;
  writeFileSync(`${file}.seen`, String(seen));
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
  setInterval(read, 100).unref();
  globalThis.Date = new Proxy(ShiftedDate, {
    // Called without `new` it is a text.
    apply: () => new ShiftedDate().toString(),
  });
  read();
}
