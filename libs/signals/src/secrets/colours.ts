/**
 * Sequences that colour a terminal or clear its line, raw or as JSON writes them (`\u001b[31m`), also where it is JSON in JSON. They can stand before a
 * token, where their last letter looks like a part of it, and in the middle of one.
 */
const ESCAPE = String.raw`(?:[\u001b\u009b]|\\{1,7}(?:u00[19]b|x[19]b|033|e(?=\[)))`;
const SEQUENCE = new RegExp(String.raw`${ESCAPE}\[?[0-?]{0,64}[ -/]{0,8}[@-~]`, 'gi');

/** The text without them; the same string where there are none. */
export function withoutColours(text: string): string {
  return mayHold(text) ? text.replace(SEQUENCE, '') : text;
}

/** Most lines have none of these characters, which is quicker to see than that they have no sequence. */
function mayHold(text: string): boolean {
  return text.includes('\u001b') || text.includes('\u009b') || text.includes('\\');
}
