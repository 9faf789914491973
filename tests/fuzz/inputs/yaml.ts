import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { bytesOf, textOf } from '../target.ts';
import { near, nested } from './json.ts';
import { text } from './text.ts';

/** YAML near the given documents: other values in them, or pieces of YAML where they do not belong. */
export function yamlBytes(documents: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const texts = documents.map(textOf);
  const values = near(texts.map((document) => parse(document) as unknown)).map((value) =>
    stringify(value, { aliasDuplicateObjects: false }),
  );
  const piece = fc.oneof(fc.constantFrom(...PIECES), text);
  const spoilt = fc.tuple(fc.nat(texts.length - 1), fc.nat(), piece).map(([which, at, one]) => {
    const lines = (texts[which] ?? '').split('\n');
    const place = at % lines.length;
    return [...lines.slice(0, place), (/^ */.exec(lines[place] ?? '')?.[0] ?? '') + one, ...lines.slice(place)].join(
      '\n',
    );
  });
  const soup = fc.array(piece, { maxLength: 20 }).map((pieces) => pieces.join(''));
  return fc
    .oneof({ weight: 3, arbitrary: values }, { weight: 2, arbitrary: spoilt }, { weight: 1, arbitrary: soup })
    .map(bytesOf);
}

const PIECES = [
  ...[
    'a: &x 1\n',
    'b: *x\n',
    '<<: *x\n',
    '<<: {version: 1}\n',
    '!!js/function "x": 1\n',
    'c: !!binary aGk=\n',
    'd: !!set {a}\n',
    '!<tag:x> y\n',
  ],
  ...[
    '---\n',
    '...\n',
    '%YAML 1.1\n',
    '%TAG ! tag:x\n',
    '? [a]\n',
    '? {a: b}\n: c\n',
    '- - - a\n',
    '|+\n  x\n',
    '>-\n',
    '"\\x41\\u0000"\n',
    "'",
    '"',
    '\t- a\n',
  ],
  ...[
    'version: 1\n',
    'version: 1\nversion: 1\n',
    '__proto__: {x: 1}\n',
    'constructor: 1\n',
    'null: ~\n',
    '.inf: .nan\n',
    '0o17: 0x1f\n',
    '2026-03-01: 1\n',
  ],
];

/** Documents that cost more than they are long. */
export function yamlBombs(most: number): Record<string, () => Uint8Array> {
  const fill =
    (piece: string, head = '') =>
    () =>
      bytesOf(head + piece.repeat(Math.floor((most - head.length) / piece.length)));
  const numbered = (line: (at: number) => string) => () => {
    let all = 'version: 1\n';
    for (let at = 0; all.length < most - 40; at += 1) all += line(at);
    return bytesOf(all);
  };
  return {
    'a billion laughs': () =>
      bytesOf(
        Array.from(
          { length: 12 },
          (_, at) => `a${at}: &a${at} [${at === 0 ? '1' : `*a${at - 1}`.concat(`, *a${at - 1}`.repeat(9))}]\n`,
        ).join(''),
      ),
    'an alias of itself': () => bytesOf('a: &a [*a]\nversion: 1\n'),
    'merged keys': () => bytesOf(`a: &a {b: 1}\n${'<<: *a\n'.repeat(1_000)}`),
    'deep in brackets': () => bytesOf(nested('[', ']', Math.floor(most / 2))),
    'deep in braces': () => bytesOf(nested('{a: ', '}', Math.floor(most / 5))),
    'deep by dashes': fill('- '),
    'deep by lines': () =>
      bytesOf(Array.from({ length: Math.floor(Math.sqrt(most * 2)) - 5 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')),
    'brackets that never end': fill('['),
    'many keys': numbered((at) => `k${at}: 1\n`),
    'many items': fill('- a\n'),
    'many anchors': numbered((at) => `k${at}: &a${at} 1\n`),
    'many comments': fill('# a\n'),
    'many documents': fill('---\n'),
    'many tags': fill('!!str '),
    'many question marks': fill('? '),
    'one scalar': fill('x'),
    'one quoted scalar': fill('x\n', '"'),
    escapes: fill('\\u0041', '"'),
    'blank lines in a scalar': fill('\n', 'a: |\n'),
    blanks: fill(' '),
    'blanks behind a key': fill(' ', 'a:'),
    colons: fill(': '),
    'unknown keys near known ones': numbered((at) => `pipelins${at}: 1\n`),
  };
}
