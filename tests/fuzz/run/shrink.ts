import { shrink } from '../../chaos/suite/schedule/shrink.ts';

const LONGEST_MS = 10_000;

/** A smaller input that still `fails`: lines are left out first, then bytes, as long as there is time. */
export async function smaller(bytes: Uint8Array, fails: (bytes: Uint8Array) => Promise<boolean>): Promise<Uint8Array> {
  const until = performance.now() + LONGEST_MS;
  const hasTime = () => performance.now() < until;
  const lines = await shrink(linesOf(bytes), (some) => fails(Buffer.concat(some)), hasTime);
  const best = Buffer.concat(lines.smallest);
  const all = await shrink([...best], (some) => fails(Uint8Array.from(some)), hasTime);
  return Uint8Array.from(all.smallest);
}

/** With their ends. */
function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(0x0a, from);
    const to = end < 0 ? bytes.length : end + 1;
    lines.push(bytes.subarray(from, to));
    from = to;
  }
  return lines;
}
