import fc from 'fast-check';
import { bytesOf, holds, type Target, textOf } from '../target.ts';

/** Readers with a mistake each, which shows where an input holds a `b`: proof that mistakes are found. */
const WRONG: Readonly<Record<string, (text: string) => unknown>> = {
  throws: () => (undefined as unknown as { a: unknown }).a,
  breaks: (text) => text,
  hangs: () => {
    for (;;);
  },
  grows: () => {
    const all: object[] = [];
    for (;;) all.push({ at: all.length });
  },
  exits: () => process.exit(3),
};

/** The one of this name; empty: there is none. */
export function planted(name: string): Target[] {
  const wrong = WRONG[name];
  if (wrong === undefined) return [];
  return [
    {
      name: `planted/${name}`,
      reads: 'nothing: a mistake that has to be found',
      doors: [],
      seeds: () => [bytesOf('a')],
      inputs: fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 8 }).map(bytesOf),
      read(bytes) {
        const text = textOf(bytes);
        return text.includes('b') ? wrong(text) : '';
      },
      errors: [],
      ...(name === 'breaks' && { holds: (value: unknown) => holds(value === '', 'no b') }),
    },
  ];
}
