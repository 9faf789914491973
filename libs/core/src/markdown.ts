const MOST_OF_A_TEXT = 600;
const MOST_OF_A_LINE = 300;
/** Shown as nothing: what stands before and after it is no mention, reference or link any more. */
const BREAK = '\u200b';

/**
 * Text that others wrote, such as names of branches and what a platform answered, as one line of Markdown that shows just that: no markup, no
 * HTML, no links, nobody mentioned, nothing referred to. Pure.
 */
export function plainMarkdown(text: string): string {
  return cut(oneLine(text), MOST_OF_A_TEXT)
    .replaceAll(/[\\`*_[\]<>#~&$]/g, '\\$&')
    .replaceAll(/[@#!~%$&](?=[\w"\\])|:(?=\/)|(?<=www)\.|(?<=gh)-(?=\d)/gi, `$&${BREAK}`);
}

/** Lines that others wrote, as they are, in a fence that none of them can end. Pure. */
export function fencedMarkdown(lines: readonly string[]): string {
  const clean = lines.map((line) => cut(withoutControls(line), MOST_OF_A_LINE));
  const longest = Math.max(0, ...clean.flatMap((line) => (line.match(/`+/g) ?? []).map(({ length }) => length)));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}text`, ...clean, fence].join('\n');
}

function oneLine(text: string): string {
  return withoutControls(text).replaceAll(/\s+/g, ' ').trim();
}

/** Also those that turn the direction of writing round, which make a line show something else than it says. */
function withoutControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (control) => (control === '\u200d' ? control : ' '));
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
