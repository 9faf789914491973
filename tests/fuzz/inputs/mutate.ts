import fc from 'fast-check';
import { bytesOf } from '../target.ts';

/** Tokens that mean something in one of the formats that are read. */
const TOKENS = [
  ...['{', '}', '[', ']', '"', ':', ',', '\\', '\\u0000', '\\ud800', 'null', '1e999', '-', '{"__proto__":1}'],
  ...[
    '<',
    '>',
    '/>',
    '<![CDATA[',
    ']]>',
    '<!--',
    '-->',
    '&amp;',
    '&x;',
    '&#0;',
    '&#x10ffff;',
    '<!DOCTYPE a [',
    '<?xml ',
  ],
  ...[
    '&a ',
    '*a',
    '<<: *a',
    '!!js/function ',
    '!!binary ',
    '- ',
    ': ',
    '? ',
    '|\n',
    '>-\n',
    '---\n',
    '%YAML 1.1\n',
    '\t',
  ],
  ...[
    '\r',
    '\n',
    '\r\n',
    '\0',
    '\u001b[0m',
    '\ufeff',
    '::error::',
    'PK\u0003\u0004',
    '\u001f\u008b',
    '=',
    '&',
    '%',
    ';',
    '\u202e',
  ],
].map(bytesOf);

type Edit =
  | { kind: 'put' | 'set'; at: number; bytes: Uint8Array }
  | { kind: 'cut' | 'twice'; at: number; length: number }
  | { kind: 'join'; at: number; other: number };

const some = fc.oneof(fc.constantFrom(...TOKENS), fc.uint8Array({ minLength: 1, maxLength: 8 }));
const length = fc.oneof(
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 16 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 4_096 }) },
);

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constantFrom('put' as const, 'set' as const), at: fc.nat(), bytes: some }),
  fc.record({ kind: fc.constantFrom('cut' as const, 'twice' as const), at: fc.nat(), length }),
  fc.record({ kind: fc.constant('join' as const), at: fc.nat(), other: fc.nat() }),
);

/** Longer ones are cut: bombs are tried for themselves. */
const LONGEST = 256 * 1024;

/**
 * What comes out when bytes of a corpus are replaced, left out, doubled and joined.
 *
 * @param corpus read anew for each input: it may grow.
 */
export function mutated(corpus: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(fc.nat(), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([at, edits]) =>
      edits.reduce((bytes, one) => changed(bytes, one, corpus), pick(corpus, at)).slice(0, LONGEST),
    );
}

function changed(bytes: Uint8Array, one: Edit, corpus: readonly Uint8Array[]): Uint8Array {
  const at = one.at % (bytes.length + 1);
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (one.kind) {
    case 'put':
      return joined(head, one.bytes, tail);
    case 'set':
      return joined(head, one.bytes, tail.subarray(one.bytes.length));
    case 'cut':
      return joined(head, tail.subarray(one.length));
    case 'twice':
      return joined(head, tail.subarray(0, one.length), tail);
    case 'join': {
      const other = pick(corpus, one.other);
      return joined(head, other.subarray(at % (other.length + 1)));
    }
  }
}

function pick(corpus: readonly Uint8Array[], at: number): Uint8Array {
  return corpus[at % corpus.length] ?? new Uint8Array();
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}
