import { messageOf } from '@prunella/core';
import { type Document, isAlias, isNode, LineCounter, parseDocument, visit } from 'yaml';
import { MOST_PROBLEMS, RulePackError, type RuleProblem } from './rule-pack-error.ts';

/** The text of a pack, read as YAML: knows where each of its values stands. */
export interface PackSource {
  readonly document: Document;
  readonly lines: LineCounter;
  readonly content: unknown;
}

/** The way to a value: keys and indices from the top, e.g. `['rules', 3, 'id']`. */
export type SourcePath = readonly PropertyKey[];

/** @throws RulePackError when it is no YAML, or has aliases. */
export function readPackSource(name: string, yaml: string): PackSource {
  const lines = new LineCounter();
  const document = parseDocument(yaml, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col, path: '' };
  };
  const broken = document.errors.slice(0, MOST_PROBLEMS).map((error) => ({
    ...place(error.pos[0]),
    says: `not valid YAML: ${messageOf(error)}`,
  }));
  visit(document, (_key, node) => {
    // A reference makes a small text large, and a rule needs none.
    if (!isAlias(node) || broken.length === MOST_PROBLEMS) return;
    broken.push({ ...place(node.range?.[0] ?? 0), says: 'expected no YAML aliases, found one' });
  });
  if (broken.length > 0) throw RulePackError.of(name, broken);
  return { document, lines, content: document.toJS() };
}

/** A problem with the value at a path, with its place and its rule. */
export function problemAt(source: PackSource, path: SourcePath, says: string, nearest?: string): RuleProblem {
  const ruleId = path[0] === 'rules' ? valueAt(source.content, [...path.slice(0, 2), 'id']) : undefined;
  return {
    ...placeOf(source, path),
    path: pathText(path),
    ...(typeof ruleId === 'string' && { ruleId }),
    says,
    ...(nearest !== undefined && { nearest }),
  };
}

export function valueAt(content: unknown, path: SourcePath): unknown {
  let value = content;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

/** `rules[3].action.type` */
function pathText(path: SourcePath): string {
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`))
    .join('');
}

/** Where a value stands; of something that is missing, where that stands which it is missing in. */
function placeOf({ document, lines }: PackSource, path: SourcePath): { line: number; column: number } {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (!isNode(node) || !node.range) continue;
    const { line, col } = lines.linePos(node.range[0]);
    return { line, column: col };
  }
  return { line: 1, column: 1 };
}
