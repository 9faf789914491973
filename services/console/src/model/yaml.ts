/** A piece of a line of YAML, and what it is. */
export interface YamlPiece {
  kind: 'comment' | 'key' | 'text' | 'plain';
  text: string;
}

const KEY = /^(\s*(?:- )*)([\w."'-]+)(:)(?=\s|$)/;

/** A line of YAML in pieces for the eye; joined they are the line. Knows what stands on one line only. */
export function yamlPieces(line: string): YamlPiece[] {
  const key = KEY.exec(line);
  const head: YamlPiece[] =
    key === null
      ? []
      : [
          { kind: 'plain', text: key[1] ?? '' },
          { kind: 'key', text: key[2] ?? '' },
          { kind: 'plain', text: ':' },
        ];
  const rest = line.slice(key?.[0].length ?? 0);
  return [
    ...head,
    ...rest.split(PARTS).map((text, index) => (index % 2 === 0 ? { kind: 'plain' as const, text } : pieceOf(text))),
  ].filter(({ text }) => text !== '');
}

/** Text in quotes, a comment after a blank, a key inside of braces. */
const PARTS = /("[^"]*"|'[^']*'|(?<=^|\s)#.*$|(?<=[{,]\s*)\w+(?=:\s))/;

function pieceOf(text: string): YamlPiece {
  if (text.startsWith('#')) return { kind: 'comment', text };
  return { kind: /^["']/.test(text) ? 'text' : 'key', text };
}
