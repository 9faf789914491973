/** A table in Markdown. Cells are Markdown of one line. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** What stands on top of each generated page. */
export function generatedFrom(title: string, source: string, says: string): string {
  return `# ${title}\n\n<!-- Generated from ${source}: \`npm run reference\` writes it, tests/docs/reference.spec.ts compares it. -->\n\n${says.trim()}\n`;
}

function cell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
  // What stands in code is shown as it is.
  return line.replaceAll(/(`[^`]*`)|</g, (_, shown?: string) => shown ?? '&lt;');
}
