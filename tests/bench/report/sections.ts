/** Sections stand between `<!-- BENCH name -->` and `<!-- END name -->`, each on a line of its own. */
export function section(name: string, content: string): string {
  return `<!-- BENCH ${name} -->\n\n${content.trim()}\n\n<!-- END ${name} -->\n`;
}

/** Puts new contents where the sections of those names are; others stay as they are. @throws Error when there is none of a name. */
export function withSections(document: string, contents: Readonly<Record<string, string>>): string {
  let text = document;
  for (const [name, content] of Object.entries(contents)) {
    const [begin, end] = [text.indexOf(`<!-- BENCH ${name} -->`), text.indexOf(`<!-- END ${name} -->\n`)];
    if (begin === -1 || end < begin)
      throw new Error(`expected <!-- BENCH ${name} --> and later <!-- END ${name} --> in the document, found none`);
    text = text.slice(0, begin) + section(name, content) + text.slice(end + `<!-- END ${name} -->\n`.length);
  }
  return text;
}
