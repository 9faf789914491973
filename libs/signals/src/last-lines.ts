/** The end of a text, in whole lines, and how many lines before it were left out. Nothing is copied but that end. */
export function lastLines(text: string, most: number): { text: string; cut: number } {
  let start = text.endsWith('\n') ? text.length - 1 : text.length;
  for (let lines = 0; lines < most; lines += 1) {
    if (start <= 0) return { text, cut: 0 };
    const newline = text.lastIndexOf('\n', start - 1);
    if (newline < 0) return { text, cut: 0 };
    start = newline;
  }
  const from = start + 1;
  let cut = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < from; at = text.indexOf('\n', at + 1)) cut += 1;
  return { text: text.slice(from), cut };
}
