import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A fenced block of a document. */
export interface Block {
  /** Path of the document from the root. */
  file: string;
  /** Of the fence, from 1. */
  line: number;
  /** What stands behind the fence: `sh`, `yaml`; empty: nothing. */
  language: string;
  text: string;
  /** What an HTML comment right before the block says of how it is tried. */
  mark: Mark;
}

/** `<!-- not run: why -->`, `<!-- run: exits=0,1 stop in=github -->` or `<!-- file: prunella.yaml -->`. */
export interface Mark {
  /** Why it is not run here. Absent: it is. */
  notRun?: string;
  /** The exit codes that are right. */
  exits: readonly number[];
  /** It goes on until it is stopped: it has to say something, or to go on. */
  stops: boolean;
  /** It is a step of a run of GitHub Actions. */
  inGitHub: boolean;
  /** The name under which what stands in the block is a file for the commands of this document. */
  asFile?: string;
}

/** Every document whose commands are tried. */
export function documents(): string[] {
  const patterns = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/**/*.md',
    'examples/**/README.md',
    'services/*/README.md',
    'deploy/**/README.md',
    'tests/bench/*/README.md',
  ];
  return globSync(patterns, { cwd: ROOT }).sort();
}

export function readDocument(file: string): string {
  return readFileSync(join(ROOT, file), 'utf8');
}

/** All fenced blocks of a document, also those in lists. */
export function blocksOf(file: string): Block[] {
  const lines = readDocument(file).split('\n');
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const [, indent = '', fence, language = ''] = /^(\s*)(`{3,}|~{3,})(\S*)/.exec(lines[at] ?? '') ?? [];
    if (fence === undefined) continue;
    const end = lines.findIndex((line, index) => index > at && line.trim() === fence);
    if (end < 0) throw new Error(`${file}:${at + 1}: expected the end of the block, found the end of the document`);
    const text = lines
      .slice(at + 1, end)
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line))
      .join('\n');
    blocks.push({ file, line: at + 1, language, text, mark: markBefore(lines, at, file) });
    at = end;
  }
  return blocks;
}

function markBefore(lines: readonly string[], fence: number, file: string): Mark {
  const above = lines.slice(0, fence).findLastIndex((line) => line.trim() !== '');
  const [, comment] = /^\s*<!--\s*(.*?)\s*-->\s*$/.exec(lines[above] ?? '') ?? [];
  const plain = { exits: [0], stops: false, inGitHub: false };
  if (comment === undefined) return plain;
  const [, kind, rest = ''] = /^(not run|run|file):\s*(.*)$/.exec(comment) ?? [];
  if (kind === undefined) return plain;
  if (kind === 'not run' && rest !== '') return { ...plain, notRun: rest };
  if (kind === 'file' && rest !== '') return { ...plain, asFile: rest };
  const words = rest.split(/\s+/);
  const exits = words.find((word) => /^exits=\d+(?:,\d+)*$/.test(word));
  if (kind === 'run' && words.every((word) => word === exits || word === 'stop' || word === 'in=github')) {
    return {
      exits: exits?.slice(6).split(',').map(Number) ?? [0],
      stops: words.includes('stop'),
      inGitHub: words.includes('in=github'),
    };
  }
  throw new Error(
    `${file}:${above + 1}: expected <!-- not run: why -->, <!-- run: exits=0,1 stop in=github --> or <!-- file: name -->, found ${comment}`,
  );
}

/** The anchors of a document as GitHub makes them: of its headings, and those that are set by hand. */
export function anchorsOf(file: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const line of withoutFences(readDocument(file)).split('\n')) {
    for (const [, id] of line.matchAll(/<a (?:id|name)="([^"]+)"/g)) anchors.add(id ?? '');
    const [, heading] = /^#{1,6}\s+(.*?)\s*$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const bare = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
    const slug = bare
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}

/** A document with its fenced blocks and code in lines emptied; lines stay where they are. */
export function withoutBlocks(text: string): string {
  return withoutFences(text).replaceAll(/`[^`\n]*`/g, blank);
}

function withoutFences(text: string): string {
  return text.replaceAll(/^(\s*)(`{3,}|~{3,})[^\n]*\n[\s\S]*?\n\s*\2[ \t]*$/gm, blank);
}

function blank(text: string): string {
  return text.replaceAll(/[^\n]/g, '');
}
