import type { Target } from '../target.ts';

/** Something that must not happen. */
export interface Fault {
  /** `thrown`: an error that is not in the target's list, a broken contract, or the end of the process. `hang`, `memory`: told from outside. */
  kind: 'thrown' | 'hang' | 'memory';
  /** The same for what is most likely the same mistake. */
  key: string;
  /** For people. */
  says: string;
}

/** Reads one input: it was `read`, `refused` as it may be, or there is a fault. */
export async function attempt(target: Target, bytes: Uint8Array): Promise<'read' | 'refused' | Fault> {
  try {
    // Read first: where nothing is held against it, an optional call would not even evaluate its arguments.
    const value = await target.read(bytes);
    target.holds?.(value, bytes);
    return 'read';
  } catch (error) {
    return target.errors.some((known) => error instanceof known) ? 'refused' : faultOf(error);
  }
}

/** undefined: there is none. */
export function faultIn(found: Awaited<ReturnType<typeof attempt>>): Fault | undefined {
  return typeof found === 'string' ? undefined : found;
}

export function faultOf(error: unknown): Fault {
  if (!(error instanceof Error)) return { kind: 'thrown', key: 'no error', says: `thrown: ${String(error)}` };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const ours = frames.find((line) => !line.includes('node:') && !line.includes('/fuzz/target.')) ?? frames[0] ?? '';
  // A full stack is full somewhere else each time.
  const place = error instanceof RangeError && /call stack/.test(error.message) ? 'stack' : ours.trim();
  const said = error.name === 'BrokenContract' ? error.message.slice(0, 60) : '';
  return {
    kind: 'thrown',
    key: `${error.name} ${said} ${place}`,
    says: (error.stack ?? String(error)).slice(0, 2_000),
  };
}
