import { rarity } from './gram-weights.ts';

/**
 * Words of rules that are frequent in CI logs, of which pairs of letters know nothing, by their rarity in bits. Counted
 * on 100 MB of logs of failed jobs of open source projects (Travis, GitHub Actions, Taskcluster, docker builds).
 */
const WORDS: readonly (readonly [bits: number, words: string])[] = [
  [8, 'info task'],
  [9, 'test worker'],
  [10, 'build tests workspace'],
  [11, 'candidate cargo concurrent directory error example examples html https main running thread'],
  [11, 'warning workers'],
  [
    12,
    'http:// https:// check clang config conversion default deprecated host http objects remote socket transport type',
  ],
  [12, 'version'],
  [13, 'analysis code content data file from github invalid local maven name note peer plugin progress'],
  [13, 'request rust security stream system unknown unused value with'],
  [14, 'active apache artifacts body botocore call changed client compatibility compiler core create'],
  [14, 'delete dependency downloading exception exceptions external failed field found frame free'],
  [14, 'function internal java json lang limit limits list load missing modified object option packages'],
  [14, 'parameter port proxy python redefined rerun resolving return rustc scala send server setting'],
  [14, 'spec start state strict target this time timeout unexpected used user using util wheel yaml'],
  [14, 'zero'],
  [15, 'about actions alloc assert cache called channel checkout chromium closing complete completed'],
  [15, 'condition configuration connect connection couldn created creating docker done duration elapsed'],
  [15, 'errors failures flow format google have headers image included inconsistent index information'],
  [15, 'issue last library license line link lint lists mapping marked metadata method mismatch more'],
  [15, 'multi only open package panic param parsing pass path phpt process read reading reason repo'],
  [15, 'requests response secure self service size skipped source standard started starting static'],
  [15, 'storage string targets template toml took update values verify waiting warn warnings'],
  [16, 'abseil access accessible action added application basic because browser cancelling cert'],
  [16, 'certificate checks class clippy closed command comment connectionerror const container context'],
  [16, 'control database defined docs does downloaded element enabled engine execute expected files'],
  [16, 'find finished firefox generated githubusercontent grace handshake header input install'],
  [16, 'installing latex left length lines linker logs manifest match memory message node number page'],
  [16, 'parser passed period policy pool post preparing println priority properties protocol public'],
  [16, 'received registry repository resource result runner runtime script scripts sending setup should'],
  [16, 'some space stat status style text that tree trigger types unpack unreachable versions void when'],
];

const BITS: ReadonlyMap<string, number> = new Map(
  WORDS.flatMap(([bits, words]) => words.split(' ').map((word) => [word, bits] as const)),
);
const SHORTEST_WORD = 4;
/** Parts of those words, by the rarity of the most frequent word that they are in. */
const PART_BITS: ReadonlyMap<string, number> = partsOf(BITS);

/** Pairs of letters know all digits as one. */
const BITS_OF_DIGIT = 2.5;

const known = new Map<string, number>();
const MOST_KNOWN = 4_000;

/** How rare a text in small letters is in CI logs, in bits: n bits stand at one of 2^n places. A guess. */
export function textRarity(text: string): number {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= MOST_KNOWN) known.clear();
  const bits = guessRarity(text);
  known.set(text, bits);
  return bits;
}

function guessRarity(text: string): number {
  let least = rarity(text);
  for (const { 0: word, index } of text.matchAll(/https?:\/\/|[a-z]{4,}/g)) {
    const bits = PART_BITS.get(word);
    if (bits === undefined) continue;
    least = Math.min(least, bits + rarity(text.slice(0, index)) + rarity(text.slice(index + word.length)));
  }
  return least + BITS_OF_DIGIT * (text.match(/\d/g)?.length ?? 0);
}

function partsOf(words: ReadonlyMap<string, number>): Map<string, number> {
  const parts = new Map<string, number>();
  for (const [word, bits] of words) {
    for (let from = 0; from <= word.length - SHORTEST_WORD; from += 1) {
      for (let end = from + SHORTEST_WORD; end <= word.length; end += 1) {
        const part = word.slice(from, end);
        parts.set(part, Math.min(bits, parts.get(part) ?? Number.POSITIVE_INFINITY));
      }
    }
  }
  return parts;
}
