import type { Fault } from './attempt.ts';

/** What a process is to do. */
export interface Plan {
  /** Names of targets. */
  names: readonly string[];
  seed: number;
  /** Inputs for each target, besides seeds and bombs; undefined: as many as there is time for. */
  cases: number | undefined;
  /** For each target, in milliseconds; undefined: as long as it takes. */
  forMs: number | undefined;
  /** Whether inputs that run new code are kept and changed further. */
  guided: boolean;
  /** Whether what is large is tried as well. */
  bombs: boolean;
  /** Where it says which input it is at. */
  markFile: string;
}

/** What a process tells. */
export type Told =
  | { kind: 'begun'; target: string }
  | { kind: 'fault'; found: Found }
  | { kind: 'done'; target: string; result: Result };

export interface Found {
  target: string;
  fault: Fault;
  /** The input. */
  base64: string;
}

export interface Result {
  /** Inputs that were tried, and those of them that were not refused. */
  cases: number;
  read: number;
  ms: number;
  /** Processor time of all its threads, in milliseconds. */
  cpuMs: number;
  /** Those that ran something new; 0 where nobody looked. */
  kept: number;
  /** Functions with what of them ran together; 0 where nobody looked. */
  parts: number;
  /** The slowest input, in milliseconds, and its bytes. */
  slowestMs: number;
  slowestBytes: number;
}
