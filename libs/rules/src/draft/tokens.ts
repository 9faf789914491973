/** A piece of a line. All pieces together are the line. */
export interface Token {
  text: string;
  /** It looks like something that is another one on the next run: a number, an id, a time, a folder. */
  varies: boolean;
}

const NAME = '[A-Za-z0-9]{1,80}(?:[_-][A-Za-z0-9]{1,80}){1,12}';

/** What varies, the longest kinds first. Each is bounded, so a line takes linear time. */
const VARYING = [
  // What stands in the place of a secret; in the log itself stands the secret.
  String.raw`\[redacted\]`,
  String.raw`\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)?`,
  String.raw`\d{1,2}:\d\d:\d\d(?:[.,]\d{1,9})?`,
  '[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}',
  String.raw`\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?`,
  '0x[0-9A-Fa-f]{1,64}',
  String.raw`(?<![\w-])(?=[A-Fa-f]{0,127}\d)[0-9A-Fa-f]{7,128}(?![\w-])`,
  // A path without its last part: the file is the same on every machine, the folders are not.
  String.raw`(?<![\w.:/\\-])(?:[A-Za-z]:)?[\\/](?:[^\s\\/:'"()<>,;]{1,200}[\\/]){1,40}`,
  // A name with a digit in it: runners, pods, random suffixes.
  String.raw`(?<![\w-])(?=[A-Za-z_-]{0,400}\d)${NAME}(?![\w-])`,
  String.raw`\d{1,100}(?:[.,]\d{1,20}){0,6}`,
].join('|');
const PIECES = new RegExp(String.raw`(?<varies>${VARYING})|[A-Za-z_]\w{0,200}|\s{1,200}|[^]`, 'gu');

/** Longer lines are read up to here: what tells failures apart stands in front. */
const MOST_TOKENS = 300;

export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  for (const { 0: piece, groups } of text.matchAll(PIECES)) {
    if (tokens.length === MOST_TOKENS) break;
    tokens.push({ text: piece, varies: groups?.['varies'] !== undefined });
  }
  return tokens;
}
