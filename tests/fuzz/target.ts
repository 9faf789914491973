import type fc from 'fast-check';

/** Where bytes come in that somebody else wrote, and what is promised of what reads them. One file each in `targets/`. */
export interface Target {
  /** `file/what`, unique: the file that it stands in comes first. Also the folder of its kept inputs. */
  readonly name: string;
  /** What is read, for people. */
  readonly reads: string;
  /** The ways in that it covers, as `doors.ts` names them. */
  readonly doors: readonly string[];
  /** Good ones and bad ones, out of what the repository has: what mutations begin with. */
  seeds(): readonly Uint8Array[];
  /** Inputs near the format. */
  readonly inputs: fc.Arbitrary<Uint8Array>;
  /** Inputs that are made to cost much, as large as the door lets in, by what they try. */
  readonly bombs?: Readonly<Record<string, () => Uint8Array | Promise<Uint8Array>>>;
  /** Calls the real code, as its caller does. Resolves with what is held against `holds`. */
  read(bytes: Uint8Array): unknown;
  /** What it may throw: each is told to the sender, or dealt with. Anything else is a finding. */
  readonly errors: readonly ErrorClass[];
  /** Throws when a value that was read is not what its readers rely on. Default: any value will do. */
  holds?(value: unknown, bytes: Uint8Array): void;
  /** An input takes tenths of a second or more: where their number is given, a few are tried. Default: false. */
  readonly slow?: boolean;
  /** Ends what the first input started. */
  close?(): Promise<void>;
}

// biome-ignore lint/suspicious/noExplicitAny: constructors differ
export type ErrorClass = abstract new (...args: any[]) => Error;

/** A value broke the contract of what read it: always a finding. */
export class BrokenContract extends Error {
  override readonly name = 'BrokenContract';
}

/** @throws BrokenContract unless it is so. */
export function holds(isSo: boolean, expected: string): asserts isSo {
  if (!isSo) throw new BrokenContract(`expected ${expected}`);
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export const bytesOf = (text: string): Uint8Array => encoder.encode(text);
export const textOf = (bytes: Uint8Array): string => decoder.decode(bytes);
