/** What picocolors writes, and cli-table3 between cells: colours, bold, dim and their ends. Not what hides text. */
const COLOURS = String.raw`\u001b\[(?:[0-79]|2[1-79]|[349]\d|10[0-7])m`;
/** Line ends and tabs are ours; the rest moves the cursor, or turns the direction of writing round. */
const CONTROLS = String.raw`[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]`;
const MARKS = new RegExp(`(${COLOURS})|${CONTROLS}`, 'gu');

/**
 * A line as it may go to a terminal: what stands in logs, names of branches and answers of platforms can neither clear the screen, nor write over what was said, set the title or the
 * clipboard, nor show something else than it says. Controls are written as JSON writes them, so that JSON stays what it is. Pure.
 */
export function printable(line: string): string {
  return line.replaceAll(MARKS, (found, colour?: string) => {
    return colour ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
