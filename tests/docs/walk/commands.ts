import type { Block } from './documents.ts';

/** A command of a block. */
export interface Step {
  command: string;
  /** What the document shows of its output; empty: nothing. */
  shown: readonly string[];
}

const SHELLS = ['sh', 'bash', 'console', 'shell'];

export function isShell({ language }: Block): boolean {
  return SHELLS.includes(language);
}

/** The commands of a block. In a `console` block those begin with `$ `, and what follows is shown output; elsewhere every line is a command. */
export function stepsOf(block: Block): Step[] {
  if (block.language !== 'console') {
    return joined(block.text.split('\n'))
      .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'))
      .map((command) => ({ command, shown: [] }));
  }
  const steps: { command: string; shown: string[] }[] = [];
  for (const line of block.text.split('\n')) {
    if (line.startsWith('$ ')) steps.push({ command: line.slice(2), shown: [] });
    else if (line.trim() !== '') steps.at(-1)?.shown.push(line);
  }
  return steps;
}

/** Lines that belong together: ends with a backslash, or has a quote or bracket open. */
function joined(lines: readonly string[]): string[] {
  const whole: string[] = [];
  let open = '';
  for (const line of lines) {
    open = open === '' ? line : `${open}\n${line}`;
    if (isOpen(open)) continue;
    whole.push(open);
    open = '';
  }
  return open === '' ? whole : [...whole, open];
}

function isOpen(text: string): boolean {
  let quote = '';
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const one = text.charAt(at);
    if (quote !== "'" && one === '\\') at += 1;
    else if (quote !== '') quote = one === quote ? '' : quote;
    else if (one === "'" || one === '"') quote = one;
    else if (one === '#' && /(?:^|\s)$/.test(text.slice(0, at))) at = lineEnd(text, at);
    else if (one === '(' || one === '{') depth += 1;
    else if (one === ')' || one === '}') depth -= 1;
  }
  return quote !== '' || depth > 0 || /\\$/.test(text);
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** A plain call of our program: words, perhaps written to a file. */
export interface PlainCall {
  words: { text: string; isQuoted: boolean }[];
  into?: string;
}

/** Reads a command line that needs no shell; undefined: it needs one. */
export function plainCall(command: string): PlainCall | undefined {
  const words = wordsOf(command);
  if (words === undefined) return undefined;
  if (words[0]?.text === 'npx') words.shift();
  if (words[0]?.text !== 'prunella') return undefined;
  const arrow = words.findIndex(({ text, isQuoted }) => text === '>' && !isQuoted);
  if (arrow < 0) return { words: words.slice(1) };
  const into = words[arrow + 1]?.text;
  return arrow === words.length - 2 && into !== undefined && !into.startsWith('~')
    ? { words: words.slice(1, arrow), into }
    : undefined;
}

/** Words as a shell splits them; undefined: there is more than words and quotes in it. */
export function wordsOf(command: string): PlainCall['words'] | undefined {
  const words: PlainCall['words'] = [];
  const pattern = /\s*(?:(#.*$)|((?:'[^']*'|"[^"$`\\]*"|[^\s'"|&;<>$`\\(){}]|(?<=\w)>)+|>))/gmy;
  let rest = 0;
  for (const match of command.matchAll(pattern)) {
    rest = (match.index ?? 0) + match[0].length;
    const [, , word] = match;
    if (word === undefined) continue;
    const text = word.replaceAll(/'([^']*)'|"([^"]*)"/g, (_, a?: string, b?: string) => a ?? b ?? '');
    words.push({ text, isQuoted: text !== word });
  }
  return command.slice(rest).trim() === '' ? words : undefined;
}
