/**
 * Sequences that colour a terminal or clear its line, raw or as JSON writes them (`\u001b[31m`), also where it is JSON in JSON. They can stand before a
 * token, where their last letter looks like a part of it, and in the middle of one.
 */
const ESC = String.raw`(?:\u001b|\\{1,7}(?:u001b|x1b|033|e(?=\[)))`;
/** What begins a sequence with parameters (CSI): two characters, or one of eight bits. */
const CSI = String.raw`(?:${ESC}\[|\u009b|\\{1,7}(?:u009b|x9b))`;
/** With parameters, or of one character more, such as `ESC 8`: the next one is of the text. ECMA-48, 5.3 and 5.4; ECMA-35, 13.2. */
const SEQUENCE = new RegExp(String.raw`${CSI}[0-?]{0,64}[ -/]{0,8}[@-~]|${ESC}[ -/]{0,8}[0-~]`, 'gi');

/** The text without them; the same string where there are none. */
export function withoutColours(text: string): string {
  return mayHold(text) ? text.replace(SEQUENCE, '') : text;
}

/** Most lines have none of these characters, which is quicker to see than that they have no sequence. */
function mayHold(text: string): boolean {
  return text.includes('\u001b') || text.includes('\u009b') || text.includes('\\');
}
