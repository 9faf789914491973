/** Code of a character within a trigram, 6 bits; 0: it is in no word. */
type Alphabet = Uint8Array;

const LETTERS = 128;
const BITS = 6;
const TRIGRAMS = 1 << (3 * BITS);

/**
 * Makes a function that says whether any of these words stands in a text, in any case. It looks at each character once, however many words there are:
 * a regular expression of them takes several times as long.
 *
 * @param words ASCII, three characters or more each, ending in 63 different characters at most where letters of both cases are one.
 */
export function finderOf(words: readonly string[]): (text: string) => boolean {
  const lower = words.map((word) => word.toLowerCase());
  const alphabet = alphabetOf(lower);
  const endingWith = new Map<number, string[]>();
  for (const word of lower) {
    const end = [...word.slice(-3)].reduce((code, letter) => (code << BITS) | (alphabet[letter.charCodeAt(0)] ?? 0), 0);
    endingWith.set(end, [...(endingWith.get(end) ?? []), word]);
  }
  const isEnd = new Uint8Array(TRIGRAMS);
  for (const end of endingWith.keys()) isEnd[end] = 1;
  return (text) => {
    let last = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      last = ((last << BITS) | (code < LETTERS ? (alphabet[code] as number) : 0)) & (TRIGRAMS - 1);
      if (isEnd[last] !== 0 && oneEndsAt(text, endingWith.get(last) ?? [], at)) return true;
    }
    return false;
  };
}

function alphabetOf(words: readonly string[]): Alphabet {
  const letters = [...new Set(words.flatMap((word) => [...word.slice(-3)]))];
  if (letters.length >= 1 << BITS) throw new Error(`words end in ${letters.length} different characters`);
  const alphabet = new Uint8Array(LETTERS);
  letters.forEach((letter, index) => {
    alphabet[letter.charCodeAt(0)] = index + 1;
    alphabet[letter.toUpperCase().charCodeAt(0)] = index + 1;
  });
  return alphabet;
}

/** A function of its own: a closure in the loop above, which runs for each character, would make it five times as slow. */
function oneEndsAt(text: string, words: readonly string[], at: number): boolean {
  return words.some((word) => {
    const begin = at + 1 - word.length;
    return begin >= 0 && text.slice(begin, at + 1).toLowerCase() === word;
  });
}
