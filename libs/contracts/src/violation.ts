/**
 * A message or body does not hold what the contract asks for. Its text is meant for the sender:
 * it names the field, what was expected and what was found.
 */
export class ContractViolation extends Error {
  override readonly name = 'ContractViolation';

  constructor(
    /** Path of the field in the message, e.g. `error.message`; empty: the message as a whole. */
    readonly field: string,
    /** What should stand there. */
    readonly expected: string,
    /** What stands there, as `describe` tells it. */
    readonly found: string,
  ) {
    super(`${field === '' ? 'message' : field}: expected ${expected}, found ${found}`);
  }
}

/** A longer value is not shown, not even cut: half a secret looks like nothing that has to be redacted where the text is logged. */
const LONGEST_SHOWN = 80;

/** Describes a value for an error text: its type, and the value itself where it is short. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `a ${typeof value} of ${text.length} characters` : `${typeof value} ${text}`;
}
