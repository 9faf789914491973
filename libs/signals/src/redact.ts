import { GONE, withoutPrivateKeys } from './private-keys.ts';
import { withoutColours } from './secrets/colours.ts';
import { PLACES } from './secrets/places.ts';
import { TOKEN_FAMILIES } from './secrets/token-families.ts';
import { finderOf } from './words.ts';

/** Where a token can begin: at a word, or behind what escapes a character in JSON (`\n`, `\u003d`), a shell (`\x3d`) or an address (`%3D`). */
const BEGIN = String.raw`(?:(?<!\w)|(?<=\\[nrtbf]|\\u[\da-fA-F]{4}|\\x[\da-fA-F]{2}|%[\da-fA-F]{2}))`;
const TOKENS = new RegExp(`${BEGIN}(?:${TOKEN_FAMILIES.map(({ shape }) => shape).join('|')})`, 'g');
const SECRETS: readonly RegExp[] = [TOKENS, ...PLACES.map(({ pattern }) => pattern)];

/**
 * One of these stands in every match of the patterns above, but for that of addresses, in any case. Most lines hold none of it, and to look once for all
 * of them takes a tenth of the time of looking for each pattern.
 */
const holdsHint = finderOf([...new Set([...TOKEN_FAMILIES, ...PLACES].flatMap(({ hints }) => hints))]);

/** Longest user and password in an address, with what stands between them. */
const LONGEST_USER = 701;

/** Whether a line may hold an address with a user or a password in it: they have no slash. */
function holdsUser(line: string): boolean {
  let at = 0;
  for (let begin = line.indexOf('://'); begin >= 0; begin = line.indexOf('://', begin + 3)) {
    if (at < begin + 3) at = line.indexOf('@', begin + 3);
    if (at < 0) return false;
    if (at > begin + 3 + LONGEST_USER) continue;
    const slash = line.indexOf('/', begin + 3);
    if (slash < 0 || at < slash) return true;
  }
  return false;
}

/**
 * Takes secrets out of a text: tokens that are known by their shape, credentials in addresses, headers and on command lines, whatever is assigned to
 * a password-like name, private keys. A line whose secret is coloured, or split by a colour, loses its colours.
 *
 * Keeps the number of lines. Doing it twice changes nothing. Time is linear in the length.
 */
export function redact(text: string): string {
  return redactLines(text, (line) => (holdsHint(line) || holdsUser(line) ? withoutSecrets(line) : line));
}

/** The same without the look ahead: for the proof that it makes no difference. */
export function redactEachPattern(text: string): string {
  return redactLines(text, withoutSecrets);
}

function redactLines(text: string, one: (line: string) => string): string {
  return withoutPrivateKeys(text)
    .split('\n')
    .map((line) => {
      const plain = withoutColours(line);
      const redacted = settled(plain, one);
      return redacted === plain ? line : redacted;
    })
    .join('\n');
}

/** So often a line is gone through at most; most that change do so in the first, and the second finds nothing. */
const MOST_PASSES = 4;

/** What stands in the place of one secret can make its surroundings look like another: until nothing changes. */
function settled(line: string, one: (line: string) => string): string {
  let text = line;
  for (let pass = 0; pass < MOST_PASSES; pass += 1) {
    const next = redactWritten(text, one);
    if (next === text) break;
    text = next;
  }
  return text;
}

/** Ends of lines and tabs as JSON writes them, also JSON in JSON. */
const WRITTEN_BREAK = /(\\{1,7}[nrt])/;

/**
 * A line that may be many, written as JSON: each of them first, or the value of one would take the name of the next with it. Then the whole, since
 * a value can hold a backslash and an `n` of its own.
 */
function redactWritten(line: string, one: (line: string) => string): string {
  if (!line.includes('\\')) return one(line);
  const parts = line.split(WRITTEN_BREAK);
  return one(parts.length === 1 ? line : parts.map((part, index) => (index % 2 === 0 ? one(part) : part)).join(''));
}

function withoutSecrets(line: string): string {
  return SECRETS.reduce((out, pattern) => out.replace(pattern, replaced), line);
}

function replaced(_match: string, ...rest: unknown[]): string {
  const groups = rest.at(-1);
  const keep = typeof groups === 'object' && groups !== null ? (groups as { keep?: string }).keep : undefined;
  return `${keep ?? ''}${GONE}`;
}
